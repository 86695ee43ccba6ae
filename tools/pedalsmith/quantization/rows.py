# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Matrix rows in integers: the finest scale that the overflow proof allows, and rounding.

The arithmetic is that of firmware/engine/README.md, "Matrix rows". A row of float weights u
becomes words w = round(s u); the engine computes acc = sum_j w_j h_j over states h in Q15 and
multiplies it by `scale` = 2**40 / s. With sum_j |w_j| <= 65535 and |h| <= 2**15,
|acc| <= 2**31 - 2**15, so that no partial sum, in any order, leaves int32.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.proof import L1_MAX, Refused

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

_INT16, _INT8 = 32_767, 127
_SCALE_ONE = 2.0**40
_LARGEST_SCALE = 2**31 - 1
LARGEST_SUM = L1_MAX * _LARGEST_SCALE / _SCALE_ONE
"""Of the |weights| of a row, half a word a column aside, and twice one of them; those of a tanh are
doubled."""
_LARGEST_SHIFT = 8
_FLOAT32_BITS = 24
_LARGEST_S = 2.0**24
"""A larger s would leave `scale` fewer than 16 bits; only rows of almost nothing get there."""


@dataclass(frozen=True)
class Rows:
    """Quantized rows: `words << shift` are the engine's int16 weights."""

    words: Ints
    """(rows, columns); int16 range, or int8 range when `bits` is 8."""
    shift: Ints
    """(rows,); all 0 when `bits` is 16."""
    scale: Ints
    """(rows,) Q40 over the row's scale; 1..2**31 - 1."""
    bits: int
    """16 or 8."""

    @property
    def wide(self) -> Ints:
        """(rows, columns) the int16 words that the engine multiplies with."""
        return self.words << self.shift[:, None]

    @property
    def step(self) -> Floats:
        """(rows,) the float value of one unit of `words`."""
        return self.scale * np.exp2(self.shift) / _SCALE_ONE

    @property
    def values(self) -> Floats:
        """(rows, columns) the float weights that the words stand for."""
        return self.words * self.step[:, None]


def plain_step(weights: Floats, bits: int) -> Floats:
    """Returns (rows,) the finest steps with which rounding to `bits` is proved safe.

    Rounding moves each word by at most a half, hence the slack of half a word a column. Raises
    Refused for weights that no step makes safe.
    """
    columns = weights.shape[1]
    largest = np.max(np.abs(weights), axis=1, initial=0.0)
    total = np.sum(np.abs(weights), axis=1)
    top = largest_word(bits)
    with np.errstate(divide="ignore", over="ignore"):
        s = top / largest
        if bits == 16:
            s = np.minimum(s, (L1_MAX - columns / 2) / total)
    step = np.asarray(1.0 / np.minimum(s, _LARGEST_S))
    if bits == 8:
        # Widened words go by powers of two: a large row may need the coarsest step of its shift.
        widen = np.exp2(fit_step(step, bits)[0])
        coarsest = _LARGEST_SCALE * widen / _SCALE_ONE * (1 - 1e-9)
        step = np.where((total / step + columns / 2) * widen > L1_MAX, coarsest, step)
    return step


def exact_step(step: Floats, bits: int) -> Floats:
    """Returns `step` (rows,) rounded up to steps of which float32 holds every word's multiple.

    So a network that was trained on such a grid can be written down in float32 and come back as
    the same words. It costs up to 2^-8 of the step for 16 bits, 2^-16 for 8.
    """
    mantissa, exponent = np.frexp(step)
    kept = 2.0 ** (_FLOAT32_BITS - (bits - 1))
    up, down = (np.ldexp(way(mantissa * kept) / kept, exponent) for way in (np.ceil, np.floor))
    # The coarsest step of a shift stays within it: one more would widen the words.
    return np.where(_widening(up, bits) > _widening(step, bits), down, up)


def grid_step(weights: Floats, bits: int) -> Floats:
    """Returns (rows,) the coarsest step of which a row's weights are multiples; NaN where none is.

    Only steps that the engine holds exactly, with words that are proved safe.
    """
    found = np.full(len(weights), np.nan)
    for row, values in enumerate(np.abs(np.asarray(weights, np.float64))):
        largest = values.max(initial=0.0)
        if largest == 0.0:
            found[row] = 1.0 / _LARGEST_S
            continue
        # The largest weight is some word; each other one rules most of the choices out.
        words = np.arange(1, largest_word(bits) + 1)
        for value in values:
            off = value / largest * words
            words = words[np.abs(off - np.rint(off)) <= words * 2.0**-_FLOAT32_BITS]
        step = largest / words
        widen = np.exp2(_widening(step, bits))
        scale = step * _SCALE_ONE / widen
        exact = (np.rint(values[:, None] / step) * step == values[:, None]).all(axis=0)
        exact &= (np.rint(scale) == scale) & (scale <= _LARGEST_SCALE)
        step = step[exact & (values.sum() / step * widen <= L1_MAX)]
        found[row] = step[0] if len(step) else np.nan
    return found


def _widening(step: Floats, bits: int) -> Ints:
    """Returns the least shift of int8 words with which `scale` fits an int32; 0 for int16."""
    if bits == 16:
        return np.zeros(len(step), np.int64)
    needed = np.log2(np.maximum(step * _SCALE_ONE / _LARGEST_SCALE, 1.0))
    return np.minimum(np.ceil(needed), _LARGEST_SHIFT).astype(np.int64)


def fit_step(step: Floats, bits: int) -> tuple[Ints, Ints]:
    """Returns (shift, scale), (rows,) each: the words nearest to the wanted steps.

    int8 words are widened by the least shift with which `scale` fits an int32, so that it keeps
    30 bits. Raises Refused when a step is too coarse for both: weights beyond all reason.
    """
    shift = _widening(step, bits)
    scale = np.rint(step * _SCALE_ONE / np.exp2(shift)).astype(np.int64)
    for row in np.flatnonzero(scale > _LARGEST_SCALE):
        raise Refused(
            f"row {row} of a recurrent matrix has weights too large for the engine "
            f"(they sum to more than {LARGEST_SUM:.0f}); "
            "train it with weight decay, or take another capture"
        )
    return shift, np.maximum(scale, 1)


def largest_word(bits: int) -> int:
    """The largest absolute word: symmetric, -2**15 and -128 are not used."""
    return _INT16 if bits == 16 else _INT8


def round_rows(weights: Floats, step: Floats, bits: int) -> Rows:
    """Rounds (rows, columns) to nearest with the given steps (rows,), clipped to `bits`."""
    shift, scale = fit_step(step, bits)
    top = largest_word(bits)
    fitted = scale * np.exp2(shift) / _SCALE_ONE
    words = np.clip(np.rint(weights / fitted[:, None]), -top, top).astype(np.int64)
    return Rows(words, shift, scale, bits)
