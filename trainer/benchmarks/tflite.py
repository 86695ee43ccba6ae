# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Our engine beside TensorFlow Lite Micro on a Cortex-M7: the same float models, the same guitar.

    python trainer/benchmarks/tflite.py --sources FOLDER -o benchmarks/tflite.md [MODEL...]

MODEL is a float model of LSTM or GRU layers; without any, networks of the kind that `pedalsmith
bench` prices. FOLDER (or PEDALSMITH_TFLM) holds the sources of TensorFlow Lite Micro; micro_m7.py
says which, and what compiles them. About 20 minutes on two quiet cores.
"""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from micro_m7 import MicroM7, build, check_sources, price_micro, version

from pedalsmith.audio import from_q23, to_q23
from pedalsmith.cycles.engine import BareEngine, engine_image, price_engine
from pedalsmith.cycles.family import parse_entry
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.price import Price
from pedalsmith.errors import BadInput, PedalsmithError
from pedalsmith.files import write_whole
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Dense, Gru, Lstm, Model
from pedalsmith.models.reference import run
from pedalsmith.quantization.psm import encode as encode_blob
from pedalsmith.quantization.quantizer import quantize
from pedalsmith_trainer.tflite.exporter import CHECKED_SAMPLES, VARIANTS, encode, ratio_db
from pedalsmith_trainer.tflite.ranges import guitar, loudest

HEADINGS = (
    *("network", "what", "bytes", "MACs", "ESR dB", "arena bytes"),
    *("instructions", "cycles", "times ours"),
)
FAMILY = ("lstm:16", "gru:16", "lstm:40")
SILENCE = 9_600
"""Samples before the guitar, in which every one comes from its initial state to rest."""

BLOCK, MICRO_BLOCK = 48, 8
"""Samples in the call that is priced. TensorFlow Lite Micro does each one by itself."""

KNOB = 0.5
PIECE = 16_384
"""Samples that the bare machine plays in one call."""


def main() -> None:
    """Makes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="*")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--sources", type=Path, default=os.environ.get("PEDALSMITH_TFLM"))
    parser.add_argument("--sample-rate", type=int, default=48_000)
    arguments = parser.parse_args()
    sources = check_sources(Path(arguments.sources) if arguments.sources else None)
    options = ImportOptions(arguments.sample_rate)
    models = {path.stem: load_model(path, options) for path in arguments.models}
    rows: list[list[str]] = []
    with TemporaryDirectory(prefix="pedalsmith-") as folder:
        print("building TensorFlow Lite Micro ...", file=sys.stderr)
        images = build(sources, Path(folder))
        for name, model in (models or {n: parse_entry(n).model() for n in FAMILY}).items():
            rows += measure(name, model, images)
    sizes = ", ".join(f"{one.code_bytes:,} with {kernels}" for kernels, one in images.items())
    lines = [" | ".join(cells) for cells in (HEADINGS, ["---"] * len(HEADINGS), *rows)]
    table = "\n".join(f"| {line} |" for line in lines)
    title = TITLE.format(version=version(sources), sizes=sizes)
    write_whole(arguments.output, f"{title}{table}\n")


TITLE = """# Our engine and TensorFlow Lite Micro on a Cortex-M7

The same float models, quantized on the same guitar and played sample by sample in the emulated
Cortex-M7, code and data in tightly coupled memory. ESR is against the float model, of the words
that this very run gave. Instructions are counted, cycles estimated from them as `pedalsmith info`
does, both of one sample; a Daisy Seed has 10,000 cycles for it, a Teensy 4.1 12,500. int8 holds
sound and state in 8 bits, int16x8 has 8 bits of weight; our engine has 16 of weight and 24 of
sound.

TensorFlow Lite Micro ({version}) was compiled by arm-none-eabi-g++ -O3, release build, with its
reference kernels and with those of CMSIS-NN, which has none in float. In int16 those refuse a
matrix with a scale for each row, which these files have for their sound. Their LSTM in int8 begins
every call from zeros: it costs what the table says, but sample by sample it has no memory. The
interpreter with the operations of these networks is so many bytes of code: {sizes}.

`pedalsmith export MODEL -o tone.tflite --tflite int16x8` writes such a file. Made by

    python trainer/benchmarks/tflite.py --sources FOLDER -o benchmarks/tflite.md

FOLDER holds what others wrote and is not part of this project, each a folder of its repository's
name: tflite-micro, and in the versions that its own downloads name flatbuffers, gemmlowp, ruy and
CMSIS-NN.

"""


def measure(name: str, model: Model, images: dict[str, Image]) -> list[list[str]]:
    """The rows of one model: our engine first. `images` has TensorFlow Lite Micro by kernels."""
    audio = np.concatenate([np.zeros(SILENCE), loudest(guitar(model), CHECKED_SAMPLES)])
    words = to_q23(audio)
    true = run(model, audio, knobs=(KNOB,) * model.knobs)[SILENCE:]
    macs = sum(
        layer.kernel.size + (layer.recurrent.size if isinstance(layer, Lstm | Gru) else 0)
        for layer in model.layers
        if isinstance(layer, Lstm | Gru | Dense)
    )
    blob = quantize(model, name, guitar(model)).blob
    data = encode_blob(blob)
    ours = price_engine(data, BLOCK, name)
    engine = BareEngine(engine_image(), data, name)
    pieces = np.split(words, range(PIECE, len(words), PIECE))
    played = from_q23(np.concatenate([engine.process(piece) for piece in pieces]))

    rows: list[list[str]] = []

    def add(what: str, size: int, sound: np.ndarray, arena: int, cost: Price) -> None:
        error = ratio_db(sound[SILENCE:], true)
        rows.append(
            [name, what, f"{size:,}", f"{macs:,}", f"{error:.1f}", f"{arena:,}",
             f"{cost.instructions:,.0f}", f"{cost.cycles:,.0f}",
             f"{cost.cycles / ours.cycles:.1f}"]
        )  # fmt: skip
        print(" | ".join(rows[-1]), file=sys.stderr)

    add("pedalsmith", len(data), played, blob.arena_bytes, ours)
    for variant in VARIANTS:
        try:
            file = encode(model, Path(name), variant)
        except BadInput:
            continue
        for kernels, image in images.items():
            if variant == "float" and kernels == "CMSIS-NN":
                continue
            what = f"TFLM {variant}, {kernels}"
            try:
                player = MicroM7(image, file, name, KNOB)
            except BadInput:
                rows.append([name, what, f"{len(file):,}", f"{macs:,}", "refused", *4 * [""]])
                continue
            sound = from_q23(player.process(words))
            cost = price_micro(image, player, MICRO_BLOCK)
            add(what, len(file), sound, player.arena_bytes, cost)
    return rows


if __name__ == "__main__":
    try:
        main()
    except PedalsmithError as error:
        sys.exit(f"tflite: {error}")
