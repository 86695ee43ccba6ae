# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A few lines of assembly, run in the bare machine and priced."""

from collections.abc import Mapping
from pathlib import Path

from pedalsmith.cycles.core import Core, Timing
from pedalsmith.cycles.engine import build
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import Cache, Memory, Region, tightly_coupled
from pedalsmith.emulator.bare import BareMachine

BUFFER = 0x20100000 - 0x10000
"""r0 at the start of every snippet; r1 lies 4 KB higher. Both in DTCM, at multiples of 8."""

LINE_FILL = 30
"""Cycles of a line fill of `cached`."""

_SHORT, _LONG = 32, 96

_FUNCTION = """
    .globl {name}
    .type {name}, %function
    .balign 16
{name}:
    push.w {{r4-r11, lr}}
{body}
    pop.w {{r4-r11, pc}}
"""


def assemble(functions: Mapping[str, str], folder: Path) -> Image:
    """Links functions, given as name and body; bodies may use r0-r12 and s0-s15 freely."""
    source = folder / "snippets.S"
    text = "".join(_FUNCTION.format(name=name, body=body) for name, body in functions.items())
    source.write_text(f"    .syntax unified\n    .thumb\n{text}", encoding="utf-8")
    return build([source], folder / "snippets.elf")


def run(image: Image, function: str, core: Core) -> Timing:
    """Calls a function of the image and prices it."""
    machine = BareMachine((start, data) for start, data, _ in image.segments)
    trace, _ = machine.record(image.extent(function)[0], BUFFER, BUFFER + 0x1000)
    return core.run(trace)


def cached(start: int) -> Memory:
    """64 KiB behind the cache from `start` on; all else is tightly coupled."""
    end = start + (1 << 16)
    regions = (
        Region("behind the cache", start, end - start, line_fill=LINE_FILL),
        Region("tightly coupled", 0, start),
        Region("tightly coupled", end, (1 << 32) - end),
    )
    return Memory(regions, Cache(16 * 1024, 2), Cache(16 * 1024, 4))


def cycles_of(bodies: Mapping[str, str], folder: Path) -> dict[str, float]:
    """Cycles that one more copy of each body costs, in a long run of copies."""
    names = {name: f"snippet{index}" for index, name in enumerate(bodies)}
    functions = {}
    for name, body in bodies.items():
        functions[f"{names[name]}_short"] = f".rept {_SHORT}\n{body}\n.endr"
        functions[f"{names[name]}_long"] = f".rept {_LONG}\n{body}\n.endr"
    image = assemble(functions, folder)

    def price(function: str) -> int:
        return run(image, function, Core(image.read, tightly_coupled())).cycles

    return {
        name: (price(f"{names[name]}_long") - price(f"{names[name]}_short")) / (_LONG - _SHORT)
        for name in bodies
    }
