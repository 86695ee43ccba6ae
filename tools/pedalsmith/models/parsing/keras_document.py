# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The document of Keras JSON: layers, gains, skip, rate, metadata, golden vector.

Source: RTNeural's model_loader.h and AIDA-X's loadModelFromStream.
"""

from typing import Any

from pedalsmith.models.model import Golden, Metadata, Model
from pedalsmith.models.parsing.golden import checked_golden
from pedalsmith.models.parsing.keras_layers import read_layers
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.parsing.rate import HIGHEST_RATE, LOWEST_RATE, rate_or_default

_MOST_INPUTS = 5
"""The audio input and four knobs."""

_LARGEST_GAIN_DB = 120.0
_NAMES = {
    "name": "name",
    "author": "author",
    "based": "gear",
    "style": "style",
    "license": "license",
    "date": "date",
}
"""Keys of the file's metadata that are texts, and the fields of Metadata they become."""

_NUMBERS = ("esr", "loudness_db", "input_level_dbu", "output_level_dbu")
"""Keys that are numbers, and the fields of Metadata of the same name; our addition but for esr."""


def read_document(root: Node, sample_rate: int | None, source_format: str) -> Model:
    """The model in the document; a golden vector in it is run and must come out.

    `sample_rate` is what the user said, for a document that gives none.
    """
    inputs = _inputs(root)
    model = Model(
        layers=read_layers(root["layers"], inputs),
        sample_rate=read_rate(root, sample_rate),
        skip=_skip(root),
        input_gain_db=_gain(root, "in_gain"),
        output_gain_db=_gain(root, "out_gain"),
        knobs=inputs - 1,
        metadata=read_metadata(root, source_format),
    )
    return checked_golden(root, model, _golden(root))


def _inputs(root: Node) -> int:
    """The last of in_shape: audio input and knobs."""
    if root.get("in_shape") is None:
        return 1
    return root["in_shape"].items(1, 4)[-1].integer(1, _MOST_INPUTS)


def read_rate(root: Node, said: int | None, convention: int = 48_000) -> int:
    """In the metadata or at the top, as a number or as a text: writers differ."""
    metadata = root.get("metadata")
    for place in (metadata, root):
        node = place.get("samplerate") if place and place.is_object() else None
        if node is None:
            continue
        if isinstance(node.value, str):
            try:
                node = Node(node.path, float(node.value), node.place)
            except ValueError:
                node.fail(f"is {node.show()} where a rate in Hz belongs")
        return node.integer(LOWEST_RATE, HIGHEST_RATE)
    return rate_or_default(root, said, convention)


def _skip(root: Node) -> float:
    """RTNeural hosts know 0 and 1 only."""
    node = root.get("in_skip")
    return 0.0 if node is None else float(node.integer(0, 1))


def _gain(root: Node, key: str) -> float:
    node = root.get(key)
    return 0.0 if node is None else node.number(-_LARGEST_GAIN_DB, _LARGEST_GAIN_DB)


def read_metadata(root: Node, source_format: str) -> Metadata:
    """The object `metadata`, which other formats may have as well."""
    node = root.get("metadata")
    if node is None or not node.is_object():
        return Metadata(source_format=source_format)
    fields: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for key, value in node.members():
        if key == "samplerate":
            continue
        if key in _NUMBERS and not isinstance(value.value, str):
            fields[key] = None if value.is_nan() else value.number()
        elif key == "knob_names":
            fields[key] = tuple(name.text() for name in value.items())
        elif (words := value.words()) is not None:
            if key in _NAMES:
                fields[_NAMES[key]] = words
            else:
                extra[key] = words
    return Metadata(**fields, source_format=source_format, extra=extra)


def _golden(root: Node) -> Golden | None:
    """input_batch and output_batch: a run from zero state. `golden_knobs` is our addition."""
    if root.get("input_batch") is None or root.get("output_batch") is None:
        return None
    given = root["input_batch"].array(None)
    output = root["output_batch"].array(len(given))
    knobs = root.get("golden_knobs")
    return Golden(
        given, output, tuple(knob.number(0, 1) for knob in knobs.items()) if knobs else ()
    )
