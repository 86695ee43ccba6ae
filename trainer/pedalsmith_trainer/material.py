# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From files to sound that can be trained on: aligned, upright, split, brought to a level.

The model keeps the capture's levels. Training itself wants numbers near 1, so dry and wet are
multiplied here, and the factors are folded into the weights afterwards.
"""

from dataclasses import dataclass

import numpy as np

from pedalsmith.audio import SAMPLE_RATE, Samples
from pedalsmith.capture.alignment import Alignment
from pedalsmith.capture.reading import Capture

_TRAINED_RMS = 0.25
# Folded into the input weights, for which the engine has room up to 128.
_LARGEST_INPUT_GAIN = 16.0

_HELD_OUT_SHARE = 0.1
_RUN_IN = SAMPLE_RATE // 2
_LEAST_HELD_OUT_S, _MOST_HELD_OUT_S = 0.5, 8.0


@dataclass(frozen=True)
class Pair:
    """Dry and wet sound of one length, (n,) each, on the capture's own levels."""

    dry: Samples
    wet: Samples


@dataclass(frozen=True)
class Material:
    """One capture, ready for training."""

    training: Pair
    held_out: Pair
    """Chooses the best checkpoint; never trained on."""
    run_in: Pair
    """What comes before the held-out part; lets the state settle before its error is measured."""
    test: Pair | None
    """Only for the figure at the end."""
    test_run_in: Pair
    """What comes before the test part, if it was cut from the capture; else empty."""
    alignment: Alignment
    input_gain: float
    """Factor on dry during training."""
    output_gain: float
    """Factor on wet during training."""


def prepare(
    capture: Capture, *, test: Capture | None = None, test_seconds: float = 0.0
) -> Material:
    """Splits `capture`; the end is held out, and before it, if asked for, the test's seconds."""
    dry, wet = capture.dry, capture.wet
    tested, before_test = None, Pair(dry[:0], wet[:0])
    if test is not None:
        tested = Pair(test.dry, test.wet)
    elif test_seconds:
        kept = len(dry) - round(test_seconds * SAMPLE_RATE)
        tested = Pair(dry[kept:], wet[kept:])
        before_test = Pair(dry[:kept][-_RUN_IN:], wet[:kept][-_RUN_IN:])
        dry, wet = dry[:kept], wet[:kept]
    seconds = len(dry) / SAMPLE_RATE
    held = float(np.clip(_HELD_OUT_SHARE * seconds, _LEAST_HELD_OUT_S, _MOST_HELD_OUT_S))
    cut = len(dry) - round(held * SAMPLE_RATE)
    run_in = max(0, cut - _RUN_IN)
    return Material(
        training=Pair(dry[:cut], wet[:cut]),
        held_out=Pair(dry[cut:], wet[cut:]),
        run_in=Pair(dry[run_in:cut], wet[run_in:cut]),
        test=tested,
        test_run_in=before_test,
        alignment=capture.alignment,
        input_gain=min(_TRAINED_RMS / _rms(dry[:cut]), _LARGEST_INPUT_GAIN),
        output_gain=_TRAINED_RMS / _rms(wet[:cut]),
    )


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) + 1e-12
