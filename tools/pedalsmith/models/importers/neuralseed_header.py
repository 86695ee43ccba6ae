# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""NeuralSeed's and FunBox' model headers (C++): the weights of GRUs, one model or a bank of them.

A model is a set of lines such as `Model3.rec_bias = {{...}, {...}};`, with its name and training
options in comments above. See neuralseed_json for what the tensors are. FunBox multiplies the
output by levelAdjust, which brings the models of a bank to one level. Source: FunBox, mars.cpp.
"""

import math
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
_LEVEL = re.compile(r"\b(\w{1,64})\.levelAdjust\s*=\s*([^;\n]{1,64});")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_LEAST_LEVEL, _MOST_LEVEL = 1e-3, 1e3
_MOST_MODELS = 64
_LONGEST_COMMENT = 4_096

NAME = "NeuralSeed and FunBox (.h)"


def matches(content: Content) -> bool:
    """Whether weights are assigned under NeuralSeed's names."""
    return content.text is not None and bool(re.search(r"\.rec_weight_hh_l0\s*=", content.text))


def _code(text: str) -> str:
    """The text with blanks for comments: people keep models in them that they do not play."""
    return _COMMENT.sub(lambda found: " " * len(found[0]), text)


def count(content: Content) -> int:
    """How many models the bank holds."""
    assert content.text is not None
    found = _ASSIGNMENT.finditer(_code(content.text))
    return min(len({one[1] for one in found}), _MOST_MODELS)


def read(content: Content, options: ImportOptions) -> Model:
    """Reads one model; of several the first, unless options.submodel says which."""
    assert content.text is not None
    root = Node(content.path, {})
    code = _code(content.text)
    models: dict[str, dict[str, object]] = {}
    end = 0
    while found := _ASSIGNMENT.search(code, end):
        variable, tensor = found.groups()
        place = Node(content.path, None, f"{variable}.{tensor}")
        end = code.find(";", found.end())
        if end < 0:
            place.fail("has no semicolon after it")
        model = models.setdefault(variable, _comments(content.text, found.start()))
        if tensor in model:
            place.fail("is assigned twice")
        if len(models) > _MOST_MODELS:
            root.fail(f"holds more than {_MOST_MODELS} models", "split it")
        model[tensor] = read_braces(place, code[found.end() : end])
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
    read_model = replace(read_model, output_gain_db=_gain(node, code, variable))
    if len(models) == 1:
        return read_model
    position = {"bank_position": str(number), "bank_models": str(len(models))}
    return replace(read_model, metadata=replace(read_model.metadata, extra=position))


def _gain(node: Node, code: str, variable: str) -> float:
    """What levelAdjust of the model stands for, dB. Where it is set twice, the last one counts."""
    said = [found[2].strip() for found in _LEVEL.finditer(code) if found[1] == variable]
    if not said:
        return 0.0
    place = Node(node.path, said[-1], f"{variable}.levelAdjust")
    try:
        level = float(said[-1].rstrip("fF"))
    except ValueError:
        place.fail(f"is {place.show()} where a number belongs")
    level = Node(node.path, level, place.place).number(_LEAST_LEVEL, _MOST_LEVEL)
    return 20 * math.log10(level)


def _comments(text: str, end: int) -> dict[str, object]:
    """Name and training options, from a line comment and a block comment before a model."""
    before = text[max(end - _LONGEST_COMMENT, 0) : end].rstrip()
    start = before.rfind("/*")
    if start < 0 or not before.endswith("*/"):
        return {}
    above = before[:start].rstrip().rpartition("\n")[2]
    name = {"name": above[2:].strip()} if above.startswith("//") else {}
    return {**name, "meta": before[start + 2 : -2]}
