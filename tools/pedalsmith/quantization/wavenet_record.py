# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A quantized WaveNet as dataclasses; firmware/engine/wavenet/README.md is the definition.

wavenet_bytes.py turns it into a record of a .psm file and back, wavenet_proof.py holds the limits
and the proof, wavenet_reference.py computes what it plays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.wavenet_function import Function

Tensor = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]

LINEAR, LEAKY, TANH, SIGMOID, SILU, FUNCTION = range(6)
"""Numbers of the activations in the blob; FUNCTION is the first of the record's functions."""

HISTORY_16, HISTORY_32, HISTORY_AUDIO, HISTORY_FULL = 1, 2, 3, 4
"""Formats of a layer's history: 16 bit with first-order error feedback, or 32 bit; or the audio; or
32 bit, and the weights of the convolution have 32, too."""

HISTORY_SHIFT_MAX = 16

MATRIX_16, MATRIX_32, COPY, FULL, MATRIX_HEAD = 1, 2, 3, 4, 128
"""Formats of the activations as a 1x1 reads them: the upper 16 bits, or all 32; or they replace
the residual; or the weights, too, have 32 bits. MATRIX_HEAD is added where a 1x1 to the head sum is
beside that."""

COPY_SHIFT_MAX = 7

LIFT_ONE = 8
LIFT_MAX = 15
"""A leaky activation with a lift of LIFT_ONE is neither lifted nor lowered."""

FRACTION_MAX = 32
"""Of the weights of a wide convolution."""

_UPPER_MOST = 1.0 - 2.0**-20
"""Of what weights in Q32 and a bias give, of a word: 1 less what rounding may add."""

CHUNK = 48
"""Frames that run at once."""
TILE = 4
"""Frames that the inner loops compute at once; a ring is longer by TILE - 1 mirrored frames."""
NARROW = 4
"""Channels up to which a ring mirrors a whole chunk, so that a chunk never wraps."""
SLIDE_MAX = 48
"""Frames of a past that is kept in front of the chunk, where nothing wraps anyway."""


def even(count: int) -> int:
    """`count` rounded up to a multiple of 2: channels in a frame."""
    return count + count % 2


