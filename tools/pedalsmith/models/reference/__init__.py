# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How a Model sounds, in float64: the reference that bounds every error of quantization.

    output = run(model, samples)                    from the model's initial state
    player = Reference(model, knobs=(0.5,))         the same in pieces: the state is carried
    player.play(silence); output = player.play(samples)
    output, traces = player.trace(samples)          with the states, for the quantizer

Samples are float64, full scale 1.0, at the model's own sample rate; `sample_rate` says another.
"""

from collections.abc import Sequence
from copy import copy, deepcopy

import numpy as np
import numpy.typing as npt

from pedalsmith.models.model import Model
from pedalsmith.models.reference.players import player_of
from pedalsmith.models.reference.signals import Trace

__all__ = ["Reference", "Trace", "run"]

Samples = npt.NDArray[np.float64]


def run(
    model: Model,
    audio: npt.ArrayLike,
    *,
    knobs: Sequence[float] = (),
    silence: int = 0,
    sample_rate: int | None = None,
) -> Samples:
    """The model's output for `audio` (n,), from its initial state.

    `silence` is the number of zero samples that run before; .nam hosts play 0.5 s or the
    receptive field so. Knobs that are not given stand at 0. `sample_rate` as for Reference.
    """
    player = Reference(model, knobs=knobs, sample_rate=sample_rate)
    if silence:
        player.play(np.zeros(silence))
    return player.play(audio)


class Reference:
    """A model being played: the state goes from one call to the next."""

    def __init__(
        self, model: Model, *, knobs: Sequence[float] = (), sample_rate: int | None = None
    ) -> None:
        """`sample_rate` is that of the samples, Hz, if it is not the model's own.

        Then the state of a recurrent model is delayed by the ratio of the rates: a 44.1 kHz model
        played at 48 kHz is -45 to -50 dB ESR from what it gives at its own rate, against -20 dB
        without (Proteus and NeuralPi models, guitar). Raises ValueError when there are more
        `knobs` than the model has, or when a rate cannot be corrected: it must be 1 to 2 times
        the model's, and the model recurrent.
        """
        if len(knobs) > model.knobs:
            raise ValueError(f"{len(knobs)} knobs given, the model has {model.knobs}")
        self.model = model
        self.knobs = tuple(knobs) + (0.0,) * (model.knobs - len(knobs))
        self._delay = (sample_rate or model.sample_rate) / model.sample_rate - 1.0
        if not 0.0 <= self._delay <= 1.0:
            raise ValueError(f"a model of {model.sample_rate} Hz cannot be played at {sample_rate}")
        self.reset()

    def reset(self) -> None:
        """Goes back to the initial state."""
        self._layers = [player_of(layer, self._delay) for layer in self.model.layers]

    def branched(self, knobs: Sequence[float]) -> "Reference":
        """One that goes on from the same state with other knobs, all of them given."""
        other = copy(self)
        other.knobs, other._layers = tuple(knobs), deepcopy(self._layers)
        return other

    def play(self, audio: npt.ArrayLike) -> Samples:
        """The output (n,) for `audio` (n,)."""
        return self._play(audio, None)

    def trace(self, audio: npt.ArrayLike) -> tuple[Samples, list[Trace]]:
        """As `play`, with one Trace a layer. Memory: 48 bytes a sample and LSTM unit."""
        traces: list[Trace] = []
        return self._play(audio, traces), traces

    def _play(self, audio: npt.ArrayLike, traces: list[Trace] | None) -> Samples:
        model = self.model
        x = np.asarray(audio, dtype=np.float64) * 10.0 ** (model.input_gain_db / 20.0)
        signal = np.empty((len(x), 1 + model.knobs))
        signal[:, 0] = x
        signal[:, 1:] = self.knobs
        for layer in self._layers:
            if traces is None:
                signal = layer.play(signal)
            else:
                signal, trace = layer.trace(signal)
                traces.append(trace)
        output: Samples = (signal[:, 0] + model.skip * x) * 10.0 ** (model.output_gain_db / 20.0)
        return output
