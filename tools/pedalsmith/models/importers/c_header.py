# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The C header that `pedalsmith export` writes: Keras JSON in a comment, the numbers in arrays."""

import re

from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.braces import read_braces
from pedalsmith.models.parsing.content import Content, parse_json
from pedalsmith.models.parsing.keras_document import read_document
from pedalsmith.models.parsing.node import Node

_BEGIN = "/* pedalsmith model\n"
_ARRAY = re.compile(r"static const float (\w{1,64})[\[\]0-9]{3,64} = ")

NAME = "the C header of `pedalsmith export`"


def matches(content: Content) -> bool:
    """Whether the file begins with the comment of such a header."""
    return content.text is not None and content.text.startswith(_BEGIN)


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model."""
    text = content.text
    assert text is not None
    end = text.find("*/")
    if end < 0:
        Node(content.path, None).fail("the comment at the top does not end")
    root = parse_json(content.path, text[len(_BEGIN) : end])
    arrays = _arrays(content, text, end)
    for entry in root["layers"].items():
        weights = entry["weights"]
        weights.value[:] = [_look_up(arrays, name) for name in weights.items()]
    for key in ("input_batch", "output_batch"):
        if (name := root.get(key)) is not None:
            root.value[key] = _look_up(arrays, name)
    return read_document(root, options.sample_rate, "c-header")


def _arrays(content: Content, text: str, start: int) -> dict[str, list[object]]:
    """The numbers of every array, by name."""
    arrays: dict[str, list[object]] = {}
    while found := _ARRAY.search(text, start):
        place = Node(content.path, None, found[1])
        start = text.find(";", found.end())
        if start < 0:
            place.fail("has no semicolon after it")
        if found[1] in arrays:
            place.fail("is there twice")
        arrays[found[1]] = read_braces(place, text[found.end() : start])
    return arrays


def _look_up(arrays: dict[str, list[object]], name: Node) -> list[object]:
    if name.text() not in arrays:
        name.fail(f"names the array {name.show()}, which is not there")
    return arrays[name.text()]
