# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Truncated back-propagation, state carried on, as a keras.Model for keras.fit.

What fit calls a batch is STEPS_A_BATCH steps; the data set it draws from is the number of the first
of them, and Streams turns numbers into sound. The recurrent state, the optimizer and the gradient's
running norm go from step to step.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from pedalsmith_trainer.adam import Adam
from pedalsmith_trainer.loss import CaptureLoss
from pedalsmith_trainer.played_network import PlayedNetwork
from pedalsmith_trainer.streams import Streams

STEPS_A_BATCH = 16
"""Steps that keras.fit sees as one."""

_CELL_WEIGHT = 0.01
_NORM_DECAY = 0.99

Floats = np.ndarray
Back = Callable[[Floats, float], Floats]


class TruncatedTraining(keras.Model):
    """Learns `network` from `streams`, one piece of time a step, state carried along.

    While it learns, the weights are one row in here; `settle` gives them to the network.
    """

    def __init__(
        self, network: PlayedNetwork, streams: Streams, loss: CaptureLoss, settling: int = 0
    ) -> None:
        """In the first `settling` steps only the state moves: of a network that has learnt, the
        error from zero state is not its own."""
        super().__init__()
        self._settling = settling
        self.network = network
        self._streams, self._capture_loss = streams, loss
        self._weights: Floats = network.flat_weights().numpy()
        self.adam = Adam(len(self._weights))
        self._state = np.zeros((network.state_count, streams.streams), np.float32)
        self._running_norm = 0.0
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.excess_mean = keras.metrics.Mean(name="excess")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Output for inputs (time, streams, 1 + knobs) from zero state."""
        return self.network(inputs, self.network.zero_state(tf.shape(inputs)[1]))[0]

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        """STEPS_A_BATCH updates; `data` is the number of the first step.

        They are one call into NumPy and C: as TensorFlow operations, the small things around the
        recurrence took as long as the recurrence.
        """
        loss, excess = tf.numpy_function(self._learn, [data], [tf.float32, tf.float32])
        self.loss_mean.update_state(tf.reshape(loss, []))
        self.excess_mean.update_state(tf.reshape(excess, []))
        return {"loss": self.loss_mean.result(), "excess": self.excess_mean.result()}

    def _learn(self, first: np.ndarray) -> tuple[np.float32, np.float32]:
        """Learns from steps `first` on; returns their mean loss and the RMS of cells' excess."""
        losses, excesses = np.transpose(
            [self._step(step) for step in range(int(first), int(first) + STEPS_A_BATCH)]
        )
        return np.float32(np.mean(losses)), np.float32(np.sqrt(np.mean(excesses)))

    def _step(self, step: int) -> tuple[float, float]:
        """One update; returns its loss and the mean square of the cells' excess."""
        batch = self._streams.batch(step)
        output, penalty, back = self._play(batch.inputs)
        loss, by_output = self._capture_loss(batch.target, output, batch.weight)
        cells = output.size * self.network.hidden
        gradient = back(by_output, _CELL_WEIGHT / cells)
        norm = float(np.linalg.norm(gradient))
        if batch.learn and step >= self._settling and np.isfinite(norm):
            moved = self.adam.update(self._weights, gradient * self._clipping(norm))
            self._weights = self._bounded(moved)
        return loss, float(penalty) / cells

    def _play(self, inputs: Floats) -> tuple[Floats, float, Back]:
        """Plays inputs (time, streams, 1 + knobs) and moves the state on.

        Returns the output, the penalty and the way back: (gradient by output, by penalty) to the
        gradient by the weights.
        """
        player, weights = self.network.player, self._weights
        output, self._state, penalty, ticket = player.forward(weights, inputs, self._state)
        output += np.float32(self.network.skip) * inputs[..., 0]

        def back(by_output: Floats, by_penalty: float) -> Floats:
            return player.backward(int(ticket), weights, by_output, by_penalty)

        return output, penalty, back

    def _bounded(self, weights: Floats) -> Floats:
        """The weights after an update, brought back to where they must stay."""
        return self.network.bounded(weights)

    def _clipping(self, norm: float) -> np.float32:
        """The factor that holds a gradient's norm to twice its running mean.

        Spikes are common in feedback.
        """
        running = self._running_norm or norm
        bounded = min(norm, 2.0 * running)
        self._running_norm = running + (1 - _NORM_DECAY) * (bounded - running)
        return np.float32(bounded / (norm + 1e-12))

    def settle(self) -> None:
        """Gives the network the weights that were learnt so far."""
        self.network.assign(self._weights)

    def carried(self) -> list[Floats]:
        """All that goes from one step to the next."""
        return [
            *(self._weights, self.adam.mean, self.adam.square, self._state),
            np.array(self.adam.steps),
            np.array(self._running_norm),
        ]

    def carry_on(self, carried: list[Floats]) -> None:
        """Takes over what `carried` gave."""
        self._weights, self.adam.mean, self.adam.square, self._state, steps, norm = carried
        self.adam.steps, self._running_norm = int(steps), float(norm)
        self.settle()
