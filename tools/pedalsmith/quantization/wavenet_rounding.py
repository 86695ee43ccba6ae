# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float WaveNet and the ranges it was met in, to the record of a blob."""

from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.report import TensorReport, tensor_report
from pedalsmith.quantization.rows import Floats, Ints
from pedalsmith.quantization.wavenet_network import FloatArray, FloatLayer, FloatWaveNet
from pedalsmith.quantization.wavenet_proof import L1_MAX
from pedalsmith.quantization.wavenet_record import (
    HISTORY_SHIFT_MAX,
    LEAKY,
    LINEAR,
    SIGMOID,
    TANH,
    Matrix16,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
)
from pedalsmith.quantization.wavenet_reference import FEEDBACK_BITS, rest_of

RESIDUAL_ONE = 2.0**29
"""Word of the largest residual of the calibration: four times as much saturates."""
HEAD_ONE = 2.0**29
HISTORY_ONE = 32_000.0
"""Word of the largest residual in a history of 16 bit."""

_SCALE_MOST = 2.0**31 - 2.0
_NEARLY = 0.4999
_HEADROOM_STEPS = 3


@dataclass(frozen=True)
class Ranges:
    """Largest |value| of every inner signal of FloatWaveNet.play, by name; (channels,)."""

    peaks: dict[str, Floats]

    @staticmethod
    def of(net: FloatWaveNet, signals: list[Floats]) -> "Ranges":
        """Plays `signals`, each after silence."""
        peaks: dict[str, Floats] = {}

        def keep(name: str, values: Floats) -> None:
            peak = np.max(np.abs(values), axis=1)
            peaks[name] = np.maximum(peak, peaks.get(name, 0.0))

        for signal in signals:
            net.play(signal, keep)
        return Ranges({name: np.maximum(peak, 1e-6) for name, peak in peaks.items()})


@dataclass(frozen=True)
class _Rows:
    """Weights of a matrix before its scale is known: value = acc / row_scale."""

    words: Ints
    row_scale: Floats
    values: Floats
    """The weights that the words stand for."""

    def matrix(self, units: Floats, bias: Ints) -> Matrix16:
        scale = np.rint(units / self.row_scale * 2.0**32)
        return Matrix16(
            self.words, np.clip(scale, -_SCALE_MOST, _SCALE_MOST).astype(np.int64), bias
        )


def _rows(weights: Floats, column_units: Floats) -> _Rows:
    """Rounds (rows, taps, channels) for columns that are value times unit."""
    scaled = weights / column_units
    flat = np.abs(scaled).reshape(len(scaled), -1)
    room = L1_MAX - flat.shape[1] * 0.5
    scale = np.minimum(
        32_767.0 / np.maximum(flat.max(axis=1), 1e-30), room / np.maximum(flat.sum(axis=1), 1e-30)
    )
    # A row without weights has no scale of its own.
    scale = np.where(flat.max(axis=1) > 0.0, scale, 1.0)
    words = np.rint(scaled * scale[:, None, None]).astype(np.int64)
    return _Rows(words, scale, words / scale[:, None, None] * column_units)


@dataclass(frozen=True)
class Rounded:
    """A record and what rounding did to its weights."""

    record: WaveNetRecord
    tensors: tuple[TensorReport, ...]


def rounded(net: FloatWaveNet, ranges: Ranges, wide: frozenset[tuple[int, int]]) -> Rounded:
    """Rounds; the layers (array, layer) in `wide` get a history of 32 bit.

    Raises Refused where a number does not fit its word.
    """
    arrays: list[WaveNetArrayRecord] = []
    tensors: list[TensorReport] = []
    signal_units = np.array([2.0**31])
    built = [_ArrayRounding(net, ranges, index, wide) for index in range(len(net.arrays))]
    for index, rounding in enumerate(built):
        last = index + 1 == len(built)
        out_units = np.array([2.0**23]) if last else built[index + 1].head_units
        rest = net.rest_output if last else 0.0
        arrays.append(rounding.record(signal_units, out_units, rest))
        tensors += rounding.tensors()
        signal_units = rounding.units
    return Rounded(WaveNetRecord(tuple(arrays)), tuple(tensors))


