# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Random valid WaveNet records, some of them exactly on the bounds of the overflow proof."""

from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.models.convolution import Activation
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.wavenet_function import FINE_TANH, PIECES, Function, function_of
from pedalsmith.quantization.wavenet_proof import WORD_MAX
from pedalsmith.quantization.wavenet_record import (
    FUNCTION,
    LEAKY,
    LIFT_MAX,
    LIFT_ONE,
    LINEAR,
    MATRIX_16,
    MATRIX_32,
    SIGMOID,
    TANH,
    Copy,
    FullMatrix,
    Matrix,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
    functions_in,
)
from pedalsmith.quantization.wavenet_rows import LIFT
from pedalsmith.quantization.words import Int

FUNCTIONS = (
    Activation("hardtanh"),
    Activation("leaky_hardtanh", (-0.5, 0.75, 0.125, 0.0)),
    Activation("softsign"),
    Activation("hardswish"),
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
    """All histories have 32 bits."""
    wide_at: tuple[int, ...] = ()
    """Layers whose history has, where not all have."""
    wide_activation: bool = False
    extreme: bool = False
    heads: bool = False
    """Layers have a 1x1 to the head sum."""
    copies: bool = False
    """The activations replace the residual, which is as wide as they are."""
    full: bool = False
    """A 1x1 has weights of 32 bits."""
    fine: bool = False
    """So have convolutions over histories of 32 bits; a tanh has fine chords."""
    audio: bool = False
    """The first layer hears the audio, if it has a 1x1."""
    lift: int | None = None
    """Of all layers but linear ones."""
    converted: bool = False
    """Layers as the converter makes most: a 1x1 in all but the last, no sums of a table lifted."""
    upper: bool = False
    """Heads and rechannels are in Q32."""

    @property
    def from_table(self) -> bool:
        """Whether activations are words of the table."""
        table = self.activation == SIGMOID or (self.activation == TANH and not self.fine)
        return table and not self.gated


def wavenet_blob(shape: Shape, golden_frames: int = 8) -> Blob:
    """A blob of that shape."""
    rng = np.random.default_rng(shape.seed)
    record = wavenet_record(rng, shape)
    blob = Blob((record,), 48_000, skip=int(rng.integers(-(2**25), 2**25)), rest_output=7)
    return with_golden(blob, rng.integers(-(2**23), 2**23, golden_frames))


def every_feature() -> list[bytes]:
    """Small blobs that have, between them, all that a record can."""
    small = Shape(0, (2,), 2, layers=2, taps=2)
    shapes = [
        replace(small, seed=1, channels=(2, 1), activation=TANH, heads=True),
        replace(small, seed=2, activation=FUNCTION, extreme=True, copies=True),
        replace(small, seed=3, activation=FUNCTION, extreme=True, gated=True, wide=True),
        replace(small, seed=4, heads=True, copies=True, wide_activation=True),
        replace(
            small, seed=5, activation=SIGMOID, extreme=True, copies=True, head_taps=3, upper=True
        ),
        replace(small, seed=6, activation=SIGMOID, extreme=True, full=True, wide=True, audio=True),
        replace(small, seed=7, activation=TANH, extreme=True, full=True, wide=True, fine=True),
    ]
    return [psm.encode(wavenet_blob(shape, golden_frames=2)) for shape in shapes]


def wavenet_record(rng: np.random.Generator, shape: Shape) -> WaveNetRecord:
    """The record alone."""
    arrays, below = [], 1
    for index, own in enumerate(shape.channels):
        channels = shape.bottleneck if shape.copies else own
        outputs = 1 if index + 1 == len(shape.channels) else shape.bottleneck
        layers = tuple(_layer(rng, shape, channels, i) for i in range(shape.layers))
        first = layers[0]
        if shape.audio and index == 0 and (first.matrix or first.full):
            layers = (_of_audio(rng, shape, first), *layers[1:])
        # A quarter of the word for the start, a quarter for the head below, half for the layers.
        arrays.append(
            WaveNetArrayRecord(
                _wide(rng, shape, channels, 1, below),
                rng.integers(-(2**29), 2**29, shape.bottleneck),
                layers,
                _wide(rng, shape, outputs, shape.head_taps, shape.bottleneck),
            )
        )
        below = channels
    return WaveNetRecord(tuple(arrays), functions_in(arrays))


def _words(rng: np.random.Generator, shape: Shape, *size: int) -> Int:
    if shape.extreme:
        return rng.choice(np.array([-(2**31), 2**31 - 1, 0, -1]), size)
    return rng.integers(-(2**28), 2**28, size)


def _wide(rng: np.random.Generator, shape: Shape, outputs: int, taps: int, inputs: int) -> WideConv:
    """Outputs up to a quarter of the word, which is what residuals and head sums begin with."""
    fraction = int(rng.integers(3, 25))
    if shape.upper:
        fraction = 32
    top = max(2 ** (fraction - 2) // (taps * inputs), 1)
    weights = rng.integers(-top, top, (outputs, taps, inputs), endpoint=shape.extreme)
    if taps * inputs > 2 ** (fraction - 2):
        weights[:] = 0
        weights[:, -1, 0] = 1 if fraction > 2 else 0
    return WideConv(weights, rng.integers(-(2**20), 2**20, outputs), fraction)


def _layer(
    rng: np.random.Generator, shape: Shape, channels: int, number: int
) -> WaveNetLayerRecord:
    last, wide = number + 1 == shape.layers, shape.wide or number in shape.wide_at
    rows = shape.bottleneck << shape.gated
    mixin = rng.integers(-(2**27), 2**27, rows)
    drive = (np.abs(mixin) + 1) >> 1
    fine_tanh = shape.fine and shape.activation == TANH
    bits = 32 if shape.fine and wide else 16
    conv = _matrix(rng, shape, (rows, shape.taps, channels), drive, wide, bits)
    leaky, lift = shape.activation == LEAKY, _lift(rng, shape)
    if not shape.gated and shape.activation in (LEAKY, LINEAR):
        conv = replace(conv, scale=None)
    copies = shape.copies and bool(rng.integers(0, 4))
    has_matrix = not copies and (bool(rng.integers(0, 4)) or (shape.converted and not last))
    size = (channels, 1, shape.bottleneck)
    matrix = _matrix(rng, shape, size, np.zeros(channels, np.int64), shape.wide_activation)
    # What all layers add may fill half the word: sums of up to 2^31 times this, over 2^32.
    most = 2**30 // shape.layers // 2 * 2
    assert matrix.scale is not None
    scale = np.clip(matrix.scale, -most, most)
    return WaveNetLayerRecord(
        conv=conv,
        dilation=int(rng.integers(1, 40)),
        mixin=mixin,
        activation=FUNCTION if fine_tanh else shape.activation,
        gated=shape.gated,
        head_scale=rng.integers(-most, most, shape.bottleneck, endpoint=shape.extreme),
        slope=_slope(rng, shape, lift) if leaky else None,
        lift=lift,
        history_scale=None if wide else _words(rng, shape, channels),
        history_shift=int(rng.integers(0, 17))
        if wide and not (shape.full and shape.converted)
        else 0,
        matrix=Matrix(matrix.weights, matrix.bias, scale)
        if has_matrix and not shape.full
        else None,
        full=_full(rng, shape, channels) if has_matrix and shape.full else None,
        head_matrix=_head_matrix(rng, shape) if shape.heads and not shape.full else None,
        copy=_copy(rng, shape, matrix.scale) if copies else None,
        matrix_format=MATRIX_16
        if has_matrix and not (shape.wide_activation or shape.full)
        else MATRIX_32,
        function=_function(rng, shape) if shape.activation == FUNCTION or fine_tanh else None,
    )


def _of_audio(
    rng: np.random.Generator, shape: Shape, layer: WaveNetLayerRecord
) -> WaveNetLayerRecord:
    drive = (np.abs(layer.mixin) + 1) >> 1
    conv = _matrix(rng, shape, (len(drive), shape.taps, 2), drive, True)
    return replace(
        layer,
        conv=conv if layer.conv.scale is not None else replace(conv, scale=None),
        dilation=2 * layer.dilation,
        history_scale=None,
        history_shift=0,
        of_audio=True,
    )


def _head_matrix(rng: np.random.Generator, shape: Shape) -> Matrix:
    """What is left of the word where all layers have one."""
    b = shape.bottleneck
    matrix = _matrix(rng, shape, (b, 1, b), np.zeros(b, np.int64), True)
    assert matrix.scale is not None
    most = 2**28 // shape.layers
    return Matrix(matrix.weights, matrix.bias, np.clip(matrix.scale, -most, most))


def _copy(rng: np.random.Generator, shape: Shape, scale: Int) -> Copy:
    """As far to the left as activations of the table, and no others, may go."""
    # Half the word; the layers behind it add up to a half.
    most = 2**30 - 2**28
    bias = rng.integers(-(2**27), 2**27, len(scale))
    return Copy(np.clip(scale, -most, most), bias, 7 if shape.from_table else 0)


def _full(rng: np.random.Generator, shape: Shape, channels: int) -> FullMatrix:
    """Rows with the largest sum of weights, and bias beside them, where it is extreme."""
    raw = rng.normal(size=(channels, shape.bottleneck))
    words = raw / np.abs(raw).sum(axis=1, keepdims=True) * (2**31 - 1)
    weights = np.trunc(words).astype(np.int64)
    room = WORD_MAX - ((np.abs(weights) + 1) >> 1).sum(axis=1)
    bias = room * rng.choice([-1, 1], channels) if shape.extreme else room // 9
    return FullMatrix(weights, bias, 7 if shape.from_table else 0)


def _function(rng: np.random.Generator, shape: Shape) -> Function:
    """One that models have or, extreme, words up to the bound of the proof: of two a record."""
    if shape.activation == TANH:
        return FINE_TANH.function
    chosen = int(rng.integers(0, 2))
    if not shape.extreme:
        return function_of(FUNCTIONS[(2 * shape.seed + chosen) % len(FUNCTIONS)]).function
    if chosen:
        slopes = (2**31 - 1, -(2**31)) if shape.seed % 2 else (0, 2**24)
        shift = 0 if shape.seed % 2 else 6
        return Function(Function.CORNERS, shift, (-(2**24), 2**23, *slopes))
    own = np.random.default_rng(shape.seed)
    parts = own.dirichlet((0.5,) * 4, 2 * PIECES) * (2**31 - 8)
    words = parts.astype(np.int64) * own.choice([-1, 1], parts.shape)
    return Function(Function.CURVE, 0, tuple(words.ravel().tolist()))


def _slope(rng: np.random.Generator, shape: Shape, lift: int) -> Int:
    """As large as the lift allows."""
    most = 2 ** (31 - max(lift - LIFT_ONE, 0)) - 1
    if shape.extreme:
        return rng.choice(np.array([-most, most, 0]), shape.bottleneck)
    return rng.integers(-most, most, shape.bottleneck)


def _lift(rng: np.random.Generator, shape: Shape) -> int:
    """Mostly what the Cortex-M7 has kernels for."""
    activation = shape.activation
    if activation == LINEAR:
        return 0
    if shape.lift is not None:
        return shape.lift
    usual = LIFT_ONE + LIFT if activation == LEAKY else int(rng.integers(0, 2 - shape.converted))
    if shape.full and shape.converted and activation != LEAKY:
        return 1
    return usual if rng.integers(0, 4) or shape.converted else int(rng.integers(0, LIFT_MAX + 1))


def _matrix(
    rng: np.random.Generator, shape: Shape, size: tuple[int, int, int], drive: Int, floored: bool,
    bits: int = 16,
) -> Matrix:  # fmt: skip
    """Rows with the largest sum of weights, or bias beside them, where it is extreme."""
    raw = rng.normal(size=size)
    most = WORD_MAX - drive - (size[1] * size[2] if floored else 0)
    # What a weight adds at most is itself times this.
    each = 2 ** (31 - bits)
    target = most / each if shape.extreme else np.full(size[0], 30_000 * 2**15 / each)
    raw *= (np.floor(target) / np.abs(raw).sum(axis=(1, 2)))[:, None, None]
    top = 2 ** (bits - 1)
    weights = np.clip(np.trunc(raw), -top, top - 1).astype(np.int64)
    room = most - np.ceil(np.abs(weights) * each).sum(axis=(1, 2)).astype(np.int64)
    bias = room * rng.choice([-1, 1], size[0]) if shape.extreme else rng.integers(-99, 99, size[0])
    return Matrix(weights, bias, rng.integers(-(2**31), 2**31, size[0]), bits)
