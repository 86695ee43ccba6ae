# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The order in which a capture is played during training.

`streams` places, evenly spread over the capture taken as a ring, move on together by
`step_samples` a step, so that the recurrent state can be carried from step to step. After a pass
(when a stream reaches where the next one began) the ring is turned by a random amount: no
place is cut at the same sample twice. All of it is a function of the seed and the step number, so
that a run can be continued anywhere.
"""

import numpy as np
import tensorflow as tf

from pedalsmith.audio import Samples


class Streams:
    """Pieces of (time, streams) from one capture."""

    def __init__(
        self, dry: Samples, wet: Samples, *, streams: int, step_samples: int, seed: int
    ) -> None:
        count = len(dry)
        # A short capture gets fewer streams, so that each still runs for some steps.
        self.streams = max(1, min(streams, count // (8 * step_samples)))
        self.step_samples = min(step_samples, count)
        self.steps_a_pass = max(1, count // (self.streams * self.step_samples))
        self._seed = seed
        self._count = count
        # One step more at the end, so that a piece never wraps.
        self._dry, self._wet = (
            tf.constant(np.append(sound, sound[: self.step_samples]), tf.float32)
            for sound in (dry, wet)
        )
        self._places = np.arange(self.streams, dtype=np.int64) * count // self.streams

    def batch(self, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Returns dry (time, streams, 1), wet (time, streams), and whether to learn from the step.

        The first step of a pass is not: the state still belongs to another place.
        """
        turn, within = step // self.steps_a_pass, step % self.steps_a_pass
        offset = tf.random.stateless_uniform(
            [],
            seed=tf.stack([tf.constant(self._seed, tf.int64), turn]),
            maxval=self._count,
            dtype=tf.int64,
        )
        starts = (offset + self._places + within * self.step_samples) % self._count
        samples = tf.range(self.step_samples, dtype=tf.int64)[:, None] + starts[None, :]
        dry, wet = tf.gather(self._dry, samples), tf.gather(self._wet, samples)
        return dry[..., None], wet, tf.logical_or(within > 0, self.steps_a_pass == 1)
