# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets being played in float64; the formulas are in models/wavenet.py."""

from collections.abc import Callable, Sequence

import numpy as np

from pedalsmith.models.convolution import Activation
from pedalsmith.models.reference.convolution import ActivationPlayer, ConvolutionPlayer
from pedalsmith.models.reference.signals import LayerPlayer, Signal, Trace, activate
from pedalsmith.models.wavenet import Film, WaveNet, WaveNetArray, WaveNetLayer

BLOCK = 512
"""Samples that run at once. Matrices of 4,096 rows are spread over threads by OpenBLAS, which
took 12 times as long on a busy machine of two cores."""


_Observer = Callable[[str, Signal], None]
"""Is shown each inner signal (n, channels) under its name."""


class WaveNetPlayer:
    """A WaveNet; the state is the past of every convolution, and the condition network's own.

    Names of inner signals, for array a and layer l: "condition"; "a.rechannel"; "a.l.conv",
    "a.l.mixin", "a.l.z" (the sum that is activated), "a.l.activation", "a.l.layer1x1",
    "a.l.residual", "a.l.head1x1"; "a.head_sum", "a.head".
    """

    def __init__(self, net: WaveNet, condition: Sequence[LayerPlayer]) -> None:
        """`condition` plays net.condition."""
        self._condition = list(condition)
        self._arrays = [_ArrayPlayer(array, str(i)) for i, array in enumerate(net.arrays)]
        self._head_scale = float(net.head_scale)
        self._post_head: list[LayerPlayer] = [
            ActivationPlayer(part) if isinstance(part, Activation) else ConvolutionPlayer(part)
            for part in net.post_head
        ]

    def play(self, signal: Signal) -> Signal:
        """The output (n, outputs)."""
        return self._blocks(signal, _nothing)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with the peaks of every inner signal."""
        peaks: dict[str, Signal] = {}

        def keep(name: str, inner: Signal) -> None:
            peak = np.abs(inner).max(axis=0, initial=0.0)
            peaks[name] = np.maximum(peak, peaks[name]) if name in peaks else peak

        output = self._blocks(signal, keep)
        return output, Trace(output, peaks=peaks)

    def _blocks(self, signal: Signal, observe: _Observer) -> Signal:
        starts = range(0, max(len(signal), 1), BLOCK)
        return np.concatenate(
            [self._block(signal[start : start + BLOCK], observe) for start in starts]
        )

    def _block(self, signal: Signal, observe: _Observer) -> Signal:
        condition = signal
        for player in self._condition:
            condition = player.play(condition)
        observe("condition", condition)
        h, head = signal, None
        for array in self._arrays:
            h, head = array.play(h, condition, head, observe)
        assert head is not None
        output = head * self._head_scale
        for player in self._post_head:
            output = player.play(output)
        return output


class _ArrayPlayer:
    """One array; `name` begins the names of its signals."""

    def __init__(self, array: WaveNetArray, name: str) -> None:
        self._name = name
        self._rechannel = ConvolutionPlayer(array.rechannel)
        self._layers = [_LayerPlayer(la, f"{name}.{i}") for i, la in enumerate(array.layers)]
        self._head = ConvolutionPlayer(array.head)

    def play(
        self, signal: Signal, condition: Signal, head: Signal | None, observe: _Observer
    ) -> tuple[Signal, Signal]:
        """Returns the last residual and the head output."""
        h = self._rechannel.play(signal)
        observe(f"{self._name}.rechannel", h)
        for layer in self._layers:
            h, added = layer.play(h, condition, observe)
            head = added if head is None else head + added
        assert head is not None
        observe(f"{self._name}.head_sum", head)
        output = self._head.play(head)
        observe(f"{self._name}.head", output)
        return h, output


class _LayerPlayer:
    """One layer; `name` begins the names of its signals."""

    def __init__(self, layer: WaveNetLayer, name: str) -> None:
        self._name, self._layer = name, layer
        self._conv = ConvolutionPlayer(layer.conv)
        self._mixin = ConvolutionPlayer(layer.mixin)
        self._layer1x1 = ConvolutionPlayer(layer.layer1x1) if layer.layer1x1 else None
        self._head1x1 = ConvolutionPlayer(layer.head1x1) if layer.head1x1 else None
        self._films = {place: _FilmPlayer(film) for place, film in layer.films.items()}
        if layer.gating != "blended":
            # As Core has it; see models/wavenet.py.
            self._films.pop("layer1x1_post_film", None)

    def play(self, h: Signal, condition: Signal, observe: _Observer) -> tuple[Signal, Signal]:
        """Returns the residual for the next layer and what is added to the head."""
        name = self._name
        conv = self._conv.play(self._film("conv_pre_film", h, condition))
        conv = self._film("conv_post_film", conv, condition)
        observe(f"{name}.conv", conv)
        mixin = self._mixin.play(self._film("input_mixin_pre_film", condition, condition))
        mixin = self._film("input_mixin_post_film", mixin, condition)
        observe(f"{name}.mixin", mixin)
        z = self._film("activation_pre_film", conv + mixin, condition)
        observe(f"{name}.z", z)
        a = self._film("activation_post_film", self._activate(z), condition)
        observe(f"{name}.activation", a)
        added = a
        if self._head1x1:
            added = self._film("head1x1_post_film", self._head1x1.play(a), condition)
            observe(f"{name}.head1x1", added)
        if self._layer1x1:
            step = self._film("layer1x1_post_film", self._layer1x1.play(a), condition)
            observe(f"{name}.layer1x1", step)
            h = h + step
        observe(f"{name}.residual", h)
        return h, added

    def _activate(self, z: Signal) -> Signal:
        layer = self._layer
        if layer.gating == "none":
            return activate(layer.activation, z)
        assert layer.secondary is not None
        first, second = z[:, : layer.bottleneck], z[:, layer.bottleneck :]
        primary, secondary = activate(layer.activation, first), activate(layer.secondary, second)
        if layer.gating == "gated":
            return primary * secondary
        return secondary * primary + (1.0 - secondary) * first

    def _film(self, place: str, signal: Signal, condition: Signal) -> Signal:
        film = self._films.get(place)
        return film.play(signal, condition) if film else signal


class _FilmPlayer:
    """Scale and shift by the condition."""

    def __init__(self, film: Film) -> None:
        self._projection = ConvolutionPlayer(film.projection)
        self._shift = film.shift

    def play(self, signal: Signal, condition: Signal) -> Signal:
        """`signal` (n, channels), modulated."""
        projected = self._projection.play(condition)
        channels = signal.shape[1]
        scaled: Signal = signal * projected[:, :channels]
        return scaled + projected[:, channels:] if self._shift else scaled


def _nothing(name: str, signal: Signal) -> None:
    """Observes nothing."""