def eights(count: int) -> int:
    """`count` bytes rounded up as the arena gives them."""
    return -(-count // 8) * 8


@dataclass(frozen=True)
class WideConv:
    """A convolution with 32-bit weights and 64-bit sums; dilation 1."""

    weights: Tensor
    """(outputs, taps, inputs), Qf, int32; the last tap meets the newest frame"""
    bias: Tensor
    """(outputs,), int32, in the unit of the output"""
    fraction: int
    """f, 1..32"""

    @staticmethod
    def of(weights: Floats, bias: Floats) -> "WideConv":
        """Rounds (outputs, taps, inputs) to fraction bits and the bias to words: to 32 where all
        fits, since the upper words of such sums are the outputs, else to as many as leave the sums
        room for any bias. Raises Refused where a weight does not fit its word.
        """
        sums = np.abs(weights).sum(axis=(1, 2))
        whole = sums + np.abs(bias) / 2.0**31
        if np.all(np.abs(weights) < 0.5 * _UPPER_MOST) and np.all(whole < _UPPER_MOST):
            fraction = FRACTION_MAX
        else:
            l1 = float(np.max(sums, initial=2.0**-31))
            fraction = int(np.clip(30 - np.ceil(np.log2(l1)), 1, FRACTION_MAX - 1))
        words = np.rint(weights * 2.0**fraction)
        if np.any(np.abs(words) > 2.0**31 - 1):
            raise Refused("a weight of a head or rechannel does not fit its word")
        return WideConv(words.astype(np.int64), np.rint(bias).astype(np.int64), fraction)

    @property
    def outputs(self) -> int:
        """Channels that come out."""
        return int(self.weights.shape[0])

    @property
    def taps(self) -> int:
        """Kernel size."""
        return int(self.weights.shape[1])

    @property
    def inputs(self) -> int:
        """Channels that go in."""
        return int(self.weights.shape[2])

    @property
    def arena_bytes(self) -> int:
        """Weights, bias and, with more than one tap, the ring."""
        ring = (self.taps - 1 + CHUNK) * self.inputs if self.taps > 1 else 0
        return eights(4 * self.weights.size) + eights(4 * self.outputs) + eights(4 * ring)


@dataclass(frozen=True)
class Matrix:
    """Rows of weights with a bias and a scale: conv or 1x1."""

    weights: Tensor
    """(rows, taps, channels), int16; int32 of a convolution with `bits` of 32"""
    bias: Tensor
    """(rows,), int32; the sum begins here"""
    scale: Tensor | None
    """(rows,), int32: result = mulh(acc, scale); None: it is acc itself"""
    bits: int = 16
    """Of a weight, 16 or 32: then acc is the sum of mulh(w, q)"""

    @property
    def rows(self) -> int:
        """Rows."""
        return int(self.weights.shape[0])

    @property
    def taps(self) -> int:
        """Kernel size."""
        return int(self.weights.shape[1])

    @property
    def channels(self) -> int:
        """What a row reads at each tap."""
        return int(self.weights.shape[2])

    def arena_bytes(self, beside: int) -> int:
        """Of the stream of weights, padded to pairs, and `beside` words more a pair of rows."""
        words = self.taps * even(self.channels) * self.bits // 16
        return 2 * even(self.rows) * (beside + words)


@dataclass(frozen=True)
class Copy:
    """What puts activations in the place of the residual: mulh(a 2^shift, scale) + bias."""

    scale: Tensor
    """(channels,), int32"""
    bias: Tensor
    """(channels,), int32"""
    shift: int
    """0..COPY_SHIFT_MAX"""


@dataclass(frozen=True)
class FullMatrix:
    """A 1x1 of 32-bit weights, behind which the residual saturates."""

    weights: Tensor
    """(channels, bottleneck), int32: what is added is the sum of mulh(a 2^shift, w)"""
    bias: Tensor
    """(channels,), int32; the sum begins here"""
    shift: int
    """0..COPY_SHIFT_MAX"""

    @property
    def arena_bytes(self) -> int:
        """Of weights and bias, both padded."""
        channels, columns = map(even, self.weights.shape)
        return eights(4 * channels * (columns + 1))


@dataclass(frozen=True)
class WaveNetLayerRecord:
    """One layer of an array."""

    conv: Matrix
    """(bottleneck, or twice that when gated; taps; channels)"""
    dilation: int
    mixin: Tensor
    """(rows,), int32: of the audio, x << 8"""
    activation: int
    """LINEAR .. FUNCTION"""
    gated: bool
    """The second half of the rows goes through the sigmoid and multiplies the first."""
    head_scale: Tensor
    """(bottleneck,), int32: what is added to the head sum is mulh(a, head_scale)"""
    slope: Tensor | None = None
    """(bottleneck,), Q32; LEAKY only"""
    lift: int = 0
    """n, 0..LIFT_MAX. LEAKY: see bits_lifted; LINEAR: 0; others: their sums are taken 2^n,
    saturated"""
    history_scale: Tensor | None = None
    """(channels,), int32, for a history of 16 bit; None: it has 32 bit"""
    of_audio: bool = False
    """The convolution hears two channels: the audio, x << 8, and that `dilation` / 2 frames before.
    Of the first layer of all, with a 1x1."""
    history_shift: int = 0
    """n, 0..HISTORY_SHIFT_MAX: a history of 32 bit is R, saturated at 32 - n bits, times 2^n; of 16
    bit it is 0"""
    matrix: Matrix | None = None
    """1x1: (channels, 1, bottleneck); None: the residual stays"""
    matrix_format: int = MATRIX_32
    """Of the activations as the 1x1 reads them"""
    head_matrix: Matrix | None = None
    """1x1 to the head sum, beside head_scale: (bottleneck, 1, bottleneck); it reads 16 bits where
    `matrix` does"""
    copy: Copy | None = None
    """Instead of a 1x1, where the residual is replaced"""
    full: FullMatrix | None = None
    """Instead of `matrix`"""
    function: Function | None = None
    """FUNCTION only; one of the record's"""

    @property
    def bottleneck(self) -> int:
        """Channels after the activation."""
        return self.conv.rows // (2 if self.gated else 1)

    @property
    def scaled(self) -> bool:
        """Whether the sums need a unit of their own: those of the table, and gates."""
        return self.gated or self.activation not in (LINEAR, LEAKY)

    @property
    def from_table(self) -> bool:
        """Whether an activation is the table's own word, Q24 above 0."""
        return not self.gated and self.activation in (TANH, SIGMOID)

    @property
    def reads_table(self) -> bool:
        """Whether an activation or a gate does."""
        return self.gated or self.activation in (TANH, SIGMOID, SILU)

    @property
    def bits_lifted(self) -> int:
        """LEAKY: by so many bits a 1x1 reads activations higher; below 0: they are smaller."""
        return self.lift - LIFT_ONE if self.activation == LEAKY else 0

    @property
    def bits_high(self) -> int:
        """LEAKY: 2 to this saturates the steep part, both ways or, gated, above 0."""
        return 30 - abs(self.bits_lifted)

    @property
    def bits_upper(self) -> int:
        """By so many bits a 1x1 of 16 bits reads activations lower."""
        return 16 - max(self.bits_lifted, 0)

    @property
    def history(self) -> int:
        """Frames before the newest that the convolution reads."""
        return (self.conv.taps - 1) * self.dilation + (self.dilation // 2 if self.of_audio else 0)

    @property
    def history_format(self) -> int:
        """HISTORY_16 .. HISTORY_FULL."""
        if self.of_audio:
            return HISTORY_AUDIO
        if self.conv.bits == 32:
            return HISTORY_FULL
        return HISTORY_32 if self.history_scale is None else HISTORY_16

    @property
    def arena_bytes(self) -> int:
        """Parameters and the ring."""
        channels = even(self.conv.channels)
        whole = channels <= NARROW and self.history > SLIDE_MAX
        ring = (self.history + CHUNK + (CHUNK if whole else TILE - 1)) * channels
        total = self.conv.arena_bytes(10) + eights((4 if self.history_scale is None else 2) * ring)
        if self.head_matrix is not None:
            total += 16 + self.head_matrix.arena_bytes(8)
        if self.copy is not None:
            total += 8 * self.conv.channels
        if self.full is not None:
            return total + self.full.arena_bytes + 16 * even(len(self.full.bias))
        return total + (self.matrix.arena_bytes(8) if self.matrix is not None else 16 * channels)


@dataclass(frozen=True)
class WaveNetArrayRecord:
    """Layers of equal width with one head."""

    rechannel: WideConv
    """(channels, 1, inputs)"""
    head_start: Tensor
    """(bottleneck,), int32: the head sum begins here, plus the head output of the array below"""
    layers: tuple[WaveNetLayerRecord, ...]
    head: WideConv
    """(head outputs, taps, bottleneck)"""

    @property
    def channels(self) -> int:
        """Width of the residual."""
        return self.rechannel.outputs

    @property
    def bottleneck(self) -> int:
        """Width of the head sum."""
        return len(self.head_start)

    @property
    def history(self) -> int:
        """Frames before the newest that its output depends on."""
        return sum(layer.history for layer in self.layers) + self.head.taps - 1

    @property
    def arena_bytes(self) -> int:
        """All of it, with 128 bytes of bookkeeping an array and 104 a layer."""
        own = 128 + self.rechannel.arena_bytes + self.head.arena_bytes + 16 * even(self.channels)
        layers = sum(104 + layer.arena_bytes for layer in self.layers)
        return own + eights(4 * self.bottleneck) + layers


def functions_in(arrays: Iterable[WaveNetArrayRecord]) -> tuple[Function, ...]:
    """Each function of the layers once, in the order of their first use."""
    found = (layer.function for array in arrays for layer in array.layers)
    return tuple(dict.fromkeys(function for function in found if function is not None))


@dataclass(frozen=True)
class WaveNetRecord:
    """Kind 16. One audio channel in and out, Q23."""

    KIND: ClassVar[int] = 16
    FORMAT: ClassVar[int] = 2

    arrays: tuple[WaveNetArrayRecord, ...]
    functions: tuple[Function, ...] = ()
    """Activations that the layers bring with them"""

    @property
    def inputs(self) -> int:
        """1, the audio."""
        return 1

    @property
    def outputs(self) -> int:
        """1, the audio."""
        return 1

    @property
    def history(self) -> int:
        """Frames before the newest that the output depends on."""
        return sum(array.history for array in self.arrays)

    @property
    def reads_table(self) -> bool:
        """Whether any layer does."""
        return any(layer.reads_table for array in self.arrays for layer in array.layers)

    @property
    def arena_bytes(self) -> int:
        """Beyond the engine's own share, without the table."""
        widest = max(
            max(
                even(max(array.channels, array.bottleneck, array.head.outputs)),
                max(even(layer.conv.rows) for layer in array.layers),
            )
            for array in self.arrays
        )
        # Two residuals, head sum, activations and head output of a chunk; sums of a tile.
        work = 5 * eights(4 * CHUNK * widest) + eights(4 * TILE * widest)
        own = sum(function.arena_bytes for function in self.functions)
        return 512 + work + own + sum(array.arena_bytes for array in self.arrays)
