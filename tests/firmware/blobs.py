# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Small valid blobs to link in; their sound does not matter here."""

from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob, DenseRecord, LstmRecord


def lstm(inputs: int, hidden: int) -> LstmRecord:
    """A layer of zeros with int8 weights; the first layer has 1 input, a stacked one more."""
    rows = 4 * hidden
    first = inputs == 1
    return LstmRecord(
        weights=np.zeros((rows, hidden if first else inputs + hidden), np.int8),
        row_shift=np.zeros(rows, np.uint8),
        scale=np.zeros(rows, np.int32),
        bias=np.zeros(rows, np.int32),
        rest_state=np.zeros(hidden, np.int32),
        rest_hidden=np.zeros(hidden, np.int16),
        rest_error=np.zeros(hidden, np.uint8),
        input=np.zeros((rows, 1), np.int32) if first else None,
    )


def write_lstm(
    path: Path,
    hidden: int,
    layers: int = 1,
    golden: int = 64,
    skip: int = 0,
    metadata: dict[str, Any] | None = None,
) -> Path:
    """Writes LSTMs of zeros; the output is the dense bias, its rest output, and what is skipped."""
    stack = [lstm(1, hidden)] + [lstm(hidden, hidden)] * (layers - 1)
    dense = DenseRecord(np.zeros((hidden, 1), np.int32), np.array([1000], np.int32), fraction=24)
    blob = Blob(
        layers=(*stack, dense),
        sample_rate=48_000,
        rest_output=1000,
        golden_input=np.zeros(golden, np.int32),
        golden_output=np.full(golden, 1000, np.int32),
        skip=skip,
        metadata={"name": path.stem, **(metadata or {})},
    )
    psm.write(path, blob)
    return path
