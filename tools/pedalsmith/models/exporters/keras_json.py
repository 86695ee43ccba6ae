# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Keras JSON (`.json`, `.aidax`) for AIDA-X and RTNeural; the trainer's own format."""

import json
from pathlib import Path

from pedalsmith.console import notice
from pedalsmith.files import write_whole
from pedalsmith.models.model import Dense, Gru, Lstm, Model
from pedalsmith.models.writing.keras_document import document_of

SUFFIXES = (".json", ".aidax")

AIDA_X_SIZES = (8, 12, 16, 20, 24, 32, 40, 64, 80)
"""Hidden sizes that AIDA-X is compiled for (its src/model_variant.hpp), with up to two knobs."""


def write(model: Model, path: Path) -> None:
    """Writes `model`, with a golden run from zero state. Raises BadInput.

    RTNeural reads every such file; a file called .aidax that AIDA-X itself would refuse is
    written with a notice.
    """
    if path.suffix.lower() == ".aidax" and not _is_for_aida_x(model):
        sizes = ", ".join(map(str, AIDA_X_SIZES))
        notice(
            f"{path.name}: AIDA-X takes one LSTM or GRU of {sizes} units, a dense layer and at "
            "most two knobs; it will refuse this one."
        )
    write_whole(path, json.dumps(document_of(model, path)) + "\n")


def _is_for_aida_x(model: Model) -> bool:
    match model.layers:
        case (Lstm() | Gru() as layer, Dense(activation="linear")):
            return layer.hidden_size in AIDA_X_SIZES and model.knobs <= 2
        case _:
            return False
