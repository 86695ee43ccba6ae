# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The JSON inside a blob: what the source said of itself, and how it was quantized."""

from importlib.metadata import version
from typing import Any

from pedalsmith.models.model import Model
from pedalsmith.quantization.report import Report

_FIELDS = (
    *("name", "author", "gear", "style", "license", "date", "source_format"),
    *("esr", "loudness_db", "input_level_dbu", "output_level_dbu"),
)


def metadata_of(model: Model, report: Report) -> dict[str, Any]:
    """Returns what `pedalsmith info` and the pedal's console can show; absent keys are unknown.

    Levels and loudness are of the model with its gains, which are folded into the weights.
    """
    source = model.metadata
    found: dict[str, Any] = {
        field: value for field in _FIELDS if (value := getattr(source, field)) is not None
    }
    if source.knob_names:
        found["knob_names"] = list(source.knob_names)
    if source.extra:
        found["extra"] = dict(source.extra)
    found["model_sample_rate"] = model.sample_rate
    found["folded"] = {
        "input_gain_db": model.input_gain_db,
        "output_gain_db": model.output_gain_db,
        "skip": model.skip,
    }
    found["quantization"] = {
        "weights": report.weights,
        "state_bits": report.state_bits,
        "rounding": report.rounding,
        "esr_db": round(report.errors[0].esr_db, 2),
        "noise_dbfs": [round(error.noise_dbfs, 2) for error in report.errors],
        "levels_db": [error.level_db for error in report.errors],
    }
    if report.rate is not None:
        found["resampling"] = {
            "latency_ms": round(report.rate.latency_ms, 3),
            "esr_db": round(report.rate.esr_db, 2),
        }
    found["tool"] = f"pedalsmith {version('pedalsmith')}"
    return found
