# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A WaveNet in the engine's shape, still in float64: gains folded in, centred on silence.

Every residual and head sum is what it differs by from its value in silence, so a signal that
begins after silence begins with zeros everywhere. Arrays are (channels, time).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation, Conv1d
from pedalsmith.models.model import Model
from pedalsmith.models.reference.signals import activate
from pedalsmith.models.wavenet import WaveNet, WaveNetArray, WaveNetLayer
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_record import FUNCTION, LEAKY, SIGMOID, SILU, TANH
from pedalsmith.quantization.wavenet_unplayed import KINDS, problem_of

_COLUMNS = 2048
"""Columns that are multiplied at once: larger products are spread over threads, slower."""

Observer = Callable[[str, Floats], None]


@dataclass(frozen=True)
class FloatLayer:
    """One layer; z = conv(r) + bias + mixin x with r centred."""

    weights: Floats
    """(rows, taps, channels)"""
    bias: Floats
    """(rows,)"""
    mixin: Floats
    """(rows,)"""
    dilation: int
    kind: int
    activation: Activation
    slope: Floats
    """(bottleneck,), for LEAKY"""
    gated: bool
    matrix: Floats | None
    """1x1: (channels, bottleneck)"""
    activation_rest: Floats
    """(bottleneck,), what comes of silence"""
    heard: Floats
    """(bottleneck,), times which they are added to the head sum"""
    copies: bool = False
    """The activations replace the residual; then there is no 1x1."""
    head_matrix: Floats | None = None
    """Instead, a 1x1 of them is: (bottleneck, bottleneck)"""

    @property
    def bottleneck(self) -> int:
        """Channels after the activation."""
        return len(self.activation_rest)

    @property
    def from_table(self) -> bool:
        """Whether the engine reads the activations from its table and leaves them as they are."""
        return self.kind in (TANH, SIGMOID) and not self.gated

    def activations(self, r: Floats, audio: Floats) -> Floats:
        """Centred: (channels, time) and (time,) -> (bottleneck, time)"""
        return self.activate(self.driven(r, audio)) - self.activation_rest[:, None]

    def driven(self, r: Floats, audio: Floats) -> Floats:
        """z, (rows, time)"""
        z = convolve(self.weights, self.dilation, r)
        z += self.bias[:, None] + self.mixin[:, None] * audio
        return z

    def passed(self, r: Floats, a: Floats) -> Floats:
        """The next layer's residual, of centred activations."""
        if self.copies:
            return a
        return r if self.matrix is None else r + self.matrix @ a

    def added(self, total: Floats, a: Floats) -> Floats:
        """The head sum with the layer's part."""
        if self.head_matrix is not None:
            return total + self.head_matrix @ a
        return total + (self.heard * a.T).T

    def activate(self, z: Floats) -> Floats:
        """(rows, time) -> (bottleneck, time)"""
        first = z[: self.bottleneck]
        if self.kind == LEAKY:
            a = np.where(first > 0, first, self.slope[:, None] * first)
        elif self.kind == TANH:
            a = np.tanh(first)
        elif self.kind == SIGMOID:
            a = _sigmoid(first)
        elif self.kind == SILU:
            a = first * _sigmoid(first)
        elif self.kind == FUNCTION:
            a = activate(self.activation, first.T.astype(np.float64, copy=False)).T
        else:
            a = first
        return np.asarray(a * _sigmoid(z[self.bottleneck :]) if self.gated else a)


@dataclass(frozen=True)
class FloatArray:
    """Layers and their head; the head sum is centred, too."""

    rechannel: Floats
    """(channels, inputs)"""
    layers: tuple[FloatLayer, ...]
    head: Floats
    """(outputs, taps, bottleneck)"""


