# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Training whose forward pass is the engine's: integers forwards, straight through backwards.

Each step rounds the float weights to their grid, plays the words as the engine would, and moves the
float weights by the gradient of the float network at the place where the words were.
"""

import numpy as np

from pedalsmith.audio import SAMPLE_RATE, Samples
from pedalsmith_trainer.grid import Grid
from pedalsmith_trainer.loss import CaptureLoss
from pedalsmith_trainer.material import Material, Take
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.quantized_native import BlobWords, QuantizedKernel
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.streams import Streams
from pedalsmith_trainer.truncated import Back, Floats, TruncatedTraining

_SETTLING = SAMPLE_RATE
"""Samples."""


class QuantizedTraining(TruncatedTraining):
    """TruncatedTraining on a grid; `settle` gives the network the weights that the words mean."""

    def __init__(
        self, streams: Streams, loss: CaptureLoss, grid: Grid, kernel: QuantizedKernel
    ) -> None:
        settling = -(-_SETTLING // streams.step_samples)
        super().__init__(grid.network, streams, loss, settling)
        self._grid, self._kernel = grid, kernel
        self._state = np.zeros((kernel.words_of_state, streams.streams), np.int32)

    def _play(self, inputs: Floats) -> tuple[Floats, float, Back]:
        """See TruncatedTraining."""
        blob, weights = self._grid.blob(self._weights)
        words = self._grid.levels.words(inputs)
        output, self._state, penalty, ticket = self._kernel.play(
            BlobWords(blob), weights, inputs, words, self._state
        )

        def back(by_output: Floats, by_penalty: float) -> Floats:
            return self._kernel.backward(ticket, weights, by_output, by_penalty)

        return self._grid.levels.sound(output), float(penalty), back

    def _bounded(self, weights: Floats) -> Floats:
        return self._grid.bounded(weights)

    def settle(self) -> None:
        """Gives the network the weights that the words stand for."""
        _, weights = self._grid.blob(self._weights)
        self.network.assign(weights)


class QuantizedRehearsal(Rehearsal):
    """Plays a take through the engine's words."""

    def __init__(
        self,
        take: Take,
        material: Material,
        grid: Grid,
        kernel: QuantizedKernel,
        *,
        pieces: int = 16,
    ) -> None:
        super().__init__(take, material, pieces=pieces)
        self._grid, self._kernel = grid, kernel

    def output(self, network: AmpNetwork) -> Samples:
        """What the network on its grid makes of the take's dry sound, on the trained level."""
        blob, weights = self._grid.blob(network.flat_weights().numpy())
        words = BlobWords(blob)
        state = np.zeros((self._kernel.words_of_state, self._inputs.shape[1]), np.int32)

        def play(inputs: Floats) -> Floats:
            nonlocal state
            heard = self._grid.levels.words(inputs)
            played, state, *_ = self._kernel.play(words, weights, inputs, heard, state, keep=False)
            return self._grid.levels.sound(played)

        return self._whole(play)
