# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Rows of a WaveNet: what is heard of their rounding, and that it stays in its word."""

import numpy as np

from pedalsmith.quantization.wavenet_rows import WeightRows, made_up, nearest

COLUMNS = np.array([2_000.0, 5_000.0, 900.0])
MOST = np.array([2.0**15, 2.0**15, 9_000.0])


def heard(seed: int) -> np.ndarray:
    """(taps x channels, audio, 1; time): slow signals, of which neighbouring taps hear the same."""
    rng = np.random.default_rng(seed)
    slow = np.cumsum(rng.normal(size=(4, 4_000)), axis=1)
    slow = (slow - slow.mean(axis=1, keepdims=True)) / slow.std(axis=1, keepdims=True)
    taps = [np.roll(slow[:3], -k, axis=1) for k in range(5)]
    return np.concatenate([*taps, slow[3:], np.ones((1, 4_000))])


def noise(rows: WeightRows, beside: np.ndarray, exact: np.ndarray, signal: np.ndarray) -> float:
    flat = np.concatenate([rows.values.reshape(len(beside), -1), beside], axis=1)
    return float(np.mean(((flat - exact) @ signal) ** 2))


def test_making_up_is_ten_decibels_truer() -> None:
    rng = np.random.default_rng(1)
    weights, beside = rng.normal(size=(4, 5, 3)), rng.normal(size=(4, 2))
    signal = heard(2)
    exact = np.concatenate([weights.reshape(4, -1), beside], axis=1)
    rows = nearest(weights, COLUMNS, MOST, np.abs(beside).sum(axis=1), np.full(4, 2.0**20))
    better, moved = made_up(rows, weights, beside, signal @ signal.T)
    before = noise(rows, beside, exact, signal)
    assert noise(better, moved, exact, signal) < 0.1 * before
    assert np.array_equal(better.units, rows.units)


def test_no_row_leaves_its_word() -> None:
    """Rows that the proof alone limits: where making up would break it, the nearest words stay."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        weights, beside = rng.normal(size=(6, 5, 3)), 1e4 * rng.normal(size=(6, 2))
        drive, limits = np.abs(beside).sum(axis=1), np.full(6, np.inf)
        rows = nearest(weights, np.ones(3), MOST, drive, limits, 2.0**28)
        signal = heard(seed)
        made, moved = made_up(rows, weights, beside, signal @ signal.T)
        sums = (np.abs(made.words) @ MOST).sum(axis=1) + 2.0**28
        sums += np.abs(moved * made.units[:, None]).sum(axis=1)
        assert np.all(sums < 2.0**31) and np.all(np.abs(made.words) < 2**15)
