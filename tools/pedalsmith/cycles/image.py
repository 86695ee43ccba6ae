# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A linked ARM program: its bytes where they run, and its functions by name and by address."""

import bisect
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from pedalsmith.errors import BadInput

DATA_START = 0x20000000
"""Code is loaded below, data above, on every Cortex-M."""


class Image:
    """An ELF file: what to load where, and the names of its functions."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput when it is no ARM ELF file that is linked."""
        try:
            with path.open("rb") as file:
                elf = ELFFile(file)
                if elf["e_machine"] != "EM_ARM" or elf["e_type"] != "ET_EXEC":
                    raise BadInput(f"{path}: is no linked ARM program; give the .elf of a build.")
                # By section: code that flash keeps packed is in no segment that is loaded.
                self.segments = [
                    (
                        int(s["sh_addr"]),
                        b"" if s["sh_type"] == "SHT_NOBITS" else s.data(),
                        int(s["sh_size"]),
                    )
                    for s in elf.iter_sections()
                    if s["sh_flags"] & SH_FLAGS.SHF_ALLOC
                ]
                self.symbols, self._functions = _symbols(elf)
        except (ELFError, OSError):
            raise BadInput(f"{path}: is no ELF file; give the .elf of a build.") from None

    @property
    def code_bytes(self) -> int:
        """Bytes loaded below the data: what the code takes."""
        return sum(len(data) for start, data, _ in self.segments if start < DATA_START)

    @property
    def data_bytes(self) -> int:
        """Bytes of constants, data and zeroed memory."""
        return sum(size for start, _, size in self.segments if start >= DATA_START)

    def function_at(self, address: int) -> str:
        """Name of the function that holds the address; "?" outside of all."""
        at = bisect.bisect_right(self._functions, (address, "\U0010ffff")) - 1
        return self._functions[at][1] if at >= 0 else "?"

    def extent(self, function: str) -> tuple[int, int]:
        """First address of a function and the one after its last; BadInput without it."""
        if function not in self.symbols:
            raise BadInput(f"there is no function {function} in the image; look at its symbols.")
        start = self.symbols[function] & ~1
        return start, min((at for at, _ in self._functions if at > start), default=start + 65536)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the file's contents as loaded; fewer at the end of a segment."""
        for start, data, _ in self.segments:
            if start <= address < start + len(data):
                return bytes(data[address - start : address - start + size])
        return b""


def _symbols(elf: Any) -> tuple[dict[str, int], list[tuple[int, str]]]:
    table = elf.get_section_by_name(".symtab")
    symbols: dict[str, int] = {}
    functions: dict[int, str] = {}
    for symbol in table.iter_symbols() if table is not None else ():
        name, kind = symbol.name, symbol["st_info"]["type"]
        if not name or name.startswith("$") or symbol["st_shndx"] == "SHN_UNDEF":
            continue
        symbols[name] = int(symbol["st_value"])
        if kind == "STT_FUNC":
            functions[int(symbol["st_value"]) & ~1] = name
    return symbols, sorted(functions.items())
