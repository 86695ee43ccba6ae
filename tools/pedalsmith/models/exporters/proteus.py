# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""GuitarML state dicts, for Proteus and NeuralPi.

Both insist on sizes: Proteus on an LSTM of 40 units with at most one knob, NeuralPi of 20 with
at most three. Both run at 44.1 kHz.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith.files import write_whole
from pedalsmith.models.model import Dense, Lstm, Model
from pedalsmith.models.writing.keras_document import metadata_of
from pedalsmith.models.writing.numbers import numbers

SUFFIXES = ()
"""Its files are .json too; the format must be named."""

PLAYERS = {40: ("Proteus", 1), 20: ("NeuralPi", 3)}
"""Hidden size: who plays it, and the most knobs."""

RATE = 44_100


def write(model: Model, path: Path) -> None:
    """Writes `model`. Raises BadInput when no player takes its shape."""
    layer, head = _shape(model, path)
    player, most_knobs = PLAYERS.get(layer.hidden_size, ("", -1))
    if model.knobs > most_knobs:
        takes = " or ".join(f"LSTM-{size} ({name})" for size, (name, _) in PLAYERS.items())
        raise BadInput(
            f"{path}: an LSTM-{layer.hidden_size} with {model.knobs} knobs is played by nobody; "
            f"train an {takes}, or export to .json."
        )
    if model.skip and model.input_gain_db:
        raise BadInput(f"{path}: the format has no gain before a skip; train without a gain.")
    if model.sample_rate != RATE:
        notice(f"{path.name}: {player} takes a model to be of {RATE} Hz; this one is of "
               f"{model.sample_rate} Hz.")  # fmt: skip
    rows = 4 * layer.hidden_size
    gain, loud = (
        np.float32(10.0 ** (decibels / 20.0))
        for decibels in (model.input_gain_db, model.output_gain_db)
    )
    kernel = layer.kernel.copy()
    kernel[0] *= gain
    state: dict[str, Any] = {
        "rec.weight_ih_l0": numbers(kernel.T),
        "rec.weight_hh_l0": numbers(layer.recurrent.T),
        "rec.bias_ih_l0": numbers(layer.bias),
        "rec.bias_hh_l0": [0.0] * rows,
        "lin.weight": numbers(head.kernel.T * loud),
        "lin.bias": numbers(head.bias * loud),
    }
    said = {
        "model": "SimpleRNN",
        "input_size": 1 + model.knobs,
        "skip": int(model.skip),
        "output_size": 1,
        "unit_type": "LSTM",
        "num_layers": 1,
        "hidden_size": layer.hidden_size,
        "bias_fl": True,
    }
    # Players look for the other two; with this the file says what the format has no place for.
    document = {"model_data": said, "state_dict": state, "metadata": metadata_of(model)}
    write_whole(path, json.dumps(document) + "\n")


def _shape(model: Model, path: Path) -> tuple[Lstm, Dense]:
    """The LSTM and the head; BadInput for any other network."""
    match model.layers:
        case (Lstm() as layer, Dense(activation="linear") as head):
            pass
        case _:
            names = ", ".join(type(layer).__name__ for layer in model.layers)
            raise BadInput(f"{path}: Proteus plays one LSTM and a dense layer, not {names}.")
    if model.skip not in (0.0, 1.0) or (model.skip and model.output_gain_db):
        raise BadInput(f"{path}: the format has no gain behind a skip; train without a gain.")
    if any(s is not None and s.any() for s in (layer.initial_hidden, layer.initial_cell)):
        notice(f"{path.name}: the format has no initial state; the model will start from zeros.")
    return layer, head
