# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Which layers of a WaveNet are worth 32 bits: what rounding each one's history, or activations,
adds to the output, measured in float with everything else exact.

Noise of different places is independent, so their powers add up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_network import FloatWaveNet
from pedalsmith.quantization.wavenet_rounding import Rounded

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
        for kind, place, played in _each_rounded(net, signal, rounded):
            power = float(np.var(played - exact))
            found[kind, place] = max(power, found.get((kind, place), 0.0))
    made = []
    for (kind, place), power in found.items():
        layer = net.arrays[place[0]].layers[place[1]]
        products = layer.weights if kind == HISTORY else layer.matrix
        assert products is not None
        made.append(Source(kind, place, power, float(products.size)))
    return made


def formats_for(found: list[Source], power: float, first: Formats) -> Formats:
    """The cheapest formats beyond `first`, of which the noise was `found`, that leave at most so
    much of it, by the noise each product saves."""
    left = sum(source.power for source in found)
    chosen = {HISTORY: set(first.histories), ACTIVATION: set(first.activations)}
    for source in sorted(found, key=lambda s: -s.power / s.cost):
        if left <= power:
            break
        chosen[source.kind].add(source.place)
        left -= source.power
    return replace(
        first, histories=frozenset(chosen[HISTORY]), activations=frozenset(chosen[ACTIVATION])
    )


def _each_rounded(
    net: FloatWaveNet, audio: Floats, rounded: Rounded
) -> Iterator[tuple[str, Place, Floats]]:
    """What the network plays with one rounding, for each. What is before it is played once."""
    r, total = net.begun(audio)
    for index, array in enumerate(net.arrays):
        for number, layer in enumerate(array.layers):
            place, next_ = (index, number), (index, number + 1)
            # First-order error feedback: what is left over goes to the next sample.
            if place in rounded.history_steps:
                step = rounded.history_steps[place][:, None]
                heard = np.diff(np.floor(np.cumsum(r / step, axis=1)), axis=1, prepend=0.0) * step
                a = layer.activations(heard, audio)
                played = net.onward(next_, layer.passed(r, a), layer.added(total, a), audio)
                yield HISTORY, place, played
            a = layer.activations(r, audio)
            if place in rounded.activation_steps:
                step = rounded.activation_steps[place][:, None]
                seen = np.floor(a / step) * step
                added = layer.added(total, a if layer.head_matrix is None else seen)
                yield ACTIVATION, place, net.onward(next_, layer.passed(r, seen), added, audio)
            r, total = layer.passed(r, a), layer.added(total, a)
        r, total = net.after(index, r, total)