class _ArrayRounding:
    def __init__(
        self, net: FloatWaveNet, ranges: Ranges, index: int, wide: frozenset[tuple[int, int]]
    ) -> None:
        self.array: FloatArray = net.arrays[index]
        self.index, self.peaks, self.wide = index, ranges.peaks, wide
        layers = self.array.layers
        met = [self.peaks[f"r.{index}.{number}"] for number in range(len(layers) + 1)]
        self.units = RESIDUAL_ONE / np.max(met, axis=0)
        # A 1x1 limits the unit of the residual, which through the history limits the 1x1.
        while True:
            self.layers = [self._layer(number) for number in range(len(layers))]
            limits = [la.matrix_rows.row_scale * _NEARLY for la in self.layers if la.matrix_rows]
            before, self.units = self.units, np.min([self.units, *limits], axis=0)
            if np.array_equal(before, self.units):
                break
            self.units *= 0.999
        self.head_units = self._head_units()

    def _layer(self, number: int) -> "_LayerRounding":
        layer = self.array.layers[number]
        met = self.peaks[f"r.{self.index}.{number}"]
        return _LayerRounding(layer, self.units, met, (self.index, number) in self.wide)

    def _head_units(self) -> Floats:
        """Words per value of the head sum: the sum begins at minus its rest and must hold it."""
        rests = np.array([layer.activation_rest for layer in self.array.layers])
        ahead = np.abs(np.cumsum(rests[::-1], axis=0)[::-1])
        met = [self.peaks[f"h.{self.index}.{number}"] for number in range(len(rests))]
        largest = np.max(met, axis=0) + np.max(ahead, axis=0)
        limits = [la.activation_units * _NEARLY for la in self.layers]
        return np.asarray(np.min([HEAD_ONE / np.maximum(largest, 1e-6), *limits], axis=0))

    def tensors(self) -> list[TensorReport]:
        """A row of convert's table for every convolution and 1x1."""
        found = []
        for number, made in enumerate(self.layers, 1):
            name, layer = f"array {self.index + 1}, layer {number}", made.layer
            bits = 16 if made.history_scale is not None else 32
            what = f"conv, {bits}-bit history"
            found.append(tensor_report(name, what, made.conv.values, layer.weights, 16))
            if made.matrix_rows is not None and layer.matrix is not None:
                weights = layer.matrix[:, None]
                found.append(tensor_report(name, "1x1", made.matrix_rows.values, weights, 16))
        return found

    def record(self, signal_units: Floats, out_units: Floats, rest: float) -> WaveNetArrayRecord:
        rechannel = self.array.rechannel * self.units[:, None] / signal_units
        layers = []
        start = np.zeros(len(self.head_units), np.int64)
        for rounding in self.layers:
            made = rounding.record(self.units, self.head_units)
            made, added = _rested(made)
            start -= added
            layers.append(made)
        head = self.array.head * out_units[:, None, None] / self.head_units
        return WaveNetArrayRecord(
            _wide(rechannel[:, None], np.zeros(len(rechannel))),
            start,
            tuple(layers),
            _wide(head, np.full(len(head), rest) * out_units),
        )


