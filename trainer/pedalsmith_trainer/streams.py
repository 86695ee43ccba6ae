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
import numpy.typing as npt

from pedalsmith.audio import Samples

Floats = npt.NDArray[np.float32]


class Streams:
    """Pieces of (time, streams) from a capture."""

    def __init__(
        self, dry: Samples, wet: Samples, *, streams: int, step_samples: int, seed: int
    ) -> None:
        self.count = len(dry)
        # A short capture gets fewer streams, so that each still runs for some steps.
        self.streams = max(1, min(streams, self.count // (8 * step_samples)))
        self.step_samples = min(step_samples, self.count)
        self.steps_a_pass = max(1, self.count // (self.streams * self.step_samples))
        self._seed = seed
        # One step more at the end, so that a piece never wraps.
        self._dry, self._wet = (
            np.append(sound, sound[: self.step_samples]).astype(np.float32) for sound in (dry, wet)
        )
        places = np.arange(self.streams, dtype=np.int64) * self.count // self.streams
        self._places = places
        self._times = np.arange(self.step_samples, dtype=np.int64)[:, None]

    def batch(self, step: int) -> tuple[Floats, Floats, bool]:
        """Returns dry (time, streams, 1), wet (time, streams), and whether to learn from the step.

        The first step of a pass is not for learning: the state still belongs to another place.
        """
        turn, within = divmod(step, self.steps_a_pass)
        offset = int(np.random.default_rng((self._seed, turn)).integers(self.count))
        starts = (offset + self._places + within * self.step_samples) % self.count
        samples = self._times + starts
        learn = within > 0 or self.steps_a_pass == 1
        return self._dry[samples][..., None], self._wet[samples], learn
