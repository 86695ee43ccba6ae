# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What 32 bits in a layer's history, or in its activations, cost a Cortex-M7.

Cycles a sample more than with 16 bits, one place at a time, that price_engine measured:

    channels and rows, taps      16, 3   12, 3   8, 6   8, 3   6, 3   3, 6
    products of the history        768     432    384    192    108     54
    cycles of the history          479     257    258    147     76     62
    products of the activations    256     144     64     64     36
    cycles of the activations      166      71     32     33     20

Half a cycle a product is the multiplier's (one product of 32 bits at once, two of 16), the rest
writes the words. A 1x1 of 16 by 16 leaves the kernel that makes the history in the same pass
(firmware/engine/wavenet/README.md, Kernels). Activations of three channels are free.
"""

from pedalsmith.quantization.wavenet_network import FloatLayer

HISTORY, ACTIVATION, ACTIVATION_16 = 2 / 3, 1 / 2, 3 / 4
"""Cycles a product; ACTIVATION_16 of a 1x1 of 16 by 16. Off by up to 16 % from 6 channels on."""

_SQUARE = (16, 16)


def history_cycles(layer: FloatLayer) -> int:
    """Cycles a sample that a history of 32 bits costs `layer`, at least 1."""
    return max(round(HISTORY * layer.weights.size), 1)


def activation_cycles(layer: FloatLayer) -> int:
    """The same of activations of 32 bits, of a layer with a 1x1."""
    assert layer.matrix is not None
    each = ACTIVATION_16 if layer.matrix.shape == _SQUARE else ACTIVATION
    return max(round(each * layer.matrix.size), 1)
