# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The network of TensorFlow's own operations: for machines where the C kernel does not build.

Same calls and same results as native.Kernel, several times slower.
"""

import tensorflow as tf

from pedalsmith_trainer.block_lstm import block_lstm
from pedalsmith_trainer.tensor_player import TensorPlayer


class Composed(TensorPlayer):
    """A recurrent network with a dense output."""

    def __init__(
        self, arch: str, hidden: int, *, features: int = 1, layers: int = 1, cell_bound: float = 4.0
    ) -> None:
        self._lstm, self._hidden, self._cell_bound = arch == "lstm", hidden, cell_bound
        columns = (4 if self._lstm else 3) * hidden
        biases = (columns,) if self._lstm else (2, columns)
        shapes: list[tuple[int, ...]] = []
        for number in range(layers):
            inputs = hidden if number else features
            shapes += [(inputs, columns), (hidden, columns), biases]
        shapes += [(hidden, 1), (1,)]
        super().__init__(shapes, layers * hidden * (2 if self._lstm else 1))

    def _played(
        self, arrays: list[tf.Tensor], inputs: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
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
