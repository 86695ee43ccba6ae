# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Playing sound through a network in training, to hear how far it is."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import Samples
from pedalsmith_trainer.loss import esr
from pedalsmith_trainer.material import Material, Take
from pedalsmith_trainer.played_network import PlayedNetwork

Floats = npt.NDArray[np.float32]

_CHUNK = 8192
"""Samples played at once: a player's memory grows with them."""


class Rehearsal:
    """Plays a take in `pieces` side by side, each after a run-in, so that it takes less time."""

    def __init__(self, take: Take, material: Material, *, pieces: int = 16) -> None:
        lead = take.run_in
        count = len(take.dry) - lead
        length = -(-count // pieces)
        dry = np.append(take.dry * material.input_gain, np.zeros(length * pieces - count))
        rows = np.arange(lead + length)[:, None] + np.arange(pieces)[None, :] * length
        knobs = np.broadcast_to(np.array(take.knobs), (*rows.shape, len(take.knobs)))
        self._inputs = np.concatenate([dry[rows][..., None], knobs], axis=2).astype(np.float32)
        self._lead = lead
        self._wet = take.wet[lead:] * material.output_gain

    def output(self, network: PlayedNetwork) -> Samples:
        """What the network makes of the take's dry sound, on the trained level."""
        state = np.zeros((network.state_count, self._inputs.shape[1]), np.float32)
        weights = network.flat_weights().numpy()

        def play(inputs: Floats) -> Floats:
            nonlocal state
            played, state, *_ = network.player.forward(weights, inputs, state, keep=False)
            return played + np.float32(network.skip) * inputs[..., 0]

        return self._whole(play)

    def _whole(self, play: Callable[[Floats], Floats]) -> Samples:
        """The take's output; `play` gets inputs (time, pieces, 1 + knobs), one after the other."""
        chunks = range(0, len(self._inputs), _CHUNK)
        pieces = [play(self._inputs[start : start + _CHUNK]) for start in chunks]
        played = np.concatenate(pieces)[self._lead :]
        return np.asarray(played.T.reshape(-1)[: len(self._wet)], dtype=np.float64)

    def esr(self, network: PlayedNetwork) -> float:
        """Error-to-signal ratio of that."""
        return esr(self._wet, self.output(network))
