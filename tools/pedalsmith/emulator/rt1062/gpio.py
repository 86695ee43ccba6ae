# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""GPIO1 to 4 and their fast twins GPIO6 to 9: IOMUXC_GPR26..29 give each pin to one of the two."""

from functools import partial

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.ccm import Ccm
from pedalsmith.emulator.rt1062.iomuxc import Gpr, Iomuxc

FUNCTION = 5
"""ALT number of GPIO, on every pad"""
_BASES = (0x401B_8000, 0x401B_C000, 0x401C_0000, 0x401C_4000)
_FAST_BASES = (0x4200_0000, 0x4200_4000, 0x4200_8000, 0x4200_C000)
_GATES = ((1, 13), (0, 15), (2, 13), (3, 6))
_BANKS = {
    "AD_B0": (0, 0), "AD_B1": (0, 16), "B0": (1, 0), "B1": (1, 16),
    "SD_B1": (2, 0), "SD_B0": (2, 12), "EMC": (3, 0),
}  # fmt: skip
"""Bank of pads: port (0 is GPIO1 and GPIO6), bit of its pad 00."""


def place(pad: str) -> tuple[int, int]:
    """Port, 0 to 3, and bit of a pad such as GPIO_B0_03."""
    bank, _, number = pad.removeprefix("GPIO_").rpartition("_")
    port, first = _BANKS[bank]
    if bank == "EMC" and int(number) >= 32:
        return 2, int(number) - 32 + 18
    return port, first + int(number)


class Port(Peripheral):
    """The registers of one port. `selected` gives the bits that GPR leaves to it."""

    def __init__(self, gpio: "Gpio", name: str, base: int, index: int, *, fast: bool) -> None:
        super().__init__(gpio.machine, name, base, 0x400)
        self._gpio, self._index, self._fast = gpio, index, fast
        self.add("DR", 0x00, writable=ALL, on_write=self._drive)
        self.add("GDIR", 0x04, writable=ALL, on_write=self._drive)
        self.add("PSR", 0x08, on_read=lambda: gpio.levels(index))
        for register, offset in (("ICR1", 0x0C), ("ICR2", 0x10), ("IMR", 0x14), ("EDGE_SEL", 0x1C)):
            self.add(register, offset, writable=0)
        self.add("ISR", 0x18, writable=ALL, stored=False)
        for suffix, offset in (("SET", 0x84), ("CLEAR", 0x88), ("TOGGLE", 0x8C)):
            self.add(f"DR_{suffix}", offset, writable=ALL, stored=False,
                     on_write=partial(self._change, suffix))  # fmt: skip

    def selected(self) -> int:
        """Bits whose pins are this port's."""
        fast = self._gpio.gpr[f"GPR{26 + self._index}"]
        return fast if self._fast else ~fast & ALL

    def _change(self, suffix: str, value: int, before: int) -> None:
        old = self["DR"]
        new = {"SET": old | value, "CLEAR": old & ~value, "TOGGLE": old ^ value}[suffix]
        self["DR"] = new
        self._drive(new, old)

    def _drive(self, value: int, before: int) -> None:
        lost = (value ^ before) & ~self.selected() & ALL
        if lost:
            raise self.error(
                f"bits {lost:#x} are set, but IOMUXC_GPR.GPR{26 + self._index} gives their pins to "
                "the other port"
            )
        self._gpio.note_changes(self._index)


class Gpio:
    """All pins by the name of their pad: "GPIO_B0_03"."""

    def __init__(self, machine: Machine, ccm: Ccm, iomuxc: Iomuxc, gpr: Gpr) -> None:
        self.machine, self.gpr, self._iomuxc = machine, gpr, iomuxc
        self._outside: dict[tuple[int, int], bool] = {}
        self._changes: dict[str, list[tuple[float, bool]]] = {}
        self._pads = {place(pad): pad for pad in iomuxc.pads}
        self._ports = []
        for index in range(4):
            slow = Port(self, f"GPIO{index + 1}", _BASES[index], index, fast=False)
            fast = Port(self, f"GPIO{index + 6}", _FAST_BASES[index], index, fast=True)
            ccm.gate(slow, *_GATES[index])
            self._ports.append((slow, fast))

    def _is_gpio(self, at: tuple[int, int]) -> bool:
        return at in self._pads and self._iomuxc.function(self._pads[at]) == FUNCTION

    def _driven(self, index: int) -> tuple[int, int]:
        """Bits that a port drives, and to what."""
        slow, fast = self._ports[index]
        mine = fast.selected()
        return (
            slow["GDIR"] & ~mine | fast["GDIR"] & mine,
            slow["DR"] & ~mine | fast["DR"] & mine,
        )

    def levels(self, index: int) -> int:
        """What a port reads: PSR."""
        driven, word = self._driven(index)
        found = 0
        for bit in range(32):
            at = index, bit
            if not self._is_gpio(at):
                continue
            if driven >> bit & 1:
                found |= word & 1 << bit
            # Open: a pull-up makes it high, a pull-down or the keeper low.
            elif self._outside.get(at, self._iomuxc.pulls_up(self._pads[at])):
                found |= 1 << bit
        return found

    def note_changes(self, index: int) -> None:
        """Keeps the levels that are new since the last call."""
        driven, word = self._driven(index)
        for bit in range(driven.bit_length()):
            if not driven >> bit & 1 or not self._is_gpio((index, bit)):
                continue
            level = bool(word >> bit & 1)
            changes = self._changes.setdefault(self._pads[index, bit], [])
            if not changes or changes[-1][1] != level:
                changes.append((self.machine.seconds, level))

    def drive(self, pad: str, level: bool | None) -> None:
        """Drives a pin from outside; None lets it go."""
        if level is None:
            self._outside.pop(place(pad), None)
        else:
            self._outside[place(pad)] = level

    def changes_of(self, pad: str) -> list[tuple[float, bool]]:
        """(virtual seconds, level) of each change that the firmware made."""
        return self._changes.get(pad, [])

    def level(self, pad: str) -> bool | None:
        """The level the firmware drives, or None."""
        index, bit = place(pad)
        driven, word = self._driven(index)
        return bool(word >> bit & 1) if driven >> bit & 1 and self._is_gpio((index, bit)) else None
