# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""ADC1: scans of regular channels into memory by DMA; knobs are voltages at pins."""

from pedalsmith.emulator.knobs import Knobs
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.stm32h750.dma import Stream
from pedalsmith.emulator.stm32h750.gpio import ANALOG, Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc

CHANNELS = {
    "PA0": 16, "PA1": 17, "PA2": 14, "PA3": 15, "PA4": 18, "PA5": 19, "PA6": 3, "PA7": 7,
    "PB0": 9, "PB1": 5, "PC0": 10, "PC1": 11, "PC2": 12, "PC3": 13, "PC4": 4, "PC5": 8,
}  # fmt: skip
_ADEN, _ADDIS, _ADSTART, _ADSTP = 1 << 0, 1 << 1, 1 << 2, 1 << 4
_ADVREGEN, _DEEPPWD, _ADCAL = 1 << 28, 1 << 29, 1 << 31
_CALIBRATION_CYCLES = 165_010
"""Offset and linearity, of the ADC's own clock (data sheet)."""
_REGULATOR_SECONDS = 10e-6
_SHORTEST_SCAN = 1e-3
"""Scans are not made more often than this, where no interrupt counts them."""
_SAMPLING = (1.5, 2.5, 8.5, 16.5, 32.5, 64.5, 387.5, 810.5)
_CONVERSION = 8.5


