# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The words of firmware/engine/README.md in NumPy, each range asserted; for the references."""

from functools import cache

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.table import ENTRIES, SHIFT, table

Int = npt.NDArray[np.int64]


class RangeError(AssertionError):
    """An intermediate left the range that the engine's README states for it."""


def within(values: Int, bits: int, what: str) -> Int:
    """The values, all of them words of that many bits with sign."""
    if _outside(values, -(1 << (bits - 1)), (1 << (bits - 1)) - 1):
        raise RangeError(f"{what} left {bits} bits")
    return values


def _outside(values: Int, low: int, high: int) -> bool:
    """Whether any is below `low` or above `high`; 0 must not be."""
    # The reductions themselves: the functions around them take longer than a layer's words.
    least = np.minimum.reduce(values, axis=None, initial=0)
    return bool(least < low or np.maximum.reduce(values, axis=None, initial=0) > high)


def mulh(a: Int, b: Int) -> Int:
    """floor(a b / 2^32)"""
    return (within(a, 32, "mulh a") * within(b, 32, "mulh b")) >> 32


def rsh(a: Int, n: int) -> Int:
    """floor((a + 2^(n-1)) / 2^n); |a| < 2^62"""
    return (within(a, 63, "rsh") + (1 << (n - 1))) >> n


def sat(a: Int, bits: int) -> Int:
    """Clips to that many bits with sign."""
    return np.minimum(np.maximum(a, -(1 << (bits - 1))), (1 << (bits - 1)) - 1)


@cache
def _chords() -> Int:
    return table().astype(np.int64)


def sigmoid_at(k: Int, v: Int) -> Int:
    """The chord k (clipped to the table) at v, Q24."""
    chord = _chords()[np.minimum(np.maximum(k + ENTRIES // 2, 0), ENTRIES - 1)]
    s = chord[..., 0] + mulh(v, chord[..., 1])
    if _outside(s - 2**23, 2 - 2**23, 2**23 - 2):
        raise RangeError("a sigmoid left 0..1")
    return s


def sigmoid(v: Int) -> Int:
    """sigmoid(v): Q23 -> Q24"""
    return sigmoid_at(within(v, 32, "v") >> SHIFT, v)


def tanh_of(s: Int) -> Int:
    """2 s - 1: Q24 -> Q31"""
    return within((s << 8) - 2**31, 32, "tanh")
