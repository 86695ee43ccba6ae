# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The recurrent Keras network: LSTM or GRU, a dense layer, and the dry sound if asked for."""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from pedalsmith.models.model import Dense, Gru, Lstm
from pedalsmith.quantization.rows import LARGEST_SUM
from pedalsmith_trainer.composed import Composed
from pedalsmith_trainer.layers import LAYERS
from pedalsmith_trainer.native import Kernel
from pedalsmith_trainer.played_network import PlayedNetwork

_LARGEST_SUM = np.float32(0.99 * LARGEST_SUM)
"""Rounding adds half a word a column, 0.1 of up to 128 columns."""


@keras.saving.register_keras_serializable("pedalsmith")
class AmpNetwork(PlayedNetwork):
    """Audio (and knobs) in, audio out: output = dense(recurrent(input)) + skip * audio.

    It is played by TensorFlow's own operations until use_kernel is called.
    """

    def __init__(
        self,
        arch: str,
        hidden: int,
        *,
        layers: int = 1,
        features: int = 1,
        skip: float = 0.0,
        cell_bound: float = 4.0,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.arch, self.hidden, self.features, self.skip = arch, hidden, features, skip
        self.cell_bound = cell_bound
        self.recurrent = [LAYERS[arch](hidden, name=f"recurrent_{n}") for n in range(layers)]
        self.output_layer = keras.layers.Dense(1, name="dense")
        self._play_by(
            Composed(arch, hidden, features=features, layers=layers, cell_bound=cell_bound)
        )
        self.build((None, None, features))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights for inputs (time, streams, 1 + knobs)."""
        for number, layer in enumerate(self.recurrent):
            layer.build((None, None, self.hidden) if number else input_shape)
        self.output_layer.build((None, None, self.hidden))
        super().build(input_shape)

    def use_kernel(self, threads: int) -> None:
        """Computes by the C kernel from now on. Raises BadInput when it cannot be built."""
        self._play_by(
            Kernel(
                self.arch,
                self.hidden,
                features=self.features,
                layers=len(self.recurrent),
                cell_bound=self.cell_bound,
                threads=threads,
            )
        )

    def bounded(self, row: np.ndarray) -> np.ndarray:
        """See PlayedNetwork: what a row of a matrix sums to, which training on its own takes
        beyond the engine's range once in a while."""
        at = 0
        for layer in range(len(self.recurrent)):
            inputs = self.hidden if layer else self.features
            columns = self.hidden + (inputs if layer else 0)
            gates = 4 if self.arch == "lstm" else 3
            begin = at if layer else at + gates * self.hidden * inputs
            end = begin + gates * self.hidden * columns
            matrix = row[begin:end].reshape(columns, gates, self.hidden)
            sizes = np.abs(matrix)
            # A word has half of what the words of a row may sum to.
            sums = np.maximum(sizes.sum(axis=0), 2.0 * sizes.max(axis=0))
            sums[2] *= 2.0  # the tanh is played by the table of the sigmoid
            if sums.max() > _LARGEST_SUM:
                matrix *= np.minimum(_LARGEST_SUM / np.maximum(sums, _LARGEST_SUM), 1.0)
            at = end + (gates if self.arch == "lstm" else 2 * gates) * self.hidden
        return row

    def to_model_layers(
        self, input_gain: float, output_gain: float
    ) -> tuple[Lstm | Gru | Dense, ...]:
        """See PlayedNetwork: the first kernel takes input_gain, the dense layer 1 / output_gain.

        The skip, trained as output_gain / input_gain, becomes exactly 1.
        """
        return self.model_layers(self.get_weights(), input_gain, output_gain)

    def model_layers(
        self, weights: Sequence[np.ndarray], input_gain: float, output_gain: float
    ) -> tuple[Lstm | Gru | Dense, ...]:
        """The same for other weights than its own, in the order of get_weights."""
        *recurrent, dense, bias = weights
        kind = {"lstm": Lstm, "gru": Gru}[self.arch]
        first, *others = (kind(*recurrent[at : at + 3]) for at in range(0, len(recurrent), 3))
        kernel = first.kernel.copy()
        kernel[0] *= input_gain
        return (
            replace(first, kernel=kernel),
            *others,
            Dense(dense / output_gain, bias / output_gain),
        )

    def get_config(self) -> dict[str, object]:
        """What Keras needs to make the network again."""
        return {
            **super().get_config(),
            "arch": self.arch,
            "hidden": self.hidden,
            "layers": len(self.recurrent),
            "features": self.features,
            "skip": self.skip,
            "cell_bound": self.cell_bound,
        }
