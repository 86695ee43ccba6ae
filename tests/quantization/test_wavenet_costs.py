# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What 32 bits are said to cost, against the engine in the cycle model."""

from dataclasses import replace

import numpy as np
import pytest
from test_wavenet import convolution, noise

from pedalsmith.cycles.engine import price_engine
from pedalsmith.models.convolution import Activation
from pedalsmith.models.model import Model
from pedalsmith.models.wavenet import WaveNet, WaveNetArray, WaveNetLayer
from pedalsmith.quantization import psm
from pedalsmith.quantization.wavenet_costs import activation_cycles, history_cycles
from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_quantizer import WaveNetQuantizer


def test_costs_are_those_of_the_engine() -> None:
    """Of eight channels, tanh and three taps, as the later layers of NAM's standard networks."""
    channels = 8
    rng = np.random.default_rng(1)
    layers = tuple(
        WaveNetLayer(
            conv=convolution(rng, channels, channels, 3, dilation, True),
            mixin=convolution(rng, 1, channels, 1, 1, False),
            activation=Activation("tanh"),
            layer1x1=convolution(rng, channels, channels, 1, 1, True),
        )
        for dilation in (1, 50, 80)
    )
    rechannel = convolution(rng, 1, channels, 1, 1, False)
    array = WaveNetArray(rechannel, layers, convolution(rng, channels, 1, 1, 1, True))
    model = Model((WaveNet((array,), head_scale=0.3),), 48_000)
    quantizer = WaveNetQuantizer(model, "m", noise(4, 48_000))
    layer = quantizer.net.arrays[0].layers[1]

    def cycles(formats: Formats) -> float:
        return price_engine(psm.encode(quantizer._try(formats).blob), 48).cycles

    narrow, place = Formats(), frozenset({(0, 1)})
    base = cycles(narrow)
    history = cycles(replace(narrow, histories=place)) - base
    activation = cycles(replace(narrow, activations=place)) - base
    assert history_cycles(layer) == pytest.approx(history, rel=0.2)
    assert activation_cycles(layer) == pytest.approx(activation, rel=0.2)
