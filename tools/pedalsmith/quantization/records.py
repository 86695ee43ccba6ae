# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Float parameters to the records of a blob: which word holds what, at which precision."""

from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.blob import KNOB_ONE, DenseRecord, GruRecord, LstmRecord
from pedalsmith.quantization.network import Head, Recurrent, State
from pedalsmith.quantization.proof import Refused
from pedalsmith.quantization.rows import Floats, Ints, Rows

_WORD = 2.0**31 - 1
_STATE_ONE = 2**30 - 256

KNOB_UNIT = 2.0**24 * 2**15 / KNOB_ONE
"""Of a word of a knob's weight: a knob that is turned up has KNOB_ONE, which as Q15 is not quite 1,
and a long memory hears that."""


@dataclass(frozen=True)
class Wide:
    """The parameters of a recurrent layer that stay wide, in the engine's shape, in float."""

    input: Floats
    knob: Floats
    bias: Floats

    @staticmethod
    def of(layer: Recurrent) -> "Wide":
        """As the float layer has them."""
        return Wide(layer.input, layer.knob, layer.bias)


@dataclass(frozen=True)
class Place:
    """Where a recurrent layer rests and how its state is held."""

    rest: State
    """One stream."""
    cell_shift: int
    """s of an LSTM."""
    state_format: int
    name: str
    """For errors."""


def fixed(values: Floats, fraction: int, what: str) -> Ints:
    """Rounds to Q`fraction` in an int32. Raises Refused, with `what`, when it does not fit."""
    words = np.rint(np.asarray(values) * 2.0**fraction)
    if np.any(np.abs(words) > _WORD):
        raise Refused(
            f"{what} reaches {np.max(np.abs(values)):.4g}; the engine holds up to "
            f"{2.0 ** (31 - fraction):g}"
        )
    return np.asarray(words, dtype=np.int64)


def recurrent_record(
    layer: Recurrent, rows: Rows, wide: Wide, place: Place
) -> LstmRecord | GruRecord:
    """Returns the record of a layer; rows and wide are what its parameters became."""
    state, shift, name = place.rest, place.cell_shift, place.name
    bias = fixed(wide.bias + _floors(layer, rows, place.state_format), 23, f"{name}: a bias")
    h30 = np.clip(np.rint(state.h[0] * 2.0**30), -_STATE_ONE, _STATE_ONE).astype(np.int64)
    if place.state_format == 1:
        hidden = np.clip(h30 >> 15, -(2**15), 2**15 - 1)
        error = (h30 >> 7) & 255
    else:
        hidden, error = 2 * h30, np.zeros_like(h30)
    first = layer.input.shape[1] > 0
    common = {
        "state_format": place.state_format,
        "weights": rows.words.astype(np.int16 if rows.bits == 16 else np.int8),
        "row_shift": None if rows.bits == 16 else rows.shift,
        "scale": rows.scale,
        "bias": bias,
        "rest_hidden": hidden,
        "rest_error": error,
        "input": fixed(wide.input, 24, f"{name}: an input weight") if first else None,
        "knob": _knob(wide.knob, name) if wide.knob.shape[1] else None,
    }
    if layer.kind == "gru":
        return GruRecord(**common, rest_state=h30)
    cell = np.clip(np.rint(state.c[0] * 2.0 ** (24 - shift)), -(2**30), 2**30 - 1)
    return LstmRecord(**common, rest_state=cell.astype(np.int64), cell_shift=shift)


def _knob(weights: Floats, name: str) -> Ints:
    """Words of knob weights (rows, knobs)."""
    return fixed(weights * (KNOB_UNIT / 2.0**24), 24, f"{name}: a knob weight")


def _floors(layer: Recurrent, rows: Rows, state_format: int) -> Floats:
    """Returns what the engine's floors take from v on average, in the shape of the bias.

    Half a word of Q23 for each of the two products of a row; with a 32-bit state half a word of
    acc for each weight that is not 0, besides.
    """
    lost = np.full(layer.rows, 1.0)
    own = np.zeros(layer.rows)
    if state_format == 2:
        word = rows.scale / 2.0**33
        split = layer.weights.shape[1] - layer.hidden
        lost += word * np.count_nonzero(rows.words[:, :split], axis=1)
        own = word * np.count_nonzero(rows.words[:, split:], axis=1)
    if layer.kind == "lstm":
        return np.asarray((lost + own) / 2.0**23)
    n = slice(2 * layer.hidden, None)
    state_part = 0.5 + own[n]
    own[n] = 0.5
    return np.concatenate([lost + own, state_part]) / 2.0**23


def head_record(head: Head, name: str) -> DenseRecord:
    """Returns the dense record with as many fraction bits as the largest weight leaves."""
    largest = float(np.max(np.abs(head.weights), initial=2.0**-20))
    fraction = int(np.clip(30 - np.ceil(np.log2(largest)), 1, 30))
    return DenseRecord(
        fixed(head.weights[:, None], fraction, f"{name}: an output weight"),
        fixed(np.array([head.bias]), 23, f"{name}: the output's bias"),
        fraction,
    )
