# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets by chance, with every feature that .nam has."""

import numpy as np
from hypothesis import strategies as st

from pedalsmith.models.convolution import Activation, Conv1d
from pedalsmith.models.model import Model
from pedalsmith.models.validation import film_widths
from pedalsmith.models.wavenet import FILM_PLACES, Film, WaveNet, WaveNetArray, WaveNetLayer

ACTIVATIONS = st.sampled_from(
    [
        Activation("tanh"),
        Activation("relu"),
        Activation("leaky_relu", (0.01,)),
        Activation("leaky_relu", (0.2,)),
        Activation("leaky_hardtanh", (-0.5, 0.75, 0.125, 0.0)),
        Activation("sigmoid"),
        Activation("silu"),
        Activation("softsign"),
        Activation("hardtanh"),
        Activation("hardswish"),
        Activation("fasttanh"),
    ]
)
GROUPS = st.sampled_from([1, 1, 2])


def convolution(
    rng: np.random.Generator,
    inputs: int,
    outputs: int,
    taps: int = 1,
    *,
    bias: bool = True,
    dilation: int = 1,
    groups: int = 1,
) -> Conv1d:
    if inputs % groups or outputs % groups:
        groups = 1
    kernel = rng.normal(scale=0.4, size=(taps, inputs // groups, outputs)).astype(np.float32)
    values = rng.normal(scale=0.1, size=outputs).astype(np.float32) if bias else None
    return Conv1d(kernel, values, dilation, groups)


@st.composite
def arrays(
    draw: st.DrawFn, rng: np.random.Generator, inputs: int, condition: int, channels: int, head: int
) -> WaveNetArray:
    """An array of any kind; head_inputs follow from the head1x1 or the bottleneck."""
    bottleneck = draw(st.sampled_from([channels, 2]))
    head1x1_width = draw(st.none() | st.integers(1, 3))
    groups, mixin_groups, layer_groups, head_groups = (draw(GROUPS) for _ in range(4))
    shifts = {
        place: (draw(st.booleans()), draw(GROUPS))
        for place in FILM_PLACES
        if draw(st.integers(0, 3)) == 0
    }
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        gating = draw(st.sampled_from(["none", "gated", "blended"]))
        rows = bottleneck if gating == "none" else 2 * bottleneck
        if groups == 2 and rows % 2:
            groups = 1
        # The groups stand once for the whole array, so they must divide in every layer.
        fits = bottleneck % 2 == 0 and channels % 2 == 0
        layer = WaveNetLayer(
            convolution(
                rng,
                channels,
                rows,
                draw(st.integers(1, 4)),
                dilation=draw(st.integers(1, 5)),
                groups=groups if fits else 1,
            ),
            convolution(rng, condition, rows, bias=False, groups=mixin_groups if fits else 1),
            draw(ACTIVATIONS),
            gating,
            draw(ACTIVATIONS) if gating != "none" else None,
            convolution(rng, bottleneck, channels, groups=layer_groups if fits else 1),
            None
            if head1x1_width is None
            else convolution(rng, bottleneck, head1x1_width, groups=head_groups),
        )
        widths = film_widths(layer, channels, condition)
        films = {
            place: Film(convolution(rng, condition, widths[place] * (2 if shift else 1)), shift)
            for place, (shift, _) in shifts.items()
            if place in widths
        }
        layers.append(WaveNetLayer(**{**vars(layer), **films}))
    head_inputs = layers[0].head_outputs
    tail = convolution(
        rng,
        head_inputs,
        head,
        draw(st.integers(1, 4)),
        bias=draw(st.booleans()),
        dilation=draw(st.integers(1, 2)),
    )
    return WaveNetArray(convolution(rng, inputs, channels, bias=False), tuple(layers), tail)


@st.composite
def nets(draw: st.DrawFn, outputs: int = 1, depth: int = 0) -> WaveNet:
    """One array, or two of which the second goes on with the first one's head."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    condition = ()
    width = 1
    if depth == 0 and draw(st.integers(0, 3)) == 0:
        width = draw(st.integers(1, 2))
        condition = (draw(nets(width, depth=1)),)
    channels = draw(st.integers(1, 4))
    post = depth == 0 and draw(st.integers(0, 3)) == 0
    last = draw(st.integers(1, 3)) if post else outputs
    found = [draw(arrays(rng, 1, width, channels, last))]
    post_head: tuple[Activation | Conv1d, ...] = ()
    if post:
        activation = draw(ACTIVATIONS)
        post_head = (
            activation,
            convolution(rng, last, 3, 2),
            activation,
            convolution(rng, 3, outputs, 1),
        )
    scale = float(np.float32(draw(st.sampled_from([0.02, 0.01, 1.0]))))
    return WaveNet(tuple(found), scale, post_head, condition)


@st.composite
def wavenet_models(draw: st.DrawFn) -> Model:
    return Model((draw(nets()),), draw(st.sampled_from([44_100, 48_000])))


def a1(rng: np.random.Generator, gated: bool = False) -> WaveNet:
    """Two plain arrays as the first generation of NAM has them."""

    def array(
        inputs: int, channels: int, head: int, bias: bool, dilations: list[int]
    ) -> WaveNetArray:
        rows = channels * (2 if gated else 1)
        layers = tuple(
            WaveNetLayer(
                convolution(rng, channels, rows, 3, dilation=dilation),
                convolution(rng, 1, rows, bias=False),
                Activation("tanh"),
                "gated" if gated else "none",
                Activation("sigmoid") if gated else None,
                convolution(rng, channels, channels),
            )
            for dilation in dilations
        )
        return WaveNetArray(
            convolution(rng, inputs, channels, bias=False),
            layers,
            convolution(rng, channels, head, bias=bias),
        )

    first = array(1, 4, 2, False, [1, 2, 4])
    return WaveNet((first, array(4, 2, 1, True, [8, 1])), float(np.float32(0.02)))
