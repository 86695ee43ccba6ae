# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The blob: a quantized model as dataclasses. firmware/engine/README.md is the definition.

psm.py turns it into the bytes of a .psm file and back, proof.py holds its limits and the proof that
no sum overflows, reference.py computes what it plays.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.fir_record import FirRecord
from pedalsmith.quantization.rate import RateRecord
from pedalsmith.quantization.table import TABLE_BYTES
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.quantization.words import Int

HIDDEN_MAX = 64
RECURRENT_MAX = 3
DENSE_MAX = 3
KNOBS_MAX = 4
CELL_SHIFT_MAX = 8
FRACTION_MAX = 31
GOLDEN_MAX = 1 << 20
SAMPLE_RATES = (8_000, 192_000)
KNOB_ONE = 32_767
"""A knob fully clockwise, Q15."""


@dataclass(frozen=True)
class RecurrentRecord:
    """What LSTM and GRU share. Rows gate-major: row = gate * hidden + unit.

    Integers as the blob has them; arrays may have any integer type that holds the values.
    """

    GATES: ClassVar[int]
    KIND: ClassVar[int]

    weights: npt.NDArray[np.integer[Any]]
    """(rows, columns), int16, or int8 when `row_shift` is given; columns = hidden, in a stacked
    layer inputs + hidden with the input part first"""
    scale: npt.NDArray[np.integer[Any]]
    """(rows,), Q40 over the row's own scale"""
    bias: npt.NDArray[np.integer[Any]]
    """(rows,), Q23; GRU: (rows + hidden,), the state's part of n last"""
    rest_state: npt.NDArray[np.integer[Any]]
    """(hidden,), LSTM: cell, Q(24 - s); GRU: h, Q30"""
    rest_hidden: npt.NDArray[np.integer[Any]]
    """(hidden,), as the matrix reads it: Q15, int16; in state format 2 Q31, int32 (GRU: twice
    rest_state)"""
    rest_error: npt.NDArray[np.integer[Any]]
    """(hidden,), 0..255, what the rounding to Q15 left, in units of Q23; 0 in state format 2"""
    input: npt.NDArray[np.integer[Any]] | None = None
    """(rows, 1), Q24; the first layer only"""
    knob: npt.NDArray[np.integer[Any]] | None = None
    """(rows, knobs), Q24; the first layer of a model with knobs only"""
    row_shift: npt.NDArray[np.integer[Any]] | None = None
    """(rows,), 0..8: int8 weights count 2^shift; None with int16 weights"""
    state_format: int = 1
    """1: 16 bit with first-order error feedback; 2: 32 bit"""

    @property
    def hidden(self) -> int:
        """Units."""
        return len(self.rest_hidden)

    @property
    def rows(self) -> int:
        """Gates times units."""
        return self.GATES * self.hidden

    @property
    def inputs(self) -> int:
        """Values read a sample: 1 in the first layer, the units of the layer below otherwise."""
        return 1 if self.input is not None else int(self.weights.shape[1]) - self.hidden

    @property
    def outputs(self) -> int:
        """Values given a sample."""
        return self.hidden

    @property
    def wide_weights(self) -> Int:
        """(rows, columns), as the engine multiplies them (int16 range)."""
        wide = self.weights.astype(np.int64)
        return wide if self.row_shift is None else wide << self.row_shift.astype(np.int64)[:, None]

    def bias_rows(self) -> int:
        """Words of `bias`."""
        return self.rows


@dataclass(frozen=True)
class LstmRecord(RecurrentRecord):
    """Kind 1. Gates i, f, g, o; everything of a g row is doubled."""

    GATES: ClassVar[int] = 4
    KIND: ClassVar[int] = 1

    cell_shift: int = 0
    """s, 0..8: the cell is Q(24 - s)"""


