# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The Keras network: one recurrent layer, a dense layer, and the dry sound added if asked for.

Sound is shaped (time, streams), time first, because that is how recurrent kernels want it. The
state is an argument and a result, so that the training loop carries it and nothing is hidden.
"""

import keras
import numpy as np
import tensorflow as tf

from pedalsmith.models.model import Dense, Gru, Lstm
from pedalsmith_trainer.block_lstm import block_lstm

State = list[tf.Tensor]

FORGET_BIAS = 1.0
"""Gates that start out remembering learn long notes in half the steps."""


@keras.saving.register_keras_serializable("pedalsmith")
class LstmLayer(keras.layers.Layer):
    """An LSTM with weights as in keras.layers.LSTM, whose state is carried by the caller."""

    def __init__(self, units: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs (time, streams, features)."""
        features = int(input_shape[-1] or 1)
        self.kernel = self.add_weight(
            name="kernel", shape=(features, 4 * self.units), initializer="glorot_uniform"
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 4 * self.units), initializer="orthogonal"
        )
        self.bias = self.add_weight(
            name="bias", shape=(4 * self.units,), initializer=self._forgetful_bias
        )

    def _forgetful_bias(self, shape: tuple[int, ...], dtype: str | None = None) -> tf.Tensor:
        bias = np.zeros(shape, np.float32)
        bias[self.units : 2 * self.units] = FORGET_BIAS
        return tf.convert_to_tensor(bias, dtype)

    def zero_state(self, streams: int) -> State:
        """The state in which a stream begins: hidden and cell, (streams, units) each."""
        return [tf.zeros([streams, self.units]), tf.zeros([streams, self.units])]

    def call(self, inputs: tf.Tensor, state: State) -> tuple[tf.Tensor, State, tf.Tensor]:
        """Returns the outputs (time, streams, units), the state after them and all cells."""
        hiddens, cells = block_lstm(
            inputs, state[0], state[1], self.kernel, self.recurrent_kernel, self.bias
        )
        return hiddens, [hiddens[-1], cells[-1]], cells

    def to_model_layer(self) -> Lstm:
        """The layer as pedalsmith's Model has it."""
        return Lstm(*(np.asarray(weight) for weight in self.get_weights()))

    def get_config(self) -> dict[str, object]:
        """What Keras needs to make the layer again."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("pedalsmith")
class GruLayer(keras.layers.Layer):
    """A GRU with weights as in keras.layers.GRU (reset_after), state carried by the caller."""

    def __init__(self, units: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs (time, streams, features)."""
        features = int(input_shape[-1] or 1)
        self.kernel = self.add_weight(
            name="kernel", shape=(features, 3 * self.units), initializer="glorot_uniform"
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 3 * self.units), initializer="orthogonal"
        )
        self.bias = self.add_weight(
            name="bias", shape=(2, 3 * self.units), initializer=self._remembering_bias
        )

    def _remembering_bias(self, shape: tuple[int, ...], dtype: str | None = None) -> tf.Tensor:
        bias = np.zeros(shape, np.float32)
        bias[0, : self.units] = FORGET_BIAS
        return tf.convert_to_tensor(bias, dtype)

    def zero_state(self, streams: int) -> State:
        """The state in which a stream begins, (streams, units)."""
        return [tf.zeros([streams, self.units])]

    def call(self, inputs: tf.Tensor, state: State) -> tuple[tf.Tensor, State, None]:
        """Returns the outputs (time, streams, units) and the state after them."""
        driven = tf.tensordot(inputs, self.kernel, 1) + self.bias[0]
        units, recurrent, bias = self.units, self.recurrent_kernel, self.bias[1]

        def step(hidden: tf.Tensor, now: tf.Tensor) -> tf.Tensor:
            kept = tf.matmul(hidden, recurrent) + bias
            z = tf.sigmoid(now[:, :units] + kept[:, :units])
            r = tf.sigmoid(now[:, units : 2 * units] + kept[:, units : 2 * units])
            n = tf.tanh(now[:, 2 * units :] + r * kept[:, 2 * units :])
            return n + z * (hidden - n)

        hiddens = tf.scan(step, driven, initializer=state[0])
        return hiddens, [hiddens[-1]], None

    def to_model_layer(self) -> Gru:
        """The layer as pedalsmith's Model has it."""
        return Gru(*(np.asarray(weight) for weight in self.get_weights()))

    def get_config(self) -> dict[str, object]:
        """What Keras needs to make the layer again."""
        return {**super().get_config(), "units": self.units}


LAYERS = {"lstm": LstmLayer, "gru": GruLayer}


@keras.saving.register_keras_serializable("pedalsmith")
class AmpNetwork(keras.Model):
    """Audio (and knobs) in, audio out: output = dense(recurrent(input)) + skip * input."""

    def __init__(self, arch: str, hidden: int, skip: float = 0.0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.arch, self.hidden, self.skip = arch, hidden, skip
        self.recurrent = LAYERS[arch](hidden, name="recurrent")
        self.output_layer = keras.layers.Dense(1, name="dense")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs (time, streams, 1 + knobs)."""
        self.recurrent.build(input_shape)
        self.output_layer.build((None, None, self.hidden))
        super().build(input_shape)

    def call(self, inputs: tf.Tensor, state: State) -> tuple[tf.Tensor, State, tf.Tensor | None]:
        """Returns the output (time, streams), the state after it and the LSTM's cells, if any."""
        hiddens, after, cells = self.recurrent(inputs, state)
        output = self.output_layer(hiddens)[..., 0] + self.skip * inputs[..., 0]
        return output, after, cells

    def zero_state(self, streams: int) -> State:
        """The state in which a stream begins."""
        return self.recurrent.zero_state(streams)

    def to_model_layers(self) -> tuple[Lstm | Gru, Dense]:
        """The layers as pedalsmith's Model has them."""
        return (
            self.recurrent.to_model_layer(),
            Dense(*(np.asarray(weight) for weight in self.output_layer.get_weights())),
        )

    def get_config(self) -> dict[str, object]:
        """What Keras needs to make the network again."""
        return {**super().get_config(), "arch": self.arch, "hidden": self.hidden, "skip": self.skip}
