# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A Model in the engine's shape, still in float: what the quantizer rounds and measures against.

Rows are gate-major, tanh rows are doubled, and both gains and the skip are folded in, so that
v of firmware/engine/README.md is `columns @ weights.T + audio @ input.T + knobs @ knob.T + bias`.
The runs here go through many streams at a time, which is what makes calibration quick in NumPy.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pedalsmith.errors import BadInput
from pedalsmith.models.model import Dense, Gru, Layer, Lstm, Model
from pedalsmith.quantization.rows import Floats

LARGEST_HIDDEN = 64
LARGEST_STACK = 3


@dataclass(frozen=True)
class Recurrent:
    """One LSTM (gates i f g o) or GRU (gates z r n) in rows of the engine."""

    kind: str
    """"lstm" or "gru"."""
    hidden: int
    weights: Floats
    """(rows, columns); columns = hidden, in a stacked layer those of the layer below first."""
    input: Floats
    """(rows, 1) for the audio input; (rows, 0) in a stacked layer."""
    knob: Floats
    """(rows, knobs); (rows, 0) in a stacked layer."""
    bias: Floats
    """(rows,); GRU: (rows + hidden,), the last `hidden` being the state's part of n."""

    @property
    def gates(self) -> int:
        """4 for an LSTM, 3 for a GRU."""
        return 4 if self.kind == "lstm" else 3

    @property
    def rows(self) -> int:
        """Rows of the matrix: gates times hidden."""
        return self.gates * self.hidden


@dataclass(frozen=True)
class Head:
    """y = h @ weights + bias + skip x, gains folded in."""

    weights: Floats
    """(hidden,)"""
    bias: float
    skip: float


@dataclass(frozen=True)
class Network:
    """Recurrent layers from the audio on, and the dense head."""

    layers: tuple[Recurrent, ...]
    head: Head
    knobs: int


def from_model(model: Model, name: str) -> Network:
    """Returns the network of `model`; `name` is what an error calls it.

    Raises BadInput for a sequence of layers or a size that the engine does not run.
    """
    *recurrent, last = model.layers
    if (
        not recurrent
        or not isinstance(last, Dense)
        or last.activation != "linear"
        or last.kernel.shape[1] != 1
        or not all(isinstance(layer, Lstm | Gru) for layer in recurrent)
    ):
        kinds = ", ".join(_describe(layer) for layer in model.layers)
        raise BadInput(
            f"{name}: is a network of {kinds}; the engine plays 1 to {LARGEST_STACK} LSTM or GRU "
            "layers with one linear dense output behind them, a WaveNet, a row of convolutions and "
            "dense layers, or an impulse response; train one of these."
        )
    if len(recurrent) > LARGEST_STACK:
        raise BadInput(f"{name}: has {len(recurrent)} layers; the engine runs {LARGEST_STACK}.")
    gain_in = 10 ** (model.input_gain_db / 20)
    gain_out = 10 ** (model.output_gain_db / 20)
    layers = []
    for index, layer in enumerate(recurrent):
        assert isinstance(layer, Lstm | Gru)
        if layer.hidden_size > LARGEST_HIDDEN:
            raise BadInput(
                f"{name}: has a hidden size of {layer.hidden_size}; the engine runs up to "
                f"{LARGEST_HIDDEN}."
            )
        layers.append(_recurrent(layer, gain_in, stacked=index > 0))
    head = Head(
        last.kernel[:, 0].astype(np.float64) * gain_out,
        float(last.bias[0]) * gain_out,
        model.skip * gain_in * gain_out,
    )
    return Network(tuple(layers), head, model.knobs)


def _describe(layer: Layer) -> str:
    kind = type(layer).__name__.lower()
    return f"{layer.activation} {kind}" if isinstance(layer, Dense) else kind


