# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What networks of TensorFlow's own operations share: the calls of native.Kernel."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Floats = npt.NDArray[np.float32]


class TensorPlayer(ABC):
    """Plays a network whose weights and state are arrays of the caller."""

    def __init__(self, shapes: Sequence[tuple[int, ...]], state_count: int) -> None:
        """`shapes` of the weights in their order."""
        self._shapes = list(shapes)
        self._sizes = [int(np.prod(shape)) for shape in self._shapes]
        self.weight_count = sum(self._sizes)
        self.state_count = state_count
        self._kept: dict[int, tuple[Floats, Floats]] = {}
        self._tickets = 0
        self._play = tf.function(self._parted, reduce_retracing=True)
        self._learn = tf.function(self._gradient, reduce_retracing=True)

    @abstractmethod
    def _played(
        self, arrays: list[tf.Tensor], inputs: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Output (time, streams), the state after it, and the penalty of its cells."""

    def forward(
        self, weights: Floats, inputs: Floats, state: Floats, *, keep: bool = True
    ) -> tuple[Floats, Floats, np.float32, np.int64]:
        """As native.Kernel.forward."""
        output, after, penalty = self._play(weights, inputs, state)
        self._tickets += 1
        if keep:
            self._kept[self._tickets] = (inputs, state)
        return output.numpy(), after.numpy(), penalty.numpy(), np.int64(self._tickets)

    def backward(
        self, ticket: int, weights: Floats, output_gradient: Floats, penalty_gradient: float
    ) -> Floats:
        """As native.Kernel.backward; plays the inputs once more."""
        inputs, state = self._kept.pop(int(ticket))
        by = np.asarray(output_gradient), np.float32(penalty_gradient)
        return np.asarray(self._learn(weights, inputs, state, *by))

    def _parted(
        self, weights: tf.Tensor, inputs: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        parts = zip(tf.split(weights, self._sizes), self._shapes, strict=True)
        return self._played([tf.reshape(part, shape) for part, shape in parts], inputs, state)

    def _gradient(
        self,
        weights: tf.Tensor,
        inputs: tf.Tensor,
        state: tf.Tensor,
        by_output: tf.Tensor,
        by_penalty: tf.Tensor,
    ) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            output, _, penalty = self._parted(weights, inputs, state)
        return tape.gradient([output, penalty], weights, output_gradients=[by_output, by_penalty])
