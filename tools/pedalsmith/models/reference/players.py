# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Which player plays which layer."""

from pedalsmith.models.model import (
    Activation,
    BatchNorm,
    Conv1d,
    Dense,
    Gru,
    Layer,
    Lstm,
    WaveNet,
)
from pedalsmith.models.reference.convolution import (
    ActivationPlayer,
    BatchNormPlayer,
    ConvolutionPlayer,
)
from pedalsmith.models.reference.recurrent import DensePlayer, GruPlayer, LstmPlayer
from pedalsmith.models.reference.signals import LayerPlayer
from pedalsmith.models.reference.wavenet import WaveNetPlayer


def player_of(layer: Layer, delay: float = 0.0) -> LayerPlayer:
    """The player for `layer`, in its initial state.

    `delay` corrects the sample rate of a recurrent layer (see recurrent.c). Raises ValueError for
    a convolution, which cannot be corrected so.
    """
    if delay and isinstance(layer, Conv1d | WaveNet):
        raise ValueError("a convolutional model can only be played at its own sample rate")
    match layer:
        case Lstm():
            return LstmPlayer(layer, delay)
        case Gru():
            return GruPlayer(layer, delay)
        case Dense():
            return DensePlayer(layer)
        case Conv1d():
            return ConvolutionPlayer(layer)
        case BatchNorm():
            return BatchNormPlayer(layer)
        case Activation():
            return ActivationPlayer(layer)
        case WaveNet():
            return WaveNetPlayer(layer, [player_of(inner) for inner in layer.condition])
