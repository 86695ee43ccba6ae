# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The tensors of a WaveNet record <-> bytes. firmware/engine/wavenet/README.md has the layout."""

import struct
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.refusal import require
from pedalsmith.quantization.wavenet_function import FUNCTIONS_MAX, Function
from pedalsmith.quantization.wavenet_proof import (
    ARRAYS_MAX,
    CHANNELS_MAX,
    LAYERS_MAX,
    TAPS_MAX,
)
from pedalsmith.quantization.wavenet_record import (
    COPY,
    FULL,
    FUNCTION,
    HISTORY_16,
    HISTORY_AUDIO,
    HISTORY_FULL,
    LEAKY,
    LINEAR,
    MATRIX_16,
    MATRIX_32,
    MATRIX_HEAD,
    Copy,
    FullMatrix,
    Matrix,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
)

_PART = struct.Struct("<8H")


class Reader(Protocol):
    """What takes tensors from a file, one after the other; raises Refused."""

    def array(self, kind: str, *shape: int) -> npt.NDArray[Any]:
        """The next tensor of that dtype and shape."""


def tensors_of(record: WaveNetRecord) -> bytes:
    """All that follows the record's header."""
    functions = b"".join(map(_function_bytes, record.functions))
    arrays = (_array_bytes(array, record.functions) for array in record.arrays)
    return functions + b"".join(arrays)


def read(reader: Reader, arrays: int, functions: int) -> WaveNetRecord:
    """The record of so many arrays, with so many functions."""
    require(1 <= arrays <= ARRAYS_MAX, f"a WaveNet of {arrays} arrays; 1..{ARRAYS_MAX} are served")
    require(functions <= FUNCTIONS_MAX, f"a WaveNet of {functions} functions of its own")
    own = tuple(_read_function(reader) for _ in range(functions))
    return WaveNetRecord(tuple(_read_array(reader, own) for _ in range(arrays)), own)


def _words(values: npt.NDArray[np.integer[Any]], kind: str = "<i4") -> bytes:
    data = np.ascontiguousarray(values).astype(kind).tobytes()
    return data + bytes(-len(data) % 4)


def _wide_bytes(wide: WideConv) -> bytes:
    return _words(wide.weights) + _words(wide.bias)


def _function_bytes(function: Function) -> bytes:
    head = struct.pack("<2H", function.type, function.shift)
    return head + _words(np.array(function.words, np.int64))


def _array_bytes(array: WaveNetArrayRecord, functions: tuple[Function, ...]) -> bytes:
    head, rechannel = array.head, array.rechannel
    fields = _PART.pack(
        *(rechannel.inputs, array.channels, array.bottleneck, len(array.layers)),
        *(head.outputs, head.taps, rechannel.fraction, head.fraction),
    )
    layers = b"".join(_layer_bytes(layer, functions) for layer in array.layers)
    return fields + _wide_bytes(rechannel) + _words(array.head_start) + layers + _wide_bytes(head)


def _layer_bytes(layer: WaveNetLayerRecord, functions: tuple[Function, ...]) -> bytes:
    conv, matrix, activation = layer.conv, layer.matrix, layer.activation
    beside = 0 if layer.head_matrix is None else MATRIX_HEAD
    next_ = 0 if matrix is None else layer.matrix_format
    if layer.copy is not None:
        next_ = COPY | layer.copy.shift << 8
    if layer.full is not None:
        next_ = FULL | layer.full.shift << 8
    if layer.function is not None:
        activation += functions.index(layer.function)
    parts = [
        _PART.pack(
            *(conv.taps, layer.dilation, activation, layer.gated),
            *(layer.history_format, layer.history_shift),
            *(next_ | beside, layer.lift),
        )
    ]
    if layer.history_scale is not None:
        parts.append(_words(layer.history_scale))
    parts += [_words(conv.weights, f"<i{conv.bits // 8}"), _words(conv.bias), _words(layer.mixin)]
    if conv.scale is not None:
        parts.append(_words(conv.scale))
    if layer.slope is not None:
        parts.append(_words(layer.slope))
    parts.append(_words(layer.head_scale))
    if matrix is not None:
        parts += _matrix_parts(matrix)
    if layer.copy is not None:
        parts += [_words(layer.copy.bias), _words(layer.copy.scale)]
    if layer.full is not None:
        parts += [_words(layer.full.weights), _words(layer.full.bias)]
    if layer.head_matrix is not None:
        parts += _matrix_parts(layer.head_matrix)
    return b"".join(parts)


def _matrix_parts(matrix: Matrix) -> list[bytes]:
    assert matrix.scale is not None
    return [_words(matrix.weights, "<i2"), _words(matrix.bias), _words(matrix.scale)]


