# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What all players share: the signal, the trace, the protocol, the elementwise functions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pedalsmith.models.convolution import Activation

Signal = npt.NDArray[np.float64]
"""(samples, channels)"""


@dataclass(frozen=True)
class Trace:
    """What a layer went through; float64, one row a sample."""

    output: Signal
    """(n, outputs); for a recurrent layer the hidden state"""
    pre_activation: Signal | None = None
    """LSTM: z (n, 4 hidden) in the order i f c o. GRU: (n, 3 hidden), z r h, where h is what goes
    into tanh. Dense: before the activation."""
    cell: Signal | None = None
    """LSTM: c (n, hidden)"""
    state_part: Signal | None = None
    """GRU: h U_n + b1_n (n, hidden), which r multiplies"""
    peaks: dict[str, Signal] = field(default_factory=dict)
    """WaveNet: largest |value| of each channel of each inner signal, by its name; see
    WaveNetPlayer."""


class LayerPlayer(Protocol):
    """A layer with its state; each call goes on where the last one ended."""

    def play(self, signal: Signal) -> Signal:
        """The output (n, outputs) for `signal` (n, inputs)."""

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with what went on inside."""


def sigmoid(z: Signal) -> Signal:
    """1 / (1 + exp(-z)), written with tanh so that nothing overflows."""
    result: Signal = 0.5 * np.tanh(0.5 * z) + 0.5
    return result


def activate(activation: Activation, z: Signal) -> Signal:
    """The function of `Activation`, element by element; channels are the last axis."""
    kind, parameters = activation.kind, activation.parameters
    if kind in _SIMPLE:
        return _SIMPLE[kind](z)
    if kind in {"leaky_relu", "prelu"}:
        return np.where(z > 0, z, np.array(parameters) * z)
    if kind == "elu":
        return np.where(z > 0, z, parameters[0] * np.expm1(np.minimum(z, 0)))
    if kind == "leaky_hardtanh":
        low, high, slope_below, slope_above = parameters
        outside = np.where(z < low, (z - low) * slope_below + low, (z - high) * slope_above + high)
        return np.where((z >= low) & (z <= high), z, outside)
    raise ValueError(f"unknown activation {kind!r}")


def _fast_tanh(x: Signal) -> Signal:
    """The rational approximation of NeuralAmpModelerCore (NAM/activations.h)."""
    a, b, c, d, e = 2.45550750702956, 0.893229853513558, 0.821226666969744, 2.44506634652299, 0.814642734961073  # fmt: skip # noqa: E501
    size, square = np.abs(x), x * x
    above = x * (a + a * size + (b + c * size) * square)
    below = d + (d + square) * np.abs(x + e * x * size)
    result: Signal = above / below
    return result


def _softmax(z: Signal) -> Signal:
    """Over the channels."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    result: Signal = powers / powers.sum(axis=-1, keepdims=True)
    return result


_SIMPLE: dict[str, Callable[[Signal], Signal]] = {
    "linear": lambda z: z,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0.0),
    "sigmoid": sigmoid,
    "softsign": lambda z: z / (1.0 + np.abs(z)),
    "silu": lambda z: z * sigmoid(z),
    "hardtanh": lambda z: np.clip(z, -1.0, 1.0),
    "hardswish": lambda z: z * np.clip(z + 3.0, 0.0, 6.0) / 6.0,
    "fasttanh": _fast_tanh,
    "softmax": _softmax,
}
