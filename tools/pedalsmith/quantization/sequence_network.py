# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A row of convolutions, dense layers, batch norms and activations as a WaveNet of the engine.

Each pair of something linear and an activation is a layer whose activations replace the residual;
the last linear one is the head. Linear things that follow each other become one where one of them
has a single tap. Narrow layers are filled up with zeros to the width of the widest.
"""

from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation, BatchNorm, Conv1d
from pedalsmith.models.model import Dense, Model
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_network import (
    FloatArray,
    FloatLayer,
    FloatWaveNet,
    float_layer,
)
from pedalsmith.quantization.wavenet_proof import CHANNELS_MAX, HISTORY_MAX, LAYERS_MAX, TAPS_MAX
from pedalsmith.quantization.wavenet_unplayed import activation_problem

_LINEAR = Activation("linear")


@dataclass(frozen=True)
class _Linear:
    """y = bias + sum over taps of weights x; the last tap meets the newest sample."""

    weights: Floats
    """(outputs, taps, inputs)"""
    bias: Floats
    """(outputs,)"""
    dilation: int = 1

    @property
    def taps(self) -> int:
        """Kernel size."""
        return int(self.weights.shape[1])

    @property
    def is_head(self) -> bool:
        """Whether the engine's last convolution can play it."""
        return self.taps <= TAPS_MAX and (self.dilation == 1 or self.taps == 1)

    def then(self, other: "_Linear") -> "_Linear | None":
        """Both as one, after silence; None where both have taps."""
        if self.taps > 1 and other.taps > 1:
            return None
        weights = np.einsum("oki,ilj->oklj", other.weights, self.weights)
        shape = (len(other.weights), self.taps * other.taps, self.weights.shape[2])
        bias = other.weights.sum(axis=1) @ self.bias + other.bias
        dilation = other.dilation if self.taps == 1 else self.dilation
        return _Linear(weights.reshape(shape), bias, dilation)


_Block = tuple[_Linear, Activation]


def serves(model: Model) -> bool:
    """Whether `model` is such a row, of more than an impulse response."""
    kinds = Conv1d | Dense | BatchNorm | Activation
    return all(isinstance(layer, kinds) for layer in model.layers)


def from_model(model: Model, name: str) -> FloatWaveNet:
    """Returns the network of a model that `serves`; `name` is what an error calls it.

    Raises BadInput for what the engine does not run.
    """
    blocks, head = _blocks(model)
    problem = _problem(model, blocks, head)
    if problem:
        raise BadInput(f"{name}: {problem}.")
    gain_in = 10 ** (model.input_gain_db / 20)
    gain_out = 10 ** (model.output_gain_db / 20)
    width = max(max(linear.weights.shape[0::2]) for linear, _ in blocks)
    rechannel = np.zeros((width, 1))
    rechannel[0, 0] = gain_in
    layers: list[FloatLayer] = []
    rest: Floats = np.zeros(width)
    factors: Floats = np.ones(width)
    for linear, activation in blocks:
        conv = _filled(linear, width, width)
        flat, slopes = _flattened(activation, width)
        turn = np.where(slopes == 1.0, 1.0, -1.0)
        # Where a slope is steep, the row is turned around.
        weights = conv.weights * factors * turn[:, None, None]
        bias = conv.bias * turn + weights.sum(axis=1) @ rest
        made = float_layer(weights, bias, np.zeros(width), linear.dilation, flat)
        factors = turn * slopes
        layers.append(replace(made, copies=True, heard=np.zeros(width)))
        rest = made.activation_rest
    layers[-1] = replace(layers[-1], heard=np.ones(width))
    last = _filled(head, 1, width)
    last = replace(last, weights=last.weights * factors)
    output = float((last.weights.sum(axis=1) @ rest + last.bias)[0])
    array = FloatArray(rechannel, tuple(layers), last.weights * gain_out)
    return FloatWaveNet((array,), output * gain_out, model.skip * gain_in * gain_out)


