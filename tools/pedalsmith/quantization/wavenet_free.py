# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Where 32 bits cost a Cortex-M7 nothing: the formats that are tried first, before any noise is
measured.

Kernels of few channels (firmware/engine/wavenet/README.md, Narrow layers) have their activations in
registers, where packing two into a word takes as long as the products of both.
"""

from pedalsmith.quantization.wavenet_network import FloatArray, FloatWaveNet
from pedalsmith.quantization.wavenet_record import SIGMOID, TANH
from pedalsmith.quantization.wavenet_rounding import Formats


def free_formats(net: FloatWaveNet) -> Formats:
    """The layers of `net` with 32 bits in any case."""
    full = frozenset(
        (index, number)
        for index, array in enumerate(net.arrays)
        if _is_full(array)
        for number in range(len(array.layers))
    )
    return Formats(histories=full, activations=full)


def _is_full(array: FloatArray) -> bool:
    """Whether the kernels of two and four channels play `array`."""
    return len(array.rechannel) in (2, 4) and all(
        layer.weights.shape == (len(array.rechannel), 3, len(array.rechannel))
        and layer.kind in (TANH, SIGMOID)
        and not (layer.gated or layer.copies)
        and layer.head_matrix is None
        for layer in array.layers
    )
