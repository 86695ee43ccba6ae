# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One layer of a float WaveNet to its record: the unit of each word, and the words."""

import numpy as np

from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_function import FINE_ONE, FINE_TANH, function_of
from pedalsmith.quantization.wavenet_network import FloatLayer
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
    Matrix,
    WaveNetLayerRecord,
)
from pedalsmith.quantization.wavenet_reference import FEEDBACK_BITS
from pedalsmith.quantization.wavenet_rows import SCALE_MOST, WeightRows, lift_of, made_up, nearest

HISTORY_ONE = 32_700.0
"""Word at which a residual saturates in a history of 16 bit."""

FINE = 2.0**28
"""Words of a value of 1 that a function gives, at least, where a 1x1 may read 16 bits of it."""

HALF = 0.4999
"""Of a word: the most of a factor."""

WHOLE = 2.0**31 * 0.9999
"""The most of a sum that must not leave its word."""

_OUTWARD = 1.0001
"""By which a bound in float is taken larger, for what the words' rounding adds."""

_SIGMOID_ENDS = 16.0
"""|z| from which on the table is level."""

_FINE_ENDS = 7.9
"""|z| from which on a fine tanh may be: its words end at 8."""

_LARGEST_SUM = 100.0
"""|z| that is kept for an activation that never ends, at most; a word has 128."""


