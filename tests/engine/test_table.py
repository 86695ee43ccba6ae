# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The table that C and NumPy compute is the best one, and as good as the engine's README says."""

import ctypes
from decimal import Decimal, localcontext

import numpy as np
import pytest

from pedalsmith.native.compiler import shared_library
from pedalsmith.quantization.reference import sigmoid, tanh_of
from pedalsmith.quantization.table import ENTRIES, SHIFT, table


def exact(z: Decimal) -> Decimal:
    return 1 / (1 + (-z).exp())


def best_chord(k: int) -> tuple[int, int]:
    """Chord k by 50 digits: the secant moved halfway to the parallel tangent."""
    with localcontext(prec=50):
        left, right = Decimal(k) / 128, Decimal(k + 1) / 128
        if k in (-ENTRIES // 2, ENTRIES // 2 - 1):
            return int((exact(left if k < 0 else right) * 2**24).to_integral_value()), 0
        low, high = exact(left), exact(right)
        secant = (high - low) * 128
        # sigmoid' = s (1 - s): where it equals the secant's slope the tangent is parallel.
        root = (1 - 4 * secant).sqrt()
        touch = (1 + root) / 2 if k >= 0 else (1 - root) / 2
        z = (touch / (1 - touch)).ln()
        middle = (low + high) / 2 + (touch - (low + secant * (z - left))) / 2
        slope = min(int((secant * 2**33).to_integral_value()), 2**31 - 1)
        base = middle * 2**24 - Decimal((2 * k + 1) << SHIFT) / 2 * slope / 2**32
        return int((base + Decimal("0.5")).to_integral_value()), slope


@pytest.fixture(scope="module")
def c_table() -> np.ndarray:
    """(ENTRIES, 2), by the C of the engine."""
    library = ctypes.CDLL(str(shared_library("engine")))
    words = (ctypes.c_int32 * (2 * ENTRIES))()
    library.sigmoid_table_make(words)
    return np.array(words).reshape(ENTRIES, 2)


def test_c_and_numpy_compute_the_same_words(c_table: np.ndarray) -> None:
    assert np.array_equal(c_table, table())


def test_every_word_is_that_of_exact_arithmetic() -> None:
    made = table()
    for k in range(-ENTRIES // 2, ENTRIES // 2):
        assert tuple(made[k + ENTRIES // 2]) == best_chord(k), k


def test_error_range_and_symmetry() -> None:
    v = np.concatenate(
        [np.arange(-(17 << 23), 17 << 23, 997), [-(2**31), 2**31 - 1, -1, 0, 1]]
    ).astype(np.int64)
    s = sigmoid(v)  # raises where it leaves 2..2^24 - 2
    true = 1 / (1 + np.exp(-v / 2**23))
    assert np.max(np.abs(s / 2**24 - true)) < 4.5e-7
    assert np.max(np.abs(tanh_of(s) / 2**31 - np.tanh(v / 2**24))) < 9e-7
    v = np.arange(1, 17 << 23, 997, dtype=np.int64)
    assert np.max(np.abs(sigmoid(v) + sigmoid(-v) - 2**24)) <= 3


def test_chords_rise_and_meet() -> None:
    edges = np.arange(1 - ENTRIES // 2, ENTRIES // 2, dtype=np.int64) << SHIFT
    below, above = sigmoid(edges - 1), sigmoid(edges)
    assert np.max(np.abs(above - below)) < 20, (
        "neighbours meet within two chord errors, 8.6e-7, and rounding"
    )
