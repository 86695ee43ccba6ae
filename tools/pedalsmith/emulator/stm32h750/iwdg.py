# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""IWDG1: the independent watchdog, on a 32 kHz oscillator of its own."""

from collections.abc import Callable

from pedalsmith.emulator.bite_timer import BiteTimer
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import Peripheral

LSI_HZ = 32_000
RESET_FLAG = 1 << 26
"""IWDG1RSTF in RCC.RSR."""
_UPDATE_SECONDS = 5 / LSI_HZ


class Iwdg(Peripheral):
    """`on_bite` is called when it was not fed in time."""

    def __init__(self, machine: Machine, on_bite: Callable[[], None]) -> None:
        super().__init__(machine, "IWDG1", 0x5800_4800)
        self._timer = BiteTimer(machine, on_bite)
        self._running = self._unlocked = False
        self.add("KR", 0x00, writable=0xFFFF, stored=False, on_write=self._write_key)
        self.add("PR", 0x04, writable=7, on_write=self._write_setting)
        self.add("RLR", 0x08, reset=0xFFF, writable=0xFFF, on_write=self._write_setting)
        self.add("SR", 0x0C, read_only=7)
        self.add("WINR", 0x10, reset=0xFFF, writable=0xFFF, on_write=self._write_setting)

    def reset(self) -> None:
        super().reset()
        self._running = self._unlocked = False
        self._timer.stop()

    def _write_key(self, value: int, before: int) -> None:
        self._unlocked = value == 0x5555
        if value == 0xCCCC:
            self._running = True
            self._feed()
        elif value == 0xAAAA:
            self._feed()
        elif value != 0x5555:
            raise self.error(f"KR gets {value:#06x}, which is no key")

    def _write_setting(self, value: int, before: int) -> None:
        if not self._unlocked:
            raise self.error("a setting is written without the key 0x5555 before it")
        self["SR"] |= 7

        def updated() -> None:
            self["SR"] = 0

        self.machine.after(_UPDATE_SECONDS, updated)

    def seconds(self) -> float:
        """Time from feeding to biting."""
        return (self["RLR"] + 1) * (4 << min(self["PR"], 6)) / LSI_HZ

    def _feed(self) -> None:
        if self._running:
            self._timer.feed(self.seconds())
