# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What rounding each layer's history, or activations, to 16 bits adds to the output of a WaveNet,
measured in float with everything else exact.

Noise of different places is independent, so their powers add up: what is left of the sum is within
0.5 dB of what the integer engine measures between -100 and -105 dBFS, and up to 2 dB below it where
there are other causes: in A2.nam of 3 channels at the loudest level, in captures at high gain.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_costs import activation_cycles, history_cycles
from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_network import FloatWaveNet
from pedalsmith.quantization.wavenet_record import WaveNetLayerRecord
from pedalsmith.quantization.wavenet_reference import rested
from pedalsmith.quantization.wavenet_rounding import Rounded

HISTORY, ACTIVATION = "history", "activation"

_TABLE_BITS = 8
"""Of the table's words, below the 16 that a 1x1 reads."""


@dataclass(frozen=True)
class Source:
    """Noise that 32 bits would take away."""

    kind: str
    """HISTORY or ACTIVATION"""
    place: Place
    powers: tuple[float, ...]
    """At the output, at each level: mean square without DC, 1 = full scale"""
    cost: int
    """Cycles more a sample"""


def sources(net: FloatWaveNet, rounded: Rounded, levels: Floats) -> list[Source]:
    """All of them, on (levels, excerpts, time), full scale 1.0.

    The excerpts of a level are played in one go, the error's mean is left out of each: as rounding
    is the same for the same words, a quiet signal has it as DC that creeps from note to note.
    """
    found: dict[tuple[str, Place], list[float]] = {}
    for excerpts in levels:
        signal = excerpts.reshape(-1)
        exact = net.play(signal)
        for kind, place, played in _each_rounded(net, signal, rounded):
            error = (played - exact).reshape(excerpts.shape)
            found.setdefault((kind, place), []).append(float(np.mean(np.var(error, axis=1))))
    made = []
    for (kind, place), powers in found.items():
        layer = net.arrays[place[0]].layers[place[1]]
        cost = history_cycles(layer) if kind == HISTORY else activation_cycles(layer)
        made.append(Source(kind, place, tuple(powers), cost))
    return made


def formats_with(chosen: Iterable[Source], first: Formats) -> Formats:
    """`first` with 32 bits in the places of `chosen`, too."""
    places = {HISTORY: set(first.histories), ACTIVATION: set(first.activations)}
    for source in chosen:
        places[source.kind].add(source.place)
    return replace(
        first, histories=frozenset(places[HISTORY]), activations=frozenset(places[ACTIVATION])
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
                rest = _resting(rounded.record.arrays[index].layers[number])[:, None]
                seen = np.floor(a / step + rest) * step
                added = layer.added(total, a if layer.head_matrix is None else seen)
                yield ACTIVATION, place, net.onward(next_, layer.passed(r, seen), added, audio)
            r, total = layer.passed(r, a), layer.added(total, a)
        r, total = net.after(index, r, total)


def _resting(record: WaveNetLayerRecord) -> Floats:
    """(bottleneck,) what the activations in silence have below the 16 bits that a 1x1 reads, 0..1.

    Quiet guitar crosses the next word where that is near 0 or 1, and otherwise little: taken for 0,
    the noise of a quiet level was estimated 6 to 8 dB too high.
    """
    # A quarter of the word, added to the head sum: the two lowest bits do not matter.
    _, quarter = rested(replace(record, head_scale=np.full(record.bottleneck, 2**30)))
    bits = _TABLE_BITS if record.from_table else record.bits_upper
    return np.asarray(quarter * 2.0 ** (2 - bits) % 1.0)
