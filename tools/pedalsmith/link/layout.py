# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The memory map that a DfuSe device prints as the name of its alternate setting.

UM0424, section 10.3.2: "@Internal Flash   /0x08000000/04*016Kg,01*064Kg" is a name, then areas,
each an address and groups of sectors: how many, of what size, with what rights. The letter that
ends a group is a bit field: 1 readable, 2 erasable, 4 writable.
"""

import re
from dataclasses import dataclass

_AREA = re.compile(r"/0x([0-9a-fA-F]{1,8})/([^/]+)")
_GROUP = re.compile(r"\s*(\d+)\*(\d+)\s*([ BKM])([a-g])\s*")
_UNITS = {" ": 1, "B": 1, "K": 1 << 10, "M": 1 << 20}


@dataclass(frozen=True)
class Sectors:
    """Sectors of one size and one set of rights, one after another."""

    origin: int
    count: int
    size: int
    """Bytes of each"""
    readable: bool
    erasable: bool
    writable: bool

    @property
    def end(self) -> int:
        """The first address after them."""
        return self.origin + self.count * self.size


@dataclass(frozen=True)
class Layout:
    """A whole map."""

    name: str
    areas: tuple[Sectors, ...]

    def at(self, address: int) -> Sectors | None:
        """The sectors that hold the address."""
        for area in self.areas:
            if area.origin <= address < area.end:
                return area
        return None

    def takes(self, address: int, count: int) -> bool:
        """Whether all the bytes from the address on may be erased and written."""
        end = address + count
        while address < end:
            area = self.at(address)
            if area is None or not (area.erasable and area.writable):
                return False
            address = area.end
        return True

    def sectors(self, address: int, count: int) -> list[int]:
        """The addresses of the sectors that the bytes lie in; `takes` must hold."""
        found, end = [], address + count
        while address < end:
            area = self.at(address)
            assert area is not None
            begin = address - (address - area.origin) % area.size
            found.append(begin)
            address = begin + area.size
        return found


def parse_layout(text: str) -> Layout | None:
    """Reads the name of an alternate setting; None when it is no memory map."""
    if not text.startswith("@"):
        return None
    areas: list[Sectors] = []
    for match in _AREA.finditer(text):
        address = int(match[1], 16)
        for part in match[2].split(","):
            group = _GROUP.fullmatch(part)
            if group is None:
                return None
            rights = ord(group[4]) - ord("a") + 1
            area = Sectors(
                address,
                int(group[1]),
                int(group[2]) * _UNITS[group[3]],
                readable=bool(rights & 1),
                erasable=bool(rights & 2),
                writable=bool(rights & 4),
            )
            areas.append(area)
            address = area.end
    return Layout(text[1:].split("/")[0].strip(), tuple(areas)) if areas else None
