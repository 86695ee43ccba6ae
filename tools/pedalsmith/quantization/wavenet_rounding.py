# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float WaveNet and the ranges it was met in, to the record of a blob."""

from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.report import TensorReport, tensor_report
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_audio import audio_gram, heard_audio, hears_audio
from pedalsmith.quantization.wavenet_formats import Formats
from pedalsmith.quantization.wavenet_grams import Place
from pedalsmith.quantization.wavenet_layer_rounding import HALF, WHOLE, LayerRounding
from pedalsmith.quantization.wavenet_network import FloatArray, FloatWaveNet
from pedalsmith.quantization.wavenet_ranges import Ranges
from pedalsmith.quantization.wavenet_record import (
    LEAKY,
    WaveNetArrayRecord,
    WaveNetRecord,
    WideConv,
    functions_in,
)
from pedalsmith.quantization.wavenet_reference import rested

RESIDUAL_ONE = 2.0**29
"""Word of the largest residual of the calibration: four times as much saturates."""
HEAD_ONE = 2.0**29
LEAST_UP = 0.25
"""Of what a leaky activation met at all, what it holds above its bend, at least."""


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


def may_be_full(array: FloatArray) -> bool:
    """Whether 1x1 of 32-bit weights have kernels behind all its layers."""
    return all(
        layer.from_table and not layer.copies and layer.head_matrix is None
        for layer in array.layers
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
        self.full = may_be_full(self.array) and all(
            (index, number) in formats.histories or hears_audio(self.array, (index, number))
            for number in range(len(layers))
        )
        self.signal_bound = np.abs(self.array.rechannel) @ signal
        self.fine = self.full and formats.fine
        if self.full:
            self._build()
            if max(made.lift for made in self.layers) > 1:
                # Rather half the room above than a lift that costs cycles.
                self.units = self.units * 2.0
        # What the 1x1 may add limits the unit of the residual, which limits the 1x1.
        while True:
            residual_most = self._build()
            limits = [self.units, WHOLE / np.maximum(self.signal_bound, 1e-9)]
            for made in self.layers:
                if made.full is not None:
                    limits += made.full_limits()
                elif made.copies:
                    limits.append(made.activation_units * 2.0**made.copy_shift * HALF)
                elif made.matrix_rows is not None:
                    limits.append(made.matrix_rows.units * HALF)
            if not self.full:
                limits.append(WHOLE / residual_most)
            before, self.units = self.units, np.min(limits, axis=0)
            if np.array_equal(before, self.units):
                break
            self.units *= 0.999
        for number, made in enumerate(self.layers):
            gram = grams[index, number]
            made.make_up(audio_gram(gram, self.array) if made.of_audio else gram)
        rests = np.array([la.activation_word * la.layer.heard for la in self.layers])
        added = [la.activation_most * np.abs(la.layer.heard) for la in self.layers]
        self.head_bound = below + np.abs(np.sum(rests, axis=0)) + np.sum(added, axis=0)
        mixed = [la for la in self.layers if la.head_rows is not None]
        self.head_bound = self.head_bound + sum(la.head_most for la in mixed)
        largest = self._head_met(np.array([la.activation_rest * la.heard for la in layers]))
        limits = [
            la.activation_units * HALF / np.maximum(np.abs(la.layer.heard), 1e-9)
            for la in self.layers
        ]
        limits += [la.head_rows.units * HALF for la in mixed if la.head_rows is not None]
        limits += [HEAD_ONE / np.maximum(largest, 1e-6), WHOLE / self.head_bound]
        self.head_units = np.asarray(np.min(limits, axis=0))

    def _build(self) -> Floats:
        """Makes the layers in the present units; the largest |value| of the residual anywhere."""
        self.layers: list[LayerRounding] = []
        largest = bound = self.signal_bound
        for number in range(len(self.array.layers)):
            made = self._layer(number, bound)
            self.layers.append(made)
            if made.full is not None:
                bound = np.minimum(bound + made.full_most(), 2.0**31 / self.units)
            elif made.copies:
                bound = made.activation_most + np.abs(made.activation_word)
            elif made.matrix_rows is not None:
                bound = bound + made.step_most
            largest = np.maximum(largest, bound)
        self.residual_bound: Floats = bound
        return largest

    def _layer(self, number: int, bound: Floats) -> LayerRounding:
        layer, place = self.array.layers[number], (self.index, number)
        of_audio = hears_audio(self.array, place)
        if of_audio:
            layer = heard_audio(layer, self.array.rechannel[:, 0])
        at = f".{self.index}.{number}"
        last = number + 1 == len(self.array.layers)
        return LayerRounding(
            layer, self.units, bound, self.peaks["r" + at], self._drive(number),
            self.formats.headroom, place in self.formats.histories,
            place in self.formats.activations, full=self.full, fine=self.fine, of_audio=of_audio,
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
            found.append(tensor_report(name, what, made.conv.values, layer.weights, made.conv.bits))
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
