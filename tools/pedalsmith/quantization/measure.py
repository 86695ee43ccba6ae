# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How far the integer engine is from the float model, in dB."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import Words
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.calibration import LEVELS_DB
from pedalsmith.quantization.reference import with_rest_state
from pedalsmith.quantization.rows import Floats

SETTLE_SECONDS = 0.01

_FLOOR = 1e-20
"""Power that stands for 0: -200 dB."""


@dataclass(frozen=True)
class LevelError:
    """Errors at one input level."""

    level_db: int
    """Gain before the model."""
    esr_db: float
    """Power of the error, DC and all, over the power of the float output without its resting
    value; dB."""
    noise_dbfs: float
    """RMS of the error without its mean, excerpt by excerpt; dBFS."""
    output_dbfs: float
    """RMS of the float output without its resting value; dBFS."""


def play(blob: Blob, streams: Words, knobs: npt.NDArray[np.int64]) -> Words:
    """Plays (streams, time) Q23 words with the C engine, each from rest; same shape out.

    knobs (streams, knobs) are Q15.
    """
    engine = HostEngine(psm.encode(blob))
    played = np.empty_like(streams)
    for index, words in enumerate(streams):
        for knob, value in enumerate(knobs[index]):
            engine.set_knob(knob, int(value))
        engine.reset()
        played[index] = engine.process(words)
    return played


def settled(blob: Blob) -> Blob:
    """The blob with the rest state that silence leads to from the one it has, and its output.

    The state it has should be the float model's, rounded: then SETTLE_SECONDS are enough. A state
    that circles in a cycle of a few words is taken where it is, its output is the mean.
    """
    blob = with_rest_state(blob, SETTLE_SECONDS, from_zero=False)
    silence = np.zeros((1, blob.sample_rate // 4), np.int32)
    played = play(blob, silence, np.array([blob.resting_knobs], np.int64))
    return replace(blob, rest_output=round(float(np.mean(played))))


def level_errors(integer: Floats, float_: Floats, rest: float) -> tuple[LevelError, ...]:
    """Compares (levels, excerpts, time) with (levels, excerpts, time), full scale 1.0.

    `rest` is the float model's output in silence.
    """
    found = []
    for level, ours, theirs in zip(LEVELS_DB, integer, float_, strict=True):
        error = ours - theirs
        signal = _power(theirs - rest)
        found.append(
            LevelError(
                level,
                _db(_power(error) / max(signal, _FLOOR)),
                _db(_power(error - error.mean(axis=1, keepdims=True))),
                _db(signal),
            )
        )
    return tuple(found)


def _power(values: Floats) -> float:
    return float(np.mean(np.square(values)))


def _db(power: float) -> float:
    return float(10 * np.log10(max(power, _FLOOR)))
