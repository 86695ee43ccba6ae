# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The exporter of .tflite files that `pedalsmith export` finds through an entry point.

TensorFlow is imported when a file is written, not when formats are listed.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from pedalsmith.console import talk
from pedalsmith.errors import BadInput
from pedalsmith.files import write_whole
from pedalsmith.models.model import Dense, Gru, Lstm, Model
from pedalsmith.models.reference import run
from pedalsmith_trainer.quiet import quiet_tensorflow

SUFFIXES = (".tflite",)
VARIANTS = ("int16x8", "int8", "float")
"""What --tflite takes; the first is the default."""

CHECKED_SAMPLES = 12_000
"""Of guitar around its loudest note, that the file is played with before it is called done."""


def write(model: Model, path: Path, variant: str = VARIANTS[0]) -> None:
    """Writes `model` as a network of one sample a call, and says what it costs in ESR.

    Raises BadInput for a kind of file or of network that there is no such file of.
    """
    data = encode(model, path, variant)
    error = esr_db(model, data)
    write_whole(path, data)
    talk.print(
        f"{path.name}: {variant}, {error:.1f} dB from the float model (guitar, TensorFlow's "
        "interpreter).",
        markup=False,
        soft_wrap=True,
    )


def encode(model: Model, path: Path, variant: str) -> bytes:
    """The bytes of the file. `path` begins the errors."""
    if variant not in VARIANTS:
        raise BadInput(f"--tflite {variant}: is not known; use {', '.join(VARIANTS)}.")
    _check(model, path, variant)
    quiet_tensorflow()
    from pedalsmith_trainer.tflite import fused
    from pedalsmith_trainer.tflite.cells import Cells
    from pedalsmith_trainer.tflite.graph import Graph
    from pedalsmith_trainer.tflite.ranges import measure

    graph = Graph(f"pedalsmith {variant}, one sample a call at {model.sample_rate} Hz")
    if variant == "int8":
        fused.lay_out(graph, model, measure(model))
    else:
        Cells(graph, integer=variant == "int16x8").lay_out(model, measure(model))
    return graph.bytes()


def esr_db(model: Model, data: bytes) -> float:
    """Of the file in TensorFlow's interpreter against the float model, on guitar; dB."""
    from pedalsmith_trainer.tflite.player import LitePlayer, play
    from pedalsmith_trainer.tflite.ranges import guitar, loudest

    audio = loudest(guitar(model), CHECKED_SAMPLES)
    knobs = (0.5,) * model.knobs
    return ratio_db(play(LitePlayer(data, knobs), audio), run(model, audio, knobs=knobs))


def ratio_db(ours: npt.NDArray[np.float64], true: npt.NDArray[np.float64]) -> float:
    """Power of the difference over the power of `true` without its mean; dB."""
    power = max(float(np.sum((true - true.mean()) ** 2)), 1e-20)
    return float(10 * np.log10(max(float(np.sum((ours - true) ** 2)), 1e-20) / power))


def _check(model: Model, path: Path, variant: str) -> None:
    kinds = [type(layer).__name__ for layer in model.layers]
    recurrent = [layer for layer in model.layers if isinstance(layer, Lstm | Gru)]
    known = all(isinstance(layer, Lstm | Gru | Dense) for layer in model.layers)
    if not recurrent or not known or not isinstance(model.layers[-1], Dense):
        other = ".nam" if "WaveNet" in kinds else ".json"
        raise BadInput(
            f"{path}: a .tflite is made of LSTM or GRU and dense layers, not of "
            f"{', '.join(kinds)}; export to {other}."
        )
    if variant != "int8":
        return
    if any(isinstance(layer, Gru) for layer in model.layers):
        raise BadInput(
            f"{path}: TensorFlow Lite has no int8 operation for a GRU; use --tflite int16x8."
        )
    if model.skip and (model.input_gain_db or model.output_gain_db):
        raise BadInput(f"{path}: an int8 file has no gain beside a skip; use --tflite int16x8.")
