# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The network of TensorFlow's own operations: for machines where the C kernel does not build.

Same calls and same results as native.Kernel, several times slower.
"""

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from pedalsmith_trainer.block_lstm import block_lstm

Floats = npt.NDArray[np.float32]


class Composed:
    """A recurrent network with a dense output; weights and state are arrays of the caller."""

    def __init__(
        self, arch: str, hidden: int, *, features: int = 1, layers: int = 1, cell_bound: float = 4.0
    ) -> None:
        self._lstm, self._hidden, self._cell_bound = arch == "lstm", hidden, cell_bound
        columns = (4 if self._lstm else 3) * hidden
        biases = (columns,) if self._lstm else (2, columns)
        self._shapes: list[tuple[int, ...]] = []
        for number in range(layers):
            inputs = hidden if number else features
            self._shapes += [(inputs, columns), (hidden, columns), biases]
        self._shapes += [(hidden, 1), (1,)]
        self.weight_count = sum(int(np.prod(shape)) for shape in self._shapes)
        self.state_count = layers * hidden * (2 if self._lstm else 1)
        self._kept: dict[int, tuple[Floats, Floats]] = {}
        self._tickets = 0
        self._play = tf.function(self._played, reduce_retracing=True)
        self._learn = tf.function(self._gradient, reduce_retracing=True)

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
            output, _, penalty = self._played(weights, inputs, state)
        return tape.gradient([output, penalty], weights, output_gradients=[by_output, by_penalty])

    def _played(
        self, weights: tf.Tensor, inputs: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        parts = tf.split(weights, [int(np.prod(shape)) for shape in self._shapes])
        arrays = [tf.reshape(p, shape) for p, shape in zip(parts, self._shapes, strict=True)]
        *recurrent, dense, dense_bias = arrays
        layers = len(recurrent) // 3
        after, penalty = [], tf.constant(0.0)
        for number, part in enumerate(tf.split(state, layers, axis=0)):
            kernel, recurrent_kernel, bias = recurrent[3 * number : 3 * number + 3]
            if self._lstm:
                hidden, cell = tf.split(tf.transpose(part), 2, axis=1)
                inputs, cells = block_lstm(inputs, hidden, cell, kernel, recurrent_kernel, bias)
                after.append(tf.transpose(tf.concat([inputs[-1], cells[-1]], axis=1)))
                beyond = tf.nn.relu(tf.abs(cells) - self._cell_bound)
                penalty += tf.reduce_sum(tf.square(beyond))
            else:
                inputs = _gru(inputs, tf.transpose(part), kernel, recurrent_kernel, bias)
                after.append(tf.transpose(inputs[-1]))
        output = (tf.tensordot(inputs, dense, 1) + dense_bias)[..., 0]
        return output, tf.concat(after, axis=0), penalty


def _gru(
    inputs: tf.Tensor, hidden: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
    """Keras' GRU with reset_after over inputs (time, streams, features)."""
    units = recurrent.shape[0]
    driven = tf.tensordot(inputs, kernel, 1) + bias[0]

    def step(before: tf.Tensor, now: tf.Tensor) -> tf.Tensor:
        kept = tf.matmul(before, recurrent) + bias[1]
        z = tf.sigmoid(now[:, :units] + kept[:, :units])
        r = tf.sigmoid(now[:, units : 2 * units] + kept[:, units : 2 * units])
        n = tf.tanh(now[:, 2 * units :] + r * kept[:, 2 * units :])
        return n + z * (before - n)

    return tf.scan(step, driven, initializer=hidden)
