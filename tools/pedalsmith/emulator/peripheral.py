# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A peripheral: named registers at offsets, which refuse what the manual does not know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pedalsmith.emulator.faults import EmulationError, Unmodelled

if TYPE_CHECKING:
    from pedalsmith.emulator.library import Cell
    from pedalsmith.emulator.machine import Machine

ALL = 0xFFFF_FFFF


@dataclass
class Register:
    """One 32-bit register.

    `writable` bits are stored; `read_only` bits keep their value whatever is written; a write
    that changes any other bit is refused. `on_write(value, before)` is called with what was
    written, before it is stored when `stored` is False (the hook does it) and after it else;
    `on_read()` gives the value. A register without `on_read` is read without Python.
    """

    name: str
    full_name: str
    """As CMSIS has it, for errors and write logs: PERIPHERAL.REGISTER"""
    offset: int
    reset: int
    writable: int
    read_only: int
    on_write: Callable[[int, int], None] | None
    on_read: Callable[[], int] | None
    stored: bool


class Peripheral:
    """Base of all peripherals. A subclass declares its registers in __init__ with `add`."""

    def __init__(self, machine: "Machine", name: str, base: int, size: int = 0x400) -> None:
        self.machine, self.name, self.base, self.size = machine, name, base, size
        self.registers: dict[int, Register] = {}
        self._by_name: dict[str, Register] = {}
        self.clocked = True
        self.clock_name = ""
        machine.add(self)
        # 1 KB steps: an address selects the cell, so that a peripheral may span several.
        self._cells = {
            start: machine.cell(start)
            for start in range(base & ~0x3FF, base + size, 0x400)
            if 0x4000_0000 <= start < 0x6000_0000
        }

    def add(
        self,
        name: str,
        offset: int,
        *,
        reset: int = 0,
        writable: int = 0,
        read_only: int = 0,
        on_write: Callable[[int, int], None] | None = None,
        on_read: Callable[[], int] | None = None,
        stored: bool = True,
        full_name: str = "",
    ) -> None:
        """Declares a register; see Register."""
        full_name = full_name or f"{self.name}.{name}"
        register = Register(
            name, full_name, offset, reset, writable, read_only, on_write, on_read, stored
        )
        self.registers[offset] = register
        self._by_name[name] = register
        cell, word = self._place(offset)
        cell.direct[word] = int(on_read is None)
        cell.value[word] = reset

    def _place(self, offset: int) -> tuple["Cell", int]:
        address = self.base + offset
        return self._cells[address & ~0x3FF], (address & 0x3FF) // 4

    def get(self, offset: int) -> int:
        """The stored value of a register."""
        cell, word = self._place(offset)
        return int(cell.value[word])

    def put(self, offset: int, value: int) -> None:
        """Sets the value of a register, as the hardware does."""
        cell, word = self._place(offset)
        cell.value[word] = value

    def __getitem__(self, name: str) -> int:
        return self.get(self._by_name[name].offset)

    def __setitem__(self, name: str, value: int) -> None:
        self.put(self._by_name[name].offset, value)

    def error(self, text: str) -> EmulationError:
        """An error that names the peripheral and where the firmware is."""
        return EmulationError(f"{self.machine.name}: {self.name}: {text}{self.machine.where()}.")

    def _register(self, offset: int, what: str) -> Register:
        register = self.registers.get(offset & ~3)
        place = f"{self.name}+{offset:#05x}" if register is None else register.full_name
        if register is None:
            raise Unmodelled(
                f"{self.machine.name}: {what} {place} ({self.base + offset:#010x}), which is not "
                f"modelled{self.machine.where()}."
            )
        if not self.clocked:
            raise EmulationError(
                f"{self.machine.name}: {what} {place} while its clock is off"
                f"{self.clock_name and f' ({self.clock_name})'}{self.machine.where()}."
            )
        return register

    def read(self, offset: int, size: int) -> int:
        """A read of 1, 2 or 4 bytes by the firmware."""
        register = self._register(offset, "read of")
        word = register.on_read() if register.on_read else self.get(register.offset)
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        """A write of 1, 2 or 4 bytes by the firmware."""
        register = self._register(offset, f"write of {value:#x} to")
        if self.machine.writes.on:
            self.machine.writes.add(register.full_name, value, size)
        before = self.get(register.offset)
        if size != 4:
            shift = 8 * (offset & 3)
            mask = (1 << 8 * size) - 1 << shift
            # The bytes not written keep their value, or count as 0 where writing acts by itself.
            value = value << shift & mask | (before & ~mask if register.stored else 0)
        known = register.writable | register.read_only
        if value & ~known != (before & ~known if register.stored else 0):
            raise Unmodelled(
                f"{self.machine.name}: write of {value:#010x} to {register.full_name} sets "
                f"bits {value & ~known:#x} that are not modelled{self.machine.where()}."
            )
        if register.stored:
            value = value & register.writable | before & ~register.writable
            self.put(register.offset, value)
        if register.on_write:
            register.on_write(value, before)

    def reset(self) -> None:
        """To the values after reset; a subclass with state of its own extends it."""
        for register in self.registers.values():
            self.put(register.offset, register.reset)

    def set_clock(self, on: bool) -> None:
        """Gates the peripheral: while off every access is refused."""
        self.clocked = on
        for cell in self._cells.values():
            cell.open = int(on)