class _LayerRounding:
    def __init__(self, layer: FloatLayer, units: Floats, met: Floats, wide: bool) -> None:
        self.layer, self.is_wide = layer, wide
        self.history_shift = 0
        self.history_scale = None
        if wide:
            self._widen(units, met)
        else:
            scale = HISTORY_ONE / met * 2.0**FEEDBACK_BITS / units * 2.0**32
            self.history_scale = np.rint(np.minimum(scale, _SCALE_MOST))
            columns = self.history_scale * units / 2.0 ** (32 + FEEDBACK_BITS)
            self.conv = _rows(layer.weights, columns)
            self.row_units = self._row_units()
        b = layer.bottleneck
        one = {TANH: 2.0**31, SIGMOID: 2.0**31}
        own = self.row_units[:b]
        if layer.kind in one:
            units_a = np.full(b, one[layer.kind])
        elif layer.kind in (LEAKY, LINEAR):
            units_a = own
        else:
            units_a = own / 2.0
        self.activation_units = units_a / 2.0 if layer.gated else units_a
        self.matrix_rows = None
        if layer.matrix is not None:
            self.matrix_rows = _rows(layer.matrix[:, None], self.activation_units / 2.0**16)

    def _widen(self, units: Floats, met: Floats) -> None:
        """With as much headroom in the history as the proof of the rows allows."""
        free = np.min(np.log2(RESIDUAL_ONE / (met * units)))
        first = int(np.clip(np.floor(free), 0, HISTORY_SHIFT_MAX))
        for shift in range(first, first + _HEADROOM_STEPS):
            self.history_shift = shift
            self.conv = _rows(self.layer.weights, units * 2.0 ** (shift - 16))
            try:
                self.row_units = self._row_units()
            except Refused:
                if shift + 1 == first + _HEADROOM_STEPS:
                    raise
            else:
                return

    def _row_units(self) -> Floats:
        """v = z times this."""
        layer, rows = self.layer, len(self.layer.bias)
        sums = np.abs(self.conv.words).reshape(rows, -1)
        worst = (sums.sum(axis=1) * 2.0**15 + sums.shape[1]) / self.conv.row_scale
        bound = worst + np.abs(layer.bias) + np.abs(layer.mixin)
        free = np.minimum((2.0**31 - 64.0) / np.maximum(bound, 1e-9), _NEARLY * self.conv.row_scale)
        free = np.minimum(free, 2.0**29 / np.maximum(np.abs(layer.mixin), 1e-9))
        fixed = {TANH: 2.0**24}.get(layer.kind, 2.0**23)
        units = free.copy()
        if layer.kind not in (LEAKY, LINEAR):
            units[: layer.bottleneck] = fixed
        if layer.gated:
            units[layer.bottleneck :] = 2.0**23
        if np.any(units > free):
            raise Refused("a row of a layer may leave the range of its activation")
        return np.asarray(units)

    def record(self, units: Floats, head_units: Floats) -> WaveNetLayerRecord:
        layer = self.layer
        bias = np.rint(layer.bias * self.row_units).astype(np.int64)
        matrix = None
        if self.matrix_rows is not None:
            matrix = self.matrix_rows.matrix(units, np.zeros(len(units), np.int64))
        return WaveNetLayerRecord(
            conv=self.conv.matrix(self.row_units, bias),
            dilation=layer.dilation,
            mixin=np.rint(layer.mixin * self.row_units * 2.0).astype(np.int64),
            activation=layer.kind,
            gated=layer.gated,
            head_scale=np.rint(head_units / self.activation_units * 2.0**32).astype(np.int64),
            slope=np.clip(np.rint(layer.slope * 2.0**31), -(2.0**31), 2.0**31 - 1).astype(np.int64)
            if layer.kind == LEAKY
            else None,
            history_scale=None
            if self.history_scale is None
            else self.history_scale.astype(np.int64),
            history_shift=self.history_shift,
            matrix=matrix,
        )


def _rested(layer: WaveNetLayerRecord) -> tuple[WaveNetLayerRecord, Ints]:
    """The layer with the 1x1 bias that leaves a resting residual at exactly 0, and what it adds
    to the head sum at rest."""
    step, added = rest_of(layer)
    if layer.matrix is not None:
        layer = replace(layer, matrix=replace(layer.matrix, bias=-step))
    return layer, added


def _wide(weights: Floats, bias: Floats) -> WideConv:
    """(outputs, taps, inputs) with as many fraction bits as the words leave."""
    l1 = float(np.max(np.abs(weights).sum(axis=(1, 2)), initial=2.0**-31))
    fraction = int(np.clip(30 - np.ceil(np.log2(l1)), 1, 31))
    words = np.rint(weights * 2.0**fraction)
    if np.any(np.abs(words) > 2.0**31 - 1):
        raise Refused("a weight of a head or rechannel does not fit its word")
    return WideConv(words.astype(np.int64), np.rint(bias).astype(np.int64), fraction)
