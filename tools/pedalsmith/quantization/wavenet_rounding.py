# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float WaveNet and the ranges it was met in, to the record of a blob."""

from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.report import TensorReport, tensor_report
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_audio import audio_gram, heard_audio, hears_audio
from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_function import function_of
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_network import FloatArray, FloatLayer, FloatWaveNet
from pedalsmith.quantization.wavenet_ranges import Ranges
from pedalsmith.quantization.wavenet_record import (
    COPY_SHIFT_MAX,
    FUNCTION,
    HISTORY_SHIFT_MAX,
    LEAKY,
    LIFT_MAX,
    LIFT_ONE,
    LINEAR,
    MATRIX_16,
    MATRIX_32,
    SIGMOID,
    SILU,
    TANH,
    Copy,
    FullMatrix,
    Matrix16,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
    functions_in,
)
from pedalsmith.quantization.wavenet_reference import FEEDBACK_BITS, rested
from pedalsmith.quantization.wavenet_rows import SCALE_MOST, WeightRows, lift_of, made_up, nearest

RESIDUAL_ONE = 2.0**29
"""Word of the largest residual of the calibration: four times as much saturates."""
HEAD_ONE = 2.0**29
LEAST_UP = 0.25
"""Of what a leaky activation met at all, what it holds above its bend, at least."""

HISTORY_ONE = 32_700.0
"""Word at which a residual saturates in a history of 16 bit."""


FINE = 2.0**28
"""Words of a value of 1 that a function gives, at least, where a 1x1 may read 16 bits of it."""
_NEARLY = 0.4999
_WHOLE = 2.0**31 * 0.9999


@dataclass(frozen=True)
class Rounded:
    """A record and what rounding did to its weights."""

    record: WaveNetRecord
    tensors: tuple[TensorReport, ...]
    history_steps: dict[Place, Floats]
    """Value of one of each 16-bit history, (channels,)"""
    activation_steps: dict[Place, Floats]
    """The same of activations that a 1x1 reads in 16 bits, (bottleneck,)"""


def rounded(
    net: FloatWaveNet, ranges: Ranges, grams: dict[Place, Floats], formats: Formats
) -> Rounded:
    """Rounds; `grams` are those of Grams.

    Raises Refused where a number does not fit its word.
    """
    arrays: list[WaveNetArrayRecord] = []
    tensors: list[TensorReport] = []
    built: list[_ArrayRounding] = []
    signal: Floats = np.ones(1)
    below: Floats = np.zeros(net.arrays[0].head.shape[2])
    for index in range(len(net.arrays)):
        rounding = _ArrayRounding(net, ranges, grams, index, formats, signal, below)
        built.append(rounding)
        signal = rounding.residual_bound
        below = np.abs(rounding.array.head).sum(axis=1) @ rounding.head_bound
    signal_units = np.array([2.0**31])
    for index, rounding in enumerate(built):
        last = index + 1 == len(built)
        out_units = np.array([2.0**23]) if last else built[index + 1].head_units
        rest = net.rest_output if last else 0.0
        arrays.append(rounding.record(signal_units, out_units, rest))
        tensors += rounding.tensors()
        signal_units = rounding.units
    layers = {
        (index, number): layer
        for index, rounding in enumerate(built)
        for number, layer in enumerate(rounding.layers)
    }
    return Rounded(
        WaveNetRecord(tuple(arrays), functions_in(arrays)),
        tuple(tensors),
        {at: la.history_step for at, la in layers.items() if la.history_step is not None},
        {at: la.activation_step for at, la in layers.items() if la.activation_step is not None},
    )


