# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Random valid WaveNet records, some of them exactly on the bounds of the overflow proof."""

from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.blob import Blob, Int
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.wavenet_proof import L1_MAX, WORD_MAX
from pedalsmith.quantization.wavenet_record import (
    LEAKY,
    Matrix16,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
)


@dataclass(frozen=True)
class Shape:
    """Of a random WaveNet; one array per entry of `channels`."""

    seed: int
    channels: tuple[int, ...] = (4,)
    bottleneck: int = 3
    layers: int = 3
    taps: int = 3
    head_taps: int = 1
    activation: int = LEAKY
    gated: bool = False
    wide: bool = False
    extreme: bool = False


def wavenet_blob(shape: Shape, golden_frames: int = 8) -> Blob:
    """A blob of that shape."""
    rng = np.random.default_rng(shape.seed)
    record = wavenet_record(rng, shape)
    blob = Blob((record,), 48_000, skip=int(rng.integers(-(2**25), 2**25)), rest_output=7)
    return with_golden(blob, rng.integers(-(2**23), 2**23, golden_frames))


def wavenet_record(rng: np.random.Generator, shape: Shape) -> WaveNetRecord:
    """The record alone."""
    arrays, below = [], 1
    for index, channels in enumerate(shape.channels):
        outputs = 1 if index + 1 == len(shape.channels) else shape.bottleneck
        layers = tuple(_layer(rng, shape, channels) for _ in range(shape.layers))
        arrays.append(
            WaveNetArrayRecord(
                _wide(rng, shape, channels, 1, below),
                _words(rng, shape, shape.bottleneck),
                layers,
                _wide(rng, shape, outputs, shape.head_taps, shape.bottleneck),
            )
        )
        below = channels
    return WaveNetRecord(tuple(arrays))


def _words(rng: np.random.Generator, shape: Shape, *size: int) -> Int:
    if shape.extreme:
        return rng.choice(np.array([-(2**31), 2**31 - 1, 0, -1]), size)
    return rng.integers(-(2**28), 2**28, size)


def _wide(rng: np.random.Generator, shape: Shape, outputs: int, taps: int, inputs: int) -> WideConv:
    top = (2**32 - 2**8) // (taps * inputs) if shape.extreme else 2**24
    weights = rng.integers(-min(top, 2**31), min(top, 2**31), (outputs, taps, inputs))
    return WideConv(weights, rng.integers(-(2**20), 2**20, outputs), 1 if shape.extreme else 24)


def _layer(rng: np.random.Generator, shape: Shape, channels: int) -> WaveNetLayerRecord:
    rows = shape.bottleneck << shape.gated
    mixin = rng.integers(-(2**27), 2**27, rows)
    drive = (np.abs(mixin) + 1) >> 1
    conv = _matrix(rng, shape, (rows, shape.taps, channels), drive, shape.wide)
    leaky = shape.activation == LEAKY
    has_matrix = bool(rng.integers(0, 4))
    size = (channels, 1, shape.bottleneck)
    matrix = _matrix(rng, shape, size, np.zeros(channels, np.int64), True)
    return WaveNetLayerRecord(
        conv=conv,
        dilation=int(rng.integers(1, 40)),
        mixin=mixin,
        activation=shape.activation,
        gated=shape.gated,
        head_scale=_words(rng, shape, shape.bottleneck),
        slope=_words(rng, shape, shape.bottleneck) if leaky else None,
        history_scale=None if shape.wide else _words(rng, shape, channels),
        history_shift=int(rng.integers(0, 17)) if shape.wide else 0,
        matrix=matrix if has_matrix else None,
    )


def _matrix(
    rng: np.random.Generator, shape: Shape, size: tuple[int, int, int], drive: Int, wide: bool
) -> Matrix16:
    """Rows with the largest sum of weights and the largest bias where it is extreme."""
    raw = rng.normal(size=size)
    target = L1_MAX if shape.extreme else 30_000
    total = np.abs(raw).sum(axis=(1, 2), keepdims=True)
    weights = np.clip(np.trunc(raw * target / total), -(2**15), 2**15 - 1).astype(np.int64)
    scale = rng.integers(-(2**30), 2**30, size[0])
    acc = (np.abs(weights).sum(axis=(1, 2)) << 15) + (size[1] * size[2] if wide else 0)
    room = WORD_MAX - drive - ((acc * np.abs(scale) + 2**32 - 1) >> 32)
    bias = room * rng.choice([-1, 1], size[0]) if shape.extreme else rng.integers(-99, 99, size[0])
    return Matrix16(weights, scale, bias)
