# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What there is to say of a blob's layers, as plain data."""

from typing import Any

from pedalsmith.quantization.blob import DenseRecord, LayerRecord, LstmRecord
from pedalsmith.quantization.fir_record import SEGMENT, FirRecord
from pedalsmith.quantization.wavenet_record import (
    HISTORY_32,
    HISTORY_FULL,
    FullMatrix,
    Matrix,
    WaveNetRecord,
    WideConv,
)


def layer_facts(record: LayerRecord) -> dict[str, Any]:
    """Kind, shape, format, parameters and products ("macs") a sample of a layer."""
    if isinstance(record, WaveNetRecord):
        return _wavenet(record)
    if isinstance(record, FirRecord):
        return {
            "kind": "fir",
            "inputs": record.inputs,
            "outputs": record.outputs,
            "taps": record.weights.size,
            "parameters": record.weights.size + 1,
            "macs": record.weights.size,
            "format": f"int16 taps, {record.segments} segments of {SEGMENT}",
        }
    if isinstance(record, DenseRecord):
        size = record.inputs * record.outputs
        return {
            "kind": "dense",
            "inputs": record.inputs,
            "outputs": record.outputs,
            "parameters": size + record.outputs,
            "macs": size,
            "format": f"int32 weights Q{record.fraction}",
        }
    own = record.rows * (0 if record.input is None else 1)
    knobs = 0 if record.knob is None else record.knob.size
    weights = "int16" if record.row_shift is None else "int8 with a shift a row"
    states = {1: "int16 state with error feedback", 2: "int32 state"}
    state = states.get(record.state_format, f"state format {record.state_format}")
    lstm = isinstance(record, LstmRecord)
    cell = f", cell Q{24 - record.cell_shift}" if isinstance(record, LstmRecord) else ""
    return {
        "kind": "lstm" if lstm else "gru",
        "inputs": record.inputs,
        "hidden_size": record.hidden,
        "parameters": record.weights.size + own + knobs + record.bias_rows(),
        "macs": record.weights.size + own,
        "format": f"{weights} weights, {state}{cell}",
    }


def _wavenet(record: WaveNetRecord) -> dict[str, Any]:
    layers = [layer for array in record.arrays for layer in array.layers]
    convs: list[WideConv | Matrix | FullMatrix] = []
    for array in record.arrays:
        convs += [array.rechannel, array.head]
    for layer in layers:
        parts = (layer.conv, layer.matrix, layer.full, layer.head_matrix)
        convs += [part for part in parts if part is not None]
    macs = sum(conv.weights.size for conv in convs) + sum(layer.mixin.size for layer in layers)
    long_words = sum(layer.history_format in (HISTORY_32, HISTORY_FULL) for layer in layers)
    weights = "int32" if any(layer.conv.bits == 32 for layer in layers) else "int16"
    return {
        "kind": "wavenet",
        "inputs": record.inputs,
        "outputs": record.outputs,
        "arrays": [
            {"channels": array.channels, "layers": len(array.layers)} for array in record.arrays
        ],
        "receptive_field": record.history + 1,
        "parameters": macs + sum(conv.bias.size for conv in convs),
        "macs": macs,
        "format": f"{weights} weights, {len(layers)} layers in {len(record.arrays)} array"
        f"{'s' if len(record.arrays) > 1 else ''}, {record.history} samples of history, "
        f"{long_words} of the layers with 32 bits",
    }
