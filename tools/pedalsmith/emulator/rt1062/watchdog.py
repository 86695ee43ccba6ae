# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WDOG1, the watchdog of the RT1062: half a second a step, fed by two words in order."""

from collections.abc import Callable

from pedalsmith.emulator.bite_timer import BiteTimer
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import Peripheral

_WDE = 1 << 2
_SRS = 1 << 4


class Watchdog(Peripheral):
    """Registers of 16 bits. `on_bite` is called when it was not fed in time."""

    def __init__(self, machine: Machine, on_bite: Callable[[], None]) -> None:
        super().__init__(machine, "WDOG1", 0x400B_8000)
        self._timer = BiteTimer(machine, on_bite)
        self._half_fed = False
        # Two registers a word: WCR and WSR, WRSR and WICR, WMCR.
        self.add("WCR", 0x00, reset=0x30, writable=0xFFFF_FFFF)
        self.add("WRSR", 0x04, reset=4 << 16, writable=0)
        self.add("WMCR", 0x08, reset=1, writable=0x1)

    def reset(self) -> None:
        super().reset()
        self._timer.stop()
        self._half_fed = False

    def write(self, offset: int, size: int, value: int) -> None:
        """See Peripheral; WCR and WSR are half-words."""
        if offset > 2:
            super().write(offset, size, value)
            return
        self._register(offset, "write of")
        if size != 2:
            raise self.error("its registers have 16 bits")
        name = "WSR" if offset else "WCR"
        if self.machine.writes.on:
            self.machine.writes.add(f"WDOG1.{name}", value, size)
        if offset:
            self._write_service(value)
        else:
            self._write_control(value)

    def _write_control(self, value: int) -> None:
        before = self["WCR"]
        if before & _WDE and not value & _WDE:
            raise self.error("WCR.WDE cannot be cleared")
        if not value & _SRS:
            raise self.error("WCR.SRS is 0: a reset by the watchdog's own signal is not modelled")
        self["WCR"] = value
        if value & _WDE and not before & _WDE:
            self._timer.feed(self.seconds())

    def _write_service(self, value: int) -> None:
        if value == 0x5555:
            self._half_fed = True
        elif value == 0xAAAA and self._half_fed:
            self._half_fed = False
            if self["WCR"] & _WDE:
                self._timer.feed(self.seconds())
        else:
            raise self.error(f"WSR gets {value:#06x}; 0x5555 and then 0xaaaa feed it")

    def seconds(self) -> float:
        """Time from feeding to biting."""
        return 0.5 * ((self["WCR"] >> 8 & 0xFF) + 1)
