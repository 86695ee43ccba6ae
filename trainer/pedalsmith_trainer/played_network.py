# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What all Keras networks of the trainer share: a row of weights, a player, state outside.

Sound is shaped (time, streams), time first, because that is how recurrent kernels want it. The
state is an argument and a result, so that the training loop carries it and nothing is hidden.
"""

from abc import abstractmethod

import keras
import numpy as np
import tensorflow as tf

from pedalsmith.models.model import Layer
from pedalsmith_trainer.player_op import Player, player_op


class PlayedNetwork(keras.Model):
    """Audio (and knobs) in, audio out: output = player(input) + skip * audio.

    Subclasses make the weights and call `_play_by`.
    """

    skip = 0.0
    """Factor on the audio that is added to the output."""
    hidden = 1
    """Cells a sample has, over which the penalty is averaged."""
    features = 1
    """Inputs a sample: the audio, then knobs."""

    def _play_by(self, player: Player) -> None:
        self.player = player
        self._learning = player_op(player, learn=True)
        self._playing = player_op(player, learn=False)

    @abstractmethod
    def use_kernel(self, threads: int) -> None:
        """Computes by the C kernel from now on. Raises BadInput when it cannot be built."""

    @abstractmethod
    def to_model_layers(self, input_gain: float, output_gain: float) -> tuple[Layer, ...]:
        """The layers as pedalsmith's Model has them, for sound on the capture's own levels.

        The network saw input_gain x and was held against output_gain y.
        """

    def flat_weights(self) -> tf.Tensor:
        """All weights in one row, in the order in which players want them."""
        return tf.concat([tf.reshape(w, [-1]) for w in self.trainable_variables], axis=0)

    def unflattened(self, row: tf.Tensor) -> list[tf.Tensor]:
        """The way back: a row of weights or gradients in the shapes of the variables."""
        sizes = [int(np.prod(w.shape)) for w in self.trainable_variables]
        return [
            tf.reshape(part, w.shape)
            for part, w in zip(tf.split(row, sizes), self.trainable_variables, strict=True)
        ]

    def assign(self, row: np.ndarray) -> None:
        """Takes over a row of weights."""
        for variable, value in zip(self.trainable_variables, self.unflattened(row), strict=True):
            variable.assign(value)

    def bounded(self, row: np.ndarray) -> np.ndarray:
        """A row of weights, which it may change, brought to where the engine can have it."""
        return row

    @property
    def state_count(self) -> int:
        """Numbers of state in a stream."""
        return self.player.state_count

    def zero_state(self, streams: int | tf.Tensor) -> tf.Tensor:
        """The state in which streams begin, (state_count, streams)."""
        return tf.zeros([self.state_count, streams])

    def call(
        self, inputs: tf.Tensor, state: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Plays inputs (time, streams, 1 + knobs) from `state`.

        Returns the output (time, streams), the state after it, and the penalty: the sum over time,
        streams and LSTM units of max(|cell| - cell_bound, 0)^2.
        """
        op = self._learning if training else self._playing
        output, after, penalty = op(self.flat_weights(), inputs, state)
        return output + self.skip * inputs[..., 0], after, penalty
