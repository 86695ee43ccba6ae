# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A WaveNet record being played in NumPy: the words of firmware/engine/wavenet/README.md.

Whole signals at once, layer by layer, independent of the C, with every proved range asserted.
Arrays are (channels, time), int64.
"""

from dataclasses import replace

import numpy as np

from pedalsmith.quantization.wavenet_record import (
    FUNCTION,
    LEAKY,
    MATRIX_32,
    SIGMOID,
    SILU,
    TANH,
    Matrix,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
)
from pedalsmith.quantization.words import Int, mulh, sat, sigmoid, tanh_of, within

FEEDBACK_BITS = 6
"""Bits of the remainder that a 16-bit history feeds back."""


class WaveNetReference:
    """Plays pieces of a signal; the state is the past of every convolution, zero at rest."""

    def __init__(self, record: WaveNetRecord) -> None:
        self._arrays = [_Array(array) for array in record.arrays]

    def reset(self) -> None:
        """Back to the rest state."""
        for array in self._arrays:
            array.reset()

    def play(self, audio: Int) -> Int:
        """(time,) Q23, 24 bits -> (time,) Q23."""
        x31 = within(np.asarray(audio, np.int64), 24, "x") << 8
        signal, head = x31[None], None
        for array in self._arrays:
            signal, head = array.play(signal, x31, head)
        assert head is not None
        return np.asarray(head[0])


class _Array:
    def __init__(self, record: WaveNetArrayRecord) -> None:
        self.rechannel = _Wide(record.rechannel)
        self.start = record.head_start.astype(np.int64)[:, None]
        self.layers = [_Layer(layer) for layer in record.layers]
        self.head = _Wide(record.head)

    def reset(self) -> None:
        for layer in self.layers:
            layer.reset()
        self.head.reset()

    def play(self, signal: Int, x31: Int, below: Int | None) -> tuple[Int, Int]:
        residual = self.rechannel.play(signal)
        start = np.broadcast_to(self.start, (len(self.start), len(x31)))
        head = start if below is None else within(below + start, 32, "H")
        for layer in self.layers:
            residual, head = layer.play(residual, x31, head)
        return residual, self.head.play(head)


class _Layer:
    def __init__(self, record: WaveNetLayerRecord) -> None:
        self.record = record
        self.mixin = record.mixin.astype(np.int64)[:, None]
        self.head_scale = record.head_scale.astype(np.int64)[:, None]
        self.reset()

    def reset(self) -> None:
        channels = self.record.conv.channels
        self.past = np.zeros((channels, self.record.history), np.int64)
        self.error = np.zeros((channels, 1), np.int64)

    def play(self, residual: Int, x31: Int, head: Int) -> tuple[Int, Int]:
        record = self.record
        new = self.hear(x31) if record.of_audio else self.history(residual)
        heard = np.concatenate([self.past, new], axis=1)
        self.past = heard[:, heard.shape[1] - record.history :]
        step, first = record.dilation, record.history - (record.conv.taps - 1) * record.dilation
        starts = [first + k * step for k in range(record.conv.taps)]
        taps = [heard[:, start : start + len(x31)] for start in starts]
        a = self.activation(taps, x31)
        head = within(head + mulh(a, self.head_scale), 32, "H")
        if record.head_matrix is not None:
            head = within(head + self.stepped(record.head_matrix, a), 32, "H")
        if record.matrix is not None:
            residual = within(residual + self.stepped(record.matrix, a), 32, "R")
        if record.full is not None:
            residual = sat(residual + self.full_sums(a) + record.full.bias[:, None], 32)
        if record.copy is not None:
            residual = within(self.copied(a) + record.copy.bias[:, None], 32, "R")
        return residual, head

    def activation(self, taps: list[Int], x31: Int) -> Int:
        """a, (bottleneck, time)"""
        conv = self.record.conv
        acc = sums(conv, taps, self.record.history_scale is None)
        v = within(acc + mulh(x31[None], self.mixin), 32, "acc")
        if conv.scale is not None:
            if self.record.activation != LEAKY:
                v = sat(v << self.record.lift, 32)
            v = mulh(v, conv.scale.astype(np.int64)[:, None])
        return self.activate(v)

    def matrix_sums(self, matrix: Matrix, a: Int) -> Int:
        """The sums of a 1x1, (rows, time)."""
        wide = self.record.matrix_format == MATRIX_32
        heard = a if wide else within(self.upper(a), 16, "a")
        return within(sums(matrix, [heard], wide), 32, "1x1")

    def stepped(self, matrix: Matrix, a: Int) -> Int:
        """What a 1x1 adds."""
        assert matrix.scale is not None
        return mulh(self.matrix_sums(matrix, a), matrix.scale.astype(np.int64)[:, None])

    def full_sums(self, a: Int) -> Int:
        """What a 1x1 of 32-bit weights adds, without its bias, (channels, time)."""
        full = self.record.full
        assert full is not None
        weights = full.weights.astype(np.int64)[:, :, None]
        products = mulh(within(a << full.shift, 32, "a")[None], weights)
        return within(products.sum(axis=1), 32, "1x1")

    def copied(self, a: Int) -> Int:
        """The activations as the next residual, without their bias."""
        copy = self.record.copy
        assert copy is not None
        return mulh(a << copy.shift, copy.scale.astype(np.int64)[:, None])

    def upper(self, a: Int) -> Int:
        """a16"""
        if self.record.from_table:
            return (a >> 8) - 2**15
        return a >> self.record.bits_upper

    def hear(self, x31: Int) -> Int:
        """The audio, and that half a dilation before."""
        audio = np.concatenate([self.past[0], x31])
        before = audio[len(self.past[0]) - self.record.dilation // 2 :]
        return np.stack([x31, before[: len(x31)]])

    def history(self, residual: Int) -> Int:
        """What the convolution reads of the residual."""
        scale = self.record.history_scale
        if scale is None:
            shift = self.record.history_shift
            return sat(residual, 32 - shift) << shift
        # t = e + mulh(R, k), q = t >> n, e = t & (2^n - 1): e is the running sum modulo 2^n.
        total = self.error + np.cumsum(mulh(residual, scale.astype(np.int64)[:, None]), axis=1)
        whole = total >> FEEDBACK_BITS
        q = np.diff(whole, axis=1, prepend=np.zeros_like(self.error))
        self.error = total[:, -1:] & ((1 << FEEDBACK_BITS) - 1)
        return sat(q, 16)

    def activate(self, v: Int) -> Int:
        record = self.record
        first = v[: record.bottleneck]
        kind = record.activation
        if kind == LEAKY:
            assert record.slope is not None
            top = 2**record.bits_high
            low = 0 if record.gated else -top
            high = np.clip(first >> max(-record.bits_lifted, 0), low, top - 1)
            a = high + mulh(first, record.slope.astype(np.int64)[:, None])
        elif kind in (TANH, SIGMOID):
            a = sigmoid(first)
            if record.gated:
                a = tanh_of(a) if kind == TANH else a << 7
        elif kind == SILU:
            a = mulh(first, sigmoid(first) << 7)
        elif kind == FUNCTION:
            assert record.function is not None
            a = record.function.play(first)
        else:
            a = first
        if record.gated:
            a = mulh(a, sigmoid(v[record.bottleneck :]) << 7)
        return within(a, 32, "a")


def sums(matrix: Matrix, taps: list[Int], wide: bool) -> Int:
    """acc without what else is added, (rows, time); taps are (channels, time), oldest first."""
    weights = matrix.weights.astype(np.int64)
    acc = np.zeros((matrix.rows, taps[0].shape[1]), np.int64) + matrix.bias[:, None]
    for k, values in enumerate(taps):
        if wide:
            for channel, words in enumerate(values):
                acc += (weights[:, k, channel, None] * words) >> matrix.bits
        else:
            # Exact in float64: every sum is below 2^53.
            part = weights[:, k].astype(np.float64) @ values.astype(np.float64)
            acc += part.astype(np.int64)
    return acc


def rested(layer: WaveNetLayerRecord) -> tuple[WaveNetLayerRecord, Int]:
    """The layer with the bias of its 1x1 that leaves a resting residual at exactly 0, and what it
    adds to the head sum in silence, (bottleneck,)."""
    player = _Layer(layer)
    silence = np.zeros((layer.conv.channels, 1), np.int64)
    a = player.activation([silence] * layer.conv.taps, np.zeros(1, np.int64))
    for part in ("matrix", "head_matrix"):
        matrix = getattr(layer, part)
        if matrix is not None:
            without = replace(matrix, bias=np.zeros(matrix.rows, np.int64))
            made = replace(without, bias=-player.matrix_sums(without, a)[:, 0])
            layer = replace(layer, **{part: made})
    if layer.copy is not None:
        layer = replace(layer, copy=replace(layer.copy, bias=-player.copied(a)[:, 0]))
    if layer.full is not None:
        layer = replace(layer, full=replace(layer.full, bias=-player.full_sums(a)[:, 0]))
    return layer, mulh(a, player.head_scale)[:, 0]


class _Wide:
    def __init__(self, record: WideConv) -> None:
        self.record = record
        self.reset()

    def reset(self) -> None:
        self.past = np.zeros((self.record.inputs, self.record.taps - 1), np.int64)

    def play(self, values: Int) -> Int:
        record, time = self.record, values.shape[1]
        heard = np.concatenate([self.past, values], axis=1)
        self.past = heard[:, heard.shape[1] - (record.taps - 1) :]
        f = record.fraction
        total = np.zeros((record.outputs, time), np.int64)
        for k in range(record.taps):
            total += record.weights[:, k].astype(np.int64) @ heard[:, k : k + time]
        total += (record.bias.astype(np.int64) << f)[:, None] + (1 << (f - 1))
        return sat(total >> f, 32)