@dataclass(frozen=True)
class GruRecord(RecurrentRecord):
    """Kind 2. Gates z, r, n; everything of an n row is doubled."""

    GATES: ClassVar[int] = 3
    KIND: ClassVar[int] = 2

    def bias_rows(self) -> int:
        """Words of `bias`: the state's part of n has its own."""
        return self.rows + self.hidden


@dataclass(frozen=True)
class DenseRecord:
    """Kind 3. y = sum_j weights[j] input[j] + bias."""

    KIND: ClassVar[int] = 3

    weights: npt.NDArray[np.integer[Any]]
    """(inputs, outputs), Qf, int32"""
    bias: npt.NDArray[np.integer[Any]]
    """(outputs,), Q23"""
    fraction: int
    """f, 1..31"""

    @property
    def inputs(self) -> int:
        """Values read a sample."""
        return int(self.weights.shape[0])

    @property
    def outputs(self) -> int:
        """Values given a sample."""
        return int(self.weights.shape[1])


LayerRecord = LstmRecord | GruRecord | DenseRecord | WaveNetRecord | FirRecord

_NO_WORDS = np.zeros(0, np.int32)


# The arena: what engine_load lays out in RAM, an upper bound that is the same on every machine
# because the engine keeps offsets, not pointers. engine.c asserts that it needs no more.
ARENA_HEAD = 512
ARENA_LAYER = 512
ARENA_CHUNK = 16


def _recurrent_arena(layer: RecurrentRecord, knobs: int) -> int:
    def eights(count: int) -> int:
        return -(-count // 8) * 8

    stacked = layer.input is None
    columns = eights(layer.hidden) + (eights(layer.inputs) if stacked else 0)
    rows = eights(layer.rows) + (eights(layer.hidden) if isinstance(layer, GruRecord) else 0)
    row_bytes = 2 * columns + 4 * (6 + knobs)  # weights; bias, input, scale, v; the blob's biases
    unit_bytes = 32 + ARENA_CHUNK * 8  # state, rest state; the outputs of a chunk
    return ARENA_LAYER + rows * row_bytes + eights(layer.hidden) * unit_bytes + 4 * columns


@dataclass(frozen=True)
class Blob:
    """A quantized model: what a .psm file holds."""

    layers: tuple[LayerRecord, ...]
    sample_rate: int
    """Hz"""
    knobs: int = 0
    skip: int = 0
    """Q24"""
    rest_output: int = 0
    """Q23"""
    resting_knobs: tuple[int, ...] = ()
    """Q15, `knobs` of them"""
    golden_input: npt.NDArray[np.integer[Any]] = field(default_factory=lambda: _NO_WORDS)
    """(n,), Q23, 24 bits; n >= 1 in a file"""
    golden_output: npt.NDArray[np.integer[Any]] = field(default_factory=lambda: _NO_WORDS)
    """(n,), Q23, from the rest state and the resting knobs"""
    metadata: dict[str, Any] = field(default_factory=dict)
    """JSON"""
    rate: RateRecord | None = None
    """For a network of another sample rate than the blob's"""

    @property
    def arena_bytes(self) -> int:
        """Bytes of RAM the engine needs for it."""
        reads_table = any(
            isinstance(layer, RecurrentRecord)
            or (isinstance(layer, WaveNetRecord) and layer.reads_table)
            for layer in self.layers
        )
        return self.stated_bytes + (TABLE_BYTES if reads_table else 0)

    @property
    def stated_bytes(self) -> int:
        """What the file says of it: all but the table; the formula is in the engine's README."""
        total, first = ARENA_HEAD + (self.rate.arena_bytes if self.rate else 0), True
        for layer in self.layers:
            if isinstance(layer, WaveNetRecord | FirRecord):
                total += layer.arena_bytes
            elif isinstance(layer, DenseRecord):
                total += ARENA_LAYER + 4 * (layer.outputs * (layer.inputs + 1))
                total += 4 * ARENA_CHUNK * layer.outputs
            else:
                total += _recurrent_arena(layer, self.knobs if first else 0)
            first = False
        return total
