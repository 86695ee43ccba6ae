# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The grid on which recurrent weights are fine-tuned: steps that stay, words that move.

The words are made by the converter's own functions, so that what is trained is what it will write.
The steps are of the kind that float32 holds exactly (rows.exact_step): the converter finds
them in model.json and rounds nothing.
"""

from dataclasses import dataclass

import numpy as np

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples
from pedalsmith.models.model import Model
from pedalsmith.quantization.blob import KNOB_ONE, Blob
from pedalsmith.quantization.candidates import Candidate
from pedalsmith.quantization.network import Network, State, from_model
from pedalsmith.quantization.proof import L1_MAX
from pedalsmith.quantization.quantizer import WEIGHT_BITS, Quantizer
from pedalsmith.quantization.records import Place, Wide, fixed, head_record, recurrent_record
from pedalsmith.quantization.rows import fit_step, largest_word, round_rows
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.native import Floats
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.quantized_native import Words

_LARGEST_V = 255.0
"""|v| that a row may reach, of the 256 that the proof allows: rounding takes its part."""

_LARGEST_INPUT = 127.0
"""|weight| of the audio or a knob, of the 128 that Q24 holds."""

STATE_FORMAT = 1
"""16 bits: what is fast on the board."""


@dataclass(frozen=True)
class Levels:
    """What training multiplied the sound with; see material.py."""

    input_gain: float
    output_gain: float
    knobs: int

    @staticmethod
    def of(material: Material) -> "Levels":
        """Those of `material`."""
        return Levels(material.input_gain, material.output_gain, len(material.knob_names))

    def words(self, inputs: Floats) -> Words:
        """The engine's input for inputs (time, streams, 1 + knobs) on the trained level."""
        factors = np.full(inputs.shape[2], KNOB_ONE, np.float32)
        factors[0] = Q23_ONE / self.input_gain
        words = np.rint(inputs * factors)
        words[..., 0] = np.clip(words[..., 0], -Q23_ONE, Q23_ONE - 1)
        return np.asarray(words, np.int32)

    def sound(self, words: Words) -> Floats:
        """The engine's output on the trained level."""
        return words.astype(np.float32) * np.float32(self.output_gain / Q23_ONE)