@dataclass(frozen=True)
class FloatWaveNet:
    """output = rest_output + head of the last array + skip x"""

    arrays: tuple[FloatArray, ...]
    rest_output: float
    skip: float

    def play(self, audio: Floats, observe: Observer | None = None) -> Floats:
        """(time,) after silence -> (time,); shows inner signals as "r", "z", "a", "h" with
        ".array.layer"."""
        r, total = self.begun(audio)
        return self.onward((0, 0), r, total, audio, observe)

    def begun(self, audio: Floats) -> tuple[Floats, Floats]:
        """The residual and the head sum before the first layer."""
        first = self.arrays[0]
        return first.rechannel @ audio[None], np.zeros((first.head.shape[2], len(audio)))

    def onward(
        self, at: tuple[int, int], r: Floats, total: Floats, audio: Floats,
        observe: Observer | None = None,
    ) -> Floats:  # fmt: skip
        """What `play` gives from a layer (array, layer) on, of the residual and the head sum before
        it; a number of layers is the end of an array."""
        observe = observe or _nothing
        for index in range(at[0], len(self.arrays)):
            layers = self.arrays[index].layers
            for number in range(at[1] if index == at[0] else 0, len(layers)):
                layer, place = layers[number], f".{index}.{number}"
                observe("r" + place, r)
                z = layer.driven(r, audio)
                observe("z" + place, z)
                a = layer.activate(z) - layer.activation_rest[:, None]
                observe("a" + place, a)
                total = layer.added(total, a)
                observe("h" + place, total)
                r = layer.passed(r, a)
            observe(f"r.{index}.{len(layers)}", r)
            r, total = self.after(index, r, total)
        return np.asarray(total[0] + self.rest_output + self.skip * audio)

    def after(self, array: int, r: Floats, total: Floats) -> tuple[Floats, Floats]:
        """What the next array begins with; behind the last, the head sum is the output."""
        if array + 1 < len(self.arrays):
            r = self.arrays[array + 1].rechannel @ r
        return r, convolve(self.arrays[array].head, 1, total)


def convolve(weights: Floats, dilation: int, signal: Floats) -> Floats:
    """(rows, taps, channels) over (channels, time), from zeros."""
    rows, taps, channels = weights.shape
    time, past = signal.shape[1], (taps - 1) * dilation
    heard = np.concatenate([np.zeros((channels, past)), signal], axis=1)
    flat = weights.reshape(rows, taps * channels)
    out = np.empty((rows, time))
    for at in range(0, time, _COLUMNS):
        end = min(at + _COLUMNS, time)
        stacked = np.concatenate(
            [heard[:, at + k * dilation : end + k * dilation] for k in range(taps)]
        )
        out[:, at:end] = flat @ stacked
    return out


def serves(model: Model) -> bool:
    """True when `model` is one WaveNet, whether the engine has all of it or not."""
    return isinstance(model.layers[0], WaveNet) and len(model.layers) == 1


def from_model(model: Model, name: str) -> FloatWaveNet:
    """Returns the network of a model that `serves`; `name` is what an error calls it.

    Raises BadInput for what the engine does not run.
    """
    net = model.layers[0]
    assert isinstance(net, WaveNet)
    problem = problem_of(model, net)
    if problem:
        raise BadInput(f"{name}: {problem}.")
    gain_in = 10 ** (model.input_gain_db / 20)
    gain_out = 10 ** (model.output_gain_db / 20)
    arrays: list[FloatArray] = []
    residual: Floats = np.zeros(1)
    below: Floats | None = None
    for array in net.arrays:
        made, residual, below = _array(array, residual, below, gain_in, first=not arrays)
        if arrays:
            head = _wider(arrays[-1].head, 0, made.head.shape[2])
            arrays[-1] = replace(arrays[-1], head=head)
        arrays.append(made)
    assert below is not None
    scale = net.head_scale * gain_out
    arrays[-1] = replace(arrays[-1], head=arrays[-1].head * scale)
    return FloatWaveNet(tuple(arrays), float(below[0] * scale), model.skip * gain_in * gain_out)


