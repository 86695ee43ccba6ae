# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The layers of Keras JSON, whose weights are as Keras has them and as Model keeps them.

RTNeural ignores "activation" on lstm and gru (always tanh and sigmoid) and obeys it on the
others; Model has it as a layer of its own where Dense has not got it.
"""

from collections.abc import Callable

import numpy as np

from pedalsmith.models.convolution import Activation, Array, BatchNorm, Conv1d
from pedalsmith.models.model import DENSE_ACTIVATIONS, Dense, Gru, Layer, Lstm, outputs_of
from pedalsmith.models.parsing.node import Node

_MOST_UNITS = 512
_MOST_LAYERS = 64
_MOST_TAPS = 4_096
_LONGEST_DILATION = 65_536
_ACTIVATIONS = {
    "": Activation(),
    "linear": Activation(),
    "tanh": Activation("tanh"),
    "relu": Activation("relu"),
    "sigmoid": Activation("sigmoid"),
    "elu": Activation("elu", (1.0,)),
    "softmax": Activation("softmax"),
}


def read_layers(node: Node, inputs: int) -> tuple[Layer, ...]:
    """The layers in a list, the first of which reads `inputs` channels."""
    layers: list[Layer] = []
    for entry in node.items(1, _MOST_LAYERS):
        kind = entry["type"].text()
        if kind not in _READERS:
            entry["type"].fail(
                f"{kind[:40]!r} is a layer that is not supported",
                f"train with {', '.join(_READERS)}",
            )
        shape = entry.get("shape")
        units = shape.items(1, 4)[-1].integer(1, _MOST_UNITS) if shape else None
        for layer in _READERS[kind](entry, inputs, units):
            layers.append(layer)
            inputs = outputs_of(layer, inputs)
    return tuple(layers)


def _lstm(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    kernel, recurrent, bias = entry["weights"].items(3, 3)
    units = _units(recurrent, units)
    shapes = (inputs, 4 * units), (units, 4 * units)
    return [Lstm(kernel.array(*shapes[0]), recurrent.array(*shapes[1]), bias.array(4 * units))]


def _gru(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    kernel, recurrent, bias = entry["weights"].items(3, 3)
    units = _units(recurrent, units)
    shapes = (inputs, 3 * units), (units, 3 * units)
    return [Gru(kernel.array(*shapes[0]), recurrent.array(*shapes[1]), bias.array(2, 3 * units))]


def _dense(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    kernel, *bias = entry["weights"].items(1, 2)
    weights = kernel.array(inputs, units)
    biases = _bias(bias, weights.shape[-1])
    activation = _activation(entry)
    if activation.kind not in DENSE_ACTIVATIONS:
        return [Dense(weights, biases), activation]
    return [Dense(weights, biases, activation.kind)]


def _conv1d(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    """Causal in RTNeural, whatever the padding was in Keras."""
    kernel, *bias = entry["weights"].items(1, 2)
    taps = _last(entry["kernel_size"], _MOST_TAPS)
    groups_node = entry.get("groups")
    groups = groups_node.integer(1, inputs) if groups_node else 1
    weights = kernel.array(taps, max(inputs // groups, 1), units)
    outputs = weights.shape[-1]
    if inputs % groups or outputs % groups:
        entry["groups"].fail(f"{groups} groups do not divide {inputs} and {outputs} channels")
    convolution = Conv1d(
        weights,
        _bias(bias, outputs),
        _last(entry["dilation"], _LONGEST_DILATION) if entry.get("dilation") else 1,
        groups,
    )
    activation = _activation(entry)
    return [convolution] if activation.kind == "linear" else [convolution, activation]


def _batchnorm(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    """Weights gamma, beta, mean, variance; without the first two when not affine."""
    *affine, mean, variance = [tensor.array(inputs) for tensor in entry["weights"].items(2, 4)]
    if len(affine) == 1:
        entry["weights"].fail("has 3 elements where 2 or 4 belong")
    gamma, beta = affine or (np.ones(inputs, np.float32), np.zeros(inputs, np.float32))
    epsilon = entry.get("epsilon")
    return [BatchNorm(gamma, beta, mean, variance, epsilon.number(0.0, 1e6) if epsilon else 1e-3)]


def _prelu(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    """One slope a channel, or one for all; Keras nests them once more for the time axis."""
    node = entry["weights"].items(1, 1)[0]
    if isinstance(node.value, list) and len(node.value) == 1 and isinstance(node.value[0], list):
        node = node.items(1, 1)[0]
    slopes = tuple(map(float, node.array(None if len(node.items(1)) == 1 else inputs)))
    return [Activation("leaky_relu" if len(slopes) == 1 else "prelu", slopes)]


def _function(entry: Node, inputs: int, units: int | None) -> list[Layer]:
    return [_activation(entry)]


_READERS: dict[str, Callable[[Node, int, int | None], list[Layer]]] = {
    "lstm": _lstm,
    "gru": _gru,
    "dense": _dense,
    "time-distributed-dense": _dense,
    "conv1d": _conv1d,
    "batchnorm": _batchnorm,
    "prelu": _prelu,
    "activation": _function,
}


def _bias(given: list[Node], outputs: int) -> Array:
    """The bias, or zeros when the layer was made without."""
    return given[0].array(outputs) if given else np.zeros(outputs, np.float32)


def _last(node: Node, highest: int) -> int:
    """A number, or the last of a list of them, which is what RTNeural takes."""
    last = node.items(1, 4)[-1] if node.is_list() else node
    return last.integer(1, highest)


def _units(recurrent: Node, units: int | None) -> int:
    """The hidden size: as "shape" says, or the rows of the recurrent kernel."""
    return units or len(recurrent.items(1, _MOST_UNITS))


def _activation(entry: Node) -> Activation:
    node = entry.get("activation")
    name = node.text() if node else ""
    if name not in _ACTIVATIONS:
        assert node
        node.fail(
            f"{name[:40]!r} is an activation that is not supported",
            "train with tanh, relu, sigmoid, elu, softmax or none",
        )
    return _ACTIVATIONS[name]