def _recurrent(layer: Lstm | Gru, gain_in: float, *, stacked: bool) -> Recurrent:
    """Turns Keras' columns into the engine's rows; the tanh rows are g (LSTM) and n (GRU)."""
    hidden = layer.hidden_size
    kernel = layer.kernel.astype(np.float64).T
    own = layer.recurrent.astype(np.float64).T
    double = np.ones(len(own))
    double[2 * hidden : 3 * hidden] = 2.0
    bias = layer.bias.astype(np.float64)
    if isinstance(layer, Gru):
        # Of row 1 of Keras' bias, the parts of z and r simply add to row 0.
        state = 2.0 * bias[1, 2 * hidden :]
        both = bias[0].copy()
        both[: 2 * hidden] += bias[1, : 2 * hidden]
        engine_bias = np.concatenate([both * double, state])
    else:
        engine_bias = bias * double
    own, kernel = own * double[:, None], kernel * double[:, None]
    if stacked:
        weights, audio, knob = np.hstack([kernel, own]), kernel[:, :0], kernel[:, :0]
    else:
        weights, audio, knob = own, kernel[:, :1] * gain_in, kernel[:, 1:]
    kind = "gru" if isinstance(layer, Gru) else "lstm"
    return Recurrent(kind, hidden, weights, audio, knob, engine_bias)


def sigmoid(v: Floats) -> Floats:
    """1 / (1 + exp(-v)), without overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * v))


@dataclass
class LayerTape:
    """What a backward pass needs of a layer; first axis time, then streams."""

    columns: Floats
    """(time, streams, columns) what the matrix read."""
    gates: Floats
    """(time, streams, rows) activated gates; GRU: z r n."""
    extra: Floats
    """(time, streams, hidden) LSTM: c before the step; GRU: the state's part u of n."""
    outer: Floats
    """(time, streams, hidden) LSTM: tanh of the new c; GRU: h before the step."""


@dataclass
class State:
    """State of one layer over streams: h (streams, hidden); c too for an LSTM."""

    h: Floats
    c: Floats


def zero_state(network: Network, streams: int, dtype: npt.DTypeLike = np.float64) -> list[State]:
    """Returns the state from which every run begins that is not told another."""
    return [
        State(np.zeros((streams, layer.hidden), dtype), np.zeros((streams, layer.hidden), dtype))
        for layer in network.layers
    ]


