# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The file that is flashed, with names for error messages where an .elf gives them."""

import bisect
from dataclasses import dataclass, field
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from pedalsmith.errors import BadInput
from pedalsmith.native.image_file import read_firmware


@dataclass
class Image:
    """Segments (address, bytes) as a loader writes them, and function names by address."""

    segments: list[tuple[int, bytes]]
    names: list[tuple[int, int, str]] = field(default_factory=list)
    """(address, bytes, name), sorted; Thumb bit cleared."""

    def patch(self, address: int, data: bytes) -> None:
        """Replaces bytes of the segment that holds them all."""
        for number, (start, content) in enumerate(self.segments):
            at = address - start
            if at >= 0 and at + len(data) <= len(content):
                self.segments[number] = (start, content[:at] + data + content[at + len(data) :])
                return
        raise ValueError(f"no segment holds {len(data)} bytes at {address:#x}")

    def symbol(self, address: int) -> str:
        """' (function+0x10)', or '' where no name is known."""
        at = bisect.bisect_right(self.names, (address, 1 << 32, "")) - 1
        if at < 0:
            return ""
        start, size, name = self.names[at]
        return f" ({name}+{address - start:#x})" if address < start + max(size, 2) else ""


def read_image(path: Path, base: int) -> Image:
    """Reads .elf or .hex, or any other file as the bytes from `base` on.

    Names come from the .elf itself or from one beside the file, where it can be read. Raises
    BadInput when there is no such file, or it is damaged.
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such image; build one with `pedalsmith build`.")
    firmware = read_firmware(path)
    address = base if firmware.address is None else firmware.address
    return Image([(address, firmware.data)], _names(path) or _names(path.with_suffix(".elf")))


def _names(path: Path) -> list[tuple[int, int, str]]:
    """The functions of an .elf; none where it cannot be read: a run does not need them."""
    try:
        with path.open("rb") as file:
            table = ELFFile(file).get_section_by_name(".symtab")
            if not isinstance(table, SymbolTableSection):
                return []
            return sorted(
                (symbol["st_value"] & ~1, symbol["st_size"], symbol.name)
                for symbol in table.iter_symbols()
                if symbol["st_info"]["type"] == "STT_FUNC"
            )
    except (ELFError, OSError, ValueError):
        return []
