# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets: the vectorised reference against one sample at a time, and features one by one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from models.wavenets import a1, wavenet_models
from pedalsmith.models.convolution import Activation, Conv1d
from pedalsmith.models.model import Model, WaveNet
from pedalsmith.models.reference import Reference, run
from pedalsmith.models.reference.signals import activate
from pedalsmith.models.wavenet import Film, WaveNetLayer


class Memory:
    """A convolution that is fed one sample at a time, by the sums of its definition."""

    def __init__(self, layer: Conv1d) -> None:
        self.layer, self.past = layer, []

    def __call__(self, x: np.ndarray) -> np.ndarray:
        layer = self.layer
        self.past.append(x)
        y = np.zeros(layer.outputs) if layer.bias is None else layer.bias.astype(float)
        per_in, per_out = layer.inputs // layer.groups, layer.outputs // layer.groups
        for k in range(layer.taps):
            at = len(self.past) - 1 - layer.dilation * (layer.taps - 1 - k)
            if at < 0:
                continue
            for out in range(layer.outputs):
                group = out // per_out
                own = self.past[at][group * per_in : (group + 1) * per_in]
                y[out] += own @ layer.kernel[k, :, out].astype(float)
        return y


def one(activation: Activation, z: np.ndarray) -> np.ndarray:
    return activate(activation, z[np.newaxis])[0]


class Slow:
    """A WaveNet one sample at a time, written from the formulas of models/wavenet.py."""

    def __init__(self, net: WaveNet) -> None:
        self.net = net
        self.condition = [Slow(inner) for inner in net.condition]  # type: ignore[arg-type]
        self.memories: dict[int, Memory] = {}

    def conv(self, layer: Conv1d, x: np.ndarray) -> np.ndarray:
        return self.memories.setdefault(id(layer), Memory(layer))(x)

    def film(self, film: Film | None, x: np.ndarray, c: np.ndarray) -> np.ndarray:
        if film is None:
            return x
        s = self.conv(film.projection, c)
        return x * s[: len(x)] + (s[len(x) :] if film.shift else 0.0)

    def layer(
        self, la: WaveNetLayer, h: np.ndarray, c: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        z = self.film(la.conv_post_film, self.conv(la.conv, self.film(la.conv_pre_film, h, c)), c)
        mix = self.conv(la.mixin, self.film(la.input_mixin_pre_film, c, c))
        z = self.film(la.activation_pre_film, z + self.film(la.input_mixin_post_film, mix, c), c)
        z1, z2 = z[: la.bottleneck], z[la.bottleneck :]
        a = one(la.activation, z1)
        if la.secondary:
            s = one(la.secondary, z2)
            a = a * s if la.gating == "gated" else s * a + (1 - s) * z1
        a = self.film(la.activation_post_film, a, c)
        added = a
        if la.head1x1:
            added = self.film(la.head1x1_post_film, self.conv(la.head1x1, a), c)
        if la.layer1x1:
            step = self.conv(la.layer1x1, a)
            h = h + (self.film(la.layer1x1_post_film, step, c) if la.gating == "blended" else step)
        return h, added

    def __call__(self, x: np.ndarray) -> np.ndarray:
        c = x
        for inner in self.condition:
            c = inner(c)
        h, head = x, 0.0
        for array in self.net.arrays:
            h = self.conv(array.rechannel, h)
            for layer in array.layers:
                h, added = self.layer(layer, h, c)
                head = head + added
            head = self.conv(array.head, head)
        y = head * self.net.head_scale
        for part in self.net.post_head:
            y = self.conv(part, y) if isinstance(part, Conv1d) else one(part, y)
        return y


@given(wavenet_models())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_reference_is_the_formula_sample_by_sample(model: Model) -> None:
    audio = np.random.default_rng(1).normal(scale=0.5, size=40)
    slow = Slow(model.layers[0])  # type: ignore[arg-type]
    expected = np.array([slow(np.array([x]))[0] for x in audio])
    scale = max(1.0, float(np.abs(expected).max()))
    assert np.abs(run(model, audio) - expected).max() <= 1e-12 * scale


@pytest.mark.parametrize("gated", [False, True])
def test_pieces_give_what_the_whole_gives(gated: bool) -> None:
    model = Model((a1(np.random.default_rng(1), gated),), 48_000)
    audio = np.random.default_rng(2).normal(size=1500)
    player = Reference(model)
    pieces = np.concatenate([player.play(p) for p in np.split(audio, [1, 1, 600, 1300])])
    assert np.abs(pieces - run(model, audio)).max() <= 1e-14


def test_a_trace_tells_the_peaks_of_inner_signals() -> None:
    net = a1(np.random.default_rng(1))
    audio = np.random.default_rng(2).normal(size=1500)
    output, (trace,) = Reference(Model((net,), 48_000)).trace(audio)
    assert np.array_equal(output, trace.output[:, 0])
    assert trace.peaks["condition"] == np.abs(audio).max()
    kernel = net.arrays[0].rechannel.kernel[0, 0].astype(float)
    assert np.allclose(trace.peaks["0.rechannel"], np.abs(kernel) * np.abs(audio).max())
    assert (trace.peaks["1.0.activation"] <= 1.0).all()
    assert trace.peaks["1.head"] * net.head_scale == pytest.approx(np.abs(output).max())
    layers = {name.rsplit(".", 1)[0] for name in trace.peaks if name.endswith(".z")}
    assert layers == {"0.0", "0.1", "0.2", "1.0", "1.1"}


def test_without_layer1x1_the_residual_is_the_input_as_core_has_it() -> None:
    net = a1(np.random.default_rng(1))
    bare = [replace(layer, layer1x1=None) for layer in net.arrays[0].layers]
    array = replace(net.arrays[0], layers=tuple(bare))
    _, (trace,) = Reference(Model((replace(net, arrays=(array, net.arrays[1])),), 48_000)).trace(
        [1.0]
    )
    assert np.array_equal(trace.peaks["0.2.residual"], trace.peaks["0.rechannel"])
