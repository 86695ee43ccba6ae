# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The log of all register writes, in order and as final values."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pedalsmith.emulator.machine import Machine

_TAKE_TWICE = {"SCB.DCISW", "SCB.DCCISW"}
"""Written once for each line of the cache; the log keeps the first."""


class WriteLog:
    """Register writes as ("PERIPHERAL.REGISTER", "0x...", exception), off until `on` is set."""

    def __init__(self, machine: "Machine") -> None:
        self._machine = machine
        self.on = False
        self.entries: list[tuple[str, str, int]] = []

    def add(self, name: str, value: int, size: int) -> None:
        """Adds a write of `size` bytes; the width of the number says how many they were."""
        if name in _TAKE_TWICE and self.entries and self.entries[-1][0] == name:
            return
        current = int(self._machine.state.current)
        self.entries.append((name, f"0x{value:0{2 * size}X}", current))

    def final(self) -> dict[str, str]:
        """The value of every stored register that was written, as it is now."""
        written = {name for name, _, _ in self.entries}
        values: dict[str, str] = {}
        for peripheral in self._machine.peripherals:
            for register in peripheral.registers.values():
                name = f"{peripheral.name}.{register.name}"
                if name in written and register.stored:
                    values[name] = f"0x{peripheral.get(register.offset):08X}"
        for name, value, _ in self.entries:
            if name.partition(".")[0] in {"SCB", "MPU", "SysTick", "DWT", "FPU", "CoreDebug"}:
                values[name] = value
        return values
