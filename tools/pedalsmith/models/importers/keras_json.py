# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Keras JSON as RTNeural reads it, with the metadata of AIDA-X (`.json`, `.aidax`).

This is also what `pedalsmith train` writes.
"""

from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.keras_document import read_document

NAME = "AIDA-X and RTNeural (.json, .aidax)"


def matches(content: Content) -> bool:
    """Whether this is an object with a list of layers."""
    root = content.json
    return root is not None and root.has("layers") and not root.has("architecture")


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model; a golden vector in the file is run and must come out."""
    assert content.json is not None
    return read_document(content.json, options.sample_rate, "keras-json")
