# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The limits of a blob, and the proof from its weights alone that no sum leaves its word.

The C loader (firmware/engine/blob.c) computes the same bounds in the same integers: what one
refuses, the other refuses. Bounds are on absolute values, so they hold in any order of summation.
Notation of the engine's README.
"""

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization import fir_record, rate, wavenet_proof
from pedalsmith.quantization.blob import (
    CELL_SHIFT_MAX,
    DENSE_MAX,
    FRACTION_MAX,
    HIDDEN_MAX,
    KNOB_ONE,
    KNOBS_MAX,
    RECURRENT_MAX,
    SAMPLE_RATES,
    Blob,
    DenseRecord,
    GruRecord,
    LstmRecord,
    RecurrentRecord,
)
from pedalsmith.quantization.fir_record import FirRecord
from pedalsmith.quantization.refusal import Refused, fits, require
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.quantization.words import Int

__all__ = ["L1_MAX", "WORD_MAX", "Refused", "check", "dense_bound", "fits", "require", "row_bound"]

L1_MAX = 65_535
"""Largest sum of |weight| of a row: times 2^15 it is below 2^31."""
WORD_MAX = 2**31 - 1
GRU_STATE_MAX = 2**30 - 256
"""|h30| of a GRU: what T >> 1 reaches."""
CELL_MAX = 2**30
"""sat31"""
HIDDEN_UNIT = 2**23
"""|h23| of a recurrent layer's output stays below it."""


def row_bound(layer: RecurrentRecord) -> Int:
    """Proved bound of |v| per row, Q23; for n rows of a GRU of |a_n| + |2 mulh(r, u_n)|.

    The halves come from |x << 8| <= 2^31 and |knob << 16| < 2^31 through mulh, rounded outwards.
    """
    rows, hidden = layer.rows, layer.hidden
    bias = np.abs(layer.bias.astype(np.int64))
    bound = bias[:rows].copy()
    for drive in (layer.input, layer.knob):
        if drive is not None:
            bound += ((np.abs(drive.astype(np.int64)) + 1) >> 1).sum(axis=1)
    weights = layer.wide_weights
    # State format 2 rounds every product, outwards by less than one unit each.
    acc = (np.abs(weights).sum(axis=1) << 15) + (layer.state_format == 2) * weights.shape[1]
    bound += (acc * np.abs(layer.scale.astype(np.int64)) + (2**32 - 1)) >> 32
    if isinstance(layer, GruRecord):
        # a_n and u_n round separately (one more of floor's outward unit), and r u_n is doubled.
        bound[rows - hidden :] += bias[rows:] + 3
    return bound


def dense_bound(layer: DenseRecord, input_bound: int) -> int:
    """Proved bound of the 64-bit sum with its rounding, worst output."""
    l1 = np.abs(layer.weights.astype(np.int64)).sum(axis=0)
    bias = np.abs(layer.bias.astype(np.int64))
    worst = [
        int(w) * input_bound + (int(b) << layer.fraction) + (1 << (layer.fraction - 1))
        for w, b in zip(l1, bias, strict=True)
    ]
    return max(worst)


def check(blob: Blob) -> None:
    """Raises Refused when the blob breaks a limit or its overflow proof fails."""
    low, high = SAMPLE_RATES
    require(low <= blob.sample_rate <= high, f"has a sample rate of {blob.sample_rate} Hz")
    require(0 <= blob.knobs <= KNOBS_MAX, f"has {blob.knobs} knobs; the engine has {KNOBS_MAX}")
    require(
        len(blob.resting_knobs) == blob.knobs, "has resting values for other knobs than its own"
    )
    require(all(0 <= k <= KNOB_ONE for k in blob.resting_knobs), "has a resting knob outside Q15")
    require(fits(np.array([blob.skip, blob.rest_output]), 32), "has a header word outside int32")
    golden = blob.golden_input
    require(len(golden) >= 1, "has no golden vector")
    require(len(golden) == len(blob.golden_output), "has a golden output of another length")
    require(fits(golden, 24), "has a golden input of more than 24 bits")
    require(fits(blob.golden_output, 32), "has a golden output outside int32")
    if blob.rate is not None:
        rate.check(blob.rate)
    first = blob.layers[0] if blob.layers else None
    if isinstance(first, WaveNetRecord):
        require(len(blob.layers) == 1 and blob.knobs == 0, "has more than its WaveNet")
        wavenet_proof.check(first, "layer 1")
        return
    if isinstance(first, FirRecord):
        require(len(blob.layers) == 1 and blob.knobs == 0, "has more than its impulse response")
        fir_record.check(first, "layer 1")
        return
    recurrent = sum(isinstance(layer, RecurrentRecord) for layer in blob.layers)
    require(1 <= recurrent <= RECURRENT_MAX, f"has {recurrent} recurrent layers; 1..3 are served")
    dense = len(blob.layers) - recurrent
    require(1 <= dense <= DENSE_MAX, f"has {dense} dense layers; 1..3 are served")
    formats = {r.state_format for r in blob.layers if isinstance(r, RecurrentRecord)}
    require(len(formats) == 1, "has recurrent layers of different state formats")
    before = 1
    for index, layer in enumerate(blob.layers):
        name = f"layer {index + 1}"
        require(layer.inputs == before, f"{name}: reads {layer.inputs} values where {before} are")
        for count in (layer.inputs, layer.outputs):
            require(1 <= count <= HIDDEN_MAX, f"{name}: {count} values; 1..{HIDDEN_MAX} are served")
        if isinstance(layer, DenseRecord):
            require(index >= recurrent, f"{name}: a dense layer below a recurrent one")
            # The layer below gives |h23| < 1, another dense layer a whole word.
            _check_dense(layer, HIDDEN_UNIT if index == recurrent else 2**31, name)
        else:
            require(isinstance(layer, RecurrentRecord), f"{name}: a layer that stands alone")
            assert isinstance(layer, RecurrentRecord)
            _check_recurrent(layer, index, blob.knobs, name)
        before = layer.outputs
    require(before == 1, f"has {before} outputs; the engine gives 1")


