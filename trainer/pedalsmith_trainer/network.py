# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The Keras network: recurrent layers, a dense layer, and the dry sound added if asked for.

Sound is shaped (time, streams), time first, because that is how recurrent kernels want it. The
state is an argument and a result, so that the training loop carries it and nothing is hidden.
"""

import keras
import numpy as np
import tensorflow as tf

from pedalsmith.models.model import Dense, Gru, Lstm
from pedalsmith_trainer.composed import Composed
from pedalsmith_trainer.layers import LAYERS
from pedalsmith_trainer.native import Kernel
from pedalsmith_trainer.player_op import Player, player_op


@keras.saving.register_keras_serializable("pedalsmith")
class AmpNetwork(keras.Model):
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

    def _play_by(self, player: Player) -> None:
        self.player = player
        self._learning = player_op(player, learn=True)
        self._playing = player_op(player, learn=False)

    def flat_weights(self) -> tf.Tensor:
        """All weights in one row, in the order in which players want them."""
        return tf.concat([tf.reshape(w, [-1]) for w in self.trainable_variables], axis=0)

    def unflattened(self, row: tf.Tensor) -> list[tf.Tensor]:
        """The way back: a row of weights or gradients in the shapes of the variables."""
        sizes = [int(np.prod(w.shape)) for w in self.trainable_variables]
        return [
            tf.reshape(part, w.shape)
            for part, w in zip(tf.split(row, sizes), self.trainable_variables, strict=True)
        ]

    @property
    def state_count(self) -> int:
        """Numbers of state in a stream."""
        return self.player.state_count

    def zero_state(self, streams: int | tf.Tensor) -> tf.Tensor:
        """The state in which streams begin, (state_count, streams)."""
        return tf.zeros([self.state_count, streams])

    def call(
        self, inputs: tf.Tensor, state: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Plays inputs (time, streams, 1 + knobs) from `state`.

        Returns the output (time, streams), the state after it, and the penalty: the sum over time,
        streams and LSTM units of max(|cell| - cell_bound, 0)^2.
        """
        op = self._learning if training else self._playing
        output, after, penalty = op(self.flat_weights(), inputs, state)
        return output + self.skip * inputs[..., 0], after, penalty

    def to_model_layers(self) -> tuple[Lstm | Gru | Dense, ...]:
        """The layers as pedalsmith's Model has them."""
        dense = Dense(*(np.asarray(weight) for weight in self.output_layer.get_weights()))
        return (*(layer.to_model_layer() for layer in self.recurrent), dense)

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
