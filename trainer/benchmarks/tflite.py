# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Our engine beside TensorFlow Lite Micro: the same float model, on the same guitar, in one run.

    python trainer/benchmarks/tflite.py -o benchmarks/tflite.md [MODEL...]

MODEL is a float model of LSTM or GRU layers; without any, networks of the kind that `pedalsmith
bench` prices. Needs the package tflite-micro (the extra `tflm`).
"""

import argparse
import os
import re
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from pedalsmith.audio import from_q23, to_q23
from pedalsmith.cycles.family import parse_entry
from pedalsmith.errors import BadInput
from pedalsmith.files import write_whole
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Dense, Gru, Lstm, Model
from pedalsmith.models.reference import run
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization.psm import encode as encode_blob
from pedalsmith.quantization.quantizer import quantize
from pedalsmith_trainer.tflite.exporter import CHECKED_SAMPLES, VARIANTS, encode, ratio_db
from pedalsmith_trainer.tflite.player import MicroPlayer, play
from pedalsmith_trainer.tflite.ranges import guitar, loudest

HEADINGS = ("network", "what", "bytes", "MACs", "ESR dB", "arena bytes", "time")
FAMILY = ("lstm:16", "lstm:40", "gru:16")
SILENCE = 9_600
"""Samples before the guitar, in which every one comes from its initial state to rest."""

CALLS, ROUNDS = 1_000, 20
"""The quickest of so many runs counts."""


def main() -> None:
    """Makes the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path, nargs="*")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--sample-rate", type=int, default=48_000)
    arguments = parser.parse_args()
    rows = []
    for path in arguments.models:
        model = load_model(path, ImportOptions(arguments.sample_rate))
        rows += measure(path.stem, model)
    for name in () if arguments.models else FAMILY:
        rows += measure(name, parse_entry(name).model())
    lines = [" | ".join(cells) for cells in (HEADINGS, ["---"] * len(HEADINGS), *rows)]
    table = "\n".join(f"| {line} |" for line in lines)
    write_whole(arguments.output, f"{TITLE}{table}\n")


TITLE = """# Our engine and TensorFlow Lite Micro

The same float models, quantized on the same guitar and played sample by sample. ESR is against the
float model. Time is that of one sample on the computer that made this table, in units of our
engine's, all in one run: our engine's portable C (a Cortex-M7 has assembly in its place) and the
portable kernels of tflite-micro's interpreter; on a busy computer it may be wrong by half. It is no
count of a Cortex-M7's instructions: none was made of tflite-micro. MACs are those of the matrices.
int8 holds sound and state in 8 bits, int16x8 has 8 bits of weight; our engine has 16 of weight and
24 of sound.

`pedalsmith export MODEL -o tone.tflite --tflite int16x8` writes such a file.
Made by `python trainer/benchmarks/tflite.py -o benchmarks/tflite.md`.

"""


def measure(name: str, model: Model) -> list[list[str]]:
    """The rows of one model: our engine first."""
    audio = np.concatenate([np.zeros(SILENCE), loudest(guitar(model), CHECKED_SAMPLES)])
    knobs = (0.5,) * model.knobs
    true = run(model, audio, knobs=knobs)[SILENCE:]
    macs = sum(
        layer.kernel.size + (layer.recurrent.size if isinstance(layer, Lstm | Gru) else 0)
        for layer in model.layers
        if isinstance(layer, Lstm | Gru | Dense)
    )
    blob = quantize(model, name, guitar(model)).blob
    data = encode_blob(blob)
    engine, words = HostEngine(data), to_q23(audio)
    unit = min(seconds(partial(engine.process, words)) for _ in range(ROUNDS)) / len(audio)
    engine.reset()
    ours = ratio_db(from_q23(engine.process(words))[SILENCE:], true)
    rows = [[name, "pedalsmith", f"{len(data):,}", f"{macs:,}", f"{ours:.1f}",
             f"{blob.arena_bytes:,}", "1"]]  # fmt: skip
    for variant in VARIANTS:
        try:
            file = encode(model, Path(name), variant)
        except BadInput:
            continue
        player = MicroPlayer(file, knobs)
        error = ratio_db(play(player, audio)[SILENCE:], true)
        took = min(seconds(partial(calls, player)) for _ in range(ROUNDS)) / CALLS
        rows.append([name, f"TFLM {variant}", f"{len(file):,}", f"{macs:,}", f"{error:.1f}",
                     f"{arena_bytes(player):,}", f"{took / unit:.1f}"])  # fmt: skip
    return rows


def calls(player: MicroPlayer) -> None:
    """So many samples, without what Python adds to set and read them."""
    for _ in range(CALLS):
        player.interpreter.invoke()


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that what else runs on the computer does not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def arena_bytes(player: MicroPlayer) -> int:
    """What TensorFlow Lite Micro says that it takes of its arena; it says so on stderr only."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        player.interpreter.print_allocations()
        os.dup2(kept, 2)
        os.close(kept)
        said.seek(0)
        text = said.read().decode()
    found = re.search(r"Arena allocation total (\d+) bytes", text)
    assert found, text
    return int(found[1])


if __name__ == "__main__":
    main()