def _array(
    array: WaveNetArray, residual: Floats, below: Floats | None, gain: float, *, first: bool
) -> tuple[FloatArray, Floats, Floats]:
    """The array, and what silence leaves behind it: the residual and the head output."""
    rechannel = _kernel(array.rechannel)[:, 0]
    r = rechannel @ residual + _bias(array.rechannel)
    width = max(array.head.inputs, *(layer.bottleneck for layer in array.layers))
    mixed = _is_mixed(array)
    head = _kernel(array.head)
    head = np.repeat(head, width, axis=2) if mixed else _wider(head, 2, width)
    total = np.zeros(width) if below is None else _wider(below, 0, width)
    layers = []
    for layer in array.layers:
        made = _layer(layer, r, gain, width, mixed=mixed)
        layers.append(made)
        total = made.added(total, made.activation_rest)
        if layer.head1x1 is not None:
            total = total + _wider(_bias(layer.head1x1), 0, width)
        if layer.layer1x1 is not None:
            r = made.passed(r, made.activation_rest) + _bias(layer.layer1x1)
    output = head.sum(axis=1) @ total + _bias(array.head)
    return FloatArray(rechannel * (gain if first else 1.0), tuple(layers), head), r, output


def _is_mixed(array: WaveNetArray) -> bool:
    """Whether each layer's 1x1 to the head makes one channel, as a PedalNet's mix does, of which
    the head has one tap: then every activation has its own weight in the head sum, and is one
    product instead of a bottleneck of them."""
    one = array.head.inputs == 1 and array.head.taps == 1
    return one and all(layer.head1x1 is not None for layer in array.layers)


def _wider(values: Floats, axis: int, width: int) -> Floats:
    """Filled up with zeros."""
    missing = [(0, 0)] * values.ndim
    missing[axis] = (0, width - values.shape[axis])
    return np.pad(values, missing)


def _layer(
    layer: WaveNetLayer, rest: Floats, gain: float, width: int, *, mixed: bool
) -> FloatLayer:
    """With a bottleneck of `width`; `mixed` as _is_mixed."""

    def rows(values: Floats) -> Floats:
        parts = np.split(values, len(values) // layer.bottleneck)
        return np.concatenate([_wider(part, 0, width) for part in parts])

    weights = _kernel(layer.conv)
    made = float_layer(
        rows(weights),
        rows(_bias(layer.conv) + weights.sum(axis=1) @ rest),
        rows(_kernel(layer.mixin)[:, 0, 0] * gain),
        layer.conv.dilation,
        layer.activation,
        gated=layer.gating == "gated",
    )
    matrix = None if layer.layer1x1 is None else _wider(_kernel(layer.layer1x1)[:, 0], 1, width)
    if layer.head1x1 is None:
        return replace(made, matrix=matrix)
    to_head = _wider(_kernel(layer.head1x1)[:, 0], 1, width)
    if mixed:
        return replace(made, matrix=matrix, heard=to_head[0])
    return replace(
        made, matrix=matrix, heard=np.zeros(width), head_matrix=_wider(to_head, 0, width)
    )


def float_layer(
    weights: Floats,
    bias: Floats,
    mixin: Floats,
    dilation: int,
    activation: Activation,
    *,
    gated: bool = False,
) -> FloatLayer:
    """A layer of such rows, without 1x1 and heard as it is, and what silence leaves behind its
    activation."""
    bottleneck = len(bias) // (2 if gated else 1)
    kind = KINDS[activation.kind]
    slope = np.zeros(bottleneck)
    if kind == LEAKY and activation.parameters:
        own = np.array(activation.parameters)
        # What a narrow layer is filled up with has no slope of its own.
        slope[: len(own) if len(own) > 1 else bottleneck] = own
    rest = np.zeros(bottleneck)
    whole = np.ones(bottleneck)
    made = FloatLayer(
        weights, bias, mixin, dilation, kind, activation, slope, gated, None, rest, whole
    )
    return replace(made, activation_rest=made.activate(bias[:, None])[:, 0])


def _kernel(conv: Conv1d) -> Floats:
    """(outputs, taps, inputs)"""
    return np.ascontiguousarray(conv.dense_kernel().transpose(2, 0, 1).astype(np.float64))


def _bias(conv: Conv1d) -> Floats:
    if conv.bias is None:
        return np.zeros(conv.outputs)
    return conv.bias.astype(np.float64)


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * z) + 0.5)


def _nothing(name: str, signal: Floats) -> None:
    """Observes nothing."""
