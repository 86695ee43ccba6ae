# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The format of an LSTM's cell state: measured, and proved where the forget gate allows it.

|c'| <= f |c| + i |g|, so a unit whose forget gate never exceeds F and whose i |g| never exceeds A
keeps |c| <= A / (1 - F). Gates are bounded from the weights: v <= bias + sum |w| + |input| + knobs.

A layer has one format. A unit that counts up for as long as the guitar plays takes fraction bits of
all the others, and of its own c no more is heard than tanh(c), 1 from 10 on, and when it is back:
where saturating it is nearer to the float model, that is better (quantizer.py measures both).
"""

from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.quantization.blob import CELL_SHIFT_MAX
from pedalsmith.quantization.network import Recurrent, sigmoid

_RANGE = 64.0
"""|c| that the cell holds with shift 0."""

_HEADROOM = 2.0
"""The format holds this many times the largest |c| that was met."""

_CHEAP_SHIFT = 2
"""A shift up to which a proof is preferred: 22 fraction bits are finer than all around them."""


@dataclass(frozen=True)
class CellFormat:
    """How the cell of one LSTM layer is held."""

    shift: int
    """s; the cell is Q(24 - s)"""
    range: float
    """|c| that it holds; what is beyond saturates"""
    largest: float
    """largest |c| that was met in the float model"""
    bound: float
    """what the weights prove; may be infinite"""

    @property
    def proved(self) -> bool:
        """Whether the cell can never saturate."""
        return self.bound < self.range


def cell_format(layer: Recurrent, largest: float) -> CellFormat:
    """The format that holds a layer whose |c| came to `largest`, or as much of it as any does."""
    bound = cell_bound(layer)
    shift = _shift_for(largest * _HEADROOM)
    proving = _shift_for(bound)
    if shift < proving <= _CHEAP_SHIFT:
        shift = proving
    shift = min(shift, CELL_SHIFT_MAX)
    return CellFormat(shift, _RANGE * 2**shift, largest, bound)


def saturating(cell: CellFormat) -> CellFormat:
    """The format for a layer that shall keep its fraction bits and saturate."""
    shift = min(cell.shift, _CHEAP_SHIFT)
    return replace(cell, shift=shift, range=_RANGE * 2**shift)


def cell_bound(layer: Recurrent) -> float:
    """Returns the largest |c| of any unit that the weights allow, from zero state."""
    reach = sum(np.sum(np.abs(part), axis=1) for part in (layer.weights, layer.input, layer.knob))
    high = layer.bias + reach
    h = layer.hidden
    largest_g = np.tanh(0.5 * np.maximum(high, reach - layer.bias)[2 * h : 3 * h])
    with np.errstate(divide="ignore"):
        # The table's sigmoid is within 6e-6 of the true one.
        remain = np.maximum(1.0 - sigmoid(high[h : 2 * h]) - 6e-6, 0.0)
        return float(np.max(sigmoid(high[:h]) * largest_g / remain))


def _shift_for(largest: float) -> int:
    if not np.isfinite(largest):
        return CELL_SHIFT_MAX + 1
    return max(0, int(np.ceil(np.log2(max(largest * (1 + 1e-6), _RANGE) / _RANGE))))
