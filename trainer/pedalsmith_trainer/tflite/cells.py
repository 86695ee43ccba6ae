# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Networks laid out as elementary operations, in float32 or with int16 values and int8 weights.

    z = W x + U h + b, split into gates; LSTM: c' = f c + i g, h' = o tanh(c');
    GRU: n = tanh(a + r u), h' = n + z (h - n)

x is one sample and the knobs. Weights have one scale a row; states, gates and the audio are full
scale at 1.0, the rest as large as `Ranges` says.
"""

import numpy as np
import numpy.typing as npt
from tensorflow.lite.python import schema_py_generated as schema

from pedalsmith.models.model import Dense, Gru, Lstm, Model
from pedalsmith_trainer.tflite.graph import Graph, State, Tensor
from pedalsmith_trainer.tflite.ranges import Ranges

Array = npt.NDArray[np.float32]

UNIT = 2.0**-15
"""Scale of int16 values within +-1."""


class Cells:
    """Lays out one model in a graph."""

    def __init__(self, graph: Graph, *, integer: bool) -> None:
        self._graph = graph
        self._integer = integer
        self._dtype = "int16" if integer else "float32"
        self._made = 0

    def lay_out(self, model: Model, ranges: Ranges) -> None:
        """Adds inputs, layers and the output. The layers are LSTMs, GRUs and Dense ones."""
        gain, loud = (10.0 ** (db / 20.0) for db in (model.input_gain_db, model.output_gain_db))
        audio = self._input("audio", 1)
        signal = [audio, *([self._input("knobs", model.knobs)] if model.knobs else [])]
        last = len(model.layers) - 1
        for index, layer in enumerate(model.layers):
            first = np.float32(gain if index == 0 else 1.0)
            inner = (ranges.sums[index], ranges.cells[index])
            match layer:
                case Lstm():
                    signal = [self._lstm(signal, layer, first, *inner)]
                case Gru():
                    signal = [self._gru(signal, layer, first, *inner)]
                case Dense():
                    end = np.float32(loud if index == last else 1.0)
                    reach = ranges.outputs[index] * float(end)
                    signal = [self._dense(signal[0], layer, end, reach)]
        (output,) = signal
        if model.skip:
            ratio = model.skip * gain * loud
            dry = audio if ratio == 1.0 else self._times(audio, ratio)
            output = self._pair("ADD", output, dry, self._scale(ranges.result))
        self._graph.output(output)

    def _lstm(
        self, signal: list[Tensor], layer: Lstm, gain: np.float32, sums: float, cells: float
    ) -> Tensor:
        cell_scale = self._scale(cells)
        hidden = self._state("hidden", layer.initial_hidden, layer.hidden_size, self._scale(1.0))
        cell = self._state("cell", layer.initial_cell, layer.hidden_size, cell_scale)
        x, kernel = self._joined(signal), _driven(layer.kernel, gain)
        z = self._sums(x, kernel, layer.bias, hidden.value, layer.recurrent, None, sums)
        i, f, g, o = self._split(z, 4)
        i, f, o = (self._function("LOGISTIC", gate) for gate in (i, f, o))
        kept = self._pair("MUL", f, cell.value, cell_scale)
        new = self._pair("MUL", i, self._function("TANH", g), self._scale(1.0))
        after = self._pair("ADD", kept, new, cell_scale)
        out = self._pair("MUL", o, self._function("TANH", after), self._scale(1.0))
        cell.assign(after)
        hidden.assign(out)
        return out

    def _gru(
        self, signal: list[Tensor], layer: Gru, gain: np.float32, sums: float, parts: float
    ) -> Tensor:
        units = layer.hidden_size
        unit = self._scale(1.0)
        hidden = self._state("hidden", None, units, unit)
        x = self._joined(signal)
        kernel, recurrent = _driven(layer.kernel, gain), layer.recurrent
        gates = slice(0, 2 * units)
        driven_bias, state_bias = layer.bias[:, gates]
        both = self._sums(
            *(x, kernel[:, gates], driven_bias),
            *(hidden.value, recurrent[:, gates], state_bias),
            sums,
        )
        z, r = (self._function("LOGISTIC", gate) for gate in self._split(both, 2))
        rest = slice(2 * units, None)
        u = self._product(hidden.value, recurrent[:, rest].T, layer.bias[1, rest], parts)
        a = self._product(x, kernel[:, rest].T, layer.bias[0, rest], sums + parts)
        driven = self._pair(
            "ADD", a, self._pair("MUL", r, u, self._scale(parts)), self._scale(sums)
        )
        n = self._function("TANH", driven)
        apart = self._pair("SUB", hidden.value, n, self._scale(2.0))
        out = self._pair("ADD", n, self._pair("MUL", z, apart, self._scale(2.0)), unit)
        hidden.assign(out)
        return out

    def _dense(self, x: Tensor, layer: Dense, gain: np.float32, reach: float) -> Tensor:
        out = self._product(x, (layer.kernel * gain).T, layer.bias * gain, reach)
        function = {"linear": "", "relu": "RELU", "tanh": "TANH", "sigmoid": "LOGISTIC"}
        name = function[layer.activation]
        return self._function(name, out) if name else out

    def _input(self, name: str, width: int) -> Tensor:
        return self._graph.input(name, width, self._dtype, self._scale(1.0))

    def _state(self, kind: str, start: Array | None, units: int, scale: float) -> State:
        values = np.zeros(units, np.float32) if start is None else start
        words = self._words(values[None], scale)
        return self._graph.state(self._name(kind), words, scale)

    def _product(self, x: Tensor, weights: Array, bias: Array, reach: float) -> Tensor:
        """weights (outputs, inputs) x + bias."""
        scales = np.zeros(1)
        words, offset = np.ascontiguousarray(weights, np.float32), bias.astype(np.float32)
        if self._integer:
            scales = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127.0
            words = np.round(weights / scales[:, None]).astype(np.int8)
            offset = np.round(bias / (scales * x.scale)).astype(np.int64)
        made = self._value("sums", (1, len(weights)), self._scale(reach))
        operands: list[Tensor | None] = [
            x,
            self._graph.constant(self._name("weights"), words, scales),
            self._graph.constant(self._name("bias"), offset, scales * x.scale),
        ]
        self._graph.add("FULLY_CONNECTED", operands, [made], None, "FullyConnected")
        return made

    def _sums(
        self,
        x: Tensor,
        kernel: Array,
        bias: Array,
        state: Tensor,
        recurrent: Array,
        state_bias: Array | None,
        reach: float,
    ) -> Tensor:
        """kernel^T x + bias + recurrent^T state + state_bias. Each matrix has scales of its own,
        because one for both costs 5 to 11 dB (Proteus, NeuralPi and HT-1 models), and each bias
        stays beside its matrix, so that a float file holds a model's own numbers."""
        driven = self._product(x, kernel.T, bias, reach)
        own = np.zeros_like(bias) if state_bias is None else state_bias
        fed_back = self._product(state, recurrent.T, own, reach)
        return self._pair("ADD", driven, fed_back, self._scale(reach))

    def _pair(self, operation: str, a: Tensor, b: Tensor, scale: float) -> Tensor:
        options = None
        if operation in ("ADD", "SUB"):
            options = getattr(schema, f"{operation.title()}OptionsT")()
            options.potScaleInt16 = False
        made = self._value(operation.lower(), np.broadcast_shapes(a.shape, b.shape), scale)
        self._graph.add(operation, [a, b], [made], options, operation.title())
        return made

    def _times(self, x: Tensor, ratio: float) -> Tensor:
        scale = self._scale(abs(ratio))
        words = self._words(np.array([ratio], np.float32), scale)
        factor = self._graph.constant(self._name("factor"), words, scale)
        return self._pair("MUL", x, factor, self._scale(abs(ratio)))

    def _function(self, operation: str, x: Tensor) -> Tensor:
        scale = x.scale if operation == "RELU" else self._scale(1.0)
        made = self._value(operation.lower(), x.shape, scale)
        self._graph.add(operation, [x], [made])
        return made

    def _joined(self, parts: list[Tensor]) -> Tensor:
        """Side by side; all within +-1, so that one scale serves them."""
        if len(parts) == 1:
            return parts[0]
        options = schema.ConcatenationOptionsT()
        options.axis = 1
        made = self._value("joined", (1, sum(p.shape[1] for p in parts)), self._scale(1.0))
        self._graph.add("CONCATENATION", [*parts], [made], options, "Concatenation")
        return made

    def _split(self, x: Tensor, count: int) -> list[Tensor]:
        options = schema.SplitOptionsT()
        options.numSplits = count
        axis = self._graph.constant(self._name("axis"), np.array(1, np.int32))
        shape = (1, x.shape[1] // count)
        made = [self._value("gate", shape, x.scale) for _ in range(count)]
        self._graph.add("SPLIT", [axis, x], made, options, "Split")
        return made

    def _value(self, kind: str, shape: tuple[int, ...], scale: float) -> Tensor:
        return self._graph.tensor(self._name(kind), shape, self._dtype, scale)

    def _words(self, values: Array, scale: float) -> npt.NDArray:
        if not self._integer:
            return values.astype(np.float32)
        return np.clip(np.round(values / scale), -32768, 32767).astype(np.int16)

    def _scale(self, reach: float) -> float:
        return max(reach, 2.0**-10) * UNIT if self._integer else 0.0

    def _name(self, kind: str) -> str:
        self._made += 1
        return f"{kind}_{self._made}"


def _driven(kernel: Array, gain: np.float32) -> Array:
    """The kernel with a gain before the audio input."""
    driven = kernel.copy()
    driven[0] *= gain
    return driven
