# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A WaveNet over a piece of time, forwards and backwards, by TensorFlow's operations.

Every convolution keeps the end of what it heard as state, so that pieces follow each other without
a run-in of the receptive field, and no sample is computed twice. Sound is (channels, time x
streams) inside: a tap is then a plain slice, and all taps of a layer are one product of matrices.
"""

from collections.abc import Iterator

import tensorflow as tf

from pedalsmith_trainer.tensor_player import TensorPlayer
from pedalsmith_trainer.wavenet_shapes import ArrayShape, WaveNetShape


def weight_shapes(shape: WaveNetShape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and shapes of the weights in their order; kernels (outputs, taps, inputs)."""
    inputs = 1
    for number, array in enumerate(shape.arrays):
        width, at = array.channels, f"array{number}"
        yield f"{at}_rechannel", (width, 1, inputs)
        for layer, taps in enumerate(array.taps):
            yield f"{at}_conv{layer}", (width, taps, width)
            yield f"{at}_conv{layer}_bias", (width,)
            yield f"{at}_mixin{layer}", (width, 1, 1)
            yield f"{at}_layer1x1{layer}", (width, 1, width)
            yield f"{at}_layer1x1{layer}_bias", (width,)
        yield f"{at}_head", (array.head_outputs, array.head_taps, width)
        if array.head_bias:
            yield f"{at}_head_bias", (array.head_outputs,)
        inputs = width


def histories(shape: WaveNetShape) -> Iterator[tuple[int, int]]:
    """(samples, channels) that each convolution with memory keeps, in their order."""
    for array in shape.arrays:
        for taps, dilation in zip(array.taps, array.dilations, strict=True):
            yield (taps - 1) * dilation, array.channels
        yield array.head_taps - 1, array.channels


class WaveNetPlayer(TensorPlayer):
    """Calls as native.Kernel; there are no cells and no penalty."""

    def __init__(self, shape: WaveNetShape) -> None:
        self._shape = shape
        self._histories = list(histories(shape))
        state_count = sum(samples * width for samples, width in self._histories)
        super().__init__([each for _, each in weight_shapes(shape)], state_count)

    def _played(
        self, arrays: list[tf.Tensor], inputs: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        time, streams = tf.shape(inputs)[0], tf.shape(inputs)[1]
        weights = iter(arrays)
        kept = iter(tf.split(state, [samples * width for samples, width in self._histories]))
        after: list[tf.Tensor] = []

        def remembered(signal: tf.Tensor, samples: int, width: int) -> tf.Tensor:
            """`signal` (width, time x streams) behind what was heard before; keeps its end."""
            before = tf.reshape(next(kept), [width, samples * streams])
            heard = tf.concat([before, signal], axis=1)
            after.append(tf.reshape(heard[:, time * streams :], [samples * width, streams]))
            return heard

        def convolved(heard: tf.Tensor, kernel: tf.Tensor, dilation: int) -> tf.Tensor:
            rows, taps, width = kernel.shape
            count = time * streams
            starts = [tap * dilation * streams for tap in range(taps)]
            stacked = tf.concat([heard[:, start : start + count] for start in starts], axis=0)
            return tf.matmul(tf.reshape(kernel, [rows, taps * width]), stacked)

        sound = tf.reshape(inputs[..., 0], [1, -1])
        signal, head = sound, None
        for array in self._shape.arrays:
            signal, head = self._array(array, weights, sound, signal, head, remembered, convolved)
        output = tf.reshape(self._shape.head_scale * head[0], [time, streams])
        return output, tf.concat(after, axis=0), tf.constant(0.0)

    def _array(self, array: ArrayShape, weights, sound, signal, head, remembered, convolved):
        width = array.channels
        signal = tf.matmul(next(weights)[:, 0], signal)
        for taps, dilation in zip(array.taps, array.dilations, strict=True):
            kernel, bias, mixin, matrix, matrix_bias = (next(weights) for _ in range(5))
            heard = remembered(signal, (taps - 1) * dilation, width)
            z = convolved(heard, kernel, dilation) + bias[:, None]
            z += tf.matmul(mixin[:, 0], sound)
            activated = self._activated(z)
            head = activated if head is None else head + activated
            signal = signal + tf.matmul(matrix[:, 0], activated) + matrix_bias[:, None]
        kernel = next(weights)
        head = convolved(remembered(head, array.head_taps - 1, width), kernel, 1)
        if array.head_bias:
            head += next(weights)[:, None]
        return signal, head

    def _activated(self, z: tf.Tensor) -> tf.Tensor:
        activation = self._shape.activation
        if activation.kind == "tanh":
            return tf.tanh(z)
        return tf.nn.leaky_relu(z, activation.parameters[0])
