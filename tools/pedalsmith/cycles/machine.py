# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A bare Cortex-M7 in the emulator: memory, one function called at a time, nothing else.

For pricing code apart from any board: ITCM at 0, DTCM at 0x20000000, flash at 0x08000000 and AXI
SRAM at 0x24000000, each 1 MiB.
"""

from pathlib import Path
from typing import Any

import unicorn
from elftools.elf.elffile import ELFFile
from unicorn import arm_const

from pedalsmith.cycles.trace import Recorder, Trace
from pedalsmith.errors import BadInput

REGIONS = (0x00000000, 0x08000000, 0x20000000, 0x24000000)
REGION_BYTES = 1 << 20
STACK_TOP = 0x20000000 + REGION_BYTES
_RETURN = 0x080FFF00
"""Where a called function returns to; the emulator stops there."""


class Image:
    """An ELF file: what to load where, and the names of its functions."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput when it is no ARM ELF file that is linked."""
        try:
            with path.open("rb") as file:
                elf = ELFFile(file)
                if elf["e_machine"] != "EM_ARM" or elf["e_type"] != "ET_EXEC":
                    raise BadInput(f"{path}: is no linked ARM program; give the .elf of a build.")
                self.segments = [
                    (int(s["p_vaddr"]), s.data(), int(s["p_memsz"]))
                    for s in elf.iter_segments("PT_LOAD")
                ]
                self.symbols, self._functions = _symbols(elf)
        except (OSError, ValueError) as error:
            raise BadInput(f"{path}: cannot be read as an ELF file ({error}).") from None
        except Exception as error:
            if type(error).__name__ != "ELFError":
                raise
            raise BadInput(f"{path}: is no ELF file; give the .elf of a build.") from None

    def function_at(self, address: int) -> str:
        """Name of the function that holds the address; "?" outside of all."""
        low, high = 0, len(self._functions)
        while low < high:
            middle = (low + high) // 2
            if self._functions[middle][0] <= address:
                low = middle + 1
            else:
                high = middle
        return self._functions[low - 1][1] if low else "?"

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


class Machine:
    """The emulator with an image in it."""

    def __init__(self, image: Image) -> None:
        """Loads the image's segments where they belong."""
        self.image = image
        self.uc: Any = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB)
        self.uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M7)
        for start in REGIONS:
            self.uc.mem_map(start, REGION_BYTES)
        for start, data, _ in image.segments:
            self.uc.mem_write(start, bytes(data))

    def call(self, function: str, *arguments: int) -> int:
        """Calls a function with up to four words and returns r0."""
        entry, _ = self.image.extent(function)
        registers = (
            arm_const.UC_ARM_REG_R0,
            arm_const.UC_ARM_REG_R1,
            arm_const.UC_ARM_REG_R2,
            arm_const.UC_ARM_REG_R3,
        )
        stack = STACK_TOP - 64
        for register, value in zip(registers, arguments, strict=False):
            self.uc.reg_write(register, value & 0xFFFFFFFF)
        for index, value in enumerate(arguments[4:]):
            self.uc.mem_write(stack + 4 * index, (value & 0xFFFFFFFF).to_bytes(4, "little"))
        self.uc.reg_write(arm_const.UC_ARM_REG_SP, stack)
        self.uc.reg_write(arm_const.UC_ARM_REG_LR, _RETURN | 1)
        try:
            self.uc.emu_start(entry | 1, _RETURN)
        except unicorn.UcError as error:
            at = self.uc.reg_read(arm_const.UC_ARM_REG_PC)
            raise BadInput(
                f"{function} ended in a fault at 0x{at:08x} "
                f"({self.image.function_at(at)}): {error}."
            ) from None
        return int(self.uc.reg_read(arm_const.UC_ARM_REG_R0))

    def record(self, function: str, *arguments: int) -> tuple[Trace, int]:
        """As call, and returns what was executed too."""
        with Recorder(self.uc) as recorder:
            result = self.call(function, *arguments)
        return recorder.trace, result
