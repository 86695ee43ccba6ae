# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The order in which captures are played during training.

All takes, one after the other, form a ring. `streams` places, evenly spread over it, move on
together by `step_samples` a step, so that the recurrent state can be carried from step to step.
After a pass (when a stream reaches where the next one began) the ring is turned by a random
amount: no place is cut at the same sample twice. All of it is a function of the seed and the
step number, so that a run can be continued anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from pedalsmith.capture.measures import rms
from pedalsmith_trainer.material import Take

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """One step's sound, time first."""

    inputs: Floats
    """(time, streams, 1 + knobs)"""
    target: Floats
    """(time, streams)"""
    weight: Floats
    """(time, streams), or (1, 1) for all: factor on the error, so that quiet takes count as much as
    loud ones."""
    learn: bool
    """False in the first step of a pass: the state still belongs to another place."""


class Streams:
    """Pieces of (time, streams) from takes whose levels are those of training."""

    def __init__(
        self, takes: Sequence[Take], *, streams: int, step_samples: int, seed: int
    ) -> None:
        self.count = sum(len(take.dry) for take in takes)
        # A short capture gets fewer streams, so that each still runs for some steps.
        self.streams = max(1, min(streams, self.count // (8 * step_samples)))
        self.step_samples = min(step_samples, self.count)
        self.steps_a_pass = max(1, self.count // (self.streams * self.step_samples))
        self._seed = seed
        whole = float(np.sqrt(np.mean([rms(take.wet) ** 2 for take in takes])))
        self._inputs = self._pieces(np.concatenate([_inputs(take) for take in takes]))
        self._target = self._pieces(np.concatenate([take.wet for take in takes]))
        factors = [np.full(len(take.wet), whole / (rms(take.wet) + 1e-12)) for take in takes]
        self._weight = self._pieces(np.concatenate(factors)) if len(takes) > 1 else None
        self._places = np.arange(self.streams, dtype=np.int64) * self.count // self.streams

    def _pieces(self, ring: npt.NDArray[np.float64]) -> Floats:
        """(starts, ..., time): the piece of a step from every place of the ring, as a view."""
        # One step's worth of the start again, so that a piece never wraps.
        whole = np.concatenate([ring, ring[: self.step_samples]]).astype(np.float32)
        return sliding_window_view(whole, self.step_samples, axis=0)

    def batch(self, step: int) -> Batch:
        """What is played in step number `step`."""
        turn, within = divmod(step, self.steps_a_pass)
        offset = int(np.random.default_rng((self._seed, turn)).integers(self.count))
        starts = (offset + self._places + within * self.step_samples) % self.count
        weight = np.ones((1, 1), np.float32) if self._weight is None else self._weight[starts].T
        return Batch(
            np.ascontiguousarray(self._inputs[starts].transpose(2, 0, 1)),
            self._target[starts].T,
            weight,
            within > 0 or self.steps_a_pass == 1,
        )


def _inputs(take: Take) -> npt.NDArray[np.float64]:
    knobs = np.broadcast_to(np.array(take.knobs, np.float64), (len(take.dry), len(take.knobs)))
    return np.concatenate([take.dry[:, None], knobs], axis=1)
