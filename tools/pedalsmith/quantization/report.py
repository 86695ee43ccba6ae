# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a conversion cost: each tensor's error, the cell's formats, the error that is heard."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pedalsmith.quantization.blob import Blob, DenseRecord, LstmRecord
from pedalsmith.quantization.cell import CellFormat
from pedalsmith.quantization.fir_record import FirRecord
from pedalsmith.quantization.measure import LevelError
from pedalsmith.quantization.network import Network
from pedalsmith.quantization.records import KNOB_UNIT
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_record import WaveNetRecord


@dataclass(frozen=True)
class TensorReport:
    """One tensor against the float model's, gains folded in and tanh rows doubled in both."""

    layer: str
    tensor: str
    shape: tuple[int, ...]
    bits: int
    """Of a word; 8, 16 or 32."""
    worst: float
    """Largest |error|, in the tensor's own unit."""
    error_db: float
    """Power of the error over the power of the tensor; dB. Compensated rounding moves parameters
    on purpose, so this may be larger than rounding to nearest would give."""


@dataclass(frozen=True)
class RateReport:
    """What playing a model at another rate than its own costs."""

    model_rate: int
    """Hz"""
    latency_ms: float
    """What the sound is late beyond the pedal's own latency."""
    esr_db: float
    """The whole engine, resampling and all, against the float model at its own rate between two
    conversions of very high quality (soxr)."""


@dataclass(frozen=True)
class Report:
    """All that `pedalsmith convert` says of one model."""

    weights: str
    """"int8" or "int16"."""
    state_bits: int
    """16: recurrent state with first-order error feedback."""
    rounding: str
    """Which candidate was best."""
    tensors: tuple[TensorReport, ...]
    cells: tuple[CellFormat, ...]
    """One an LSTM layer."""
    errors: tuple[LevelError, ...]
    """The integer engine against the float model, at each level."""
    rest_output: float
    """What the integer engine puts out in silence, full scale 1.0."""
    blob_bytes: int
    arena_bytes: int
    measured_seconds: float
    """Audio at each level that `errors` were measured on."""
    rate: RateReport | None = None
    """For a model of another rate than the board's; `errors` are then at the model's."""

    def as_json(self) -> dict[str, Any]:
        """Plain data; an infinite bound is null."""
        data = asdict(self)
        for cell, format_ in zip(data["cells"], self.cells, strict=True):
            cell["proved"] = format_.proved
            cell["bound"] = format_.bound if np.isfinite(format_.bound) else None
        return data


def tensor_reports(network: Network, blob: Blob) -> tuple[TensorReport, ...]:
    """Compares every tensor of the blob with the network it was made from."""
    found = []
    for index, record in enumerate(blob.layers):
        assert not isinstance(record, WaveNetRecord | FirRecord)
        if isinstance(record, DenseRecord):
            head = network.head
            weights = record.weights / 2.0**record.fraction
            found.append(tensor_report("head", "weights", weights, head.weights[:, None], 32))
            found.append(
                tensor_report("head", "bias", record.bias / 2.0**23, np.array([head.bias]), 32)
            )
            continue
        layer = network.layers[index]
        name = f"{'lstm' if isinstance(record, LstmRecord) else 'gru'} {index + 1}"
        values = record.wide_weights * (record.scale.astype(np.float64) / 2.0**40)[:, None]
        bits = 16 if record.row_shift is None else 8
        found.append(tensor_report(name, "recurrent", values, layer.weights, bits))
        if record.input is not None:
            found.append(tensor_report(name, "input", record.input / 2.0**24, layer.input, 32))
        if record.knob is not None:
            found.append(tensor_report(name, "knob", record.knob / KNOB_UNIT, layer.knob, 32))
        found.append(tensor_report(name, "bias", record.bias / 2.0**23, layer.bias, 32))
    return tuple(found)


def tensor_report(layer: str, tensor: str, ours: Floats, theirs: Floats, bits: int) -> TensorReport:
    """One tensor of `layer`: what its words of so many bits stand for against the model's."""
    error = ours - theirs
    power = max(float(np.sum(theirs**2)), 1e-30)
    ratio = max(float(np.sum(error**2)) / power, 1e-20)
    return TensorReport(
        *(layer, tensor, theirs.shape, bits),
        *(float(np.max(np.abs(error), initial=0.0)), float(10 * np.log10(ratio))),
    )
