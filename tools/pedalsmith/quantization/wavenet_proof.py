# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The limits of a WaveNet record, and the proof that no sum of its rows leaves its word.

The C loader (firmware/engine/wavenet_blob.c) computes the same bounds in the same integers.
Residuals, histories and head sums saturate, so only what comes before them needs a proof.
"""

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.refusal import fits, require
from pedalsmith.quantization.wavenet_record import (
    HISTORY_SHIFT_MAX,
    LEAKY,
    SILU,
    Matrix16,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
)

ARRAYS_MAX, LAYERS_MAX, CHANNELS_MAX, TAPS_MAX = 4, 48, 32, 32
FRACTION_MAX = 31
L1_MAX = 65_535
"""Largest sum of |weight| of a row: times 2^15 it is below 2^31."""
WORD_MAX = 2**31 - 1
HISTORY_MAX = 24_000
"""Frames: ENGINE_REST_FRAMES, after which a silent engine is set to rest."""


def check(record: WaveNetRecord, name: str) -> None:
    """Raises Refused when the record breaks a limit or its overflow proof fails."""
    arrays = record.arrays
    require(1 <= len(arrays) <= ARRAYS_MAX, f"{name}: {len(arrays)} arrays")
    residual, head = 1, None
    for array in arrays:
        _check_array(array, name)
        require(array.rechannel.inputs == residual, f"{name}: an array reads another width")
        require(head in (None, array.bottleneck), f"{name}: heads of different widths")
        residual, head = array.channels, array.head.outputs
    require(head == 1, f"{name}: {head} outputs; the engine gives 1")
    require(record.history <= HISTORY_MAX, f"{name}: looks back more than {HISTORY_MAX} samples")


def _check_array(array: WaveNetArrayRecord, name: str) -> None:
    for width in (array.channels, array.bottleneck):
        require(1 <= width <= CHANNELS_MAX, f"{name}: {width} channels; 1..{CHANNELS_MAX}")
    require(1 <= len(array.layers) <= LAYERS_MAX, f"{name}: {len(array.layers)} layers")
    require(array.rechannel.taps == 1, f"{name}: a rechannel of more than one tap")
    require(array.head.inputs == array.bottleneck, f"{name}: a head of another width")
    require(fits(array.head_start, 32), f"{name}: a word outside int32")
    for wide in (array.rechannel, array.head):
        _check_wide(wide, name)
    for layer in array.layers:
        _check_layer(layer, array, name)


def _check_wide(wide: WideConv, name: str) -> None:
    require(1 <= wide.fraction <= FRACTION_MAX, f"{name}: fraction bits outside 1..{FRACTION_MAX}")
    require(1 <= wide.taps <= TAPS_MAX, f"{name}: {wide.taps} taps; 1..{TAPS_MAX} are served")
    require(1 <= wide.outputs <= CHANNELS_MAX, f"{name}: {wide.outputs} head outputs")
    require(wide.bias.shape == (wide.outputs,), f"{name}: bias of another length")
    require(fits(wide.weights, 32) and fits(wide.bias, 32), f"{name}: a word outside int32")
    sums = np.abs(wide.weights.astype(np.int64)).sum(axis=(1, 2))
    require(np.all(sums < 2**32), f"{name}: a sum may leave 64 bits")
    f = wide.fraction
    for total, bias in zip(sums.tolist(), np.abs(wide.bias.astype(np.int64)).tolist(), strict=True):
        bound = (total << 31) + (bias << f) + (1 << (f - 1))
        require(bound < 2**63, f"{name}: a sum may leave 64 bits")


def _check_layer(layer: WaveNetLayerRecord, array: WaveNetArrayRecord, name: str) -> None:
    rows = array.bottleneck << layer.gated
    wide = layer.history_scale is None
    require(layer.conv.channels == array.channels, f"{name}: a convolution of another width")
    require(layer.conv.rows == rows, f"{name}: a convolution of {layer.conv.rows} rows")
    require(1 <= layer.conv.taps <= TAPS_MAX, f"{name}: {layer.conv.taps} taps")
    require(1 <= layer.dilation < 2**16, f"{name}: dilation {layer.dilation}")
    require(layer.history <= HISTORY_MAX, f"{name}: looks back more than {HISTORY_MAX} samples")
    require(0 <= layer.activation <= SILU, f"{name}: unknown activation {layer.activation}")
    most = HISTORY_SHIFT_MAX if wide else 0
    require(0 <= layer.history_shift <= most, f"{name}: history shift {layer.history_shift}")
    require((layer.slope is not None) == (layer.activation == LEAKY), f"{name}: slopes")
    shapes: list[tuple[npt.ArrayLike | None, int]] = [
        (layer.mixin, rows),
        (layer.head_scale, array.bottleneck),
        (layer.slope, array.bottleneck),
        (layer.history_scale, array.channels),
    ]
    for values, count in shapes:
        require(values is None or np.shape(values) == (count,), f"{name}: a tensor of odd length")
        require(values is None or fits(values, 32), f"{name}: a word outside int32")
    drive = (np.abs(layer.mixin.astype(np.int64)) + 1) >> 1
    _check_rows(layer.conv, drive, wide, name)
    if layer.matrix is not None:
        shape = (array.channels, 1, array.bottleneck)
        require(layer.matrix.weights.shape == shape, f"{name}: a 1x1 that is not {shape}")
        _check_rows(layer.matrix, np.zeros(array.channels, np.int64), True, name)


def _check_rows(matrix: Matrix16, drive: npt.NDArray[np.int64], wide: bool, name: str) -> None:
    """|bias| + |drive| + |acc scale| / 2^32 < 2^31, each rounded outwards."""
    require(fits(matrix.weights, 16), f"{name}: a weight outside int16")
    for words in (matrix.scale, matrix.bias):
        require(words.shape == (matrix.rows,) and fits(words, 32), f"{name}: a word outside int32")
    l1 = np.abs(matrix.weights.astype(np.int64)).sum(axis=(1, 2))
    require(np.all(l1 <= L1_MAX), f"{name}: a row's weights sum to more than {L1_MAX}")
    acc = (l1 << 15) + (matrix.taps * matrix.channels if wide else 0)
    bound = (acc * np.abs(matrix.scale.astype(np.int64)) + (2**32 - 1)) >> 32
    bound = bound + np.abs(matrix.bias.astype(np.int64)) + drive
    require(np.all(bound <= WORD_MAX), f"{name}: a row may leave 32 bits")