def _blocks(model: Model) -> tuple[list[_Block], _Linear]:
    """The layers, and what is behind the last activation."""
    blocks: list[_Block] = []
    open_: _Linear | None = None
    width = 1 + model.knobs
    for layer in model.layers:
        if isinstance(layer, Activation):
            blocks.append((open_ or _identity(width), layer))
            open_ = None
            continue
        assert isinstance(layer, Conv1d | Dense | BatchNorm)
        linear = _linear(layer)
        width = len(linear.weights)
        if open_ is not None:
            both = open_.then(linear)
            if both is None:
                blocks.append((open_, _LINEAR))
            linear = both or linear
        open_ = linear
        if isinstance(layer, Dense) and layer.activation != "linear":
            blocks.append((open_, Activation(layer.activation)))
            open_ = None
    if open_ is not None and (not blocks or not open_.is_head):
        blocks.append((open_, _LINEAR))
        open_ = None
    return blocks, open_ or _identity(width)


def _flattened(activation: Activation, width: int) -> tuple[Activation, Floats]:
    """With slopes of -1..1, and the slope of each channel that was steeper; 1 elsewhere.

    Of slope s, f(z) = -s g(-z) with g of slope 1 / s.
    """
    steeper = np.ones(width)
    if activation.kind not in ("leaky_relu", "prelu"):
        return activation, steeper
    slopes = np.array(activation.parameters)
    steep = np.abs(slopes) > 1
    steeper[: len(slopes) if len(slopes) > 1 else width] = np.where(steep, slopes, 1.0)
    flat = np.where(steep, 1 / np.where(steep, slopes, 1.0), slopes)
    return Activation(activation.kind, tuple(flat.tolist())), steeper


def _identity(width: int) -> _Linear:
    return _Linear(np.eye(width)[:, None], np.zeros(width))


def _linear(layer: Conv1d | Dense | BatchNorm) -> _Linear:
    if isinstance(layer, BatchNorm):
        scale, offset = layer.scale_and_offset()
        return _Linear(np.diag(scale)[:, None], offset)
    if isinstance(layer, Dense):
        layer = Conv1d(layer.kernel[None], layer.bias)
    kernel = layer.dense_kernel().astype(np.float64)
    bias = np.zeros(layer.outputs) if layer.bias is None else layer.bias.astype(np.float64)
    return _Linear(kernel.transpose(2, 0, 1), bias, layer.dilation)


def _filled(linear: _Linear, outputs: int, inputs: int) -> _Linear:
    """With zeros in the channels that are not there."""
    rows, taps, columns = linear.weights.shape
    weights, bias = np.zeros((outputs, taps, inputs)), np.zeros(outputs)
    weights[:rows, :, :columns], bias[:rows] = linear.weights, linear.bias
    return replace(linear, weights=weights, bias=bias)


def _problem(model: Model, blocks: list[_Block], head: _Linear) -> str | None:
    """What the engine does not have, in words; None when it has all."""
    if model.knobs:
        return "has knobs, which the engine's convolutional networks do not; train it without"
    if len(blocks) > LAYERS_MAX:
        return f"has {len(blocks)} layers; the engine plays up to {LAYERS_MAX}"
    for number, (linear, activation) in enumerate(blocks, 1):
        width = max(linear.weights.shape[0::2])
        if width > CHANNELS_MAX:
            return (
                f"is {width} channels wide in layer {number}; the engine plays up to {CHANNELS_MAX}"
            )
        if linear.taps > TAPS_MAX:
            return f"has {linear.taps} taps in layer {number}; the engine plays up to {TAPS_MAX}"
        problem = activation_problem(_flattened(activation, width)[0])
        if problem:
            return f"has {problem} in layer {number}"
    history = sum((linear.taps - 1) * linear.dilation for linear, _ in blocks) + head.taps - 1
    if history > HISTORY_MAX:
        return f"looks back {history} samples; the engine keeps {HISTORY_MAX}"
    return None