class Adc(Peripheral):
    """ADC1 and the common registers of ADC1 and 2, or another of its kind."""

    def __init__(
        self, machine: Machine, rcc: Rcc, gpio: Gpio, knobs: Knobs,
        name: str = "ADC1", base: int = 0x4002_2000, common: str = "ADC12_COMMON",
    ) -> None:  # fmt: skip
        super().__init__(machine, name, base)
        self._rcc, self._gpio, self._knobs = rcc, gpio, knobs
        self._stream: Stream | None = None
        self._regulator_since = 0.0
        self._scanning = False
        add = self.add
        add("ISR", 0x00, read_only=0x17FF, writable=0, on_write=self._clear_isr)
        add("IER", 0x04, writable=0x7FF)
        add("CR", 0x08, reset=_DEEPPWD, writable=ALL, stored=False, on_write=self._write_cr)
        add("CFGR", 0x0C, reset=1 << 31, writable=ALL)
        add("CFGR2", 0x10, writable=0xF3FF_7FE3)
        for name, offset, mask in (
            ("SMPR1", 0x14, 0x3FFF_FFFF), ("SMPR2", 0x18, 0x3FFF_FFFF), ("PCSEL", 0x1C, 0xF_FFFF),
            ("SQR1", 0x30, 0x1F7D_F7CF), ("SQR2", 0x34, 0x1F7D_F7DF), ("SQR3", 0x38, 0x1F7D_F7DF),
            ("SQR4", 0x3C, 0x7DF), ("OFR1", 0x60, ALL), ("OFR2", 0x64, ALL), ("OFR3", 0x68, ALL),
            ("OFR4", 0x6C, ALL), ("DIFSEL", 0xC0, 0xF_FFFF), ("CALFACT", 0xC4, 0x7FF_07FF),
        ):  # fmt: skip
            add(name, offset, writable=mask)
        add("DR", 0x40, read_only=ALL)
        add("CSR", 0x300, read_only=ALL, full_name=f"{common}.CSR")
        add("CCR", 0x308, writable=0x1FF_CFFF, full_name=f"{common}.CCR")

    def reset(self) -> None:
        super().reset()
        self._scanning = False

    def data_address(self) -> int:
        """See dma.Requester."""
        return self.base + 0x40

    def stream_changed(self, stream: Stream) -> None:
        """See dma.Requester."""
        self._stream = stream if stream.on else None

    def _clear_isr(self, value: int, before: int) -> None:
        self["ISR"] = before & ~value

    def clock_hz(self) -> float:
        """Clock of the converter, after its prescaler and the silicon's own division by two."""
        common = self["CCR"]
        if common >> 16 & 3:
            raise self.error("CCR.CKMODE: only the kernel clock is modelled")
        steps = (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)
        return self._rcc.adc_hz() / steps[min(common >> 18 & 15, 11)] / 2

    def _write_cr(self, value: int, before: int) -> None:
        plain = value & (_ADVREGEN | _DEEPPWD | 3 << 8 | 1 << 16 | 1 << 30 | 0x3F << 22)
        if plain & _ADVREGEN and not before & _ADVREGEN:
            if before & _DEEPPWD:
                plain |= 0  # leaving deep power-down and starting the regulator may be one write
            self._regulator_since = self.machine.seconds
        cr = plain | before & (_ADEN | _ADSTART | _ADCAL)
        if value & _ADCAL:
            self._calibrate(before, plain)
            cr |= _ADCAL
        if value & _ADEN and not before & _ADEN:
            self._demand_power(plain)
            if before & _ADCAL:
                raise self.error("is switched on while it calibrates")
            cr |= _ADEN
            self.machine.after(5e-6, self._ready)
        self["CR"] = cr
        if value & _ADSTART and not before & _ADSTART:
            self["CR"] |= _ADSTART
            self._start()
        if value & _ADSTP:
            self["CR"] &= ~_ADSTART
            self._scanning = False
        if value & _ADDIS:
            self["CR"] &= ~_ADEN

    def _demand_power(self, control: int) -> None:
        if control & _DEEPPWD or not control & _ADVREGEN:
            raise self.error("is used in deep power-down or without its regulator")
        if self.machine.seconds - self._regulator_since < _REGULATOR_SECONDS:
            raise self.error("is used before its regulator is up (10 us)")
        hz = self.clock_hz()
        if not hz:
            raise self.error("has no kernel clock (D3CCIPR.ADCSEL)")
        highest = (6.25e6, 12.5e6, 25e6, 50e6)[control >> 8 & 3]
        if hz > highest:
            raise self.error(f"runs at {hz / 1e6:.2f} MHz, BOOST is set for {highest / 1e6:g} MHz")

    def _calibrate(self, before: int, control: int) -> None:
        self._demand_power(control)
        if before & _ADEN:
            raise self.error("is calibrated while it is on")

        def done() -> None:
            self["CR"] &= ~_ADCAL

        self.machine.after(_CALIBRATION_CYCLES / self.clock_hz(), done)

    def _ready(self) -> None:
        self["ISR"] |= 1

    def sequence(self) -> list[int]:
        """Channels of a scan, in order."""
        fields = [self["SQR1"] >> shift & 0x1F for shift in (6, 12, 18, 24)]
        for name in ("SQR2", "SQR3", "SQR4"):
            fields += [self[name] >> shift & 0x1F for shift in (0, 6, 12, 18, 24)]
        return fields[: (self["SQR1"] & 15) + 1]

    def _start(self) -> None:
        if not self["ISR"] & 1:
            raise self.error("ADSTART before ADRDY")
        if self["CFGR"] & 3 != 3 or not self["CFGR"] >> 13 & 1 or self["CFGR"] >> 2 & 7:
            raise self.error("CFGR: modelled are 16 bits, continuous, circular DMA")
        if self._stream is None or self._stream.item_bytes != 2 or not self._stream.circular:
            raise self.error("starts without a circular DMA stream in half-words")
        names = {channel: pin for pin, channel in CHANNELS.items()}
        for channel in self.sequence():
            if not self["PCSEL"] >> channel & 1:
                raise self.error(f"channel {channel} is converted, but not selected in PCSEL")
            if channel not in names:
                raise self.error(f"channel {channel} is at no pin of this package")
            port, bit = self._gpio.pin(names[channel])
            if port.mode(bit) != ANALOG:
                raise self.error(f"{names[channel]} is converted, but is not an analog pin")
        self._scanning = True
        self._scan()

    def _sampling(self, channel: int) -> float:
        """Cycles of the converter's clock."""
        name = "SMPR2" if channel >= 10 else "SMPR1"
        return _SAMPLING[self[name] >> 3 * (channel % 10) & 7]

    def _scan_seconds(self) -> float:
        cycles = sum(self._sampling(channel) + _CONVERSION for channel in self.sequence())
        ratio = (self["CFGR2"] >> 16 & 0x3FF) + 1 if self["CFGR2"] & 1 else 1
        return cycles * ratio / self.clock_hz()

    def _reading(self, channel: int) -> int:
        pin = next(pin for pin, number in CHANNELS.items() if number == channel)
        ratio = (self["CFGR2"] >> 16 & 0x3FF) + 1 if self["CFGR2"] & 1 else 1
        shift = self["CFGR2"] >> 5 & 15 if self["CFGR2"] & 1 else 0
        return min(self._knobs.reading(pin) * ratio >> shift, 65535)

    def _scan(self) -> None:
        stream = self._stream
        if not self._scanning or not self.clocked or stream is None or not stream.on:
            return
        values = [self._reading(channel) for channel in self.sequence()]
        data = b"".join(value.to_bytes(2, "little") for value in values)
        whole = data * (2 * stream.items // len(data))
        self.machine.write(stream.ring, whole[: 2 * stream.items])
        self["DR"] = values[-1]
        stream.reached(0)
        stream.reached(1)
        seconds = self._scan_seconds()
        self.machine.after(max(seconds, _SHORTEST_SCAN), self._scan)
