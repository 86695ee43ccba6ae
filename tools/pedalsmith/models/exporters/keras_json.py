# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Keras JSON (`.json`, `.aidax`) for AIDA-X and RTNeural; the trainer's own format."""

import json
from pathlib import Path

from pedalsmith.files import write_whole
from pedalsmith.models.model import Model
from pedalsmith.models.writing.keras_document import document_of

SUFFIXES = (".json", ".aidax")


def write(model: Model, path: Path) -> None:
    """Writes `model`, with a golden run from zero state. Raises BadInput."""
    write_whole(path, json.dumps(document_of(model, path)) + "\n")
