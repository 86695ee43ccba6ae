# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets of the shapes that neural-amp-modeler trains, untrained, with weights of a fixed seed.

Weights and biases are drawn as PyTorch draws them before training; the head is then scaled so that
noise of -20 dBFS comes out at -36 dBFS, the level of guitar that the error's bounds are stated at.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.models.convolution import Activation, Array, Conv1d
from pedalsmith.models.model import Metadata, Model
from pedalsmith.models.reference.players import player_of
from pedalsmith.models.wavenet import WaveNet, WaveNetArray, WaveNetLayer

_LEVEL = 0.1
"""RMS of the noise that the head is scaled by, -20 dBFS."""
_LEVEL_OUT = 0.016
"""RMS of what comes of it, -36 dBFS."""
_NOISE_SAMPLES = 12_000


@dataclass(frozen=True)
class Shape:
    """One array after the other."""

    channels: tuple[int, ...]
    dilations: tuple[tuple[int, ...], ...]
    kernels: tuple[tuple[int, ...], ...]
    activation: Activation
    head_kernel: int = 1


def _a1(first: int, *, long: bool) -> Shape:
    octaves = tuple(2**n for n in range(10))
    dilations = (octaves, octaves) if long else (octaves[:7], octaves[7:] + octaves)
    kernels = tuple((3,) * len(array) for array in dilations)
    return Shape((first, first // 2), dilations, kernels, Activation("tanh"))


def _a2(channels: int) -> Shape:
    climb = (1, 3, 7, 17, 41, 101, 239)
    dilations = (*climb, *climb, 1, 13, *climb)
    kernels = (6,) * 14 + (15, 15) + (6,) * 7
    leaky = Activation("leaky_relu", (0.01,))
    return Shape((channels,), (dilations,), (kernels,), leaky, head_kernel=16)


WAVENETS = {
    "a1-nano": _a1(4, long=False),
    "a1-feather": _a1(8, long=False),
    "a1-lite": _a1(12, long=False),
    "a1-standard": _a1(16, long=True),
    "a2-lite": _a2(3),
    "a2-full": _a2(8),
}
"""By their names on the command line: NAM's first architecture and its second."""

NAMES = {
    "a1-standard": "A1 standard",
    "a2-full": "A2-Full",
    "a1-lite": "A1 lite",
    "a1-feather": "A1 feather",
    "a2-lite": "A2-Lite",
    "a1-nano": "A1 nano",
}
"""As people call them, the costliest first."""


def untrained(name: str) -> Model:
    """The float model of that name; the same every time."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    net = _network(WAVENETS[name], rng)
    noise = _LEVEL * rng.standard_normal((_NOISE_SAMPLES, 1))
    heard = player_of(net).play(noise)[_NOISE_SAMPLES // 2 :]
    scale = float(np.float32(_LEVEL_OUT / np.std(heard)))
    return Model(
        layers=(replace(net, head_scale=scale),),
        sample_rate=SAMPLE_RATE,
        metadata=Metadata(name=f"untrained {name}"),
    )


def _network(shape: Shape, rng: np.random.Generator) -> WaveNet:
    arrays, below = [], 1
    last = len(shape.channels) - 1
    for index, channels in enumerate(shape.channels):
        layers = tuple(
            WaveNetLayer(
                conv=drawn_conv(rng, kernel, channels, channels, dilation=dilation),
                mixin=drawn_conv(rng, 1, 1, channels, bias=False),
                activation=shape.activation,
                layer1x1=drawn_conv(rng, 1, channels, channels),
            )
            for kernel, dilation in zip(shape.kernels[index], shape.dilations[index], strict=True)
        )
        outputs = 1 if index == last else shape.channels[index + 1]
        arrays.append(
            WaveNetArray(
                rechannel=drawn_conv(rng, 1, below, channels, bias=False),
                layers=layers,
                head=drawn_conv(rng, shape.head_kernel, channels, outputs, bias=index == last),
            )
        )
        below = channels
    return WaveNet(tuple(arrays), head_scale=1.0)


def drawn_conv(
    rng: np.random.Generator,
    kernel: int,
    inputs: int,
    outputs: int,
    *,
    dilation: int = 1,
    bias: bool = True,
) -> Conv1d:
    """With weights as PyTorch draws them."""
    bound = 1.0 / np.sqrt(inputs * kernel)

    def drawn(*size: int) -> Array:
        return rng.uniform(-bound, bound, size).astype(np.float32)

    return Conv1d(drawn(kernel, inputs, outputs), drawn(outputs) if bias else None, dilation)
