# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""LSTMs with int8 values and weights, as the one operation that TensorFlow Lite has for them.

Laid out in elementary operations an int8 LSTM is useless (an error as loud as the signal), because
its cell would have 8 bits; the fused operation keeps the cell in 16. Scales follow TensorFlow
Lite's quantization specification: one a matrix, biases in that of input and matrix.
"""

import numpy as np
import numpy.typing as npt
from tensorflow.lite.python import schema_py_generated as schema

from pedalsmith.models.model import Dense, Lstm, Model
from pedalsmith_trainer.tflite.graph import Graph, Tensor
from pedalsmith_trainer.tflite.ranges import Ranges

Array = npt.NDArray[np.float32]

UNIT = 2.0**-7
"""Scale of int8 values within +-1."""

_INTERMEDIATES = 5
"""Tensors that the operation wants to have and, without layer normalization, does not use."""


def lay_out(graph: Graph, model: Model, ranges: Ranges) -> None:
    """Adds inputs, layers and the output. The layers are LSTMs and Dense ones."""
    gain, loud = (10.0 ** (db / 20.0) for db in (model.input_gain_db, model.output_gain_db))
    audio = graph.input("audio", 1, "int8", UNIT)
    signal = audio
    if model.knobs:
        knobs = graph.input("knobs", model.knobs, "int8", UNIT)
        options = schema.ConcatenationOptionsT()
        options.axis = 1
        signal = graph.tensor("joined", (1, 1 + model.knobs), "int8", UNIT)
        graph.add("CONCATENATION", [audio, knobs], [signal], options, "Concatenation")
    signal = _reshaped(graph, signal)
    last = len(model.layers) - 1
    for index, layer in enumerate(model.layers):
        match layer:
            case Lstm():
                name = f"lstm_{index + 1}"
                driven = layer.kernel.copy()
                driven[0] *= gain if index == 0 else 1.0
                signal = _lstm(graph, name, signal, layer, driven, ranges.cells[index])
            case Dense():
                end = np.float32(loud if index == last else 1.0)
                name, reach = f"dense_{index + 1}", ranges.outputs[index] * float(end)
                signal = _dense(graph, name, signal, layer, end, reach)
    if model.skip:
        # An 8-bit sum reaches as far as both together.
        made = graph.tensor("output", (1, 1), "int8", max(ranges.result, 0.01) / 127)
        graph.add("ADD", [signal, audio], [made], None, "Add")
        signal = made
    graph.output(signal)


def _lstm(graph: Graph, name: str, x: Tensor, layer: Lstm, kernel: Array, cells: float) -> Tensor:
    units = layer.hidden_size
    cell_scale = 2.0 ** (np.ceil(np.log2(max(cells, 1.0))) - 15)
    gates = [slice(at * units, (at + 1) * units) for at in range(4)]
    driven = [_matrix(graph, f"{name}_input_{at}", kernel[:, g]) for at, g in enumerate(gates)]
    back = [
        _matrix(graph, f"{name}_state_{at}", layer.recurrent[:, g]) for at, g in enumerate(gates)
    ]
    biases: list[Tensor | None] = []
    for at, gate in enumerate(gates):
        scale = x.scale * driven[at].scale
        words = np.round(layer.bias[gate] / scale).astype(np.int32)
        biases.append(graph.constant(f"{name}_bias_{at}", words, scale))
    hidden = graph.tensor(f"{name}_hidden", (1, units), "int8", UNIT, variable=True)
    cell = graph.tensor(f"{name}_cell", (1, units), "int16", cell_scale, variable=True)
    inner = [
        graph.tensor(f"{name}_inner_{at}", (0,), "int8" if at == 4 else "int16", UNIT)
        for at in range(_INTERMEDIATES)
    ]
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    out = graph.tensor(f"{name}_output", (1, 1, units), "int8", UNIT)
    none: list[Tensor | None] = [None]
    graph.add(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        [x, *driven, *back, *(3 * none), *biases, *(2 * none), hidden, cell, *(4 * none)],
        [out],
        options,
        "UnidirectionalSequenceLSTM",
        inner,
    )
    return out


def _dense(
    graph: Graph, name: str, x: Tensor, layer: Dense, gain: np.float32, reach: float
) -> Tensor:
    weights = _matrix(graph, f"{name}_weights", layer.kernel * gain)
    scale = x.scale * weights.scale
    bias = np.round(layer.bias * gain / scale).astype(np.int32)
    made = graph.tensor(name, (1, layer.outputs), "int8", max(reach, 0.01) / 127)
    operands: list[Tensor | None] = [x, weights, graph.constant(f"{name}_bias", bias, scale)]
    graph.add("FULLY_CONNECTED", operands, [made], None, "FullyConnected")
    function = {"linear": "", "relu": "RELU", "tanh": "TANH", "sigmoid": "LOGISTIC"}
    if operation := function[layer.activation]:
        # A logistic function has 8 bits of its own range, -128 meaning 0.
        zero, unit = (-128, 2.0**-8) if operation == "LOGISTIC" else (0, UNIT)
        unit = made.scale if operation == "RELU" else unit
        shaped = graph.tensor(f"{name}_shaped", made.shape, "int8", unit, zero)
        graph.add(operation, [made], [shaped])
        made = shaped
    return made


def _matrix(graph: Graph, name: str, kernel: Array) -> Tensor:
    """(outputs, inputs), one scale."""
    scale = max(float(np.abs(kernel).max()), 1e-9) / 127.0
    words = np.round(kernel.T / scale).astype(np.int8)
    return graph.constant(name, np.ascontiguousarray(words), scale)


def _reshaped(graph: Graph, x: Tensor) -> Tensor:
    """(1, inputs) as one stream of one sample, (1, 1, inputs)."""
    shape = (1, *x.shape)
    options = schema.ReshapeOptionsT()
    options.newShape = list(shape)
    words = graph.constant("shape", np.array(shape, np.int32))
    made = graph.tensor("sample", shape, "int8", x.scale)
    graph.add("RESHAPE", [x, words], [made], options, "Reshape")
    return made
