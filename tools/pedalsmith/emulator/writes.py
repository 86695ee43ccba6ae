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

    def final(self) -> dict[str, object]:
        """The value of every register that was written and keeps one, as it is now.

        The NVIC is given as "NVIC.enabled_irqs" and "NVIC.priorities" ({irq: "0x40"}).
        """
        written = {name for name, _, _ in self.entries}
        values: dict[str, object] = {}
        for peripheral in self._machine.peripherals:
            for register in peripheral.registers.values():
                word = peripheral.get(register.offset)
                if register.full_name in written and (register.stored or word):
                    values[register.full_name] = f"0x{word:08X}"
        for name, value, _ in self.entries:
            if name.partition(".")[0] in {"SCB", "MPU", "SysTick", "DWT", "FPU", "CoreDebug"}:
                values[name] = value
        state = self._machine.state
        irqs = [n for n in range(240) if state.enabled[16 + n]]
        values["NVIC.enabled_irqs"] = irqs
        values["NVIC.priorities"] = {str(n): f"0x{state.priority[16 + n]:02X}" for n in irqs}
        return values