class FloatRun:
    """Runs a Network over streams in chunks, keeping state and on request a tape."""

    def __init__(
        self, network: Network, knobs: Floats, state: list[State], dtype: npt.DTypeLike = np.float64
    ) -> None:
        """`knobs` is (streams, knobs) in 0..1; `state` is taken over and changed."""
        self.network = network
        self.state = state
        self.dtype = dtype
        self._layers = [
            (
                layer.weights.T.astype(dtype),
                layer.input[:, 0].astype(dtype) if layer.input.shape[1] else None,
                layer.bias.astype(dtype),
            )
            for layer in network.layers
        ]
        first = network.layers[0]
        self._knob_part = (knobs @ first.knob.T).astype(dtype)

    def advance(self, audio: Floats, tapes: list[LayerTape] | None = None) -> tuple[Floats, Floats]:
        """Runs audio (time, streams); returns y (time, streams) and the last layer's h."""
        below: Floats | None = None
        out = audio[:, :, None]
        for index, layer in enumerate(self.network.layers):
            out, tape = self._layer(index, layer, audio, below, keep=tapes is not None)
            if tapes is not None and tape is not None:
                tapes.append(tape)
            below = out
        head = self.network.head
        y = out @ head.weights.astype(self.dtype) + head.bias + head.skip * audio
        return y, out

    def _layer(
        self, index: int, layer: Recurrent, audio: Floats, below: Floats | None, *, keep: bool
    ) -> tuple[Floats, LayerTape | None]:
        weights, _, bias = self._layers[index]
        time, streams = audio.shape
        hidden = layer.hidden
        lower = weights.shape[0] - hidden
        out = np.empty((time, streams, hidden), self.dtype)
        tape = None
        if keep:
            tape = LayerTape(
                np.empty((time, streams, lower + hidden), self.dtype),
                np.empty((time, streams, layer.rows), self.dtype),
                np.empty((time, streams, hidden), self.dtype),
                np.empty((time, streams, hidden), self.dtype),
            )
            if below is not None:
                tape.columns[:, :, :lower] = below
        step = self._lstm_step if layer.kind == "lstm" else self._gru_step
        state = self.state[index]
        # Memory that is asked for in every step costs more than what is computed in it.
        room = _Room.of(streams, layer, self.dtype)
        for t in range(time):
            if tape is not None:
                tape.columns[t, :, lower:] = state.h
            self._drive(index, audio[t], None if below is None else below[t], room)
            step(t, state, room, weights[lower:], bias[layer.rows :], tape, out[t])
        return out, tape

    def _drive(self, index: int, audio: Floats, below: Floats | None, room: "_Room") -> None:
        """What comes of the outside in one step, into room.gates; audio (streams,)."""
        weights, input_, bias = self._layers[index]
        gates = room.gates
        if input_ is None:
            gates[:] = bias[: gates.shape[1]]
        else:
            np.multiply(audio[:, None].astype(self.dtype), input_, out=gates)
            gates += bias[: gates.shape[1]]
            if self.network.knobs:
                gates += self._knob_part
        if below is not None:
            gates += np.matmul(below, weights[: below.shape[1]], out=room.product)

    @staticmethod
    def _lstm_step(
        t: int, state: State, room: "_Room", own: Floats, _: Floats, tape: LayerTape | None,
        out: Floats,
    ) -> None:  # fmt: skip
        gates = room.gates
        gates += np.matmul(state.h, own, out=room.product)
        _squash(gates)
        i, f, g, o = room.parts
        g *= 2.0
        g -= 1.0
        if tape is not None:
            tape.gates[t], tape.extra[t] = gates, state.c
        np.multiply(f, state.c, out=state.c)
        state.c += np.multiply(i, g, out=room.other)
        squashed = np.tanh(state.c, out=room.other)
        if tape is not None:
            tape.outer[t] = squashed
        state.h = np.multiply(o, squashed, out=out)

    @staticmethod
    def _gru_step(
        t: int, state: State, room: "_Room", own: Floats, bias1: Floats, tape: LayerTape | None,
        out: Floats,
    ) -> None:  # fmt: skip
        hidden = state.h.shape[1]
        product = np.matmul(state.h, own, out=room.product)
        zr, n = room.gates[:, : 2 * hidden], room.parts[2]
        zr += product[:, : 2 * hidden]
        _squash(zr)
        z, r = room.parts[:2]
        u = product[:, 2 * hidden :]
        u += bias1
        n += np.multiply(r, u, out=room.other)
        n *= 0.5
        np.tanh(n, out=n)
        if tape is not None:
            tape.gates[t], tape.extra[t], tape.outer[t] = room.gates, u, state.h
        step = np.subtract(state.h, n, out=room.other)
        step *= z
        state.h = np.add(n, step, out=out)


@dataclass(frozen=True)
class _Room:
    """What a step computes in."""

    gates: Floats
    """(streams, rows)"""
    product: Floats
    """(streams, rows)"""
    other: Floats
    """(streams, hidden)"""
    parts: tuple[Floats, ...]
    """(streams, hidden) views of the gates, one after the other"""

    @staticmethod
    def of(streams: int, layer: Recurrent, dtype: npt.DTypeLike) -> "_Room":
        gates = np.empty((streams, layer.rows), dtype)
        parts = tuple(np.split(gates, layer.gates, axis=1))
        return _Room(gates, np.empty_like(gates), np.empty((streams, layer.hidden), dtype), parts)


def _squash(v: Floats) -> None:
    """1 / (1 + exp(-v)) in place, without overflow."""
    v *= 0.5
    np.tanh(v, out=v)
    v *= 0.5
    v += 0.5
