# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A player of the network, the C kernel above all, as a TensorFlow operation with a gradient."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from pedalsmith_trainer.native import Kernel
from pedalsmith_trainer.tensor_player import TensorPlayer
from pedalsmith_trainer.wavenet_native import WaveNetKernel

Player = Kernel | WaveNetKernel | TensorPlayer
"""What plays the network forwards and backwards."""

Op = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]


def player_op(player: Player, *, learn: bool) -> Op:
    """An operation (weights, inputs, state) -> (output, state after, penalty); see Kernel.forward.

    With `learn` it has a gradient by the weights; inputs and state are constants to it.
    """

    def forward(
        weights: np.ndarray, inputs: np.ndarray, state: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.float32, np.int64]:
        return player.forward(weights, inputs, state, keep=learn)

    def backward(
        ticket: np.ndarray, weights: np.ndarray, by_output: np.ndarray, by_penalty: np.ndarray
    ) -> np.ndarray:
        return player.backward(int(ticket), weights, by_output, float(by_penalty))

    def played(
        weights: tf.Tensor, inputs: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        output, after, penalty, ticket = tf.numpy_function(
            forward, [weights, inputs, state], [tf.float32, tf.float32, tf.float32, tf.int64]
        )
        output.set_shape(inputs.shape[:2])
        after.set_shape(state.shape)
        penalty.set_shape([])
        return output, after, penalty, ticket

    @tf.custom_gradient
    def op(weights: tf.Tensor, inputs: tf.Tensor, state: tf.Tensor):
        output, after, penalty, ticket = played(weights, inputs, state)

        def gradient(by_output: tf.Tensor, by_after: tf.Tensor, by_penalty: tf.Tensor):
            by_weights = tf.numpy_function(
                backward, [ticket, weights, by_output, by_penalty], tf.float32
            )
            by_weights.set_shape(weights.shape)
            return by_weights, None, None

        return (output, after, penalty), gradient

    return op
