# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The Keras network of a WaveNet: one layer that holds all weights by their names."""

import keras
import numpy as np

from pedalsmith.models.convolution import Array, Conv1d
from pedalsmith.models.wavenet import WaveNet, WaveNetArray, WaveNetLayer
from pedalsmith_trainer.played_network import PlayedNetwork
from pedalsmith_trainer.wavenet_native import WaveNetKernel
from pedalsmith_trainer.wavenet_player import WaveNetPlayer, weight_shapes
from pedalsmith_trainer.wavenet_shapes import SHAPES, ArrayShape


@keras.saving.register_keras_serializable("pedalsmith")
class WaveNetwork(PlayedNetwork):
    """A WaveNet of one of the SHAPES; no knobs and no skip, which .nam has no place for."""

    def __init__(self, arch: str, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.arch, self._shape = arch, SHAPES[arch]
        self._play_by(WaveNetPlayer(self._shape))
        self.build((None, None, 1))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights; begins as PyTorch's convolutions do, and so as other trainers'."""
        bound = 1.0
        for name, shape in weight_shapes(self._shape):
            # A bias has the bound of the kernel before it.
            bound = 1 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else bound
            self.add_weight(
                name=name,
                shape=shape,
                initializer=keras.initializers.RandomUniform(-float(bound), float(bound)),
            )
        super().build(input_shape)

    def use_kernel(self, threads: int) -> None:
        """See PlayedNetwork."""
        self._play_by(WaveNetKernel(self._shape, threads))

    def to_model_layers(self, input_gain: float, output_gain: float) -> tuple[WaveNet, ...]:
        """See PlayedNetwork: what reads the audio takes input_gain, head_scale 1 / output_gain."""
        weights = iter(np.asarray(weight, np.float32) for weight in self.get_weights())
        arrays = []
        for array in self._shape.arrays:
            gain = 1.0 if arrays else input_gain
            rechannel = _conv(next(weights) * np.float32(gain))
            layers = tuple(
                self._layer(weights, dilation, input_gain) for dilation in array.dilations
            )
            arrays.append(WaveNetArray(rechannel, layers, self._head(array, weights)))
        scale = float(np.float32(self._shape.head_scale / output_gain))
        return (WaveNet(tuple(arrays), scale),)

    def _layer(self, weights, dilation: int, gain: float) -> WaveNetLayer:
        kernel, bias, mixin, matrix, matrix_bias = (next(weights) for _ in range(5))
        return WaveNetLayer(
            conv=_conv(kernel, bias, dilation),
            mixin=_conv(mixin * np.float32(gain)),
            activation=self._shape.activation,
            layer1x1=_conv(matrix, matrix_bias),
        )

    def _head(self, array: ArrayShape, weights) -> Conv1d:
        kernel = next(weights)
        return _conv(kernel, next(weights) if array.head_bias else None)

    def get_config(self) -> dict[str, object]:
        """What Keras needs to make the network again."""
        return {**super().get_config(), "arch": self.arch}


def _conv(kernel: Array, bias: Array | None = None, dilation: int = 1) -> Conv1d:
    """From (outputs, taps, inputs) to Keras' layout."""
    return Conv1d(np.ascontiguousarray(kernel.transpose(1, 2, 0)), bias, dilation)
