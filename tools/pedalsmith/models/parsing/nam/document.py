# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The whole document: version, architecture, metadata, containers.

Source: NeuralAmpModelerCore (NAM/get_dsp.cpp, container.cpp) and the specification of .nam in
neural-amp-modeler.
"""

import re
from dataclasses import replace
from typing import Any

from pedalsmith.console import notice
from pedalsmith.models.model import Layer, Metadata, Model, outputs_of
from pedalsmith.models.parsing.nam.networks import read_convnet, read_linear, read_lstm
from pedalsmith.models.parsing.nam.wavenet import MOST_CHANNELS, read_wavenet
from pedalsmith.models.parsing.nam.weights import Weights
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.parsing.rate import HIGHEST_RATE, LOWEST_RATE
from pedalsmith.models.skip_unit import take_skip

OLDEST, NEWEST = (0, 5, 0), (0, 7, 0)
"""Versions of .nam; a later patch of the newest is read with a notice, a later minor refused."""

_SIMPLE = {"LSTM": read_lstm, "ConvNet": read_convnet, "Linear": read_linear}
_TEXTS = {"name": "name", "modeled_by": "author", "tone_type": "style", "license": "license"}
"""Keys of the file's metadata that are texts, and the fields of Metadata they become; `license` is
what some collections add."""
_LEVELS = {
    "loudness": "loudness_db",
    "input_level_dbu": "input_level_dbu",
    "output_level_dbu": "output_level_dbu",
}
_FIELDS = {*_TEXTS, *_LEVELS, "date", "training"}
_MOST_SUBMODELS = 32
_DEFAULT_RATE = 48_000
_DEEPEST_CONDITION = 4


def read_document(root: Node, submodel: int | None, source_format: str) -> Model:
    """The model in the document; of a container submodel number `submodel`, from 1.

    The smallest submodel, which comes first, is taken when None is said.
    """
    _check_version(root)
    if root["architecture"].text() == "SlimmableContainer":
        return _read_container(root, submodel, source_format)
    if submodel is not None:
        root["architecture"].fail(
            "is no container, so there is no submodel to choose", "leave out --submodel"
        )
    layers = _read_network(root, outputs=1, depth=0)
    return take_skip(Model(layers, _sample_rate(root), metadata=_metadata(root, source_format)))


def _read_container(root: Node, submodel: int | None, source_format: str) -> Model:
    entries = root["config"]["submodels"].items(1, _MOST_SUBMODELS)
    number = 1 if submodel is None else submodel
    if not 1 <= number <= len(entries):
        root["config"]["submodels"].fail(
            f"there is no submodel {number}", f"choose 1 to {len(entries)}"
        )
    inner = entries[number - 1]["model"]
    _check_version(inner)
    if inner["architecture"].text() == "SlimmableContainer":
        inner.fail("is a container within a container, which is not supported")
    model = Model(
        _read_network(inner, outputs=1, depth=0),
        _sample_rate(inner if inner.get("sample_rate") else root),
        metadata=_metadata(inner, source_format),
    )
    # What was captured stands outside, the loudness belongs to the submodel.
    outer, own = _metadata(root, source_format), model.metadata
    merged = {
        key: getattr(own, key) if getattr(own, key) is not None else getattr(outer, key)
        for key in Metadata.__dataclass_fields__
    }
    merged["extra"] = {
        **outer.extra,
        **own.extra,
        "submodel": str(number),
        "submodels": str(len(entries)),
    }
    return replace(model, metadata=Metadata(**merged))


def _read_network(root: Node, *, outputs: int | None, depth: int) -> tuple[Layer, ...]:
    """Architecture, config and weights; `outputs` channels must come out (None: any number)."""
    if depth > _DEEPEST_CONDITION:
        root.fail("condition_dsp is nested too deeply")
    name = root["architecture"].text()
    config = root["config"]
    inputs = _channels(config, "in_channels")
    if inputs != 1:
        config["in_channels"].fail(f"is {inputs}; only models of one audio input are supported")
    if name == "WaveNet":
        weights = Weights(root["weights"])
        condition, width = _condition(config, depth)
        layers: tuple[Layer, ...] = (read_wavenet(config, weights, 1, condition, width),)
    elif name in _SIMPLE:
        weights = Weights(root["weights"])
        layers = _SIMPLE[name](config, weights, 1, _channels(config, "out_channels"))
    else:
        known = ", ".join(["WaveNet", *_SIMPLE, "SlimmableContainer"])
        root["architecture"].fail(
            f"{name[:40]!r} is an architecture that is not supported", f"known are {known}"
        )
    weights.finish()
    if outputs is not None and outputs_of(layers[-1], 1) != outputs:
        config.fail(f"{outputs_of(layers[-1], 1)} channels come out where {outputs} belongs")
    return layers


def _condition(config: Node, depth: int) -> tuple[tuple[Layer, ...], int]:
    """The network that makes the condition, and how many channels that has."""
    node = config.get("condition_dsp")
    if node is None:
        return (), 1
    _check_version(node)
    layers = _read_network(node, outputs=None, depth=depth + 1)
    return layers, outputs_of(layers[-1], 1)


def _channels(config: Node, key: str) -> int:
    node = config.get(key)
    return 1 if node is None else node.integer(1, MOST_CHANNELS)


def _check_version(root: Node) -> None:
    node = root["version"]
    text = node.text()
    if not re.fullmatch(r"\d{1,6}\.\d{1,6}\.\d{1,6}", text):
        node.fail(f"is {node.show()} where a version such as 0.5.4 belongs")
    version = tuple(map(int, text.split(".")))
    if version < OLDEST:
        node.fail(
            f"is {text}, and files before {_dotted(OLDEST)} are not supported",
            "export the model with a current trainer",
        )
    if version[:2] > NEWEST[:2]:
        node.fail(
            f"is {text}, newer than the {_dotted(NEWEST)} that is known",
            "update pedalsmith, or export for an older version",
        )
    if version > NEWEST:
        notice(
            f"{root.path.name}: is version {text}; {_dotted(NEWEST)} is known, reading it as that."
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _sample_rate(root: Node) -> int:
    """At the top; the specification says to assume 48 kHz when it is missing."""
    node = root.get("sample_rate")
    return _DEFAULT_RATE if node is None else node.integer(LOWEST_RATE, HIGHEST_RATE)


def _metadata(root: Node, source_format: str) -> Metadata:
    node = root.get("metadata")
    if node is None or not node.is_object():
        return Metadata(source_format=source_format)
    fields: dict[str, Any] = {}
    for key, field in _TEXTS.items():
        if (found := node.get(key)) is not None:
            fields[field] = found.words()
    for key, field in _LEVELS.items():
        if (found := node.get(key)) is not None and not found.is_nan():
            fields[field] = found.number()
    extra = {
        key: words
        for key, found in node.members()
        if key not in _FIELDS and (words := found.words()) is not None
    }
    gear = " ".join(extra[key] for key in ("gear_make", "gear_model") if key in extra)
    return Metadata(
        **fields,
        gear=gear or extra.get("gear_type"),
        date=_date(node.get("date")),
        esr=_validation_esr(node),
        source_format=source_format,
        extra=extra,
    )


def _date(node: Node | None) -> str | None:
    """ISO 8601, from year, month, day, hour, minute, second."""
    keys = ("year", "month", "day", "hour", "minute", "second")
    if node is None or not node.has(*keys):
        return None
    year, month, day, hour, minute, second = (node[key].integer(0, 9999) for key in keys)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def _validation_esr(node: Node) -> float | None:
    training = node.get("training")
    found = training.get("validation_esr") if training and training.is_object() else None
    return None if found is None or found.is_nan() else found.number()
