# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Random valid blobs, from tame ones to ones exactly on the bounds of the overflow proof."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization import proof, psm
from pedalsmith.quantization.blob import Blob, DenseRecord, GruRecord, LstmRecord
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.words import Int

CELL = 2**30


def random_blob(
    seed: int,
    *,
    kind: str = "lstm",
    hidden: tuple[int, ...] = (8,),
    knobs: int = 0,
    int8: bool = False,
    cell_shift: int = 2,
    state: int = 1,
    extreme: bool = False,
    dense: tuple[int, ...] = (1,),
    golden_frames: int = 8,
) -> Blob:
    """A blob of those layers. `extreme` puts weights, biases and rest states on the bounds."""
    rng = np.random.default_rng(seed)
    layers: list[LstmRecord | GruRecord | DenseRecord] = []
    below = 1
    for index, units in enumerate(hidden):
        layer = _recurrent(rng, kind, units, below, index, knobs, int8, cell_shift, state, extreme)
        layers.append(layer)
        below = units
    for outputs in dense:
        layers.append(_dense(rng, below, outputs, extreme))
        below = outputs
    blob = Blob(
        layers=tuple(layers),
        sample_rate=48_000,
        knobs=knobs,
        skip=int(rng.integers(-(2**25), 2**25)),
        rest_output=int(rng.integers(-(2**20), 2**20)),
        resting_knobs=tuple(rng.integers(0, 32768, knobs).tolist()),
        metadata={"name": f"random {seed}"},
    )
    return with_golden(blob, rng.integers(-(2**23), 2**23, golden_frames))


def random_bytes(seed: int, **shape: object) -> bytes:
    """The same as a file."""
    return psm.encode(random_blob(seed, **shape))  # type: ignore[arg-type]


def _recurrent(
    rng: np.random.Generator,
    kind: str,
    units: int,
    below: int,
    index: int,
    knobs: int,
    int8: bool,
    cell_shift: int,
    state_format: int,
    extreme: bool,
) -> LstmRecord | GruRecord:
    gates = 4 if kind == "lstm" else 3
    rows, columns = gates * units, units + (below if index else 0)
    weights, shift = _weights(rng, rows, columns, int8, extreme)
    state: npt.NDArray[np.int64]
    if kind == "lstm":
        state = rng.choice([-CELL, CELL - 1, 0], units) if extreme else rng.integers(-9, 9, units)
    else:
        top = proof.GRU_STATE_MAX
        state = rng.choice([-top, top, 0], units) if extreme else rng.integers(-9, 9, units)
    top = 2**15 if state_format == 1 else 2**31
    common = {
        "weights": weights,
        "row_shift": shift,
        "scale": rng.integers(-(2**26), 2**26, rows),
        "bias": rng.integers(-(2**23), 2**23, rows + (0 if kind == "lstm" else units)),
        "rest_state": state,
        "rest_hidden": rng.choice([-top, top - 1], units)
        if extreme
        else rng.integers(-top, top, units),
        "rest_error": rng.integers(0, 256, units),
        "state_format": state_format,
        "input": None if index else rng.integers(-(2**26), 2**26, (rows, 1)),
        "knob": rng.integers(-(2**25), 2**25, (rows, knobs)) if knobs and not index else None,
    }
    if state_format == 2:
        common["rest_error"] = np.zeros(units, np.int64)
        if kind == "gru":
            common["rest_hidden"] = 2 * state
    layer: LstmRecord | GruRecord
    layer = LstmRecord(**common, cell_shift=cell_shift) if kind == "lstm" else GruRecord(**common)
    return _to_the_bound(rng, layer) if extreme else layer


def _weights(
    rng: np.random.Generator, rows: int, columns: int, int8: bool, extreme: bool
) -> tuple[Int, Int | None]:
    """Rows whose sum of magnitudes is below the limit; on it where `extreme` and int16."""
    raw = rng.normal(size=(rows, columns)) * rng.integers(0, 2, (rows, columns)) + 1e-9
    if int8:
        shift = np.full(rows, max(0, min(8, 8 - int(np.ceil(np.log2(max(columns, 2) / 2))))))
        return np.clip(np.round(raw * 40), -128, 127).astype(np.int64), shift.astype(np.int64)
    target = proof.L1_MAX if extreme else 30_000
    weights = np.trunc(raw * target / np.abs(raw).sum(axis=1, keepdims=True)).astype(np.int64)
    weights = np.clip(weights, -32768, 32767)
    if extreme:
        for row in weights:
            short = proof.L1_MAX - int(np.abs(row).sum())
            for column in range(columns):
                sign = -1 if row[column] < 0 else 1
                more = min(short, (32768 if sign < 0 else 32767) - abs(int(row[column])))
                row[column] += sign * more
                short -= more
    return weights, None


def _to_the_bound(
    rng: np.random.Generator, layer: LstmRecord | GruRecord
) -> LstmRecord | GruRecord:
    """Gives every row the largest bias that the proof allows, of either sign."""
    bias = layer.bias.astype(np.int64).copy()
    rows = layer.rows
    bias[:] = 0
    room = proof.WORD_MAX - proof.row_bound(replace(layer, bias=bias))
    bias[:rows] = room * rng.choice([-1, 1], rows)
    full = replace(layer, bias=bias)
    assert int(proof.row_bound(full).max()) == proof.WORD_MAX
    return full


def _dense(rng: np.random.Generator, inputs: int, outputs: int, extreme: bool) -> DenseRecord:
    fraction = int(rng.integers(1, 32)) if extreme else 24
    top = 2**31 if extreme else 2**25
    weights = rng.integers(-top, top, (inputs, outputs))
    if extreme and inputs > 1:
        # Behind another dense layer the sum of magnitudes must stay below 2^32.
        weights = weights // inputs
    return DenseRecord(weights, rng.integers(-top, top, outputs) // 2, fraction)


def signals(seed: int, frames: int) -> dict[str, npt.NDArray[np.int32]]:
    """Extreme inputs, Q23."""
    rng = np.random.default_rng(seed)
    top, bottom = 2**23 - 1, -(2**23)
    square = np.where(np.arange(frames) // 50 % 2, top, bottom)
    return {
        name: np.asarray(words, np.int32)
        for name, words in {
            "square": square,
            "minus one": np.full(frames, bottom),
            "dc": np.full(frames, top // 3),
            "silence": np.zeros(frames),
            "random": rng.integers(bottom, top + 1, frames),
            "quiet": rng.integers(-3, 4, frames),
            "beyond 24 bits": rng.integers(-(2**31), 2**31, frames),
        }.items()
    }
