# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From captures to sound that can be trained on: split, and brought to a level.

The model keeps the capture's levels. Training itself wants numbers near 1, so dry and wet are
multiplied during it, and the factors are folded into the weights afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pedalsmith.audio import SAMPLE_RATE, Samples
from pedalsmith.capture.measures import rms
from pedalsmith.capture.reading import Capture

_TRAINED_RMS = 0.25
# Folded into the input weights, for which the engine has room up to 128.
_LARGEST_INPUT_GAIN = 16.0

_HELD_OUT_SHARE = 0.1
# A slow unit forgets its cold start to 1/100 in one second, to 1/10,000,000 in four.
_RUN_IN, _TEST_RUN_IN = SAMPLE_RATE, 4 * SAMPLE_RATE
_LEAST_HELD_OUT_S, _MOST_HELD_OUT_S = 0.5, 8.0


@dataclass(frozen=True)
class Take:
    """Dry and wet sound of one length, on the capture's own levels, with all knobs at rest."""

    dry: Samples
    wet: Samples
    knobs: tuple[float, ...] = ()
    """0..1 each."""
    run_in: int = 0
    """Samples at the start that only let the state settle; no error is measured there."""


@dataclass(frozen=True)
class Material:
    """Captures of one piece of gear, ready for training."""

    training: tuple[Take, ...]
    held_out: tuple[Take, ...]
    """Choose the best checkpoint; never trained on."""
    test: tuple[Take, ...]
    """Only for the figure at the end."""
    knob_names: tuple[str, ...]
    input_gain: float
    """Factor on dry during training."""
    output_gain: float
    """Factor on wet during training."""


@dataclass(frozen=True)
class Setting:
    """A capture and where its knobs stood."""

    capture: Capture
    knobs: tuple[float, ...] = ()


def prepare(
    settings: Sequence[Setting],
    *,
    test: Sequence[Setting] = (),
    test_seconds: float = 0.0,
    knob_names: tuple[str, ...] = (),
) -> Material:
    """Splits each capture: the end is held out; after it come `test_seconds`, if asked for."""
    training, held_out, tests = [], [], []
    for setting in settings:
        dry, wet = setting.capture.dry, setting.capture.wet
        end = len(dry) - round(test_seconds * SAMPLE_RATE)
        held = float(
            np.clip(_HELD_OUT_SHARE * end / SAMPLE_RATE, _LEAST_HELD_OUT_S, _MOST_HELD_OUT_S)
        )
        cut = end - round(held * SAMPLE_RATE)
        training.append(Take(dry[:cut], wet[:cut], setting.knobs))
        held_out.append(_after(cut, dry[:end], wet[:end], setting.knobs, _RUN_IN))
        if test_seconds:
            tests.append(_after(end, dry, wet, setting.knobs, _TEST_RUN_IN))
    tests += [Take(one.capture.dry, one.capture.wet, one.knobs) for one in test]
    loudest = max(rms(take.dry) for take in training) + 1e-12
    wets = [rms(take.wet) for take in training]
    return Material(
        training=tuple(training),
        held_out=tuple(held_out),
        test=tuple(tests),
        knob_names=knob_names,
        input_gain=min(_TRAINED_RMS / loudest, _LARGEST_INPUT_GAIN),
        output_gain=_TRAINED_RMS / (float(np.sqrt(np.mean(np.square(wets)))) + 1e-12),
    )


def _after(cut: int, dry: Samples, wet: Samples, knobs: tuple[float, ...], run_in: int) -> Take:
    """What comes after `cut`, and before it what the state needs to settle."""
    start = max(0, cut - run_in)
    return Take(dry[start:], wet[start:], knobs, cut - start)
