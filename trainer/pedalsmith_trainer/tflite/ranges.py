# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How large the values inside a network become on guitar; what quantization scales are made of."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from pedalsmith.assets import dry_path
from pedalsmith.audio import SAMPLE_RATE, read_audio
from pedalsmith.models.model import Model
from pedalsmith.models.reference import Reference

SECONDS = 6.0
ROOM = 1.1
"""Values may be larger by so much than those met."""

KNOBS = (0.5, 0.0, 1.0)


@dataclass(frozen=True)
class Ranges:
    """Largest magnitudes met, layer by layer; 0 where a layer has no such value."""

    sums: list[float]
    """Before the gates' functions"""
    cells: list[float]
    """LSTM: the cell; GRU: the state's part of n"""
    outputs: list[float]
    result: float
    """Of the model's output"""


def guitar(model: Model) -> npt.NDArray[np.float64]:
    """The shipped recording at the model's rate."""
    audio = read_audio(dry_path()).samples[: round(SECONDS * SAMPLE_RATE)]
    if model.sample_rate != SAMPLE_RATE:
        audio = soxr.resample(audio, SAMPLE_RATE, model.sample_rate, quality="VHQ")
    return np.asarray(audio)


def loudest(audio: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """So many samples around the largest."""
    start = min(max(int(np.argmax(np.abs(audio))) - count // 2, 0), max(len(audio) - count, 0))
    return audio[start : start + count]


def measure(model: Model) -> Ranges:
    """Plays guitar as recorded and at full scale, the knobs in the middle and at both ends."""
    audio = guitar(model)
    peak = float(np.abs(audio).max())
    loud = np.concatenate([audio, audio / peak])
    count = len(model.layers)
    sums, cells, outputs, result = np.zeros(count), np.zeros(count), np.zeros(count), 0.0
    for knob in KNOBS if model.knobs else KNOBS[:1]:
        played, traces = Reference(model, knobs=(knob,) * model.knobs).trace(loud)
        result = max(result, float(np.abs(played).max()))
        for index, trace in enumerate(traces):
            outputs[index] = max(outputs[index], np.abs(trace.output).max())
            if trace.pre_activation is not None:
                sums[index] = max(sums[index], np.abs(trace.pre_activation).max())
            inner = trace.cell if trace.cell is not None else trace.state_part
            if inner is not None:
                cells[index] = max(cells[index], np.abs(inner).max())
    return Ranges(
        (ROOM * sums).tolist(),
        (ROOM * cells).tolist(),
        (ROOM * outputs).tolist(),
        ROOM * result,
    )
