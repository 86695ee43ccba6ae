# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The tables of chords behind sigmoid and tanh, computed as firmware/engine/sigmoid_table.c does.

4,096 chords of the sigmoid on [-16, 16), 1/128 wide: entry k + 2048 serves v >> 16 = k with v Q23
as base + mulh(v, slope). The sigmoid has no inflection inside a chord, so the best line is the
secant moved halfway to the curve (Chebyshev). The curve is farthest from the secant in the middle
of a chord, but for less than a thousandth of a word of Q24.

8,192 finer ones of tanh on [-8, 8), 1/512 wide, and the end: entry k + 4096 serves v >> 18 = k with
v Q27 as base + mulh(v 2^13, slope), where v 2^13 wraps: it is how far v is from the nearest
multiple of 2^19, from an edge of its chord. Here the middle is off by up to a twentieth of a word
of Q31.

Integers only, so that every machine gets the same words: exp(-z) by repeated multiplication, the
sigmoid 1 / (1 + exp(-z)) by Newton's steps from the node before, both Q62 and some 2^-50 true; the
left half by symmetry. A test holds the words against arithmetic of 50 decimal digits.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

ENTRIES = 4096
SHIFT = 16
"""A chord is 2^SHIFT wide in Q23: 1/128."""
TABLE_BYTES = 8 * ENTRIES
"""In the memory of a model that reads it."""

FINE_ENTRIES = 8193
FINE_SHIFT = 18
"""A fine chord is 2^FINE_SHIFT wide in Q27: 1/512."""
FINE_WRAP = 13
"""Bits by which v is shifted left, from which on it wraps."""

_ONE = 1 << 62
_STEP_DECAY = 0x3FC01FF557FF778E
"""exp(-1/256), half a chord, Q62"""
_FINE_DECAY = 0x3FE007FEAAD55111
"""exp(-1/512): half a fine chord, since tanh(z) is 2 sigmoid(2z) - 1"""
_STEPS = 3
"""Of Newton: a node is 2e-3 from the next, and each step squares that."""
_LOW = (1 << 31) - 1
_SLOPE_MAX = 2**31 - 1


def _multiply(a: int, b: int) -> int:
    """a b / 2^62, without the product of the lower 31 bits."""
    return (a >> 31) * (b >> 31) + (((a >> 31) * (b & _LOW) + (a & _LOW) * (b >> 31)) >> 31)


def _chords(half: int, step_decay: int) -> Iterator[tuple[int, int, int]]:
    """(left, middle, right) of the sigmoid, Q62, of so many chords from 0 on."""
    decay, node = _ONE, _ONE // 2
    for _ in range(half):
        nodes = [node]
        for _ in range(2):
            decay = _multiply(decay, step_decay)
            for _ in range(_STEPS):
                node = _multiply(node, 2 * _ONE - node - _multiply(decay, node))
            nodes.append(node)
        yield nodes[0], nodes[1], nodes[2]


def table() -> npt.NDArray[np.int32]:
    """(ENTRIES, 2): base (Q24, at v = 0), slope (Q33)."""
    half = ENTRIES // 2
    chords = np.empty((ENTRIES, 2), np.int64)
    high = 0
    for k, (low, middle, high) in enumerate(_chords(half, _STEP_DECAY)):
        slope = min((high - low + (1 << 21)) >> 22, _SLOPE_MAX)
        raised = ((low + high) >> 2) + (middle >> 1)
        # Q56. mulh rounds down, half a word on average: the half is given back, and one rounds.
        base = (raised >> 6) - ((2 * k + 1) * slope << 15)
        chords[half + k] = (base + (1 << 32)) >> 32, slope
        chords[half - 1 - k] = ((1 << 56) - base + (1 << 32)) >> 32, slope
    # Beyond +-16 it is level.
    top = (high + (1 << 37)) >> 38
    chords[0], chords[-1] = ((1 << 24) - top, 0), (top, 0)
    return chords.astype(np.int32)


def fine_table() -> npt.NDArray[np.int32]:
    """(FINE_ENTRIES, 2): base (Q31, at the edge from which v 2^13 counts), slope (twice what the
    chord rises by, Q31); the last entry is what v = 2^30 reads."""
    half = FINE_ENTRIES // 2
    chords = np.empty((FINE_ENTRIES, 2), np.int64)
    high = 0
    for k, (low, middle, high) in enumerate(_chords(half, _FINE_DECAY)):
        slope = (high - low + (1 << 28)) >> 29
        raised = ((low + high) >> 2) + (middle >> 1) - _ONE // 2
        # Q61, rounded as above. An even chord counts from its left edge, an odd one from its right.
        base = raised + ((slope << 28) if k % 2 else -(slope << 28))
        chords[half + k] = (base + (1 << 30)) >> 30, slope
        chords[half - 1 - k] = (-base + (1 << 30)) >> 30, slope
    chords[-1] = (high - _ONE // 2 + (1 << 29)) >> 30, 0
    return chords.astype(np.int32)
