# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Blobs of any shape with random weights of a given seed: their sound means nothing, their cost
and their size are those of a trained model of the shape.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.errors import BadInput
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization.blob import (
    HIDDEN_MAX,
    Blob,
    DenseRecord,
    GruRecord,
    LayerRecord,
    LstmRecord,
)
from pedalsmith.quantization.psm import encode

STATE_FORMATS = {16: 1, 32: 2}
"""The blob's number for a recurrent state of so many bits."""

_GOLDEN = 64
"""Words of the golden vector."""
_ROW_SUM = 60_000
"""Sum of |weights| of a row; the format allows 65,535."""
_ROW_SCALE = 20_000.0
"""A row's weights are 20,000 times float: a row sums to about 3, as trained ones do."""


@dataclass(frozen=True)
class Shape:
    """A stack of recurrent layers of one kind and size, with a dense layer at the end."""

    kind: str
    """"lstm" or "gru"."""
    hidden: int
    layers: int = 1
    knobs: int = 0
    state_bits: int = 16
    """Of the recurrent state: 16, with first-order error feedback, or 32."""


def shape_named(text: str) -> Shape | None:
    """The shape of a name: lstm:16, gru:24x2 (two layers), lstm:40/32 (32 bits of state)."""
    found = re.fullmatch(r"(lstm|gru):(\d+)(?:x([123]))?(?:/(16|32))?", text)
    if not found or not 1 <= int(found[2]) <= HIDDEN_MAX:
        return None
    return Shape(found[1], int(found[2]), int(found[3] or 1), 0, int(found[4] or 16))


def parse_shape(text: str) -> Shape:
    """As shape_named; raises BadInput instead of giving None."""
    shape = shape_named(text)
    if shape is None:
        raise BadInput(
            f"{text}: is no network that can be made up; write lstm:16, gru:24x2 for two layers or "
            f"lstm:40/32 for 32 bits of state, hidden sizes up to {HIDDEN_MAX}."
        )
    return shape


def recurrent_blob(shape: Shape, seed: int = 1) -> Blob:
    """A model of the shape, with a golden vector of its own."""
    rng = np.random.default_rng(seed)
    records: list[LayerRecord] = [_record(shape, index, rng) for index in range(shape.layers)]
    head = rng.integers(-(1 << 21), 1 << 21, (shape.hidden, 1), dtype=np.int32)
    records.append(DenseRecord(weights=head, bias=np.zeros(1, np.int32), fraction=24))
    golden = rng.integers(-(1 << 21), 1 << 21, _GOLDEN, dtype=np.int32)
    blob = Blob(
        layers=tuple(records),
        sample_rate=SAMPLE_RATE,
        knobs=shape.knobs,
        skip=1 << 23,
        resting_knobs=(16_384,) * shape.knobs,
        golden_input=golden,
        golden_output=np.zeros_like(golden),
        metadata={"name": f"synthetic {shape.kind.upper()}-{shape.hidden}"},
    )
    return replace(blob, golden_output=HostEngine(encode(blob)).process(golden))


def _record(shape: Shape, index: int, rng: np.random.Generator) -> LstmRecord | GruRecord:
    record = LstmRecord if shape.kind == "lstm" else GruRecord
    hidden, knobs = shape.hidden, shape.knobs
    rows = record.GATES * hidden
    columns = hidden if index == 0 else 2 * hidden

    def words(shape: tuple[int, ...], limit: int) -> npt.NDArray[np.int32]:
        return rng.integers(-limit, limit, shape, dtype=np.int32)

    largest = min(32_767, 2 * _ROW_SUM // columns)
    weights = words((rows, columns), largest // 2).astype(np.int16)
    return record(
        weights=weights,
        scale=np.full(rows, round(2**40 / _ROW_SCALE), np.int32),
        bias=words((rows + (hidden if shape.kind == "gru" else 0),), 1 << 22),
        rest_state=np.zeros(hidden, np.int32),
        rest_hidden=np.zeros(hidden, np.int16 if shape.state_bits == 16 else np.int32),
        rest_error=np.zeros(hidden, np.uint8),
        input=words((rows, 1), 1 << 24) if index == 0 else None,
        knob=words((rows, knobs), 1 << 20) if index == 0 and knobs else None,
        state_format=STATE_FORMATS[shape.state_bits],
    )
