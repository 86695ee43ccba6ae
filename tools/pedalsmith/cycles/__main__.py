# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Prices code for scheduling by hand: which instructions pair, which wait, and for what.

The engine with a model (.psm), or with random weights of a shape:

    python -m pedalsmith.cycles tone.psm --list matvec_rows
    python -m pedalsmith.cycles lstm:40 --list lstm_step

Any function: compiles what is given (.c, .S, .o; or takes a linked .elf) and calls it.
An argument is a number, N@ for N zero bytes in DTCM, or FILE@ for the contents of a file.

    python -m pedalsmith.cycles kernel.S --call 'kernel(4096@, 16, 3)' --list kernel

In the listing, `|` marks what issued in the cycle of the instruction before it, and `;` what an
instruction waited for. Memory answers at once here; `pedalsmith info` prices a board's memories.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.engine import BareEngine, build, engine_sources
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import tightly_coupled
from pedalsmith.cycles.report import by_function, listing
from pedalsmith.cycles.synthetic import parse_shape, recurrent_blob
from pedalsmith.emulator.bare import BareMachine, Trace
from pedalsmith.errors import PedalsmithError
from pedalsmith.quantization.psm import encode
from pedalsmith.source import firmware_dir

_HEAP = 0x20040000


def _arguments(text: str, machine: BareMachine) -> list[int]:
    values, heap = [], _HEAP
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        if part.endswith("@"):
            name = part[:-1]
            data = bytes(int(name, 0)) if re.fullmatch(r"\w+", name) else Path(name).read_bytes()
            machine.write(heap, data)
            values.append(heap)
            heap += (len(data) + 63) & ~63
        else:
            values.append(int(part, 0))
    return values


def _called(
    sources: list[Path], calls: list[str], flags: list[str], folder: Path
) -> tuple[Image, Trace]:
    if sources[0].suffix == ".elf":
        image = Image(sources[0])
    else:
        image = build(sources, folder / "bare.elf", flags)
    machine = BareMachine((start, data) for start, data, _ in image.segments)
    trace = Trace()
    for call in calls:
        name, _, rest = call.partition("(")
        function = image.extent(name.strip())[0]
        trace, result = machine.record(function, *_arguments(rest.rstrip(") "), machine))
        print(f"{call} = {result} (0x{result & 0xFFFFFFFF:08x})")
    return image, trace


def _played(model: str, frames: int, flags: list[str], folder: Path) -> tuple[Image, Trace]:
    include = f"-I{firmware_dir() / 'engine'}"
    image = build(engine_sources(), folder / "engine.elf", [include, *flags])
    if model.endswith(".psm"):
        data = Path(model).read_bytes()
    else:
        data = encode(recurrent_blob(parse_shape(model)))
    engine = BareEngine(image, data, model)
    noise = np.random.default_rng(1).integers(-(1 << 21), 1 << 21, 256, dtype=np.int32)
    engine.process(noise)
    return image, engine.record(noise[:frames])


def main() -> None:
    """Entry point of `python -m pedalsmith.cycles`."""
    parser = argparse.ArgumentParser(
        prog="python -m pedalsmith.cycles",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("sources", nargs="+", help="tone.psm, lstm:40/32, gru:24x2, or sources with --call")
    add("--call", action="append", default=[], help="'f(arg, ...)'; repeatable, the last is priced")
    add("--frames", type=int, default=4, help="samples to play in one call of the engine")
    add("--list", dest="functions", action="append", default=[], help="function to list")
    add("--flag", action="append", default=[], help="compiler flag, as --flag=-Ifirmware/engine")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.call:
            frames = 1
            sources = [Path(source) for source in options.sources]
            image, trace = _called(sources, options.call, options.flag, Path(folder))
        else:
            frames = options.frames
            image, trace = _played(options.sources[0], frames, options.flag, Path(folder))
    core = Core(image.read, tightly_coupled())
    cold = core.run(trace)
    warm = core.run(trace)  # the branch predictor has learned: the steady state
    per = f"; a sample, of {frames}" if frames > 1 else ""
    print(
        f"{len(trace) / frames:.0f} instructions, {warm.cycles / frames:.0f} cycles warm, "
        f"{cold.cycles / frames:.0f} cold{per}"
    )
    for cost in by_function(warm, image.function_at):
        print(f"{cost.instructions / frames:10.1f} {cost.cycles / frames:10.1f}  {cost.name}")
    for function in options.functions:
        print(f"\n{function}:\n{listing(warm, *image.extent(function))}")


if __name__ == "__main__":
    try:
        main()
    except PedalsmithError as error:
        sys.exit(f"pedalsmith.cycles: {error}")
