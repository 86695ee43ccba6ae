# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""TEMPMON, the sensor on the chip: counts that fall on a line through two points of the fuses."""

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import Peripheral
from pedalsmith.emulator.rt1062.twins import add_with_twins

_POWER_DOWN, _MEASURE, _FINISHED = 1 << 0, 1 << 1, 1 << 2
_COUNT = 0xFFF << 8
_ROOM, _HOT = (25, 1405), (105, 1245)
"""Degrees Celsius and the count there"""
CALIBRATION = _ROOM[1] << 20 | _HOT[1] << 8 | _HOT[0]
"""OCOTP.ANA1"""
_RTC_HZ = 32_768
_MEASURING_SECONDS = 1e-3
"""The manual states no time; firmware must look at FINISHED."""


class Tempmon(Peripheral):
    """`celsius` is how warm the chip is."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "TEMPMON", 0x400D_8180, 0x20)
        self.celsius = 41.0
        self._measurement = 0
        add_with_twins(
            self, "TEMPSENSE0", 0x00, reset=_POWER_DOWN, full_name="TEMPMON.TEMPSENSE0",
            read_only=_FINISHED | _COUNT, on_change=self._changed,
        )  # fmt: skip
        add_with_twins(
            self, "TEMPSENSE1", 0x10, reset=1, full_name="TEMPMON.TEMPSENSE1",
            read_only=0xFFFF_0000, on_change=lambda: None,
        )  # fmt: skip

    def reset(self) -> None:
        super().reset()
        self._measurement += 1

    def _changed(self) -> None:
        self._measurement += 1
        self["TEMPSENSE0"] &= ~(_FINISHED | _COUNT)
        if not self["TEMPSENSE0"] & _MEASURE:
            return
        if self["TEMPSENSE0"] & _POWER_DOWN:
            raise self.error("measures while it is powered down (TEMPSENSE0.POWER_DOWN)")
        self._measure(self._measurement)

    def _measure(self, measurement: int) -> None:
        if measurement == self._measurement:
            self["TEMPSENSE0"] &= ~_FINISHED
            self.machine.after(_MEASURING_SECONDS, lambda: self._done(measurement))

    def _done(self, measurement: int) -> None:
        if measurement != self._measurement:
            return
        slope = (_HOT[1] - _ROOM[1]) / (_HOT[0] - _ROOM[0])
        count = round(_ROOM[1] + (self.celsius - _ROOM[0]) * slope)
        self["TEMPSENSE0"] = self["TEMPSENSE0"] & ~_COUNT | count << 8 | _FINISHED
        pause = self["TEMPSENSE1"] & 0xFFFF
        if pause:
            self.machine.after(pause / _RTC_HZ, lambda: self._measure(measurement))
