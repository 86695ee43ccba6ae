# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How much the output minds an error in each parameter, and in which combinations.

For an output y(t; p) of a network with parameters p, an error e of the parameters costs, to first
order, e^T G e with the Gauss-Newton matrix G = sum_t J_t^T J_t, J_t = dy(t)/dp. With random signs
r, E[g g^T] = G for g = sum_t r_t J_t, and g is one backward pass (Hutchinson's trick), so
that G comes from a few thousand short stretches of audio.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    dh = np.zeros((streams, hidden), d_out.dtype)
    dc = np.zeros((streams, hidden), d_out.dtype)
    for t in range(time - 1, -1, -1):
        dh = dh + d_out[t]
        gates, extra, outer = tape.gates[t], tape.extra[t], tape.outer[t]
        if da is None:
            i, f = gates[:, :hidden], gates[:, hidden : 2 * hidden]
            g, o = gates[:, 2 * hidden : 3 * hidden], gates[:, 3 * hidden :]
            dc = dc + dh * o * (1 - outer * outer)
            dv[t, :, :hidden] = dc * g * i * (1 - i)
            dv[t, :, hidden : 2 * hidden] = dc * extra * f * (1 - f)
            dv[t, :, 2 * hidden : 3 * hidden] = dc * i * (1 - g * g) * 0.5
            dv[t, :, 3 * hidden :] = dh * outer * o * (1 - o)
            dc = dc * f
            d_columns = dv[t] @ weights
            dh = d_columns[:, lower:]
        else:
            z, r = gates[:, :hidden], gates[:, hidden : 2 * hidden]
            n = gates[:, 2 * hidden :]
            da[t] = dh * (1 - z) * (1 - n * n) * 0.5
            dv[t, :, :hidden] = dh * (outer - n) * z * (1 - z)
            dv[t, :, hidden : 2 * hidden] = da[t] * extra * r * (1 - r)
            dv[t, :, 2 * hidden :] = da[t] * r
            d_columns = dv[t] @ weights
            dh = dh * z + d_columns[:, lower:]
            d_columns += (da[t] - dv[t, :, 2 * hidden :]) @ weights[2 * hidden :]
        d_below[t] = d_columns[:, :lower]
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
    grams: list[Floats | float] = [0.0] * len(groups)
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
                for at, group in enumerate(groups):
                    if group.layer == index:
                        packed = group.pack(gradients, head).astype(np.float64)
                        # A network that oscillates by itself has streams without a gradient.
                        packed = packed[np.isfinite(packed).all(axis=1)]
                        grams[at] += packed.T @ packed
    return [np.asarray(gram) for gram in grams]
