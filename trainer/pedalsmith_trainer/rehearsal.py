# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Playing sound through a network in training, to hear how far it is."""

import numpy as np
import tensorflow as tf

from pedalsmith.audio import Samples
from pedalsmith_trainer.loss import esr
from pedalsmith_trainer.material import Material, Pair
from pedalsmith_trainer.network import AmpNetwork


class Rehearsal:
    """Plays a pair in `pieces` side by side, each after a run-in, so that it takes less time."""

    def __init__(self, before: Pair, pair: Pair, material: Material, *, pieces: int = 16) -> None:
        lead = len(before.dry)
        dry = np.concatenate([before.dry, pair.dry]) * material.input_gain
        length = -(-len(pair.dry) // pieces)
        dry = np.append(dry, np.zeros(length * pieces - len(pair.dry)))
        rows = np.arange(lead + length)[:, None] + np.arange(pieces)[None, :] * length
        self._dry = tf.constant(dry[rows][..., None], tf.float32)
        self._lead = lead
        self._wet = pair.wet * material.output_gain

    def output(self, network: AmpNetwork) -> Samples:
        """What the network makes of the pair's dry sound, on the trained level."""
        pieces = _play(network, self._dry)[0].numpy()[self._lead :]
        return np.asarray(pieces.T.reshape(-1)[: len(self._wet)], dtype=np.float64)

    def esr(self, network: AmpNetwork) -> float:
        """Error-to-signal ratio of that."""
        return esr(self._wet, self.output(network))


@tf.function(reduce_retracing=True)
def _play(network: AmpNetwork, dry: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    return network(dry, network.zero_state(tf.shape(dry)[1]))
