# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The file that is flashed: .bin as it is, .elf with names for error messages."""

import bisect
from dataclasses import dataclass, field
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from pedalsmith.errors import BadInput


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
    """Reads .elf, or any other file as the bytes from `base` on (names from a .elf beside it).

    Raises BadInput when the file is not there or is no ELF of a 32-bit ARM.
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such image; build one with `pedalsmith build`.")
    if path.suffix == ".elf":
        return Image(_segments(path), _names(path))
    data = path.read_bytes()
    if not data:
        raise BadInput(f"{path}: is empty; build it again.")
    elf = path.with_suffix(".elf")
    return Image([(base, data)], _names(elf) if elf.is_file() else [])


def _open(path: Path) -> ELFFile:
    try:
        file = ELFFile.load_from_path(str(path))
    except (ELFError, OSError):
        raise BadInput(f"{path}: is no ELF file; build it again.") from None
    if file["e_machine"] != "EM_ARM":
        raise BadInput(f"{path}: is not for ARM; build it for the board.")
    return file


def _segments(path: Path) -> list[tuple[int, bytes]]:
    with _open(path) as file:
        return [
            (segment["p_paddr"], segment.data())
            for segment in file.iter_segments("PT_LOAD")
            if segment["p_filesz"]
        ]


def _names(path: Path) -> list[tuple[int, int, str]]:
    with _open(path) as file:
        table = file.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return []
        return sorted(
            (symbol["st_value"] & ~1, symbol["st_size"], symbol.name)
            for symbol in table.iter_symbols()
            if symbol["st_info"]["type"] == "STT_FUNC"
        )
