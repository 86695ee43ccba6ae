# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How much the output minds an error in each parameter, and in which combinations.

For an output y(t; p) of a network with parameters p, an error e of the parameters costs, to first
order, e^T G e with the Gauss-Newton matrix G = sum_t J_t^T J_t, J_t = dy(t)/dp. With random signs
r, E[g g^T] = G for g = sum_t r_t J_t, and g is one backward pass (Hutchinson's trick), so
that G comes from a few thousand short stretches of audio.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from pedalsmith.native.compiler import WARNINGS, library_of
from pedalsmith.quantization.network import (
    FloatRun,
    LayerTape,
    Network,
    Recurrent,
    zero_state,
)
from pedalsmith.quantization.rows import Floats

Indices = npt.NDArray[np.int64]

LARGEST_GROUP = 6_600
"""Weights rounded together: an LSTM-40. Memory goes with its square, time with its cube."""


@dataclass(frozen=True)
class Gradients:
    """Gradients of the random-signed output, one a stream."""

    weights: Floats
    """(streams, rows, columns)"""
    input: Floats
    """(streams, rows, inputs)"""
    knob: Floats
    """(streams, rows, knobs)"""
    bias: Floats
    """(streams, rows or rows + hidden)"""


def layer_gradients(
    layer: Recurrent, tape: LayerTape, audio: Floats, knobs: Floats, d_out: Floats
) -> tuple[Gradients, Floats]:
    """Goes back through one layer; d_out (time, streams, hidden) is what its output is told.

    Returns the gradients and what the layer below is told (time, streams, columns below).
    """
    time, streams, hidden = d_out.shape
    dv = np.empty_like(tape.gates)
    # GRU: what the input's part of n is told; r times that is what the state's part is told.
    da = np.empty_like(tape.extra) if layer.kind == "gru" else None
    lower = layer.weights.shape[1] - hidden
    weights = layer.weights.astype(d_out.dtype)
    d_below = np.empty((time, streams, lower), d_out.dtype)
    d_columns = np.zeros((streams, lower + hidden), d_out.dtype)
    carry = np.zeros((streams, hidden), d_out.dtype)
    arrays = (tape.gates, tape.extra, tape.outer, d_out, d_columns, carry, dv, da)
    back = _function(f"{layer.kind}_back", "float" if d_out.dtype == np.float32 else "double")
    fixed = (streams, hidden, lower + hidden, *map(_pointer, arrays))
    for t in range(time - 1, -1, -1):
        back(t, *fixed)
        np.matmul(dv[t], weights, out=d_columns)
        d_below[t] = d_columns[:, :lower]
        if da is not None and lower:
            d_below[t] += ((da[t] - dv[t, :, 2 * hidden :]) @ weights[2 * hidden :])[:, :lower]
    outside = dv
    if da is not None:
        outside = np.concatenate([dv[:, :, : 2 * hidden], da], axis=2)
    bias = outside.sum(axis=0)
    if da is not None:
        bias = np.concatenate([bias, dv[:, :, 2 * hidden :].sum(axis=0)], axis=1)
    columns = tape.columns.transpose(1, 0, 2)
    per_stream = np.concatenate(
        [
            outside.transpose(1, 2, 0) @ columns[:, :, :lower],
            dv.transpose(1, 2, 0) @ columns[:, :, lower:],
        ],
        axis=2,
    )
    input_ = outside.transpose(1, 2, 0) @ audio.T[:, :, None].astype(d_out.dtype)
    knob = bias[:, : layer.rows, None] * knobs[:, None, : layer.knob.shape[1]]
    return Gradients(per_stream, input_[:, :, : layer.input.shape[1]], knob, bias), d_below


@cache
def _function(name: str, real: str) -> Callable[..., None]:
    """One of sensitivity.c; `real` is the type of its numbers."""
    flags = ("-mcpu=baseline", "-std=c11", "-O3", "-fPIC", "-ffp-contract=off", *WARNINGS)
    library = ctypes.CDLL(str(library_of([Path(__file__).parent], (*flags, f"-DREAL={real}"))))
    function: Any = library[name]
    function.argtypes = (*(ctypes.c_size_t,) * 4, *(ctypes.c_void_p,) * 8)
    function.restype = None
    return cast(Callable[..., None], function)


def _pointer(array: Floats | None) -> ctypes.c_void_p:
    """To an array that stays alive and is C-contiguous."""
    assert array is None or array.flags.c_contiguous
    return ctypes.c_void_p(None if array is None else array.ctypes.data)


@dataclass(frozen=True)
class Group:
    """Parameters of one layer that are rounded together: some rows and what goes with them."""

    layer: int
    rows: Indices
    """Rows of the matrix."""
    bias: Indices
    """Their biases; for n rows of a GRU both."""
    head: bool
    """Whether the output's weights and bias are in it."""

    def pack(self, gradients: Gradients, head: Floats) -> Floats:
        """Returns (streams, parameters): weights row-major, input, knob, bias, head."""
        streams = len(head)
        parts = [
            part[:, self.rows] for part in (gradients.weights, gradients.input, gradients.knob)
        ]
        parts += [gradients.bias[:, self.bias], head[:, : head.shape[1] * self.head]]
        return np.concatenate([part.reshape(streams, -1) for part in parts], axis=1)


def groups_of(network: Network) -> list[Group]:
    """Splits every layer by units so that no group has more than LARGEST_GROUP weights."""
    found = []
    for index, layer in enumerate(network.layers):
        per_unit = layer.gates * layer.weights.shape[1]
        pieces = -(-layer.hidden * per_unit // LARGEST_GROUP)
        for units in np.array_split(np.arange(layer.hidden), pieces):
            rows = np.concatenate([gate * layer.hidden + units for gate in range(layer.gates)])
            bias = rows if layer.kind == "lstm" else np.concatenate([rows, layer.rows + units])
            last = index == len(network.layers) - 1 and units[-1] == layer.hidden - 1
            found.append(Group(index, rows, bias, last))
    return found


def gauss_newton(
    network: Network,
    groups: list[Group],
    audio: Floats,
    knobs: Floats,
    *,
    segment: int = 512,
    passes: int = 2,
) -> list[Floats]:
    """Returns one matrix G a group, over its parameters in the order of `Group.pack`.

    audio (time, streams), knobs (streams, knobs). Each `segment` of each stream gives `passes`
    gradients; what came before a segment enters as state, and its gradient is cut there. The
    first segment only warms the state up.
    """
    rng = np.random.default_rng(1)
    dtype = np.float32
    knobs = knobs.astype(dtype)
    run = FloatRun(network, knobs, zero_state(network, audio.shape[1], dtype), dtype)
    packed: list[list[Floats]] = [[] for _ in groups]
    for start in range(0, audio.shape[0] - segment + 1, segment):
        chunk = audio[start : start + segment].astype(dtype)
        tapes: list[LayerTape] = []
        _, out = run.advance(chunk, tapes)
        if start == 0:
            continue
        for _ in range(passes):
            signs = rng.integers(0, 2, chunk.shape).astype(dtype) * 2 - 1
            d_out = signs[:, :, None] * network.head.weights.astype(dtype)
            head = np.einsum("ts,tsh->sh", signs, out)
            head = np.concatenate([head, signs.sum(axis=0)[:, None]], axis=1)
            for index in range(len(network.layers) - 1, -1, -1):
                gradients, d_out = layer_gradients(
                    network.layers[index], tapes[index], chunk, knobs, d_out
                )
                for group, found in zip(groups, packed, strict=True):
                    if group.layer == index:
                        rows = group.pack(gradients, head)
                        # A network that oscillates by itself has streams without a gradient.
                        found.append(rows[np.isfinite(rows).all(axis=1)])
    # One product of all of them: each of its own would write the whole matrix anew.
    return [_gram(np.concatenate(found).astype(np.float64)) for found in packed]


def _gram(rows: Floats) -> Floats:
    return np.asarray(rows.T @ rows)
