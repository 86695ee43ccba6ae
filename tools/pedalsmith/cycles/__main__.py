# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Prices a function of one's own, for scheduling assembly by hand.

    python -m pedalsmith.cycles kernel.S --call 'f(4096@, 16, 3)' --list f

compiles and links what is given (.c, .S, .s, .o or a linked .elf), calls the function in a bare
emulator and prints cycles per function and the listing of one of them: which instructions pair,
which wait, and for what. An argument is a number, N@ for a buffer of N zero bytes in DTCM, or
file.bin@ for a buffer with the contents of a file.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pedalsmith.cycles.decode import Decoder
from pedalsmith.cycles.machine import Image, Machine
from pedalsmith.cycles.memory import tightly_coupled
from pedalsmith.cycles.pipeline import Pipeline, simulate
from pedalsmith.cycles.report import by_function, listing
from pedalsmith.errors import PedalsmithError

_TARGET = ["-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16"]
_SCRIPT = """
PHDRS { code PT_LOAD; data PT_LOAD; }
SECTIONS {
  .text 0x00000100 : { *(.text*) *(.itcm*) } :code
  .data 0x20000000 : { *(.rodata*) *(.data*) *(.bss*) *(COMMON) *(.dtcm*) } :data
  /DISCARD/ : { *(.ARM.*) }
}
"""
_HEAP = 0x20040000


def link(sources: list[Path], out: Path, flags: list[str]) -> None:
    """Links sources into a bare image: code in ITCM, data in DTCM."""
    script = out.with_suffix(".ld")
    script.write_text(_SCRIPT, encoding="utf-8")
    command = [
        sys.executable, "-m", "ziglang", "cc", *_TARGET, "-O3", "-std=c11", "-nostdlib",
        "-ffreestanding", *flags, *map(str, sources), f"-Wl,-T,{script}", "-Wl,--entry=0", "-Wl,--no-gc-sections",
        "-o", str(out),
    ]  # fmt: skip
    subprocess.run(command, check=True)


def _arguments(text: str, machine: Machine) -> list[int]:
    values, heap = [], _HEAP
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        if part.endswith("@"):
            name = part[:-1]
            data = bytes(int(name, 0)) if re.fullmatch(r"\w+", name) else Path(name).read_bytes()
            machine.uc.mem_write(heap, data)
            values.append(heap)
            heap += (len(data) + 63) & ~63
        else:
            values.append(int(part, 0))
    return values


def main() -> None:
    """Entry point of `python -m pedalsmith.cycles`."""
    parser = argparse.ArgumentParser(prog="python -m pedalsmith.cycles", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument(
        "--call", required=True, action="append", help="f(arg, ...); repeatable, the last is priced"
    )
    parser.add_argument(
        "--list", dest="functions", action="append", default=[], help="function to list"
    )
    parser.add_argument(
        "--flag", action="append", default=[], help="compiler flag, e.g. --flag=-Ifirmware"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        elf = options.sources[0]
        if elf.suffix != ".elf":
            elf = Path(folder) / "bare.elf"
            link(options.sources, elf, options.flag)
        machine = Machine(Image(elf))
        for call in options.call:
            name, _, rest = call.partition("(")
            trace, result = machine.record(name.strip(), *_arguments(rest.rstrip(") "), machine))
    image = machine.image
    memory = tightly_coupled()
    steps = list(trace.steps(Decoder(image.read)))
    core = Pipeline(memory)
    simulate(steps, memory, core)  # warm predictor, so that the second run is the steady state
    begin = core.cycle
    issues = simulate(steps, memory, core)
    print(
        f"{call}: r0 = {result}, {len(steps)} instructions, {core.cycle - begin} cycles warm, {begin} cold"
    )
    for cost in by_function(issues, image.function_at):
        print(f"{cost.instructions:9d} instructions {cost.cycles:9d} cycles  {cost.name}")
    for function in options.functions:
        start = image.symbols[function] & ~1
        end = min((a for a, _ in image._functions if a > start), default=start + 65536)
        print(f"\n{function}:")
        print(listing(issues, start, end))


if __name__ == "__main__":
    try:
        main()
    except PedalsmithError as error:
        sys.exit(f"pedalsmith.cycles: {error}")
