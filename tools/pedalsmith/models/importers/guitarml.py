# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""PyTorch state dicts of Alec Wright's trainer, as NeuralPi, Proteus and Chameleon play them.

Source: CoreAudioML, networks.py, SimpleRNN.save_model. Rows are gates, i f g o for LSTM and r z n
for GRU, and there are two biases; `skip` adds the audio input to the output.
"""

import numpy as np

from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Array, Dense, Gru, Layer, Lstm, Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.keras_document import read_metadata, read_rate
from pedalsmith.models.parsing.node import Node

_MOST_INPUTS = 5
_MOST_UNITS = 512
_MOST_LAYERS = 8
_GATES = {"LSTM": 4, "GRU": 3}

NAME = "GuitarML state dicts (.json)"


def matches(content: Content) -> bool:
    """Whether this is an object with a description and a state dict."""
    return content.json is not None and content.json.has("model_data", "state_dict")


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model. Most files say no rate; Proteus and NeuralPi run at 44.1 kHz."""
    root = content.json
    assert root is not None
    said, tensors = root["model_data"], root["state_dict"]
    if (name := said.get("model")) is not None and name.text() != "SimpleRNN":
        name.fail(f"{name.text()[:40]!r} is a network that is not supported", "train a SimpleRNN")
    kind = said["unit_type"].text()
    if kind not in _GATES:
        said["unit_type"].fail(f"{kind[:40]!r} is not supported", "train an LSTM or a GRU")
    if (outputs := said.get("output_size")) is not None:
        outputs.integer(1, 1)
    inputs = said["input_size"].integer(1, _MOST_INPUTS)
    units = said["hidden_size"].integer(1, _MOST_UNITS)
    layers: list[Layer] = []
    width = inputs
    for index in range(said["num_layers"].integer(1, _MOST_LAYERS)):
        layers.append(_recurrent(tensors, kind, index, width, units))
        width = units
    _check_names(tensors, len(layers))
    bias = tensors.get("lin.bias")
    kernel = tensors["lin.weight"].array(1, units).T
    layers.append(
        Dense(np.ascontiguousarray(kernel), bias.array(1) if bias else np.zeros(1, np.float32))
    )
    skip = said.get("skip")
    return Model(
        layers=tuple(layers),
        sample_rate=read_rate(root, options.sample_rate, 44_100),
        skip=float(skip.integer(0, 1)) if skip else 0.0,
        knobs=inputs - 1,
        metadata=read_metadata(root, "guitarml"),
    )


def _recurrent(tensors: Node, kind: str, index: int, inputs: int, units: int) -> Layer:
    rows = _GATES[kind] * units
    kernel = tensors[f"rec.weight_ih_l{index}"].array(rows, inputs)
    recurrent = tensors[f"rec.weight_hh_l{index}"].array(rows, units)
    biases = [tensors[f"rec.bias_{part}_l{index}"].array(rows) for part in ("ih", "hh")]
    if kind == "LSTM":
        return Lstm(_turned(kernel), _turned(recurrent), biases[0] + biases[1])
    bias = np.stack([_z_first(bias) for bias in biases])
    return Gru(_turned(_z_first(kernel)), _turned(_z_first(recurrent)), bias)


def _z_first(rows: Array) -> Array:
    """Gates r z n in the rows, as PyTorch has them, put into Keras' order z r n."""
    reset, update, new = np.split(rows, 3)
    return np.concatenate([update, reset, new])


def _turned(matrix: Array) -> Array:
    return np.ascontiguousarray(matrix.T)


def _check_names(tensors: Node, layers: int) -> None:
    """Refuses tensors that would be ignored, such as those of more layers."""
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    known = {f"rec.{part}_l{index}" for part in parts for index in range(layers)}
    for key, node in tensors.members():
        if key not in known | {"lin.weight", "lin.bias"}:
            node.fail("is a tensor that is not supported", "train a SimpleRNN as Proteus does")
