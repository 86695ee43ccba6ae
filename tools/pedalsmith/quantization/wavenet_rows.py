# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Rows of a WaveNet's matrices in 16 bits or 32: as fine as the proof allows, then rounded."""

from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.quantization.rounding import compensated, damped
from pedalsmith.quantization.rows import Floats, Ints

SCALE_MOST = 2.0**31 - 2.0

LIFT = 2
"""Bits by which a LeakyReLU lifts its sums: their proved range is about so much wider than what is
met, and the 1x1 reads the upper half of the word."""

DAMPING = 1e-6
"""Of the mean diagonal of what a layer hears: errors of weights may cancel down to -60 dB."""

_SUM = 2.0**31 - 2.0**17
"""What a row may reach, with some room for words that making up moves by more than a half."""


def lift_of(slope: Floats) -> int:
    """Bits by which a leaky activation lifts its sums: LIFT, or so many that its slopes fit."""
    largest = max(float(np.max(np.abs(slope / (1.0 - slope)))), 1e-9)
    return min(LIFT, int(np.floor(np.log2(0.4999 / largest))))


@dataclass(frozen=True)
class WeightRows:
    """Weights of a matrix: value = acc / units."""

    words: Ints
    """(rows, taps, channels)"""
    units: Floats
    """Words of acc per value of a row"""
    column_units: Floats
    """(channels,): words per value of what is multiplied"""
    most: Floats
    """(channels,): largest |word| of what is multiplied; of 32 bits its upper 16, or less than 1
    where weights have 32 bits"""
    start: float
    """|words| that a sum has beside weights, mixin and bias"""
    bits: int
    """Of a weight, 16 or 32"""

    @property
    def top(self) -> int:
        """Largest word."""
        return _top(self.bits)

    @property
    def values(self) -> Floats:
        """The weights that the words stand for."""
        return np.asarray(self.words / self.units[:, None, None] * self.column_units)

    def scale(self, units: Floats) -> Ints:
        """What takes acc to words of so many units per value."""
        scale = np.rint(units / self.units * 2.0**32)
        return np.clip(scale, -SCALE_MOST, SCALE_MOST).astype(np.int64)


def _top(bits: int) -> int:
    return (1 << (bits - 1)) - 1


def nearest(
    weights: Floats, column_units: Floats, most: Floats, beside: Floats, limits: Floats,
    start: float = 0.0, bits: int = 16,
) -> WeightRows:  # fmt: skip
    """Rounds (rows, taps, channels) to nearest, in the largest units within `limits` (rows,).

    `most` (channels,) is as WeightRows has it; `beside` (rows,) is what else a row adds up, at
    most, as a value.
    """
    scaled = weights / column_units
    total = (np.abs(scaled) @ most).sum(axis=1) + beside
    room = _SUM - start - weights.shape[1] * (most.sum() + len(most))
    units = np.minimum(_top(bits) / np.maximum(np.abs(scaled).max(axis=(1, 2)), 1e-30), limits)
    units = np.minimum(units, room / np.maximum(total, 1e-30))
    words = np.rint(scaled * units[:, None, None]).astype(np.int64)
    return WeightRows(words, units, column_units, most, start, bits)


def made_up(
    rows: WeightRows, weights: Floats, beside: Floats, gram: Floats
) -> tuple[WeightRows, Floats]:
    """Rounds again, each weight making up for those before, and `beside` for what is left.

    `beside` (rows, 2) are mixin and bias as values; gram (n + 2, n + 2) is of what they and the
    n weights of a row are multiplied by, as values (Grams). Returns the rows and `beside`.
    """
    count = weights[0].size
    columns = np.tile(rows.column_units, weights.shape[1])
    loud = np.diag(gram)
    typical = float(np.mean(loud[:count] * columns**2))
    free = np.sqrt(typical / np.maximum(loud[count:], 1e-30))
    scale = np.concatenate([columns, free])
    flat = np.concatenate([weights.reshape(len(weights), -1), beside], axis=1)
    values = flat / scale * rows.units[:, None]
    heard = damped(gram * scale * scale[:, None], DAMPING)
    words, moved = compensated(values, np.ones((len(weights), count)), rows.top, heard)
    moved = moved * free / rows.units[:, None]
    drive = np.abs(moved) * rows.units[:, None]
    made = words.reshape(rows.words.shape)
    total = (np.abs(made) @ rows.most).sum(axis=1) + drive.sum(axis=1) + rows.start
    total += count + 2.0**15
    safe = (total < 2.0**31) & (drive[:, 0] < 2.0**30 - 1)
    return (
        replace(rows, words=np.where(safe[:, None, None], made, rows.words)),
        np.where(safe[:, None], moved, beside),
    )
