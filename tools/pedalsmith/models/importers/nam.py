# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Neural Amp Modeler, JSON (`.nam`): WaveNet A1 and A2, LSTM, ConvNet, Linear, containers."""

from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.nam.document import read_document

NAME = "Neural Amp Modeler (.nam)"
CONTAINERS = True


def matches(content: Content) -> bool:
    """Whether this is an object with an architecture and its configuration."""
    return content.json is not None and content.json.has("architecture", "config")


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model; its gains and levels are told in the metadata, none is applied."""
    assert content.json is not None
    return read_document(content.json, options.submodel, "nam")
