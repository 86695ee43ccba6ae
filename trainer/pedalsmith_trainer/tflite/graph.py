# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Writes a .tflite file operation by operation."""

from dataclasses import dataclass

import flatbuffers
import numpy as np
import numpy.typing as npt
from tensorflow.lite.python import schema_py_generated as schema

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int8": schema.TensorType.INT8,
    "int16": schema.TensorType.INT16,
    "int32": schema.TensorType.INT32,
    "int64": schema.TensorType.INT64,
    "resource": schema.TensorType.RESOURCE,
}
_VERSIONS = {"FULLY_CONNECTED": 4, "UNIDIRECTIONAL_SEQUENCE_LSTM": 3}
"""Versions of operations in which 8-bit weights meet these activations; others have 1."""

_RESIDES_ELSEWHERE = -1


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph being made; value = scale (word - zero)."""

    index: int
    shape: tuple[int, ...]
    dtype: str
    scale: float = 0.0
    """0 for floats"""
    zero: int = 0


class Graph:
    """One main subgraph, and one that sets the variables before the first call."""

    def __init__(self, description: str) -> None:
        self._model = schema.ModelT()
        self._model.version = 3
        self._model.description = description
        # The first buffer is the empty one.
        self._model.buffers = [schema.BufferT()]
        self._model.operatorCodes = []
        self._codes: dict[str, int] = {}
        self._main, self._setup = _subgraph("main"), _subgraph("setup")
        self._model.subgraphs = [self._main, self._setup]
        self._variables = 0
        once = schema.CallOnceOptionsT()
        once.initSubgraphIndex = 1
        self._put(self._main, "CALL_ONCE", [], [], once, "CallOnce")

    def input(self, name: str, width: int, dtype: str, scale: float = 0.0) -> Tensor:
        """An input (1, width) of the model."""
        tensor = self.tensor(name, (1, width), dtype, scale)
        self._main.inputs.append(tensor.index)
        return tensor

    def output(self, tensor: Tensor) -> None:
        """Makes the tensor the model's output."""
        self._main.outputs.append(tensor.index)

    def tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str,
        scale: float = 0.0,
        zero: int = 0,
        *,
        variable: bool = False,
    ) -> Tensor:
        """A tensor that an operation fills, or (`variable`) one that operations keep."""
        return self._tensor(self._main, name, shape, dtype, np.array([scale]), zero, 0, variable)

    def constant(
        self, name: str, values: Ints | npt.NDArray[np.float32], scales: Floats | float = 0.0
    ) -> Tensor:
        """A constant of the values' own type; one scale, or one a row."""
        return self._constant(self._main, name, values, np.atleast_1d(scales))

    def state(self, name: str, start: Ints | npt.NDArray[np.float32], scale: float) -> "State":
        """A resource variable, which `start` is assigned to before the first call."""
        handles = []
        for part in (self._main, self._setup):
            options = schema.VarHandleOptionsT()
            options.container, options.sharedName = "", name
            handle = self._tensor(
                part, f"{name}_handle", (1,), "resource", np.zeros(1), 0, 0, False
            )
            self._put(part, "VAR_HANDLE", [], [handle], options, "VarHandle")
            handles.append(handle)
        first = self._constant(self._setup, f"{name}_start", start, np.array([scale]))
        self._put(self._setup, "ASSIGN_VARIABLE", [handles[1], first], [], None, "AssignVariable")
        value = self.tensor(name, start.shape, str(start.dtype), scale)
        self._put(self._main, "READ_VARIABLE", [handles[0]], [value], None, "ReadVariable")
        return State(self, handles[0], value)

    def add(
        self,
        operation: str,
        inputs: list[Tensor | None],
        outputs: list[Tensor],
        options: object = None,
        kind: str = "",
        intermediates: list[Tensor] | None = None,
    ) -> None:
        """An operation, by its name in the schema; `kind` is the options' name without Options."""
        self._put(self._main, operation, inputs, outputs, options, kind, intermediates)

    def bytes(self) -> bytes:
        """The file."""
        builder = flatbuffers.Builder(4096)
        builder.Finish(self._model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def _tensor(
        self,
        part: object,
        name: str,
        shape: tuple[int, ...],
        dtype: str,
        scales: Floats,
        zero: int,
        buffer: int,
        variable: bool,
    ) -> Tensor:
        made = schema.TensorT()
        made.name, made.shape, made.type = name, list(shape), _TYPES[dtype]
        made.buffer, made.isVariable = buffer, variable
        if scales.any():
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = np.asarray(scales, np.float32)
            made.quantization.zeroPoint = np.full(len(scales), zero, np.int64)
        part.tensors.append(made)  # type: ignore[attr-defined]
        index = len(part.tensors) - 1  # type: ignore[attr-defined]
        return Tensor(index, shape, dtype, float(scales[0]), zero)

    def _constant(self, part: object, name: str, values: npt.NDArray, scales: Floats) -> Tensor:
        buffer = schema.BufferT()
        little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        buffer.data = np.frombuffer(little.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        place = len(self._model.buffers) - 1
        return self._tensor(part, name, values.shape, str(values.dtype), scales, 0, place, False)

    def _put(
        self,
        part: object,
        operation: str,
        inputs: list[Tensor | None],
        outputs: list[Tensor],
        options: object,
        kind: str,
        intermediates: list[Tensor] | None = None,
    ) -> None:
        made = schema.OperatorT()
        made.opcodeIndex = self._code(operation)
        made.inputs = [t.index if t else _RESIDES_ELSEWHERE for t in inputs]
        made.outputs = [t.index for t in outputs]
        if intermediates:
            made.intermediates = [t.index for t in intermediates]
        if kind:
            name = f"{kind}Options"
            made.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            made.builtinOptions = options or getattr(schema, f"{name}T")()
        part.operators.append(made)  # type: ignore[attr-defined]

    def _code(self, operation: str) -> int:
        if operation not in self._codes:
            code = schema.OperatorCodeT()
            code.builtinCode = getattr(schema.BuiltinOperator, operation)
            code.deprecatedBuiltinCode = min(code.builtinCode, 127)
            code.version = _VERSIONS.get(operation, 1)
            self._model.operatorCodes.append(code)
            self._codes[operation] = len(self._model.operatorCodes) - 1
        return self._codes[operation]


@dataclass(frozen=True)
class State:
    """A variable of a Graph, as it is at the beginning of a call."""

    graph: Graph
    handle: Tensor
    value: Tensor

    def assign(self, after: Tensor) -> None:
        """What it is from the next call on; of the same type and scale."""
        assert (after.dtype, after.scale) == (self.value.dtype, self.value.scale)
        self.graph.add("ASSIGN_VARIABLE", [self.handle, after], [], None, "AssignVariable")


def _subgraph(name: str) -> object:
    part = schema.SubGraphT()
    part.name, part.tensors, part.operators, part.inputs, part.outputs = name, [], [], [], []
    return part
