# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Blobs of any shape with random weights of a given seed: their sound means nothing, their cost
and their size are those of a trained model of the shape.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization.blob import Blob, DenseRecord, GruRecord, LayerRecord, LstmRecord
from pedalsmith.quantization.psm import encode

_GOLDEN = 64
"""Words of the golden vector."""
_ROW_SUM = 60_000
"""Sum of |weights| of a row; the format allows 65,535."""
_ROW_SCALE = 20_000.0
"""A row's weights are 20,000 times float: a row sums to about 3, as trained ones do."""


def recurrent_blob(kind: str, hidden: int, layers: int = 1, knobs: int = 0, seed: int = 1) -> Blob:
    """A stack of `layers` LSTM or GRU layers ("lstm", "gru") of `hidden` units and a dense one."""
    rng = np.random.default_rng(seed)
    records: list[LayerRecord] = [
        _record(kind, hidden, index, knobs, rng) for index in range(layers)
    ]
    head = rng.integers(-(1 << 21), 1 << 21, (hidden, 1), dtype=np.int32)
    records.append(DenseRecord(weights=head, bias=np.zeros(1, np.int32), fraction=24))
    golden = rng.integers(-(1 << 21), 1 << 21, _GOLDEN, dtype=np.int32)
    blob = Blob(
        layers=tuple(records),
        sample_rate=SAMPLE_RATE,
        knobs=knobs,
        skip=1 << 23,
        resting_knobs=(16_384,) * knobs,
        golden_input=golden,
        golden_output=np.zeros_like(golden),
        metadata={"name": f"synthetic {kind.upper()}-{hidden}"},
    )
    return replace(blob, golden_output=HostEngine(encode(blob)).process(golden))


def _record(
    kind: str, hidden: int, index: int, knobs: int, rng: np.random.Generator
) -> LstmRecord | GruRecord:
    record = LstmRecord if kind == "lstm" else GruRecord
    rows = record.GATES * hidden
    columns = hidden if index == 0 else 2 * hidden

    def words(shape: tuple[int, ...], limit: int) -> npt.NDArray[np.int32]:
        return rng.integers(-limit, limit, shape, dtype=np.int32)

    largest = min(32_767, 2 * _ROW_SUM // columns)
    weights = words((rows, columns), largest // 2).astype(np.int16)
    return record(
        weights=weights,
        scale=np.full(rows, round(2**40 / _ROW_SCALE), np.int32),
        bias=words((rows + (hidden if kind == "gru" else 0),), 1 << 22),
        rest_state=np.zeros(hidden, np.int32),
        rest_hidden=np.zeros(hidden, np.int16),
        rest_error=np.zeros(hidden, np.uint8),
        input=words((rows, 1), 1 << 24) if index == 0 else None,
        knob=words((rows, knobs), 1 << 20) if index == 0 and knobs else None,
    )
