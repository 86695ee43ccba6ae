# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The limits of a WaveNet record, and the proof that no sum of its rows leaves its word.

The C loader (firmware/engine/wavenet/wavenet_proof.c) computes the same bounds in the same
integers. Only histories, what a wide convolution gives and residuals behind a 1x1 of 32-bit weights
saturate.
"""

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.refusal import fits, require
from pedalsmith.quantization.wavenet_function import FUNCTIONS_MAX, Function
from pedalsmith.quantization.wavenet_record import (
    COPY_SHIFT_MAX,
    FRACTION_MAX,
    FUNCTION,
    HISTORY_SHIFT_MAX,
    LEAKY,
    LIFT_MAX,
    LINEAR,
    MATRIX_16,
    MATRIX_32,
    SILU,
    FullMatrix,
    Matrix,
    Tensor,
    WaveNetArrayRecord,
    WaveNetLayerRecord,
    WaveNetRecord,
    WideConv,
)
from pedalsmith.quantization.wavenet_reference import FEEDBACK_BITS

ARRAYS_MAX, LAYERS_MAX, CHANNELS_MAX, TAPS_MAX = 4, 48, 32, 32
WORD_MAX = 2**31 - 1
HISTORY_MAX = 24_000
"""Frames: ENGINE_REST_FRAMES, after which a silent engine is set to rest."""


def check(record: WaveNetRecord, name: str) -> None:
    """Raises Refused when the record breaks a limit or its overflow proof fails."""
    arrays = record.arrays
    require(1 <= len(arrays) <= ARRAYS_MAX, f"{name}: {len(arrays)} arrays")
    require(len(record.functions) <= FUNCTIONS_MAX, f"{name}: {len(record.functions)} functions")
    for function in record.functions:
        function.check(name)
    width, head_width = 1, None
    residual, below = [2**31], [0] * CHANNELS_MAX
    for number, layer in enumerate(layer for array in arrays for layer in array.layers):
        require(number == 0 or not layer.of_audio, f"{name}: a later layer that hears the audio")
    for array in arrays:
        require(array.rechannel.inputs == width, f"{name}: an array reads another width")
        require(head_width in (None, array.bottleneck), f"{name}: heads of different widths")
        _check_array(array, record.functions, name)
        residual, head = _array_bounds(array, residual, below, name)
        below = wide_bounds(array.head, head)
        width, head_width = array.channels, array.head.outputs
    require(head_width == 1, f"{name}: {head_width} outputs; the engine gives 1")
    require(record.history <= HISTORY_MAX, f"{name}: looks back more than {HISTORY_MAX} samples")


def _check_array(array: WaveNetArrayRecord, functions: tuple[Function, ...], name: str) -> None:
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
        own = (
            layer.function is None if layer.activation != FUNCTION else layer.function in functions
        )
        require(own, f"{name}: a function that the record does not have")


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


def wide_bounds(wide: WideConv, inputs: list[int]) -> list[int]:
    """Largest |output| of a checked convolution of words up to `inputs`, at most 2^31."""
    f, found = wide.fraction, []
    weights = np.abs(wide.weights.astype(np.int64)).sum(axis=1)
    for row, bias in zip(weights.tolist(), wide.bias.tolist(), strict=True):
        total = sum(w * bound for w, bound in zip(row, inputs, strict=False))
        total += (abs(bias) << f) + (1 << (f - 1)) + (1 << f) - 1
        found.append(min(total >> f, 2**31))
    return found


def _check_layer(layer: WaveNetLayerRecord, array: WaveNetArrayRecord, name: str) -> None:
    rows = array.bottleneck << layer.gated
    wide = layer.history_scale is None
    leaky = layer.activation == LEAKY
    heard = 2 if layer.of_audio else array.channels
    require(layer.conv.channels == heard, f"{name}: a convolution of another width")
    if layer.of_audio:
        fit = wide and layer.dilation % 2 == 0 and (layer.matrix or layer.full)
        require(fit, f"{name}: a layer that cannot hear the audio")
    require(layer.conv.rows == rows, f"{name}: a convolution of {layer.conv.rows} rows")
    require(1 <= layer.conv.taps <= TAPS_MAX, f"{name}: {layer.conv.taps} taps")
    require(1 <= layer.dilation < 2**16, f"{name}: dilation {layer.dilation}")
    require(layer.history <= HISTORY_MAX, f"{name}: looks back more than {HISTORY_MAX} samples")
    require(0 <= layer.activation <= FUNCTION, f"{name}: unknown activation {layer.activation}")
    most = HISTORY_SHIFT_MAX if wide and not layer.of_audio else 0
    require(0 <= layer.history_shift <= most, f"{name}: history shift {layer.history_shift}")
    require((layer.slope is not None) == leaky, f"{name}: slopes")
    require((layer.conv.scale is not None) == layer.scaled, f"{name}: scales")
    require(
        0 <= layer.lift <= (0 if layer.activation == LINEAR else LIFT_MAX),
        f"{name}: lift {layer.lift}",
    )
    require(layer.matrix_format in (MATRIX_16, MATRIX_32), f"{name}: format of a 1x1")
    shapes: list[tuple[npt.ArrayLike | None, int]] = [
        (layer.mixin, rows),
        (layer.conv.bias, rows),
        (layer.conv.scale, rows),
        (layer.head_scale, array.bottleneck),
        (layer.slope, array.bottleneck),
        (layer.history_scale, array.channels),
    ]
    if layer.copy is not None:
        require(layer.matrix is None, f"{name}: a 1x1 beside a copy")
        require(array.channels == array.bottleneck, f"{name}: a copy to another width")
        shift = layer.copy.shift
        require(0 <= shift <= COPY_SHIFT_MAX, f"{name}: a copy shifted by {shift}")
        shapes += [(layer.copy.bias, array.channels), (layer.copy.scale, array.channels)]
    if layer.full is not None:
        require(layer.matrix is None and layer.copy is None, f"{name}: two 1x1 to the residual")
        require(layer.head_matrix is None, f"{name}: a 1x1 to the head beside one of 32 bits")
        require(0 <= layer.full.shift <= COPY_SHIFT_MAX, f"{name}: a 1x1 shifted")
        size = (array.channels, array.bottleneck)
        require(layer.full.weights.shape == size, f"{name}: a 1x1 that is not {size}")
        require(fits(layer.full.weights, 32), f"{name}: a word outside int32")
        shapes.append((layer.full.bias, array.channels))
    for matrix, rows in ((layer.matrix, array.channels), (layer.head_matrix, array.bottleneck)):
        if matrix is not None:
            shapes += [(matrix.bias, rows), (matrix.scale, rows)]
            shape = (rows, 1, array.bottleneck)
            require(matrix.weights.shape == shape, f"{name}: a 1x1 that is not {shape}")
            require(fits(matrix.weights, 16), f"{name}: a weight outside int16")
    bits = layer.conv.bits
    may_be = (16, 32) if wide and not layer.of_audio else (16,)
    require(bits in may_be, f"{name}: weights of {bits} bits over their history")
    require(fits(layer.conv.weights, bits), f"{name}: a weight outside int{bits}")
    for values, count in shapes:
        require(values is None or np.shape(values) == (count,), f"{name}: a tensor of odd length")
        require(values is None or fits(values, 32), f"{name}: a word outside int32")


def _array_bounds(
    array: WaveNetArrayRecord, inputs: list[int], below: list[int], name: str
) -> tuple[list[int], list[int]]:
    """Largest |residual| and |head sum| of a checked array, each proved to be in its word."""
    residual = wide_bounds(array.rechannel, inputs)
    require(max(residual) <= WORD_MAX, f"{name}: a rechannel may leave 32 bits")
    head = [abs(s) + b for s, b in zip(array.head_start.tolist(), below, strict=False)]
    for layer in array.layers:
        a = _activation_bounds(layer, residual, name)
        for b, scale in enumerate(layer.head_scale.tolist()):
            head[b] += _product(a[b], scale)
        if layer.full is not None:
            steps = _full_bounds(layer.full, a, layer.from_table, name)
            residual = [min(r + step, 2**31) for r, step in zip(residual, steps, strict=True)]
        if layer.copy is not None:
            wide = [bound << layer.copy.shift for bound in a]
            require(max(wide) <= 2**31, f"{name}: a copy may leave 32 bits")
            words = zip(wide, layer.copy.scale.tolist(), layer.copy.bias.tolist(), strict=True)
            residual = [_product(bound, scale) + abs(bias) for bound, scale, bias in words]
        floored = layer.matrix_format == MATRIX_32
        for matrix, total in ((layer.matrix, residual), (layer.head_matrix, head)):
            if matrix is not None:
                assert matrix.scale is not None
                most = a if floored else [2**31] * layer.bottleneck
                acc = row_bounds(matrix, most, floored, name, floored and layer.from_table)
                for c, scale in enumerate(matrix.scale.tolist()):
                    total[c] += _product(acc[c], scale)
        proved = layer.matrix is not None or layer.copy is not None
        require(not proved or max(residual) <= WORD_MAX, f"{name}: a residual may leave 32 bits")
    require(max(head) <= WORD_MAX, f"{name}: a head sum may leave 32 bits")
    return residual, head


def _history_bounds(layer: WaveNetLayerRecord, residual: list[int]) -> list[int]:
    """Largest |word| of each channel that a convolution hears, one of 16 bits 2^16 times that,
    where the residual is at most `residual`."""
    if layer.of_audio:
        return [2**31] * 2
    if layer.history_scale is None:
        return [min(bound << layer.history_shift, 2**31) for bound in residual]
    scales = layer.history_scale.tolist()
    steps = (_product(bound, scale) for bound, scale in zip(residual, scales, strict=True))
    return [min(((step >> FEEDBACK_BITS) + 1) << 16, 2**31) for step in steps]


def _activation_bounds(layer: WaveNetLayerRecord, residual: list[int], name: str) -> list[int]:
    """Largest |a| of each channel of the bottleneck."""
    drive = (np.abs(layer.mixin.astype(np.int64)) + 1) >> 1
    most, wide = _history_bounds(layer, residual), layer.history_scale is None
    v = row_bounds(layer.conv, most, wide, name, drive=drive.tolist())
    if layer.conv.scale is not None:
        leaky = layer.activation == LEAKY  # all others lift their sums, up to the word
        scales = layer.conv.scale.tolist()
        v = [_product(b if leaky else 2**31, s) for b, s in zip(v, scales, strict=True)]
    kind, count = layer.activation, layer.bottleneck
    if layer.from_table:
        return [2**24] * count
    if kind == LEAKY:
        assert layer.slope is not None
        slopes, most = layer.slope.tolist(), 2**layer.bits_high
        low = [_product(bound, s) for bound, s in zip(v, slopes, strict=False)]
        room = 2 ** (15 + layer.bits_upper) - most
        require(max(low) <= room, f"{name}: an activation may leave its word")
        return [most + bound for bound in low]
    if layer.function is not None and not layer.gated:
        return [layer.function.most_within(bound) for bound in v[:count]]
    if kind == SILU and not layer.gated:
        return [(bound + 1) >> 1 for bound in v[:count]]
    return v[:count] if kind == LINEAR else [2**31] * count


def _full_bounds(matrix: FullMatrix, a: list[int], positive: bool, name: str) -> list[int]:
    """Largest |step| of the residual, proved to be in its word, of activations up to `a`."""
    wide = [bound << matrix.shift for bound in a]
    require(max(wide) <= 2**31, f"{name}: an activation may leave 32 bits")
    rows = Matrix(matrix.weights[:, None], matrix.bias, None, 32)
    return row_bounds(rows, wide, False, name, positive)


def row_bounds(
    matrix: Matrix, most: list[int], floored: bool, name: str, positive: bool = False,
    drive: list[int] | None = None,
) -> list[int]:  # fmt: skip
    """Largest |acc| of each row, proved to be in its word.

    `most` (channels,): the largest |word| that each is multiplied by, one of 16 bits 2^16 times
    that; `positive`: none is below 0.
    """
    bounds = []
    words = matrix.weights.astype(np.int64)
    columns = matrix.taps * matrix.channels if floored and matrix.bits == 16 else 0
    for row, bias in enumerate(matrix.bias.tolist()):
        above, below = (
            _side(np.maximum(w, 0), most, matrix.bits) for w in (words[row], -words[row])
        )
        bounds.append(
            _reached(above, below + columns, bias, positive) + (drive[row] if drive else 0)
        )
    require(max(bounds) <= WORD_MAX, f"{name}: a row may leave 32 bits")
    return bounds


def _side(weights: Tensor, most: list[int], bits: int) -> int:
    """Largest sum of a row's products with weights of one sign, (taps, channels)."""
    taps: list[list[int]] = weights.tolist()
    if bits == 32:
        return sum(_product(m, w) for tap in taps for w, m in zip(tap, most, strict=True))
    return sum(w * m for tap in taps for w, m in zip(tap, most, strict=True)) >> 16


def _reached(above: int, below: int, bias: int, positive: bool) -> int:
    """Largest |bias + sum| of products up to `above` and, where words may be below 0 or not, to
    -`below`."""
    if not positive:
        return above + below + abs(bias)
    return max(above + bias, below - bias)


def _product(bound: int, factor: int) -> int:
    """Largest |mulh| of a word up to `bound` by `factor`."""
    return (bound * abs(factor) + 2**32 - 1) >> 32
