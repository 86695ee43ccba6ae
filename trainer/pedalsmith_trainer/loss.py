# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Error-to-signal ratio, as it is trained and as it is told.

The trained loss is 0.75 ESR after pre-emphasis 1 - 0.85/z, 0.25 ESR, and the square of the mean
error. Each is divided by the energy of the whole capture, not of the batch: a batch that fell into
a pause would otherwise outweigh all others.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import Samples

Floats = npt.NDArray[np.float32]

PRE_EMPHASIS = 0.85
PRE_EMPHASISED_SHARE = 0.75


class CaptureLoss:
    """The loss for outputs shaped (time, streams), scaled by the energy of `targets`, (n,) each."""

    def __init__(self, targets: Sequence[Samples]) -> None:
        self._power = _mean_power(targets)
        self._emphasised_power = _mean_power([t[1:] - PRE_EMPHASIS * t[:-1] for t in targets])

    def __call__(self, target: Floats, output: Floats, weight: Floats) -> tuple[float, Floats]:
        """Returns the loss, each error multiplied by its `weight`, and its gradient by `output`."""
        steps, streams = output.shape
        error = (output - target) * weight
        emphasised = error[1:] - np.float32(PRE_EMPHASIS) * error[:-1]
        mean = error.mean(axis=0)
        esr_weight = (1 - PRE_EMPHASISED_SHARE) / (self._power * error.size)
        emphasised_weight = PRE_EMPHASISED_SHARE / (self._emphasised_power * emphasised.size)
        mean_weight = 1 / (self._power * streams)
        loss = (
            emphasised_weight * float(np.vdot(emphasised, emphasised))
            + esr_weight * float(np.vdot(error, error))
            + mean_weight * float(np.vdot(mean, mean))
        )
        gradient = np.float32(2 * esr_weight) * error + np.float32(2 * mean_weight / steps) * mean
        emphasised *= np.float32(2 * emphasised_weight)
        gradient[1:] += emphasised
        emphasised *= np.float32(PRE_EMPHASIS)
        gradient[:-1] -= emphasised
        return loss, gradient * weight


def _mean_power(sounds: Sequence[Samples]) -> float:
    squares = sum(float(np.sum(np.square(sound))) for sound in sounds)
    return squares / sum(map(len, sounds)) + 1e-12


def esr(target: Samples, output: Samples) -> float:
    """Energy of the error over the energy of the target, both (n,), as a power ratio."""
    return float(np.sum(np.square(target - output)) / (np.sum(np.square(target)) + 1e-300))


def esr_db(ratio: float) -> float:
    """The power ratio in dB."""
    return 10 * math.log10(max(ratio, 1e-30))


def esr_words(ratio: float) -> str:
    """What the ratio means to a player, in the words of the field."""
    for bound, words in (
        (0.001, "hard to tell apart"),
        (0.01, "great"),
        (0.035, "not bad"),
        (0.1, "might sound ok"),
        (0.3, "probably not good"),
    ):
        if ratio < bound:
            return words
    return "not learnt yet"
