# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The table behind every sigmoid and tanh, computed as firmware/engine/sigmoid_table.c does.

4,096 chords of the sigmoid on [-16, 16), 1/128 wide: entry k + 2048 serves v >> 16 = k with v Q23
as base + mulh(v, slope). The sigmoid has no inflection inside a chord, so the best line is the
secant moved halfway to the curve (Chebyshev). The curve is farthest from the secant in the middle
of a chord, but for less than a thousandth of a word of Q24.

Integers only, so that every machine gets the same words: exp(-z) by repeated multiplication, the
sigmoid 1 / (1 + exp(-z)) by Newton's steps from the node before, both Q62 and some 2^-50 true; the
left half by symmetry. A test holds the words against arithmetic of 50 decimal digits.
"""

import numpy as np
import numpy.typing as npt

ENTRIES = 4096
SHIFT = 16
"""A chord is 2^SHIFT wide in Q23: 1/128."""
TABLE_BYTES = 8 * ENTRIES
"""In the memory of a model that reads it."""

_HALF = ENTRIES // 2
_ONE = 1 << 62
_STEP_DECAY = 0x3FC01FF557FF778E
"""exp(-1/256), half a chord, Q62"""
_STEPS = 3
"""Of Newton: a node is 2e-3 from the next, and each step squares that."""
_LOW = (1 << 31) - 1
_SLOPE_MAX = 2**31 - 1


def _multiply(a: int, b: int) -> int:
    """a b / 2^62, without the product of the lower 31 bits."""
    return (a >> 31) * (b >> 31) + (((a >> 31) * (b & _LOW) + (a & _LOW) * (b >> 31)) >> 31)


def table() -> npt.NDArray[np.int32]:
    """(ENTRIES, 2): base (Q24, at v = 0), slope (Q33)."""
    chords = np.empty((ENTRIES, 2), np.int64)
    decay, low = _ONE, _ONE // 2
    for k in range(_HALF):
        nodes = []
        node = low
        for _ in range(2):
            decay = _multiply(decay, _STEP_DECAY)
            for _ in range(_STEPS):
                node = _multiply(node, 2 * _ONE - node - _multiply(decay, node))
            nodes.append(node)
        middle, high = nodes
        slope = min((high - low + (1 << 21)) >> 22, _SLOPE_MAX)
        raised = ((low + high) >> 2) + (middle >> 1)
        # Q56. mulh rounds down, half a word on average: the half is given back, and one rounds.
        base = (raised >> 6) - ((2 * k + 1) * slope << 15)
        chords[_HALF + k] = (base + (1 << 32)) >> 32, slope
        chords[_HALF - 1 - k] = ((1 << 56) - base + (1 << 32)) >> 32, slope
        low = high
    # Beyond +-16 it is level.
    top = (low + (1 << 37)) >> 38
    chords[0], chords[-1] = ((1 << 24) - top, 0), (top, 0)
    return chords.astype(np.int32)