class Grid:
    """Steps for the rows of a network's recurrent layers."""

    def __init__(
        self,
        network: AmpNetwork,
        levels: Levels,
        weights: str,
        cell_shifts: np.ndarray,
        steps: list[np.ndarray],
    ) -> None:
        """weights: "int16" or "int8"; cell_shifts: (layers,), 0 for a GRU.

        steps: (rows,) a layer, of the engine's rows.
        """
        self.network, self.levels = network, levels
        self.cell_shifts, self.steps = cell_shifts, steps
        (self._bits,) = WEIGHT_BITS[weights]
        self._shapes = [tuple(v.shape) for v in network.trainable_variables]
        self._ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])

    def blob(self, row: Floats) -> tuple[Blob, Floats]:
        """Rounds a flat row of float weights; returns the blob and the weights that it stands for.

        The blob begins from zero state; golden vector and metadata are missing.
        """
        arrays = self._split(row)
        network = self._as_engine(arrays)
        layers = []
        for index, layer in enumerate(network.layers):
            rows = round_rows(layer.weights, self.steps[index], self._bits)
            nothing = np.zeros((1, layer.hidden))
            name = f"layer {index + 1}"
            shift = int(self.cell_shifts[index])
            place = Place(State(nothing, nothing), shift, STATE_FORMAT, name)
            layers.append(recurrent_record(layer, rows, Wide.of(layer), place))
            self._put(arrays, index, rows.values)
        blob = Blob(
            layers=(*layers, head_record(network.head, "the head")),
            sample_rate=SAMPLE_RATE,
            knobs=network.knobs,
            skip=int(fixed(np.array(network.head.skip), 24, "the skip gain")),
            resting_knobs=(0,) * network.knobs,
        )
        return blob, _join(arrays)

    def bounded(self, row: Floats) -> Floats:
        """Brings weights back to where words of these steps are proved not to overflow."""
        arrays = self._split(row)
        for index, step in enumerate(self.steps):
            kernel, recurrent, bias = arrays[3 * index : 3 * index + 3]
            # Columns of Keras are rows of the engine; those of tanh are doubled there.
            double = self._doubling(index)
            top = (largest_word(self._bits) * step / double).astype(np.float32)
            rounded = [recurrent] if index == 0 else [kernel, recurrent]
            for array in rounded:
                np.clip(array, -top, top, out=array)
            sums = np.sum([np.abs(array).sum(axis=0) for array in rounded], axis=0)
            columns = sum(len(array) for array in rounded)
            room = (L1_MAX / np.exp2(fit_step(step, self._bits)[0]) - columns / 2) * step / double
            reach = sums + np.abs(bias).reshape(-1, len(step)).sum(axis=0)
            if index == 0:
                gains = np.ones((len(kernel), 1))
                gains[0] = self.levels.input_gain
                most = (_LARGEST_INPUT / double / gains).astype(np.float32)
                np.clip(kernel, -most, most, out=kernel)
                reach += (gains * np.abs(kernel)).sum(axis=0)
            factor = np.minimum(room / np.maximum(sums, room), 1.0)
            factor = np.minimum(factor, _LARGEST_V / np.maximum(double * reach, _LARGEST_V))
            for array in (kernel, recurrent, bias):
                array *= factor.astype(np.float32)
        return _join(arrays)

    def row_of(self, candidate: Candidate) -> Floats:
        """The flat weights that a rounding of this network stands for."""
        arrays = self._split(np.zeros(self._ends[-1]))
        gain_in, gain_out = self.levels.input_gain, self.levels.output_gain
        for index, (rows, wide) in enumerate(zip(candidate.rows, candidate.wide, strict=True)):
            double = self._doubling(index)
            self._put(arrays, index, rows.values)
            kernel, bias = arrays[3 * index], arrays[3 * index + 2]
            if index == 0:
                kernel[0] = wide.input[:, 0] / double / gain_in
                kernel[1:] = wide.knob.T / double[None]
            if self.network.arch == "gru":
                hidden = self.network.hidden
                bias[0] = wide.bias[: 3 * hidden] / double
                bias[1, 2 * hidden :] = wide.bias[3 * hidden :] / 2.0
            else:
                bias[:] = wide.bias / double
        arrays[-2][:, 0] = candidate.head.weights * gain_out
        arrays[-1][:] = candidate.head.bias * gain_out
        return _join(arrays)

    def _split(self, row: Floats) -> list[Floats]:
        """Copies, in the shapes of Keras."""
        parts = np.split(np.array(row, np.float32), self._ends[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def _as_engine(self, arrays: list[Floats]) -> Network:
        gains = self.levels.input_gain, self.levels.output_gain
        layers = self.network.model_layers(arrays, *gains)
        skip = 1.0 if self.network.skip else 0.0
        return from_model(Model(layers, SAMPLE_RATE, skip, knobs=self.levels.knobs), "the network")

    def _doubling(self, index: int) -> np.ndarray:
        """(rows,): 2 for tanh rows, which the engine has doubled, 1 for the others."""
        hidden = self.network.hidden
        double = np.ones(len(self.steps[index]))
        double[2 * hidden : 3 * hidden] = 2.0
        return double

    def _put(self, arrays: list[Floats], index: int, values: np.ndarray) -> None:
        """Writes values (rows, columns) of the engine where Keras has them."""
        keras = (values / self._doubling(index)[:, None]).T
        inputs = len(keras) - self.network.hidden
        if index:
            arrays[3 * index][:] = keras[:inputs]
        arrays[3 * index + 1][:] = keras[inputs:]


def grid_for(
    network: AmpNetwork, levels: Levels, weights: str, dry: Samples
) -> tuple[Grid, Floats]:
    """The grid that suits the network's weights best, and those weights rounded to it.

    weights: "int16" or "int8". `dry` is what the converter measures on, on the capture's level.
    Raises BadInput for a network that the engine cannot hold.
    """
    layers = network.to_model_layers(levels.input_gain, levels.output_gain)
    skip = 1.0 if network.skip else 0.0
    model = Model(layers, SAMPLE_RATE, skip, knobs=levels.knobs)
    quantizer = Quantizer(model, "the network", dry, exact=True)
    (bits,) = WEIGHT_BITS[weights]
    best = quantizer.best(bits, STATE_FORMAT).candidate
    cells = quantizer.cells
    shifts = [cells[index].shift if index in cells else 0 for index in range(len(layers) - 1)]
    grid = Grid(network, levels, weights, np.array(shifts), [rows.step for rows in best.rows])
    return grid, grid.row_of(best)


def _join(arrays: list[Floats]) -> Floats:
    return np.concatenate([array.ravel() for array in arrays])
