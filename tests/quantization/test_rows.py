# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Rounding of matrix rows: the overflow proof holds for whatever weights there are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pedalsmith.quantization.proof import L1_MAX, Refused
from pedalsmith.quantization.rounding import compensated, damped
from pedalsmith.quantization.rows import (
    exact_step,
    grid_step,
    largest_word,
    plain_step,
    round_rows,
)

matrices = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40),
    elements=st.floats(-0.7, 0.7, allow_subnormal=False),
)


@given(matrices, st.sampled_from([8, 16]), st.floats(1e-6, 2.0))
@settings(deadline=None, max_examples=200)
def test_plain_rounding_is_proved_and_near(weights: np.ndarray, bits: int, size: float) -> None:
    weights = weights * size
    rows = round_rows(weights, plain_step(weights, bits), bits)
    assert np.all(np.abs(rows.wide).sum(axis=1) <= L1_MAX)
    assert np.all(np.abs(rows.words) <= largest_word(bits))
    assert np.all((rows.scale >= 1) & (rows.scale <= 2**31 - 1))
    assert np.all(np.abs(rows.values - weights) <= 0.501 * rows.step[:, None] + 1e-12)


def test_a_row_takes_all_the_bits_that_the_proof_allows() -> None:
    weights = np.full((1, 64), 0.1)
    total = np.abs(round_rows(weights, plain_step(weights, 16), 16).wide).sum()
    assert L1_MAX - 64 <= total <= L1_MAX


@pytest.mark.parametrize("size", [0.5, 0.9, 1.3, 1.9])
def test_large_rows_fit_int8_too(size: float) -> None:
    """Sums of 32 to 122: widening by powers of two alone would lose those above 64."""
    weights = np.linspace(-2 * size, 2 * size, 64)[None]
    rows = round_rows(weights, plain_step(weights, 8), 8)
    assert np.abs(rows.wide).sum() <= L1_MAX


def test_weights_beyond_reason_are_refused() -> None:
    weights = np.full((2, 64), 3.0)
    with pytest.raises(Refused, match="row 0"):
        round_rows(weights, plain_step(weights, 16), 16)


def _gram(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(3 * count, 4)) @ rng.normal(size=(4, count))
    return damped(samples.T @ samples, 1e-3)


@given(st.integers(2, 30), st.integers(1, 6), st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_compensation_beats_rounding_to_nearest(count: int, free: int, seed: int) -> None:
    """The cost e^T G e, with the free parameters at their optimum in both."""
    rng = np.random.default_rng(seed)
    gram = _gram(count + free, seed)
    values = rng.normal(size=count + free)
    step = np.full(count, 0.1)
    words, absorbed = compensated(values, step, 127, gram)
    error = np.concatenate([words * step, absorbed]) - values
    np.testing.assert_allclose(gram[count:] @ error, 0, atol=1e-7 * np.abs(gram).max())
    # Over many cases nearest plane wins by far; a single one may go the other way, by little.
    worst = float(np.trace(gram[:count, :count])) * 0.05**2
    assert error @ gram @ error <= worst


def test_compensation_wins_on_the_whole() -> None:
    gains = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        gram = _gram(24, seed)
        values = rng.normal(size=24)
        step = np.full(20, 0.1)
        words, absorbed = compensated(values, step, 127, gram)
        error = np.concatenate([words * step, absorbed]) - values
        plain = np.concatenate([np.rint(values[:20] / 0.1) * 0.1 - values[:20], np.zeros(4)])
        gains.append(10 * np.log10((plain @ gram @ plain) / (error @ gram @ error)))
    assert np.mean(gains) > 10


def test_what_is_on_the_grid_stays_there() -> None:
    words = np.array([3, -7, 0, 127])
    values = np.concatenate([words * 0.25, [1.5, -2.0]])
    rounded, free = compensated(values, np.full(4, 0.25), 127, _gram(6, 1))
    np.testing.assert_array_equal(rounded, words)
    np.testing.assert_allclose(free, [1.5, -2.0])


@given(st.sampled_from([8, 16]), st.integers(1, 24), st.floats(1e-4, 2.0), st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_weights_on_a_grid_come_back_as_the_same_words(
    bits: int, columns: int, size: float, seed: int
) -> None:
    """Through float32, as a model.json has them; rounding and compensation move nothing."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(5, columns)) * size / np.sqrt(columns)
    first = round_rows(weights, exact_step(plain_step(weights, bits), bits), bits)
    kept = first.values.astype(np.float32).astype(np.float64)
    assert np.array_equal(kept, first.values)
    step = grid_step(kept, bits)
    again = round_rows(kept, step, bits)
    assert np.array_equal(again.values, kept)
    assert np.all(np.abs(again.wide).sum(axis=1) <= L1_MAX)
    # A row whose words have a common factor may take the coarser grid; all others are the same.
    own = np.gcd.reduce(first.words, axis=1) == 1
    for ours, theirs in zip(
        (again.words, again.shift, again.scale),
        (first.words, first.shift, first.scale),
        strict=True,
    ):
        assert np.array_equal(ours[own], theirs[own])
    count = kept.size
    words, free = compensated(
        np.append(kept.ravel(), 1.0), np.repeat(step, columns), largest_word(bits),
        _gram(count + 1, seed),
    )  # fmt: skip
    assert np.array_equal(words.reshape(kept.shape), again.words)
    assert free == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("bits", [8, 16])
def test_other_weights_are_on_no_grid(bits: int) -> None:
    weights = np.random.default_rng(2).normal(size=(64, 16)) / 4
    assert np.isnan(grid_step(weights, bits)).all()
    nothing = np.zeros((1, 4))
    assert grid_step(nothing, bits) == plain_step(nothing, bits)


def test_int8_words_are_int16_words_too() -> None:
    weights = np.random.default_rng(3).normal(size=(16, 12)) / 3
    kept = round_rows(weights, exact_step(plain_step(weights, 8), 8), 8).values
    again = round_rows(kept, grid_step(kept, 16), 16)
    assert np.array_equal(again.values, kept)
