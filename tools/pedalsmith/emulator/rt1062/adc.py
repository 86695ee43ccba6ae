# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""ADC1 and ADC2: single conversions started by software; knobs are voltages at pads."""

from pedalsmith.emulator.knobs import Knobs
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.ccm import Ccm
from pedalsmith.emulator.rt1062.iomuxc import Iomuxc

_COMMON = {f"GPIO_AD_B1_{n:02d}": n + 5 for n in range(11)} | {"GPIO_AD_B1_11": 0}
CHANNELS = {
    1: {f"GPIO_AD_B0_{n:02d}": n - 11 for n in range(12, 16)} | _COMMON,
    2: {f"GPIO_AD_B1_{n:02d}": n - 11 for n in range(12, 16)} | _COMMON,
}
"""Pad: channel"""
_OFF = 31
_CAL, _AVGE, _ADCO, _CALF = 1 << 7, 1 << 5, 1 << 6, 1 << 1
_CALIBRATION_SECONDS = 200e-6
HIGHEST_HZ = 40e6


class Adc(Peripheral):
    """One converter. It refuses to convert before it has been calibrated."""

    def __init__(
        self, machine: Machine, index: int, ccm: Ccm, iomuxc: Iomuxc, knobs: Knobs
    ) -> None:
        super().__init__(machine, f"ADC{index}", 0x400C_0000 + 0x4000 * index)
        self._ccm, self._iomuxc, self._knobs = ccm, iomuxc, knobs
        self._pads = {channel: pad for pad, channel in CHANNELS[index].items()}
        self._calibrated = False
        self._conversion = 0
        self.add("HC0", 0x00, reset=_OFF, writable=0x9F, on_write=self._start)
        for n in range(1, 8):
            self.add(f"HC{n}", 4 * n, reset=_OFF, writable=0)
        self.add("HS", 0x20)
        self.add("R0", 0x24, on_read=self._read_result)
        self.add("CFG", 0x44, reset=0x200, writable=0x1_FFFF, on_write=self._set_up)
        self.add("GC", 0x48, writable=0xFF, on_write=self._write_gc)
        self.add("GS", 0x4C, writable=_CALF, stored=False, on_write=self._clear)
        self.add("CV", 0x50, writable=ALL)
        self.add("OFS", 0x54, writable=0x1FFF)
        self.add("CAL", 0x58, writable=15)

    def reset(self) -> None:
        super().reset()
        self._calibrated = False
        self._conversion += 1

    def clock_hz(self) -> float:
        """ADCK."""
        word = self["CFG"]
        source = word & 3
        if source == 2:
            raise self.error("CFG.ADICLK 2 is reserved")
        hz = 20e6 if source == 3 and word >> 10 & 1 else 10e6
        if source < 2:
            hz = self._ccm.ipg_hz() / (1 + source)
        return hz / (1 << (word >> 5 & 3))

    def _set_up(self, value: int, before: int) -> None:
        if value >> 13 & 1:
            raise self.error("CFG.ADTRG: conversions by hardware triggers are not modelled")
        if value >> 2 & 3 == 3:
            raise self.error("CFG.MODE 3 is reserved")

    def _write_gc(self, value: int, before: int) -> None:
        if value & (_ADCO | 0x1E):
            raise self.error("GC: modelled are averaging and calibration")
        if value & _CAL and not before & _CAL:
            self._check_clock()
            self.machine.after(_CALIBRATION_SECONDS, self._calibrate)

    def _check_clock(self) -> None:
        if self.clock_hz() > HIGHEST_HZ:
            raise self.error(f"ADCK is {self.clock_hz() / 1e6:g} MHz, at most 40")

    def _calibrate(self) -> None:
        self["GC"] &= ~_CAL
        self["CAL"] = 5
        self._calibrated = True

    def _clear(self, value: int, before: int) -> None:
        self["GS"] = before & ~(value & _CALF)

    def seconds(self) -> float:
        """Time of a conversion, with its averaging."""
        word = self["CFG"]
        long = word >> 4 & 1
        sampling = ((3, 5, 7, 9), (13, 17, 21, 25))[long][word >> 8 & 3]
        times = 4 << (word >> 14 & 3) if self["GC"] & _AVGE else 1
        return (4 + times * (sampling + 25)) / self.clock_hz()

    def _start(self, value: int, before: int) -> None:
        self._conversion += 1
        self["HS"] = 0
        channel = value & 31
        if value & 0x80:
            raise self.error("HC0.AIEN: interrupts are not modelled")
        if channel == _OFF:
            return
        if not self._calibrated:
            raise self.error("converts before it was calibrated (GC.CAL)")
        self._check_clock()
        pad = self._pads.get(channel)
        if pad is None:
            raise self.error(f"channel {channel} is at no pad")
        if self._iomuxc.holds(pad):
            raise self.error(f"{pad} is converted, but its keeper or pull bends the voltage (PKE)")
        conversion = self._conversion
        self.machine.after(self.seconds(), lambda: self._done(pad, conversion))

    def _done(self, pad: str, conversion: int) -> None:
        if conversion == self._conversion:
            bits = (8, 10, 12)[self["CFG"] >> 2 & 3]
            self["R0"] = self._knobs.reading(pad) >> 16 - bits
            self["HS"] = 1

    def _read_result(self) -> int:
        self["HS"] = 0
        return self["R0"]
