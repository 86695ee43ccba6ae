# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""ADC3 with the sensor on the chip: its readings rise on a line through two of the factory's."""

from pedalsmith.emulator.knobs import Knobs
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.stm32h750.adc import Adc
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc

POINTS = {0x820: (30, 12_310), 0x840: (110, 15_490)}
"""Where in the page of the chip's identity: degrees Celsius, reading"""
_CHANNEL, _EOC, _VSENSEEN = 18, 1 << 2, 1 << 23
_LEAST_SAMPLING_SECONDS = 9e-6


class Thermometer(Adc):
    """`celsius` is how warm the chip is."""

    def __init__(self, machine: Machine, rcc: Rcc, gpio: Gpio, knobs: Knobs) -> None:
        super().__init__(machine, rcc, gpio, knobs, "ADC3", 0x5802_6000, "ADC3_COMMON")
        self.celsius = 41.0

    def _start(self) -> None:
        if not self["ISR"] & 1:
            raise self.error("ADSTART before ADRDY")
        if self["CFGR"] & 3 or not self["CFGR"] >> 12 & 1 or not self["CFGR"] >> 13 & 1:
            raise self.error("CFGR: modelled are 16 bits, continuous, overwriting, without DMA")
        if self.sequence() != [_CHANNEL] or not self["PCSEL"] >> _CHANNEL & 1:
            raise self.error("only its sensor is modelled, channel 18, selected in PCSEL")
        if not self["CCR"] & _VSENSEEN:
            raise self.error("the sensor is off (CCR.VSENSEEN)")
        sampling = self._sampling(_CHANNEL) / self.clock_hz()
        if sampling < _LEAST_SAMPLING_SECONDS:
            raise self.error(f"the sensor is sampled for {sampling * 1e6:.1f} us, at least 9")
        self._scanning = True
        self.machine.after(self._scan_seconds(), self._scan)

    def _scan(self) -> None:
        if self._scanning and self.clocked:
            (cold, low), (hot, high) = POINTS.values()
            reading = low + (self.celsius - cold) * (high - low) / (hot - cold)
            self["DR"] = round(reading)
            self["ISR"] |= _EOC
            self.machine.after(1e-2, self._scan)
