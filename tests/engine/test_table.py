# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The tables that C and NumPy compute are the best ones, and as good as the READMEs say."""

import ctypes
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import numpy.typing as npt
import pytest

from pedalsmith.native.compiler import shared_library
from pedalsmith.quantization.reference import sigmoid, tanh_of
from pedalsmith.quantization.table import ENTRIES, FINE_ENTRIES, SHIFT, fine_table, table
from pedalsmith.quantization.wavenet_function import FINE_TANH

EDGES = np.arange(-(2**30) + 2**18, 2**30 + 1, 2**18)


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


def fine_chord(k: int) -> tuple[int, int]:
    """Fine chord k by 50 digits: the secant moved halfway to the curve in the middle of it."""
    with localcontext(prec=50):
        low, middle, high = (2 * exact(Decimal(2 * k + i) / 512) - 1 for i in range(3))
        if k == FINE_ENTRIES // 2:
            return int((low * 2**31).to_integral_value()), 0
        slope = int(((high - low) * 2**32).to_integral_value())
        base = ((low + high) / 2 + middle) / 2 * 2**31 - Decimal(slope) / (-4 if k % 2 else 4)
        return int((base + Decimal("0.5")).to_integral_value()), slope


@pytest.mark.parametrize(
    ("make", "ours"), [("sigmoid_table_make", table), ("tanh_table_make", fine_table)]
)
def test_c_and_numpy_compute_the_same_words(
    make: str, ours: Callable[[], npt.NDArray[np.int32]]
) -> None:
    expected = ours()
    words = (ctypes.c_int32 * expected.size)()
    getattr(ctypes.CDLL(str(shared_library("engine"))), make)(words)
    assert np.array_equal(np.array(words).reshape(expected.shape), expected)


def test_every_word_is_that_of_exact_arithmetic() -> None:
    made = table()
    for k in range(-ENTRIES // 2, ENTRIES // 2):
        assert tuple(made[k + ENTRIES // 2]) == best_chord(k), k


def test_every_word_of_the_fine_table_is_that_of_exact_arithmetic() -> None:
    made = fine_table()
    for k in range(-(FINE_ENTRIES // 2), FINE_ENTRIES // 2 + 1):
        assert tuple(made[k + FINE_ENTRIES // 2]) == fine_chord(k), k


def test_the_fine_tanh_over_all_that_a_scaled_row_gives() -> None:
    v = np.concatenate(
        [np.arange(-(2**30), 2**30, 997), [2**30 - 1, 2**30, -1, 0, 1], EDGES, EDGES - 1]
    ).astype(np.int64)
    a = FINE_TANH.function.play(v)
    assert np.max(np.abs(a / 2**31 - np.tanh(v / 2**27))) < 1.85e-7
    assert np.max(np.abs(a)) < FINE_TANH.function.most
    assert np.max(np.abs(a + FINE_TANH.function.play(-v))) < 800, "two chord errors, at an edge"
    edges = FINE_TANH.function.play(EDGES), FINE_TANH.function.play(EDGES - 1)
    assert np.max(np.abs(edges[0] - edges[1])) < 800, "neighbours meet"


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
