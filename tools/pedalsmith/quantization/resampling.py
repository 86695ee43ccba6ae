# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A quantized model brought from its own sample rate to the board's, and what that cost."""

from dataclasses import replace

import numpy as np
import soxr

from pedalsmith.audio import SAMPLE_RATE, Samples, from_q23, to_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.models.reference import run
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import KNOB_ONE, Blob
from pedalsmith.quantization.metadata import metadata_of
from pedalsmith.quantization.rate import RateRecord, rate_record
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.report import RateReport, Report

MEASURED_SECONDS = 2.0
_EDGE = 4_800
"""Samples at both ends where the two ways of resampling begin and end differently."""


def record_for(model: Model, name: str) -> RateRecord | None:
    """The resampling that the model needs on a board; None at the board's own rate.

    Raises BadInput for a rate that is too far from the board's.
    """
    if model.sample_rate == SAMPLE_RATE:
        return None
    try:
        return rate_record(model.sample_rate, SAMPLE_RATE)
    except Refused as refusal:
        raise BadInput(f"{name}: {refusal}; train or download it at another rate.") from None


def at_model_rate(samples: Samples, model: Model) -> Samples:
    """Audio of the board's rate as the model would have heard it."""
    if model.sample_rate == SAMPLE_RATE:
        return samples
    return np.asarray(soxr.resample(samples, SAMPLE_RATE, model.sample_rate, quality="VHQ"))


def on_board(
    model: Model, blob: Blob, report: Report, rate: RateRecord, samples: Samples
) -> tuple[Blob, Report]:
    """The blob with the rate record, and the report with what it costs on `samples` (n,)."""
    blob = replace(blob, rate=rate)
    blob = with_golden(blob, blob.golden_input)
    report = replace(report, rate=_measured(model, blob, rate, samples))
    report = replace(report, arena_bytes=blob.arena_bytes)
    blob = replace(blob, metadata=metadata_of(model, report))
    return blob, replace(report, blob_bytes=len(psm.encode(blob)))


def _measured(model: Model, blob: Blob, rate: RateRecord, samples: Samples) -> RateReport:
    """Plays a typical stretch of the samples both ways."""
    heard = typical(samples, round(MEASURED_SECONDS * SAMPLE_RATE))
    knobs = [value / KNOB_ONE for value in blob.resting_knobs]
    silence = model.sample_rate // 2
    true = run(model, at_model_rate(heard, model), knobs=knobs, silence=silence)
    true = soxr.resample(true, model.sample_rate, SAMPLE_RATE, quality="VHQ")
    ours = from_q23(HostEngine(psm.encode(blob)).process(to_q23(heard)))
    length = min(len(true), len(ours))
    late = delayed(true[:length], rate.latency)[_EDGE:-_EDGE]
    error = float(np.sum((ours[:length][_EDGE:-_EDGE] - late) ** 2))
    power = float(np.sum((late - late.mean()) ** 2))
    return RateReport(
        model.sample_rate,
        1e3 * rate.latency / SAMPLE_RATE,
        10 * np.log10(max(error, 1e-20) / max(power, 1e-20)),
    )


def typical(samples: Samples, count: int) -> Samples:
    """`count` samples in a row, of pieces side by side those whose power is nearest to that of all:
    an error that does not depend on the level would look large beside a take's quiet start."""
    pieces = [samples[at : at + count] for at in range(0, max(len(samples) - count, 0) + 1, count)]
    power = float(np.mean(np.square(samples)))
    return min(pieces, key=lambda piece: abs(float(np.mean(np.square(piece))) - power))


def delayed(samples: Samples, by: float) -> Samples:
    """Late by so many samples and parts of one, through the spectrum."""
    spectrum = np.fft.rfft(samples, 2 * len(samples))
    turn = np.exp(-1j * np.pi * np.arange(len(spectrum)) / len(samples) * by)
    return np.asarray(np.fft.irfft(spectrum * turn)[: len(samples)])
