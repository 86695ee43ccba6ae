# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""NeuralSeed's and FunBox' model headers (C++): the weights of GRUs, one model or a bank of them.

A model is a set of lines such as `Model3.rec_bias = {{...}, {...}};`, with its name and training
options in comments above. See neuralseed_json for what the tensors are.
"""

import re
from dataclasses import replace

from pedalsmith.console import notice
from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.braces import read_braces
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.neuralseed import model_from
from pedalsmith.models.parsing.node import Node

_TENSORS = ("rec_weight_ih_l0", "rec_weight_hh_l0", "lin_weight", "lin_bias", "rec_bias")
_ASSIGNMENT = re.compile(rf"\b(\w{{1,64}})\.({'|'.join(_TENSORS)})\s*=")
_MOST_MODELS = 64
_LONGEST_COMMENT = 4_096

NAME = "NeuralSeed and FunBox (.h)"


def matches(content: Content) -> bool:
    """Whether weights are assigned under NeuralSeed's names."""
    return content.text is not None and bool(re.search(r"\.rec_weight_hh_l0\s*=", content.text))


def count(content: Content) -> int:
    """How many models the bank holds."""
    assert content.text is not None
    return min(len({found[1] for found in _ASSIGNMENT.finditer(content.text)}), _MOST_MODELS)


def read(content: Content, options: ImportOptions) -> Model:
    """Reads one model; of several the first, unless options.submodel says which."""
    assert content.text is not None
    root = Node(content.path, {})
    models: dict[str, dict[str, object]] = {}
    end = 0
    while found := _ASSIGNMENT.search(content.text, end):
        variable, tensor = found.groups()
        place = Node(content.path, None, f"{variable}.{tensor}")
        end = content.text.find(";", found.end())
        if end < 0:
            place.fail("has no semicolon after it")
        model = models.setdefault(variable, _comments(content.text, found.start()))
        if tensor in model:
            place.fail("is assigned twice")
        if len(models) > _MOST_MODELS:
            root.fail(f"holds more than {_MOST_MODELS} models", "split it")
        model[tensor] = read_braces(place, content.text[found.end() : end])
    if not models:
        root.fail("assigns no tensor in a form that is known")
    number = options.submodel or 1
    if not 1 <= number <= len(models):
        root.fail(f"there is no model {number}", f"choose 1 to {len(models)}")
    if len(models) > 1 and options.submodel is None:
        notice(f"{content.path.name}: holds {len(models)} models; the first is read.")
    variable = list(models)[number - 1]
    node = Node(content.path, models[variable], variable)
    read_model = model_from(node, options.sample_rate, "neuralseed-header")
    if len(models) == 1:
        return read_model
    position = {"bank_position": str(number), "bank_models": str(len(models))}
    return replace(read_model, metadata=replace(read_model.metadata, extra=position))


def _comments(text: str, end: int) -> dict[str, object]:
    """Name and training options, from a line comment and a block comment before a model."""
    before = text[max(end - _LONGEST_COMMENT, 0) : end].rstrip()
    start = before.rfind("/*")
    if start < 0 or not before.endswith("*/"):
        return {}
    above = before[:start].rstrip().rpartition("\n")[2]
    name = {"name": above[2:].strip()} if above.startswith("//") else {}
    return {**name, "meta": before[start + 2 : -2]}
