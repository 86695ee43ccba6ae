# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The engine's objects need nothing but each other, at every optimization that is used."""

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from .compilers import ENGINE, arm_cc, compile_or_fail, engine_sources, host_cc


def undefined_symbols(objects: list[Path]) -> set[str]:
    needed: set[str] = set()
    defined: set[str] = set()
    for path in objects:
        with path.open("rb") as file:
            symbols = ELFFile(file).get_section_by_name(".symtab")
            for symbol in symbols.iter_symbols():
                if symbol.name and symbol["st_info"]["bind"] != "STB_LOCAL":
                    (needed if symbol["st_shndx"] == "SHN_UNDEF" else defined).add(symbol.name)
    return needed - defined


@pytest.mark.parametrize("optimization", ["-O2", "-O3", "-Os"])
@pytest.mark.parametrize("target", ["zig-arm", "gcc-arm", "gcc-host"])
def test_no_symbol_from_outside(target: str, optimization: str, tmp_path: Path) -> None:
    compiler, machine = target.split("-")
    command = arm_cc(compiler) if machine == "arm" else host_cc(compiler)
    objects = []
    for source in engine_sources(assembly=machine == "arm"):
        objects.append(tmp_path / f"{Path(source).name}.o")
        options = [optimization, f"-I{ENGINE}", "-c", source, "-o", str(objects[-1])]
        compile_or_fail([*command, *options])
    assert undefined_symbols(objects) == set()
