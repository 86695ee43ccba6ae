# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""LSTM, ConvNet and Linear of .nam."""

import numpy as np

from pedalsmith.models.convolution import BatchNorm, Conv1d
from pedalsmith.models.model import Dense, Layer, Lstm
from pedalsmith.models.parsing.nam.activation import read_activation
from pedalsmith.models.parsing.nam.wavenet import LONGEST_DILATION, MOST_CHANNELS
from pedalsmith.models.parsing.nam.weights import Weights
from pedalsmith.models.parsing.node import Node

_MOST_LAYERS = 64
_LONGEST_RESPONSE = 65_536


def read_lstm(config: Node, weights: Weights, inputs: int, outputs: int) -> tuple[Layer, ...]:
    """Stacked LSTMs and a head. Source: NAM/lstm.cpp.

    Each layer is W (4 H, inputs + H) with the gates i f g o in the rows, b, h0, c0.
    """
    units = config["hidden_size"].integer(1, MOST_CHANNELS)
    if config["input_size"].integer(1, MOST_CHANNELS) != inputs:
        config["input_size"].fail(f"is {config['input_size'].show()} where {inputs} come in")
    layers: list[Layer] = []
    for index in range(config["num_layers"].integer(1, _MOST_LAYERS)):
        what = f"LSTM layer {index}"
        matrix = weights.take(what, 4 * units, inputs + units).T
        layers.append(
            Lstm(
                np.ascontiguousarray(matrix[:inputs]),
                np.ascontiguousarray(matrix[inputs:]),
                weights.take(what, 4 * units),
                weights.take(what, units),
                weights.take(what, units),
            )
        )
        inputs = units
    kernel = weights.take("the head", outputs, units).T
    layers.append(Dense(np.ascontiguousarray(kernel), weights.take("the head", outputs)))
    return tuple(layers)


def read_convnet(config: Node, weights: Weights, inputs: int, outputs: int) -> tuple[Layer, ...]:
    """Blocks of convolution (two taps), batch norm, activation; then a head. NAM/convnet.cpp."""
    channels = config["channels"].integer(1, MOST_CHANNELS)
    normed = config["batchnorm"].boolean()
    groups_node = config.get("groups")
    groups = groups_node.integer(1, MOST_CHANNELS) if groups_node else 1
    layers: list[Layer] = []
    for index, node in enumerate(config["dilations"].items(1, _MOST_LAYERS)):
        if inputs % groups or channels % groups:
            config["groups"].fail(f"{groups} groups do not divide {inputs} and {channels} channels")
        what = f"block {index}"
        dilation = node.integer(1, LONGEST_DILATION)
        layers.append(
            weights.convolution(
                what, inputs, channels, 2, bias=not normed, dilation=dilation, groups=groups
            )
        )
        if normed:
            mean, variance, gamma, beta = (weights.take(what, channels) for _ in range(4))
            epsilon = float(weights.take(what, 1)[0])
            layers.append(BatchNorm(gamma, beta, mean, variance, epsilon))
        layers.append(read_activation(config["activation"], channels))
        inputs = channels
    kernel = weights.take("the head", outputs, channels).T
    layers.append(Dense(np.ascontiguousarray(kernel), weights.take("the head", outputs)))
    return tuple(layers)


def read_linear(config: Node, weights: Weights, inputs: int, outputs: int) -> tuple[Layer, ...]:
    """An impulse response; the first weight meets the newest sample. NAM/linear.cpp."""
    if (inputs, outputs) != (1, 1):
        config.fail(f"a Linear of {inputs} inputs and {outputs} outputs is not supported")
    length = config["receptive_field"].integer(1, _LONGEST_RESPONSE)
    response = weights.take("the impulse response", length)[::-1]
    bias = weights.take("the bias", 1) if config["bias"].boolean() else None
    return (Conv1d(np.ascontiguousarray(response.reshape(length, 1, 1)), bias),)
