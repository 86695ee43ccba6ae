# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What else start-up code touches: SRC (why the chip was reset), OCOTP (the factory's fuses)."""

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.tempmon import CALIBRATION

POWER_ON, SOFTWARE, WATCHDOG = 1 << 0, 1 << 1, 1 << 4
"""Bits of SRC.SRSR"""


class Src(Peripheral):
    """SRSR collects reasons until the firmware clears them; GPR1 to 10 outlive a reset."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "SRC", 0x400F_8000)
        self._kept = {"SRSR": POWER_ON}
        self.add("SCR", 0x00, reset=0xA048_0520, writable=ALL)
        self.add("SBMR1", 0x04)
        self.add("SRSR", 0x08, writable=0x1FF, stored=False, on_write=self._clear)
        self.add("SBMR2", 0x1C, reset=0x0200_0000)
        for n in range(1, 11):
            self.add(f"GPR{n}", 0x1C + 4 * n, writable=ALL)

    def _clear(self, value: int, before: int) -> None:
        self["SRSR"] = before & ~value

    def note(self, reason: int) -> None:
        """The chip is about to be reset."""
        self._kept = {name: self[name] for name in ("SRSR", *(f"GPR{n}" for n in range(1, 11)))}
        self._kept["SRSR"] |= reason

    def power_up(self) -> None:
        """Power came on: nothing is kept."""
        self._kept = {"SRSR": POWER_ON}

    def reset(self) -> None:
        super().reset()
        for name, value in self._kept.items():
            self[name] = value


class Ocotp(Peripheral):
    """The fuses' shadow registers: the unique number, and the points of the temperature sensor."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "OCOTP", 0x401F_4000, 0x800)
        self.add("CFG0", 0x410, reset=0x4D45_0001)
        self.add("CFG1", 0x420, reset=0x5445_4C55)
        self.add("ANA1", 0x4E0, reset=CALIBRATION)
