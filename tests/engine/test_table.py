# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The committed table is what table.py makes, and as good as it says."""

import numpy as np

from pedalsmith.quantization.reference import sigmoid, tanh_of
from pedalsmith.quantization.table import ENTRIES, SHIFT, c_source, table_path


def test_committed_table_is_the_made_one() -> None:
    assert table_path().read_text() == c_source(), "run python -m pedalsmith.quantization.table"


def test_error_range_and_symmetry() -> None:
    v = np.concatenate(
        [np.arange(-(17 << 23), 17 << 23, 997), [-(2**31), 2**31 - 1, -1, 0, 1]]
    ).astype(np.int64)
    s = sigmoid(v)  # raises where it leaves 2..2^24 - 2
    exact = 1 / (1 + np.exp(-v / 2**23))
    assert np.max(np.abs(s / 2**24 - exact)) < 4.5e-7
    assert np.max(np.abs(tanh_of(s) / 2**31 - np.tanh(v / 2**24))) < 9e-7
    v = np.arange(1, 17 << 23, 997, dtype=np.int64)
    assert np.max(np.abs(sigmoid(v) + sigmoid(-v) - 2**24)) <= 3


def test_chords_rise_and_meet() -> None:
    edges = np.arange(1 - ENTRIES // 2, ENTRIES // 2, dtype=np.int64) << SHIFT
    below, above = sigmoid(edges - 1), sigmoid(edges)
    assert np.max(np.abs(above - below)) < 20, (
        "neighbours meet within two chord errors, 8.6e-7, and rounding"
    )
