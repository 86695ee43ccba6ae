# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Which layers of a WaveNet are worth 32 bits: what rounding each one's history, or activations,
adds to the output, measured in float with everything else exact.

Noise of different places is independent, so their powers add up.
"""

from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_network import FloatWaveNet, convolve
from pedalsmith.quantization.wavenet_rounding import Formats, Rounded

HISTORY, ACTIVATION = "history", "activation"


@dataclass(frozen=True)
class Source:
    """Noise that 32 bits would take away."""

    kind: str
    """HISTORY or ACTIVATION"""
    place: Place
    power: float
    """At the output, without DC: mean square, 1 = full scale"""
    cost: float
    """Products more a sample"""


def sources(net: FloatWaveNet, rounded: Rounded, signals: list[Floats]) -> list[Source]:
    """All of them, each at the loudest of `signals` for it."""
    found: dict[tuple[str, Place], float] = {}
    for signal in signals:
        exact = net.play(signal)
        for kind, place in _places(net, rounded):
            error = _played(net, signal, rounded, kind, place) - exact
            power = float(np.var(error))
            found[kind, place] = max(power, found.get((kind, place), 0.0))
    made = []
    for (kind, place), power in found.items():
        layer = net.arrays[place[0]].layers[place[1]]
        products = layer.weights if kind == HISTORY else layer.matrix
        assert products is not None
        made.append(Source(kind, place, power, float(products.size)))
    return made


def formats_for(found: list[Source], power: float) -> Formats:
    """The cheapest formats that leave at most so much noise, by the noise each product saves."""
    left = sum(source.power for source in found)
    chosen: dict[str, set[Place]] = {HISTORY: set(), ACTIVATION: set()}
    for source in sorted(found, key=lambda s: -s.power / s.cost):
        if left <= power:
            break
        chosen[source.kind].add(source.place)
        left -= source.power
    return Formats(frozenset(chosen[HISTORY]), frozenset(chosen[ACTIVATION]))


def _places(net: FloatWaveNet, rounded: Rounded) -> list[tuple[str, Place]]:
    found: list[tuple[str, Place]] = []
    for index, array in enumerate(net.arrays):
        for number in range(len(array.layers)):
            found.append((HISTORY, (index, number)))
            if (index, number) in rounded.activation_steps:
                found.append((ACTIVATION, (index, number)))
    return found


def _played(net: FloatWaveNet, audio: Floats, rounded: Rounded, kind: str, place: Place) -> Floats:
    """The output with one rounding."""
    signal, head = audio[None], None
    for index, array in enumerate(net.arrays):
        r: Floats = array.rechannel @ signal
        total: Floats = np.zeros((array.head.shape[2], len(audio)))
        total = total if head is None else head
        for number, layer in enumerate(array.layers):
            here = (index, number) == place
            heard = r
            if here and kind == HISTORY:
                # First-order error feedback: what is left over goes to the next sample.
                sums = np.floor(np.cumsum(r / rounded.history_steps[place][:, None], axis=1))
                heard = np.diff(sums, axis=1, prepend=0.0) * rounded.history_steps[place][:, None]
            z = convolve(layer.weights, layer.dilation, heard)
            z += layer.bias[:, None] + layer.mixin[:, None] * audio
            a = layer.activate(z) - layer.activation_rest[:, None]
            seen = a
            if here and kind == ACTIVATION:
                step = rounded.activation_steps[place][:, None]
                seen = np.floor(a / step) * step
            total = layer.added(total, a if layer.heard else seen)
            r = layer.passed(r, seen)
        head, signal = convolve(array.head, 1, total), r
    assert head is not None
    return np.asarray(head[0] + net.rest_output + net.skip * audio)