class _ArrayRounding:
    def __init__(
        self, net: FloatWaveNet, ranges: Ranges, grams: dict[Place, Floats], index: int,
        formats: Formats, signal: Floats, below: Floats,
    ) -> None:  # fmt: skip
        """`signal` and `below` are the largest |value| of what the rechannel reads and of what
        the head sum begins with."""
        self.array: FloatArray = net.arrays[index]
        self.index, self.peaks, self.formats = index, ranges.peaks, formats
        layers = self.array.layers
        met = [self.peaks[f"r.{index}.{number}"] for number in range(len(layers) + 1)]
        self.units = RESIDUAL_ONE / np.max(met, axis=0)
        # Where every history is a residual of 32 bits, that saturates: its unit follows what is met
        # instead of what is proved, which is 4 to 6 bits more and 17 dB in the sums of the rows.
        self.full = all(
            ((index, number) in formats.histories and not layer.copies)
            or hears_audio(self.array, (index, number))
            for number, layer in enumerate(layers)
        )
        lifts = [la.lift for la in map(self._layer, range(len(layers))) if la.layer.kind != LEAKY]
        if self.full and max(lifts, default=0) > 1:
            # Rather half the room above than a lift that no kernel has.
            self.units = self.units * 2.0
        # What the 1x1 may add limits the unit of the residual, which limits the 1x1.
        while True:
            self.layers = [self._layer(number) for number in range(len(layers))]
            self.residual_bound = np.abs(self.array.rechannel) @ signal
            limits = [self.units, _WHOLE / np.maximum(self.residual_bound, 1e-9)]
            for made in self.layers:
                if made.full is not None:
                    limits += made.full_limits()
                    continue
                if made.copies:
                    limits.append(made.activation_units * 2.0**made.copy_shift * _NEARLY)
                    limits.append(_WHOLE / np.maximum(self.residual_bound, 1e-9))
                    self.residual_bound = made.activation_most + np.abs(made.activation_word)
                if made.matrix_rows is not None:
                    limits.append(made.matrix_rows.units * _NEARLY)
                    self.residual_bound = self.residual_bound + made.step_most
            if not self.full:
                limits.append(_WHOLE / self.residual_bound)
            before, self.units = self.units, np.min(limits, axis=0)
            if np.array_equal(before, self.units):
                break
            self.units *= 0.999
        if self.full:
            self.residual_bound = 2.0**31 / self.units
        for number, made in enumerate(self.layers):
            gram = grams[index, number]
            made.make_up(audio_gram(gram, self.array) if made.of_audio else gram)
        heard = [la for la in self.layers if la.layer.heard]
        rests = np.array([la.activation_word for la in heard])
        added = [la.activation_most for la in heard]
        self.head_bound = below + np.abs(np.sum(rests, axis=0)) + np.sum(added, axis=0)
        mixed = [la for la in self.layers if la.head_rows is not None]
        self.head_bound = self.head_bound + sum(la.head_most for la in mixed)
        largest = self._head_met(
            np.array([layer.activation_rest * float(layer.heard) for layer in layers])
        )
        limits = [la.activation_units * _NEARLY for la in heard]
        limits += [la.head_rows.units * _NEARLY for la in mixed if la.head_rows is not None]
        limits += [HEAD_ONE / np.maximum(largest, 1e-6), _WHOLE / self.head_bound]
        self.head_units = np.asarray(np.min(limits, axis=0))

    def _layer(self, number: int) -> "_LayerRounding":
        layer, place = self.array.layers[number], (self.index, number)
        of_audio = hears_audio(self.array, place)
        if of_audio:
            layer = heard_audio(layer, self.array.rechannel[:, 0])
        at = f".{self.index}.{number}"
        last = number + 1 == len(self.array.layers)
        return _LayerRounding(
            layer, self.units, self.peaks["r" + at], self._drive(number), self.formats.headroom,
            place in self.formats.histories, place in self.formats.activations,
            full=self.full, of_audio=of_audio,
            with_matrix=not (last and f"r.{self.index + 1}.0" not in self.peaks),
        )  # fmt: skip

    def _drive(self, number: int) -> Floats:
        """The z that a layer's activation has to hold: of a leaky one, those above its bend, or
        some part of what is below, should it come the other way."""
        at = f".{self.index}.{number}"
        if self.array.layers[number].kind != LEAKY:
            return self.peaks["z" + at]
        return np.asarray(np.maximum(self.peaks["up" + at], LEAST_UP * self.peaks["z" + at]))

    def _head_met(self, rests: Floats) -> Floats:
        """The largest head sum met: the sum begins at minus its rest."""
        ahead = np.abs(np.cumsum(rests[::-1], axis=0)[::-1])
        met = [self.peaks[f"h.{self.index}.{number}"] for number in range(len(rests))]
        return np.asarray(np.max(met, axis=0) + np.max(ahead, axis=0))

    def tensors(self) -> list[TensorReport]:
        """A row of convert's table for every convolution and 1x1; layers are "array.layer"."""
        found = []
        for number, made in enumerate(self.layers, 1):
            name, layer = f"{self.index + 1}.{number}", made.layer
            bits = 16 if made.history_scale is not None else 32
            what = "conv of the audio" if made.of_audio else f"conv, {bits}-bit history"
            found.append(tensor_report(name, what, made.conv.values, layer.weights, 16))
            if made.matrix_rows is not None and layer.matrix is not None:
                weights = layer.matrix[:, None]
                what = f"1x1, {32 if made.wide_activation else 16}-bit input"
                found.append(tensor_report(name, what, made.matrix_rows.values, weights, 16))
        return found

    def record(self, signal_units: Floats, out_units: Floats, rest: float) -> WaveNetArrayRecord:
        rechannel = self.array.rechannel * self.units[:, None] / signal_units
        layers = []
        start = np.zeros(len(self.head_units), np.int64)
        for rounding in self.layers:
            made = rounding.record(self.units, self.head_units)
            made, added = rested(made)
            start -= added
            layers.append(made)
        head = self.array.head * out_units[:, None, None] / self.head_units
        return WaveNetArrayRecord(
            WideConv.of(rechannel[:, None], np.zeros(len(rechannel))),
            start,
            tuple(layers),
            WideConv.of(head, np.full(len(head), rest) * out_units),
        )