class LayerRounding:
    """Units, chosen when it is made, and weights; the record once the units around are known."""

    def __init__(
        self, layer: FloatLayer, units: Floats, bound: Floats, met: Floats, drive: Floats,
        headroom: float, wide: bool, wide_activation: bool, *, full: bool, fine: bool,
        of_audio: bool, with_matrix: bool,
    ) -> None:  # fmt: skip
        """`bound`, `met` and `drive`: largest |value| of the residual, proved and met, and of z;
        `fine`: of a full array, weights have 32 bits, a tanh fine chords."""
        self.layer, self.headroom, self.is_full, self.of_audio = layer, headroom, full, of_audio
        self.function = function_of(layer.activation) if layer.kind == FUNCTION else None
        self.fine_tanh = fine and layer.kind == TANH
        if self.fine_tanh:
            self.function = FINE_TANH
        self.positive = layer.from_table and not self.fine_tanh
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
        bits = 32 if fine and not of_audio else 16
        if of_audio:
            columns = most = np.full(2, 2.0 ** (31 - bits))
        elif wide:
            # One bit beyond the calibration before a history saturates, and more in the rows.
            free = np.min(np.log2(2.0**30 / (met * units)))
            self.history_shift = int(np.clip(np.floor(free), 0, 0 if full else HISTORY_SHIFT_MAX))
            columns = units * 2.0 ** (self.history_shift - bits)
            most = bound * _OUTWARD * columns
        else:
            scale = HISTORY_ONE / (headroom * met) * 2.0**FEEDBACK_BITS / units * 2.0**32
            self.history_scale = np.rint(np.minimum(scale, SCALE_MOST))
            columns = self.history_scale * units / 2.0 ** (32 + FEEDBACK_BITS)
            self.history_step = 1.0 / columns
            most = bound * _OUTWARD * columns + 2.0
        most = np.minimum(most, 2.0 ** (31 - bits))
        self.conv = nearest(layer.weights, columns, most, beside, limits, self.kink, bits)
        self._activation_units(drive)
        limits = np.minimum(limits, self._unsaturated(drive))
        if np.any(self.conv.units > limits):
            self.conv = nearest(layer.weights, columns, most, beside, limits, self.kink, bits)
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
        word = self.activation_word
        if self.wide_activation:
            columns = self.activation_units / 2.0**16
            most = np.minimum(self.activation_most * columns * _OUTWARD, 2.0**15)
        else:
            columns = self.activation_units / self.columns16
            most = np.full(len(columns), 2.0**15)
            if self.positive:
                # The table's upper 16 bits less 2^15.
                columns = self.activation_units / 2.0**8
                word = word - 2.0**15 / columns
            self.activation_step = 1.0 / columns
        rest = np.abs(matrix @ word)
        made = nearest(matrix[:, None], columns, most, rest, np.full(len(rest), np.inf))
        values = made.values[:, 0] * (most / columns)
        return made, self._reached(values, matrix @ word) + len(columns) / made.units

    def _reached(self, most: Floats, rest: Floats) -> Floats:
        """(channels,) the largest |value| of sums that are 0 in silence: of (channels, bottleneck)
        what each activation adds at most, and what all of them do in silence."""
        above = np.where(most > 0, most, 0.0).sum(axis=1)
        below = above - most.sum(axis=1)
        if not (self.wide_activation and self.positive):
            above = below = above + below
        return np.asarray(np.maximum(np.abs(above - rest), np.abs(below + rest)) * _OUTWARD)

    def full_most(self) -> Floats:
        """(channels,) the largest |value| that a 1x1 of 32-bit weights adds to the residual."""
        assert self.full is not None
        return self._reached(self.full * self.activation_most, self.full @ self.activation_word)

    def full_limits(self) -> list[Floats]:
        """Largest units of the residual behind a 1x1 of 32-bit weights."""
        assert self.full is not None
        weights = np.abs(self.full) / (self.activation_units * 2.0**self.copy_shift)
        return [HALF / np.max(weights, axis=1), WHOLE / self.full_most()]

    def make_up(self, gram: Floats) -> None:
        """Rounds the convolution for what it hears, where its weights have 16 bits."""
        if self.conv.bits == 16:
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

    def _unsaturated(self, drive: Floats) -> Floats:
        """Largest units of acc that a lift, which all rows share, leaves room for what matters."""
        layer, b = self.layer, self.layer.bottleneck
        if layer.kind == LEAKY or not self.scaled:
            return np.full(len(layer.bias), np.inf)
        ends = np.full(len(layer.bias), _SIGMOID_ENDS)
        if self.fine_tanh:
            ends[:b] = _FINE_ENDS
        elif layer.kind in (TANH, SIGMOID):
            ends[:b] /= 2.0 if layer.kind == TANH else 1.0
        else:
            ends[:b] = _LARGEST_SUM
        matters = np.minimum(self.headroom * np.maximum(drive, 1e-9), ends)
        return np.asarray(2.0 ** (31 - self.lift) / matters)

    def _activation_units(self, drive: Floats) -> None:
        """Words per value of v and of a, what the word of a is worth in silence, and its largest
        |value|."""
        layer, b = self.layer, self.layer.bottleneck
        own = self.conv.units[:b]
        self.row_units, self.scaled = self.conv.units, False
        if layer.gated or layer.kind not in (LEAKY, LINEAR):
            fixed = {TANH: 2.0**24}.get(layer.kind, 2.0**23)
            if self.fine_tanh:
                fixed = FINE_ONE
            self.row_units, self.scaled = np.full(len(layer.bias), fixed), True
            if layer.kind in (LEAKY, LINEAR):
                self.row_units[:b] = own * HALF
            self.row_units[b:] = 2.0**23
            over = float(np.max(self.row_units / (self.conv.units * HALF)))
            if layer.kind not in (LEAKY, LINEAR):
                # Sums that may be so large are saturated: their activation has long been.
                # Kernels of full arrays always lift by 1, which most trained models need.
                least = int(self.is_full)
                self.lift = max(int(np.ceil(np.log2(over))), least)
                over /= 2.0**self.lift
            if over > 1.0001 or self.lift > LIFT_MAX:
                raise Refused("a row of a layer may leave the range of its activation")
            own = self.row_units[:b]
        self.activation_word = layer.activation_rest
        if self.function is not None:
            units = np.full(b, self.function.unit / (2.0 if layer.gated else 1.0))
        elif layer.kind == TANH:
            units = np.full(b, 2.0**30 if layer.gated else 2.0**23)
        elif layer.kind == SIGMOID:
            units = np.full(b, 2.0**30 if layer.gated else 2.0**24)
        elif layer.kind == LEAKY:
            units = own * self.lowered / (1.0 - layer.slope) / (2.0 if layer.gated else 1.0)
        else:
            units = own / (4.0 if layer.gated and layer.kind == SILU else 2.0)
            if layer.kind == LINEAR and not layer.gated:
                units = own
        self.activation_units = units
        bound = 2.0**31 / units
        reached = 2.0 ** (31 - self.lift) / self.conv.units[:b]  # z, where it is scaled
        if not layer.gated:
            if self.function is not None:
                words = np.ceil(reached * self.row_units[:b] * _OUTWARD).tolist()
                most = [self.function.function.most_within(int(v)) for v in words]
                bound = np.array(most) / units
            elif layer.kind in (TANH, SIGMOID):
                bound = 2.0**24 / units
                # The table's word is 0 where a tanh is -1.
                self.activation_word = layer.activation_rest + (1.0 if layer.kind == TANH else 0.0)
            elif layer.kind == LEAKY:
                bound = (self.high + np.abs(self.slope) * 2.0**31) / units
                self.activation_word = layer.activation_rest - self.kink / own
            elif layer.kind == SILU:
                bound = np.asarray(reached)  # of z, which is the larger
        self.activation_most = bound
        largest = float(np.max(bound * units))
        self.copy_shift = int(np.clip(np.floor(np.log2(2.0**31 / largest)), 0, COPY_SHIFT_MAX))

    def record(self, units: Floats, head_units: Floats) -> WaveNetLayerRecord:
        layer, conv = self.layer, self.conv
        bias = np.rint(self.beside[:, 1] * conv.units - self.kink).astype(np.int64)
        matrix, head_matrix = (
            Matrix(rows.words, np.zeros(len(own), np.int64), rows.scale(own)) if rows else None
            for rows, own in ((self.matrix_rows, units), (self.head_rows, head_units))
        )
        lift = 1.0 if layer.kind == LEAKY else 2.0**self.lift
        scale = conv.scale(self.row_units / lift) if self.scaled else None
        heard = head_units * layer.heard
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
            conv=Matrix(conv.words, bias, scale, conv.bits),
            dilation=layer.dilation,
            mixin=np.rint(self.beside[:, 0] * conv.units * 2.0).astype(np.int64),
            activation=FUNCTION if self.fine_tanh else layer.kind,
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
