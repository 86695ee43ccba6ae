# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the convolutions of a WaveNet hear of guitar: how much an error of one weight can be made up
for by others, by mixin and by bias.

Neighbouring taps hear nearly the same, so that rounding one after the other, each making up for
those before (rounding.py), leaves some 10 dB less than rounding each to nearest.
"""

import numpy as np

from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_network import FloatWaveNet

Place = tuple[int, int]
"""(array, layer)"""


class Grams:
    """Second moments of (taps x channels of the residual, audio, 1) for every layer."""

    def __init__(self, net: FloatWaveNet) -> None:
        """Of nothing heard yet."""
        self.net = net
        self.by_place: dict[Place, Floats] = {}

    def play(self, audio: Floats) -> None:
        """Learns from (streams, time), each after silence.

        Whatever its level, all that comes in one call counts as much as that of another.
        """
        sums: dict[Place, Floats] = {}

        def keep(name: str, values: Floats) -> None:
            kind, array, number = name.split(".")
            place = int(array), int(number)
            layers = self.net.arrays[place[0]].layers
            if kind != "r" or place[1] == len(layers):
                return
            heard = _heard(values, layers[place[1]].weights.shape[1], layers[place[1]].dilation)
            heard = np.concatenate([heard, stream[None], np.ones((1, len(stream)))])
            sums[place] = sums.get(place, 0.0) + heard @ heard.T

        for stream in audio:
            self.net.play(stream, keep)
        for place, total in sums.items():
            power = max(float(np.mean(np.diag(total)[:-2])), 1e-30)
            self.by_place[place] = self.by_place.get(place, 0.0) + total / power


def _heard(residual: Floats, taps: int, dilation: int) -> Floats:
    """(channels, time) -> (taps x channels, time), oldest tap first."""
    time, past = residual.shape[1], (taps - 1) * dilation
    padded = np.concatenate([np.zeros((len(residual), past)), residual], axis=1)
    return np.concatenate([padded[:, k * dilation : k * dilation + time] for k in range(taps)])