class _LayerRounding:
    def __init__(
        self, layer: FloatLayer, units: Floats, met: Floats, drive: Floats, headroom: float,
        wide: bool, wide_activation: bool, *, full: bool, of_audio: bool,
        with_matrix: bool,
    ) -> None:  # fmt: skip
        """`met` and `drive`: largest |value| of the residual and of z."""
        self.layer, self.headroom, self.is_full, self.of_audio = layer, headroom, full, of_audio
        self.function = function_of(layer.activation) if layer.kind == FUNCTION else None
        coarse = self.function is not None and self.function.unit < FINE
        coarse = coarse or layer.kind in (LINEAR, SILU)
        if layer.head_matrix is not None and (layer.matrix is None or not with_matrix):
            coarse = True  # 16 bits are what a 1x1 to the residual sets
        self.wide_activation = wide_activation or layer.gated or coarse or layer.copies
        self.history_shift, self.lift = 0, 0
        self.lowered, self.high, self.columns16 = 1.0, 2.0**30, 2.0**16
        self.kink = 0.0
        self.history_scale: Floats | None = None
        self.history_step: Floats | None = None
        self.activation_step: Floats | None = None
        self.slope = layer.slope / (1.0 - layer.slope)
        if layer.kind == LEAKY:
            lifted = lift_of(layer.slope)
            self.lift, self.lowered = LIFT_ONE + lifted, 2.0 ** min(lifted, 0)
            self.high, self.columns16 = 2.0 ** (30 - abs(lifted)), 2.0 ** (16 - max(lifted, 0))
            self.slope = self.slope * self.lowered
            # Its words go both ways: what is 0 as a value is the lowest of them.
            self.kink = 0.0 if layer.gated else self.high / self.lowered
        self.beside = np.stack([layer.mixin, layer.bias], axis=1)
        beside = np.abs(self.beside).sum(axis=1)
        limits = self._limits(drive)
        if of_audio:
            columns = np.full(2, 2.0 ** (31 - 16))
        elif wide:
            # One bit beyond the calibration before a history saturates, and more in the rows.
            free = np.min(np.log2(2.0**30 / (met * units)))
            most = 0 if full else HISTORY_SHIFT_MAX
            self.history_shift = int(np.clip(np.floor(free), 0, most))
            columns = units * 2.0 ** (self.history_shift - 16)
        else:
            scale = HISTORY_ONE / (headroom * met) * 2.0**FEEDBACK_BITS / units * 2.0**32
            self.history_scale = np.rint(np.minimum(scale, SCALE_MOST))
            columns = self.history_scale * units / 2.0 ** (32 + FEEDBACK_BITS)
            self.history_step = 1.0 / columns
        self.conv = nearest(layer.weights, columns, beside, limits, self.kink)
        self._activation_units(drive)
        self.copies = layer.copies and with_matrix
        self.matrix_rows = self.head_rows = self.full = None
        if layer.matrix is not None and with_matrix and full:
            self.full = layer.matrix
        elif layer.matrix is not None and with_matrix:
            self.matrix_rows, self.step_most = self._one_by_one(layer.matrix)
        if layer.head_matrix is not None:
            self.head_rows, self.head_most = self._one_by_one(layer.head_matrix)

    def _one_by_one(self, matrix: Floats) -> tuple[WeightRows, Floats]:
        """A 1x1 of the activations, and the largest |value| that it gives."""
        width = 2.0**16 if self.wide_activation else self.columns16
        columns, word = self.activation_units / width, self.activation_word
        if not self.wide_activation and self.layer.kind in (TANH, SIGMOID):
            # The table's upper 16 bits less 2^15.
            columns = self.activation_units / 2.0**8
            word = word - 2.0**15 / columns
        self.activation_step = None if self.wide_activation else 1.0 / columns
        rest = np.abs(matrix @ word)
        made = nearest(matrix[:, None], columns, rest, np.full(len(rest), np.inf))
        total = np.abs(made.words).sum(axis=(1, 2)) * 2.0**15 + made.words.shape[2]
        return made, total / made.units + rest

    def full_limits(self) -> list[Floats]:
        """Largest units of the residual behind a 1x1 of 32-bit weights."""
        assert self.full is not None
        weights = np.abs(self.full) / (self.activation_units * 2.0**self.copy_shift)
        most = np.abs(self.full) @ (self.activation_most + np.abs(self.activation_word))
        return [_NEARLY / np.max(weights, axis=1), _WHOLE / most]

    def make_up(self, gram: Floats) -> None:
        """Rounds the convolution for what it hears."""
        self.conv, self.beside = made_up(self.conv, self.layer.weights, self.beside, gram)

    def _limits(self, drive: Floats) -> Floats:
        """Largest units of acc."""
        layer = self.layer
        limits = 0.999 * 2.0**30 / np.maximum(np.abs(layer.mixin), 1e-9)
        if layer.kind == LEAKY:
            b = layer.bottleneck
            top = (self.high / self.lowered + self.kink) / self.headroom
            limits[:b] = np.minimum(limits[:b], top / np.maximum(drive[:b], 1e-9))
        return limits

    def _activation_units(self, drive: Floats) -> None:
        """Words per value of v and of a, what the word of a is worth in silence, and its largest
        |value|."""
        layer, b = self.layer, self.layer.bottleneck
        own = self.conv.units[:b]
        self.row_units, self.scaled = self.conv.units, False
        if layer.gated or layer.kind not in (LEAKY, LINEAR):
            fixed = {TANH: 2.0**24}.get(layer.kind, 2.0**23)
            self.row_units, self.scaled = np.full(len(layer.bias), fixed), True
            if layer.kind in (LEAKY, LINEAR):
                self.row_units[:b] = own * _NEARLY
            self.row_units[b:] = 2.0**23
            over = float(np.max(self.row_units / (self.conv.units * _NEARLY)))
            if layer.kind not in (LEAKY, LINEAR):
                # Sums that may be so large are saturated: their activation has long been.
                # Kernels of full arrays always lift by 1, which most trained models need.
                least = 1 if self.is_full and layer.kind in (TANH, SIGMOID) else 0
                self.lift = max(int(np.ceil(np.log2(over))), least)
                over /= 2.0**self.lift
            if over > 1.0001 or self.lift > LIFT_MAX:
                raise Refused("a row of a layer may leave the range of its activation")
            own = self.row_units[:b]
        self.activation_word = layer.activation_rest
        if layer.kind == TANH:
            units = np.full(b, 2.0**30 if layer.gated else 2.0**23)
        elif layer.kind == SIGMOID:
            units = np.full(b, 2.0**30 if layer.gated else 2.0**24)
        elif self.function is not None:
            units = np.full(b, self.function.unit / (2.0 if layer.gated else 1.0))
        elif layer.kind == LEAKY:
            units = own * self.lowered / (1.0 - layer.slope) / (2.0 if layer.gated else 1.0)
        else:
            units = own / (4.0 if layer.gated and layer.kind == SILU else 2.0)
            if layer.kind == LINEAR and not layer.gated:
                units = own
        self.activation_units = units
        bound = 2.0**31 / units
        if not layer.gated:
            if layer.kind in (TANH, SIGMOID):
                bound = 2.0**24 / units
                # The table's word is 0 where a tanh is -1.
                self.activation_word = layer.activation_rest + (1.0 if layer.kind == TANH else 0.0)
            elif layer.kind == LEAKY:
                bound = (self.high + np.abs(self.slope) * 2.0**31) / units
                self.activation_word = layer.activation_rest - self.kink / own
            elif self.function is not None:
                bound = self.function.function.most / units
        self.activation_most = bound
        largest = float(np.max(bound * units))
        self.copy_shift = int(np.clip(np.floor(np.log2(2.0**31 / largest)), 0, COPY_SHIFT_MAX))

    def record(self, units: Floats, head_units: Floats) -> WaveNetLayerRecord:
        layer, conv = self.layer, self.conv
        bias = np.rint(self.beside[:, 1] * conv.units - self.kink).astype(np.int64)
        matrix, head_matrix = (
            Matrix16(rows.words, np.zeros(len(own), np.int64), rows.scale(own)) if rows else None
            for rows, own in ((self.matrix_rows, units), (self.head_rows, head_units))
        )
        scaled = self.scaled
        lift = 1.0 if layer.kind == LEAKY else 2.0**self.lift
        heard = head_units * float(layer.heard)
        copy = None
        if self.copies:
            factor = np.rint(units / self.activation_units * 2.0 ** (32 - self.copy_shift))
            copy = Copy(factor.astype(np.int64), np.zeros(len(units), np.int64), self.copy_shift)
        full = None
        if self.full is not None:
            weights = units[:, None] * self.full / self.activation_units
            weights = np.rint(weights * 2.0 ** (32 - self.copy_shift)).astype(np.int64)
            full = FullMatrix(weights, np.zeros(len(units), np.int64), self.copy_shift)
        return WaveNetLayerRecord(
            conv=Matrix16(conv.words, bias, conv.scale(self.row_units / lift) if scaled else None),
            dilation=layer.dilation,
            mixin=np.rint(self.beside[:, 0] * conv.units * 2.0).astype(np.int64),
            activation=layer.kind,
            gated=layer.gated,
            head_scale=np.rint(heard / self.activation_units * 2.0**32).astype(np.int64),
            slope=np.rint(self.slope * 2.0**32).astype(np.int64) if layer.kind == LEAKY else None,
            lift=self.lift,
            history_scale=None
            if self.history_scale is None
            else self.history_scale.astype(np.int64),
            of_audio=self.of_audio,
            history_shift=self.history_shift,
            matrix=matrix,
            matrix_format=MATRIX_32 if self.wide_activation else MATRIX_16,
            head_matrix=head_matrix,
            copy=copy,
            full=full,
            function=None if self.function is None else self.function.function,
        )