def _read_matrix(reader: Reader, rows: int, columns: int) -> Matrix:
    words = reader.array("<i2", rows, 1, columns)
    return Matrix(words, reader.array("<i4", rows), reader.array("<i4", rows))


def _fields(reader: Reader) -> list[int]:
    return [int(value) for value in reader.array("<u2", 8)]


def _read_wide(reader: Reader, outputs: int, taps: int, inputs: int, fraction: int) -> WideConv:
    for count, most in ((outputs, CHANNELS_MAX), (inputs, CHANNELS_MAX), (taps, TAPS_MAX)):
        require(1 <= count <= most, f"a WaveNet's convolution of {count}; 1..{most} are served")
    weights = reader.array("<i4", outputs, taps, inputs)
    return WideConv(weights, reader.array("<i4", outputs), fraction)


def _read_function(reader: Reader) -> Function:
    kind, shift = (int(value) for value in reader.array("<u2", 2))
    words = reader.array("<i4", Function.count_of(kind))
    return Function(kind, shift, tuple(words.tolist()))


def _read_array(reader: Reader, functions: tuple[Function, ...]) -> WaveNetArrayRecord:
    inputs, channels, bottleneck, layers, outputs, taps, f_in, f_head = _fields(reader)
    for count in (channels, bottleneck):
        require(1 <= count <= CHANNELS_MAX, f"a WaveNet {count} channels wide")
    require(1 <= layers <= LAYERS_MAX, f"a WaveNet of {layers} layers; 1..{LAYERS_MAX} are served")
    rechannel = _read_wide(reader, channels, 1, inputs, f_in)
    start = reader.array("<i4", bottleneck)
    read_layers = tuple(_read_layer(reader, channels, bottleneck, functions) for _ in range(layers))
    head = _read_wide(reader, outputs, taps, bottleneck, f_head)
    return WaveNetArrayRecord(rechannel, start, read_layers, head)


def _read_layer(
    reader: Reader, channels: int, bottleneck: int, functions: tuple[Function, ...]
) -> WaveNetLayerRecord:
    taps, dilation, activation, gated, form, shift, step, lift = _fields(reader)
    own, bits = activation - FUNCTION, 32 if form == HISTORY_FULL else 16
    copy_shift, has_matrix = step >> 8, step & 127
    known = gated <= 1 and has_matrix <= FULL and own < len(functions)
    known = known and (has_matrix in (COPY, FULL) or copy_shift == 0)
    known = known and HISTORY_16 <= form <= HISTORY_FULL
    require(known, "a WaveNet layer of an unknown format")
    require(1 <= taps <= TAPS_MAX, f"a WaveNet layer of {taps} taps; 1..{TAPS_MAX} are served")
    rows = bottleneck << gated
    history_scale = reader.array("<i4", channels) if form == HISTORY_16 else None
    heard = 2 if form == HISTORY_AUDIO else channels
    weights = reader.array(f"<i{bits // 8}", rows, taps, heard)
    bias, mixin = (reader.array("<i4", rows) for _ in range(2))
    scaled = gated or activation not in (LINEAR, LEAKY)
    scale = reader.array("<i4", rows) if scaled else None
    slope = reader.array("<i4", bottleneck) if activation == LEAKY else None
    head_scale = reader.array("<i4", bottleneck)
    matrix, copy, full = None, None, None
    if has_matrix == FULL:
        weights_of_full = reader.array("<i4", channels, bottleneck)
        full = FullMatrix(weights_of_full, reader.array("<i4", channels), copy_shift)
    elif has_matrix == COPY:
        bias_of_copy = reader.array("<i4", channels)
        copy = Copy(reader.array("<i4", channels), bias_of_copy, copy_shift)
    elif has_matrix:
        matrix = _read_matrix(reader, channels, bottleneck)
    head_matrix = _read_matrix(reader, bottleneck, bottleneck) if step & MATRIX_HEAD else None
    return WaveNetLayerRecord(
        conv=Matrix(weights, bias, scale, bits),
        dilation=dilation,
        mixin=mixin,
        activation=min(activation, FUNCTION),
        function=functions[own] if own >= 0 else None,
        gated=bool(gated),
        head_scale=head_scale,
        slope=slope,
        lift=lift,
        history_scale=history_scale,
        of_audio=form == HISTORY_AUDIO,
        history_shift=shift,
        matrix=matrix,
        matrix_format=MATRIX_16 if has_matrix == MATRIX_16 else MATRIX_32,
        head_matrix=head_matrix,
        copy=copy,
        full=full,
    )
