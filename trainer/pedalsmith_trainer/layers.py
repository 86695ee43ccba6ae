# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Keras layers that hold the weights of an LSTM or GRU, laid out as in Keras' own.

They do not compute: AmpNetwork plays all layers at once (players).
"""

import keras
import numpy as np
import tensorflow as tf

FORGET_BIAS = 1.0
"""Gates that start out remembering learn long notes in half the steps."""

SLOW_SHARE = 0.25
SLOWEST, LEAST_SLOW = 10_000.0, 100.0
"""Samples. A share of the units begins with memories between these, spread evenly over the octaves.

Bias voltages behind coupling capacitors wander for a tenth of a second; gradients that are cut
after some hundredths do not lead there. See Tallec and Ollivier, "Can recurrent neural networks
warp time?", 2018. Real DS-1: error below 30 Hz was 4/5 of all, and is a third of that so.
"""


def remembering(units: int) -> np.ndarray:
    """Biases (units,) of gates that keep: a cell halves within about exp(bias) samples."""
    slow = round(SLOW_SHARE * units)
    bias = np.full(units, FORGET_BIAS, np.float32)
    bias[:slow] = np.log(np.geomspace(LEAST_SLOW, SLOWEST, slow) - 1)
    return bias


class RecurrentLayer(keras.layers.Layer):
    """What LSTM and GRU share: kernel, recurrent kernel and bias of `gates` blocks of units."""

    gates = 0

    def __init__(self, units: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs (time, streams, features)."""
        features = int(input_shape[-1] or 1)
        columns = self.gates * self.units
        self.kernel = self.add_weight(
            name="kernel", shape=(features, columns), initializer="glorot_uniform"
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, columns), initializer="orthogonal"
        )
        self.bias = self.add_weight(
            name="bias", shape=self.bias_shape(), initializer=self._remembering_bias
        )

    def bias_shape(self) -> tuple[int, ...]:
        """Shape of the bias."""
        raise NotImplementedError

    def _remembering_bias(self, shape: tuple[int, ...], dtype: str | None = None) -> tf.Tensor:
        raise NotImplementedError

    def get_config(self) -> dict[str, object]:
        """What Keras needs to make the layer again."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("pedalsmith")
class LstmLayer(RecurrentLayer):
    """An LSTM; gates i, f, g, o."""

    gates = 4

    def bias_shape(self) -> tuple[int, ...]:
        """One bias for each gate."""
        return (4 * self.units,)

    def _remembering_bias(self, shape: tuple[int, ...], dtype: str | None = None) -> tf.Tensor:
        bias = np.zeros(shape, np.float32)
        keep = remembering(self.units)
        bias[self.units : 2 * self.units] = keep
        # What is kept for long is let in slowly, so that it is a mean and no sum.
        bias[: self.units] = np.where(keep > FORGET_BIAS, -keep, 0.0)
        return tf.convert_to_tensor(bias, dtype)


@keras.saving.register_keras_serializable("pedalsmith")
class GruLayer(RecurrentLayer):
    """A GRU with reset_after; gates z, r, n."""

    gates = 3

    def bias_shape(self) -> tuple[int, ...]:
        """One bias with the input, one with the state."""
        return (2, 3 * self.units)

    def _remembering_bias(self, shape: tuple[int, ...], dtype: str | None = None) -> tf.Tensor:
        bias = np.zeros(shape, np.float32)
        bias[0, : self.units] = remembering(self.units)
        return tf.convert_to_tensor(bias, dtype)


LAYERS: dict[str, type[RecurrentLayer]] = {"lstm": LstmLayer, "gru": GruLayer}
