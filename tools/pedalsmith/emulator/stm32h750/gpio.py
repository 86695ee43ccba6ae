# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""GPIO ports A to K: what each pin is set to, its level out, and levels in from outside."""

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.stm32h750.rcc import Rcc

_MODER_RESET = {"A": 0xABFF_FFFF, "B": 0xFFFF_FEBF}
_PUPDR_RESET = {"A": 0x6400_0000, "B": 0x0000_0100}
_OSPEEDR_RESET = {"A": 0x0C00_0000, "B": 0x0000_00C0}
INPUT, OUTPUT, ALTERNATE, ANALOG = range(4)


class Port(Peripheral):
    """One port. `outside` maps a bit to the level that something outside drives."""

    def __init__(self, machine: Machine, letter: str) -> None:
        super().__init__(
            machine, f"GPIO{letter}", 0x5802_0000 + 0x400 * "ABCDEFGHIJK".index(letter)
        )
        self.outside: dict[int, bool] = {}
        self.changes: list[tuple[float, int, bool]] = []
        """(virtual seconds, bit, level) of every output change."""
        self.add("MODER", 0x00, reset=_MODER_RESET.get(letter, ALL), writable=ALL)
        self.add("OTYPER", 0x04, writable=0xFFFF)
        self.add("OSPEEDR", 0x08, reset=_OSPEEDR_RESET.get(letter, 0), writable=ALL)
        self.add("PUPDR", 0x0C, reset=_PUPDR_RESET.get(letter, 0), writable=ALL)
        self.add("IDR", 0x10, read_only=0xFFFF, on_read=self._read_idr)
        self.add("ODR", 0x14, writable=0xFFFF, on_write=self._write_odr)
        self.add("BSRR", 0x18, writable=ALL, stored=False, on_write=self._write_bsrr)
        self.add("LCKR", 0x1C, writable=0x1FFFF)
        self.add("AFR[0]", 0x20, writable=ALL)
        self.add("AFR[1]", 0x24, writable=ALL)

    def mode(self, bit: int) -> int:
        """INPUT, OUTPUT, ALTERNATE or ANALOG."""
        return self["MODER"] >> 2 * bit & 3

    def function(self, bit: int) -> int | None:
        """Number of the alternate function; None when the pin is set to something else."""
        if self.mode(bit) != ALTERNATE:
            return None
        return self[f"AFR[{bit // 8}]"] >> 4 * (bit % 8) & 15

    def output(self, bit: int) -> bool | None:
        """The level driven; None when the pin is no output."""
        return bool(self["ODR"] >> bit & 1) if self.mode(bit) == OUTPUT else None

    def _level(self, bit: int) -> bool:
        if self.mode(bit) == ANALOG:
            return False
        if self.mode(bit) == OUTPUT:
            return bool(self["ODR"] >> bit & 1)
        if bit in self.outside:
            return self.outside[bit]
        # Open: the pull decides; without one a pin reads 0 here.
        return self["PUPDR"] >> 2 * bit & 3 == 1

    def _read_idr(self) -> int:
        return sum(self._level(bit) << bit for bit in range(16))

    def _write_odr(self, value: int, before: int) -> None:
        for bit in range(16):
            if (value ^ before) >> bit & 1:
                self.changes.append((self.machine.seconds, bit, bool(value >> bit & 1)))

    def _write_bsrr(self, value: int, before: int) -> None:
        old = self["ODR"]
        # Setting wins over resetting.
        new = old & ~(value >> 16) | value & 0xFFFF
        self["ODR"] = new
        self._write_odr(new, old)


class Gpio:
    """All ports, and pins by name: "PE2"."""

    def __init__(self, machine: Machine, rcc: Rcc) -> None:
        self.ports = {letter: Port(machine, letter) for letter in "ABCDEFGHIJK"}
        for bit, port in enumerate(self.ports.values()):
            rcc.gate(port, "AHB4", bit)

    def pin(self, name: str) -> tuple[Port, int]:
        """Port and bit of a pin such as PE2."""
        return self.ports[name[1]], int(name[2:])

    def function(self, name: str) -> int | None:
        """Alternate function of a pin, or None."""
        port, bit = self.pin(name)
        return port.function(bit)

    def drive(self, name: str, level: bool | None) -> None:
        """Drives a pin from outside; None lets it go."""
        port, bit = self.pin(name)
        if level is None:
            port.outside.pop(bit, None)
        else:
            port.outside[bit] = level

    def changes_of(self, name: str) -> list[tuple[float, bool]]:
        """(virtual seconds, level) of each change that the firmware made."""
        port, bit = self.pin(name)
        return [(at, level) for at, changed, level in port.changes if changed == bit]

    def level(self, name: str) -> bool | None:
        """The level the firmware drives on a pin, or None."""
        port, bit = self.pin(name)
        return port.output(bit)
