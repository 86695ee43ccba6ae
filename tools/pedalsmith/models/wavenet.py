# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets as `.nam` files have them: A1, A2, gated, FiLM, with a network for the condition.

Source of the meaning: NeuralAmpModelerCore (NAM/wavenet/model.cpp), which is what players run.
Where the trainer's PyTorch code differs, Core is followed: without layer1x1 the residual is the
input alone, and layer1x1_post_film acts in blended layers only.
"""

from dataclasses import dataclass

from pedalsmith.models.convolution import Activation, BatchNorm, Conv1d
from pedalsmith.models.recurrent import Dense, Gru, Lstm

GATINGS = ("none", "gated", "blended")

FILM_PLACES = (
    "conv_pre_film",
    "conv_post_film",
    "input_mixin_pre_film",
    "input_mixin_post_film",
    "activation_pre_film",
    "activation_post_film",
    "layer1x1_post_film",
    "head1x1_post_film",
)
"""Fields of WaveNetLayer, in the order in which `.nam` lists their weights."""


@dataclass(frozen=True)
class Film:
    """x becomes scale x [+ shift], both made from the condition by a convolution of one tap.

    The projection's outputs are the scales, then (if `shift`) the shifts.
    """

    projection: Conv1d
    shift: bool


@dataclass(frozen=True)
class WaveNetLayer:
    """One layer of an array: c channels and condition in, residual and head out.

        z = conv(h) + mixin(condition)
        none: a = activation(z)
        gated: a = activation(z1) secondary(z2)              z1, z2: first and second half of z
        blended: s = secondary(z2), a = s activation(z1) + (1 - s) z1
        h' = h + layer1x1(a) (or h when there is none); head += head1x1(a) (or a)

    FiLMs act before or after the step they are named for.
    """

    conv: Conv1d
    """channels -> bottleneck, or twice that when gated or blended"""
    mixin: Conv1d
    """condition -> the same, one tap, no bias"""
    activation: Activation
    gating: str = "none"
    """One of GATINGS."""
    secondary: Activation | None = None
    """For the second half of z; None without gating."""
    layer1x1: Conv1d | None = None
    """bottleneck -> channels"""
    head1x1: Conv1d | None = None
    """bottleneck -> what the array's head reads"""
    conv_pre_film: Film | None = None
    conv_post_film: Film | None = None
    input_mixin_pre_film: Film | None = None
    input_mixin_post_film: Film | None = None
    activation_pre_film: Film | None = None
    activation_post_film: Film | None = None
    layer1x1_post_film: Film | None = None
    head1x1_post_film: Film | None = None

    @property
    def bottleneck(self) -> int:
        """Channels after the activation."""
        return self.conv.outputs // (1 if self.gating == "none" else 2)

    @property
    def head_outputs(self) -> int:
        """Channels that the layer adds to the array's head."""
        return self.head1x1.outputs if self.head1x1 else self.bottleneck

    @property
    def films(self) -> dict[str, Film]:
        """The FiLMs that are there, by their place."""
        found = {place: getattr(self, place) for place in FILM_PLACES}
        return {place: film for place, film in found.items() if film is not None}


@dataclass(frozen=True)
class WaveNetArray:
    """A stack of layers of equal width with one head.

    h = rechannel(input); the layers one after the other; head output = head(sum of what the
    layers added). The sum of the first array starts at 0, that of a later array at the head
    output of the one before it; its input is the last h of the one before it.
    """

    rechannel: Conv1d
    """inputs -> channels, one tap, no bias"""
    layers: tuple[WaveNetLayer, ...]
    head: Conv1d
    """head sum -> head outputs; often one tap, A2 has 16"""

    @property
    def channels(self) -> int:
        """Width of h."""
        return self.rechannel.outputs

    @property
    def history(self) -> int:
        """Samples before the newest that the output depends on."""
        return sum(layer.conv.history for layer in self.layers) + self.head.history


@dataclass(frozen=True)
class WaveNet:
    """output = post_head(head_scale * head output of the last array).

    The condition is the input, or what the layers `condition` make of it.
    """

    arrays: tuple[WaveNetArray, ...]
    head_scale: float
    """A float32 value."""
    post_head: tuple["Activation | Conv1d", ...] = ()
    """Activation, convolution, activation, convolution ...; mostly empty."""
    condition: tuple["Layer", ...] = ()

    @property
    def outputs(self) -> int:
        """Channels that come out; 1 for audio, more in a condition network."""
        last = self.post_head[-1] if self.post_head else self.arrays[-1].head
        assert isinstance(last, Conv1d)
        return last.outputs

    @property
    def history(self) -> int:
        """Samples before the newest that the output depends on, without the condition's own."""
        tail = sum(part.history for part in self.post_head if isinstance(part, Conv1d))
        return sum(array.history for array in self.arrays) + tail


Layer = Lstm | Gru | Dense | Conv1d | BatchNorm | Activation | WaveNet
"""Of any kind. It stands here because a WaveNet may hold layers of every kind."""
