# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Error-to-signal ratio, as it is trained and as it is told.

The trained loss is 0.75 ESR after pre-emphasis 1 - 0.85/z, 0.25 ESR, and the square of the mean
error. Each is divided by the energy of the whole capture, not of the batch: a batch that fell into
a pause would otherwise outweigh all others.
"""

import math

import numpy as np
import tensorflow as tf

from pedalsmith.audio import Samples

PRE_EMPHASIS = 0.85
PRE_EMPHASISED_SHARE = 0.75


class CaptureLoss:
    """The loss for outputs shaped (time, streams), scaled by the energy of `target` (n,)."""

    def __init__(self, target: Samples) -> None:
        emphasised = target[1:] - PRE_EMPHASIS * target[:-1]
        self._power = float(np.mean(np.square(target))) + 1e-12
        self._emphasised_power = float(np.mean(np.square(emphasised))) + 1e-12

    def __call__(self, target: tf.Tensor, output: tf.Tensor) -> tf.Tensor:
        """Returns the scalar loss."""
        error = target - output
        emphasised = error[1:] - PRE_EMPHASIS * error[:-1]
        return (
            PRE_EMPHASISED_SHARE * tf.reduce_mean(tf.square(emphasised)) / self._emphasised_power
            + (1 - PRE_EMPHASISED_SHARE) * tf.reduce_mean(tf.square(error)) / self._power
            + tf.reduce_mean(tf.square(tf.reduce_mean(error, axis=0))) / self._power
        )


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
