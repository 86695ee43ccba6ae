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
    limit = 1 << (bits - 1)
    if np.any((values < -limit) | (values >= limit)):
        raise RangeError(f"{what} left {bits} bits")
    return values


def mulh(a: Int, b: Int) -> Int:
    """floor(a b / 2^32)"""
    return (within(a, 32, "mulh a") * within(b, 32, "mulh b")) >> 32


def rsh(a: Int, n: int) -> Int:
    """floor((a + 2^(n-1)) / 2^n); |a| < 2^62"""
    return (within(a, 63, "rsh") + (1 << (n - 1))) >> n


def sat(a: Int, bits: int) -> Int:
    """Clips to that many bits with sign."""
    return np.clip(a, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)


@cache
def _chords() -> Int:
    return table().astype(np.int64)


def sigmoid_at(k: Int, v: Int) -> Int:
    """The chord k (clipped to the table) at v, Q24."""
    chord = _chords()[np.clip(k, -ENTRIES // 2, ENTRIES // 2 - 1) + ENTRIES // 2]
    s = chord[..., 0] + mulh(v, chord[..., 1])
    if np.any((s < 2) | (s > 2**24 - 2)):
        raise RangeError("a sigmoid left 0..1")
    return s


def sigmoid(v: Int) -> Int:
    """sigmoid(v): Q23 -> Q24"""
    return sigmoid_at(within(v, 32, "v") >> SHIFT, v)


def tanh_of(s: Int) -> Int:
    """2 s - 1: Q24 -> Q31"""
    return within((s << 8) - 2**31, 32, "tanh")