def _check_dense(layer: DenseRecord, input_bound: int, name: str) -> None:
    require(1 <= layer.fraction <= FRACTION_MAX, f"{name}: fraction bits outside 1..{FRACTION_MAX}")
    require(layer.bias.shape == (layer.outputs,), f"{name}: bias of another length")
    require(fits(layer.weights, 32) and fits(layer.bias, 32), f"{name}: a word outside int32")
    require(dense_bound(layer, input_bound) < 2**63, f"{name}: its sum may leave 64 bits")


def _check_recurrent(layer: RecurrentRecord, index: int, knobs: int, name: str) -> None:
    rows, hidden = layer.rows, layer.hidden
    columns = hidden + (0 if index == 0 else layer.inputs)
    require((layer.input is not None) == (index == 0), f"{name}: only the first reads the audio")
    require((layer.knob is not None) == (index == 0 and knobs > 0), f"{name}: knobs do not match")
    require(layer.state_format in (1, 2), f"{name}: unknown state format {layer.state_format}")
    shapes: list[tuple[str, npt.ArrayLike | None, tuple[int, ...]]] = [
        ("weights", layer.weights, (rows, columns)),
        ("row shift", layer.row_shift, (rows,)),
        ("scale", layer.scale, (rows,)),
        ("input", layer.input, (rows, 1)),
        ("knob", layer.knob, (rows, knobs)),
        ("bias", layer.bias, (layer.bias_rows(),)),
        ("rest state", layer.rest_state, (hidden,)),
        ("rest hidden", layer.rest_hidden, (hidden,)),
        ("rest error", layer.rest_error, (hidden,)),
    ]
    for tensor, values, shape in shapes:
        if values is not None:
            require(np.shape(values) == shape, f"{name}: {tensor} is not {shape}")
    if layer.row_shift is not None:
        require(fits(layer.weights, 8), f"{name}: a weight outside int8")
        require(
            np.all((layer.row_shift >= 0) & (layer.row_shift <= 8)), f"{name}: row shift above 8"
        )
    require(fits(layer.wide_weights, 16), f"{name}: a weight outside int16")
    for words in (layer.scale, layer.bias, layer.input, layer.knob):
        require(words is None or fits(words, 32), f"{name}: a word outside int32")
    state = layer.rest_state.astype(np.int64)
    if layer.state_format == 1:
        require(fits(layer.rest_hidden, 16), f"{name}: a rest state outside int16")
        require(fits(layer.rest_error, 8, signed=False), f"{name}: a rest error outside 0..255")
    else:
        require(fits(layer.rest_hidden, 32), f"{name}: a rest state outside int32")
        require(not np.any(layer.rest_error), f"{name}: a rest error in a 32-bit state")
        twice = isinstance(layer, GruRecord) and np.any(layer.rest_hidden != 2 * state)
        require(not twice, f"{name}: a GRU's rest state is not twice its h30")
    if isinstance(layer, LstmRecord):
        require(0 <= layer.cell_shift <= CELL_SHIFT_MAX, f"{name}: cell shift outside 0..8")
        require(fits(state, 31), f"{name}: a rest cell outside its 31 bits")
    else:
        require(np.all(np.abs(state) <= GRU_STATE_MAX), f"{name}: a rest state outside -1..1")
    l1 = np.abs(layer.wide_weights).sum(axis=1)
    require(np.all(l1 <= L1_MAX), f"{name}: a row's weights sum to more than {L1_MAX}")
    require(np.all(row_bound(layer) <= WORD_MAX), f"{name}: a row may leave +-256")
