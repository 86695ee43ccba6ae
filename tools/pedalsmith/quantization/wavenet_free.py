# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Where 32 bits cost a Cortex-M7 nothing: the formats that are tried first, before any noise is
measured.

Kernels of few channels (firmware/engine/wavenet/README.md, Narrow layers) have their activations in
registers, where packing two into a word takes as long as the products of both.
"""

from collections.abc import Callable

from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_network import FloatArray, FloatLayer, FloatWaveNet
from pedalsmith.quantization.wavenet_record import LEAKY
from pedalsmith.quantization.wavenet_rounding import may_be_full
from pedalsmith.quantization.wavenet_rows import LIFT, lift_of

THREE_TAPS = range(2, 17)
"""Of a layer of three channels"""


def free_formats(net: FloatWaveNet) -> Formats:
    """The layers of `net` with 32 bits in any case."""
    full = _layers(net, _is_full)
    three = _layers(net, _is_three) - {_last(net)}
    return Formats(histories=full, activations=full | three)


def _layers(net: FloatWaveNet, serves: Callable[[FloatArray], bool]) -> frozenset[Place]:
    """All of the arrays that some kernel `serves`."""
    return frozenset(
        (index, number)
        for index, array in enumerate(net.arrays)
        if serves(array)
        for number in range(len(array.layers))
    )


def _last(net: FloatWaveNet) -> Place:
    """The layer whose 1x1 nobody would hear."""
    return len(net.arrays) - 1, len(net.arrays[-1].layers) - 1


def _is_full(array: FloatArray) -> bool:
    """Whether the kernels of two and four channels play `array`."""
    channels = len(array.rechannel)
    return (
        channels in (2, 4)
        and may_be_full(array)
        and all(layer.weights.shape == (channels, 3, channels) for layer in array.layers)
    )


def _is_three(array: FloatArray) -> bool:
    """Whether the kernel of three channels plays it."""
    return all(layer.weights.shape[::2] == (3, 3) and _is_leaky(layer) for layer in array.layers)


def _is_leaky(layer: FloatLayer) -> bool:
    return (
        layer.kind == LEAKY
        and not (layer.gated or layer.copies)
        and layer.head_matrix is None
        and lift_of(layer.slope) == LIFT
        and layer.weights.shape[1] in THREE_TAPS
    )
