# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Layers of ConvNets as .nam files have them, and impulse responses, with random weights."""

import numpy as np

from pedalsmith.cycles.wavenets import drawn_conv
from pedalsmith.models.convolution import Activation, Conv1d

_OCTAVES = 10
"""Layers of a ConvNet, whose dilation doubles from one to the next."""
_DECAY = 6.0
"""Of a response by its end, in nepers: 52 dB."""


def convnet(channels: int, rng: np.random.Generator) -> tuple[Conv1d | Activation, ...]:
    """Rows of two taps, a tanh behind each, and one output."""
    layers: list[Conv1d | Activation] = []
    inputs = 1
    for octave in range(_OCTAVES):
        layers += [drawn_conv(rng, 2, inputs, channels, dilation=1 << octave), Activation("tanh")]
        inputs = channels
    return *layers, drawn_conv(rng, 1, channels, 1)


def response(taps: int, rng: np.random.Generator) -> tuple[Conv1d]:
    """Noise that dies away, of an energy of 1: a loudspeaker in a room."""
    noise = rng.standard_normal(taps) * np.exp(-_DECAY * np.arange(taps) / taps)
    kernel = (noise / np.sqrt(np.sum(noise**2))).astype(np.float32)
    return (Conv1d(np.ascontiguousarray(kernel[::-1, None, None])),)
