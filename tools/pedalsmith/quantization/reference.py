# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The engine in NumPy, independent of the C: the same words, and a check of every range on the way.

All arithmetic is int64 except where a sum is proved to need more than 53 bits of it; every value
that the README gives a range is asserted to be in it (RangeError otherwise), so a hole in the proof
shows here as an error, where C would wrap. Recurrent networks go one sample at a time, some 3,000
a second; the others take a whole stretch at once.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.blob import (
    KNOB_ONE,
    Blob,
    DenseRecord,
    GruRecord,
    LstmRecord,
    RecurrentRecord,
)
from pedalsmith.quantization.fir_record import FirRecord, FirReference
from pedalsmith.quantization.rate import RateReference
from pedalsmith.quantization.table import SHIFT
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.quantization.wavenet_reference import WaveNetReference
from pedalsmith.quantization.words import (
    Int,
    RangeError,
    mulh,
    rsh,
    sat,
    sigmoid,
    sigmoid_at,
    tanh_of,
    within,
)

REST_FRAMES = 24_000
"""ENGINE_REST_FRAMES"""


class _Recurrent:
    """Rows, state and knobs that LSTM and GRU share."""

    def __init__(self, record: RecurrentRecord) -> None:
        self.hidden = record.hidden
        self.inputs = 0 if record.input is not None else record.inputs
        self.weights = record.wide_weights
        self.scale = record.scale.astype(np.int64)
        rows = record.rows
        self.input = np.zeros(rows, np.int64)
        if record.input is not None:
            self.input = record.input.astype(np.int64)[:, 0]
        self.knob = None if record.knob is None else record.knob.astype(np.int64)
        self.blob_bias = record.bias.astype(np.int64)
        self.bias = self.blob_bias
        self.wide_state = record.state_format == 2
        self.rest = (record.rest_state, record.rest_hidden, record.rest_error)
        self.set_rest()

    def set_rest(self) -> None:
        self.state, self.h, self.e = (values.astype(np.int64) for values in self.rest)

    def set_zero(self) -> None:
        self.state, self.h, self.e = (np.zeros(self.hidden, np.int64) for _ in range(3))

    def set_knobs(self, knobs: tuple[int, ...]) -> None:
        if self.knob is not None:
            rows = len(self.scale)
            part = mulh(np.array(knobs, np.int64) << 16, self.knob).sum(axis=1)
            self.bias = self.blob_bias.copy()
            self.bias[:rows] = within(self.bias[:rows] + part, 32, "bias")

    def product(self, rows: slice, columns: slice, vector: Int) -> Int:
        """mulh(acc, scale) of some rows and columns."""
        weights = self.weights[rows, columns]
        if self.wide_state:
            products = (weights * vector) >> 16
            within(np.abs(products).sum(axis=1), 32, "acc")
            return mulh(products.sum(axis=1), self.scale[rows])
        # Any order of summation must stay inside: bound the sum of magnitudes of what is there.
        within((np.abs(weights) * np.abs(vector)).sum(axis=1), 32, "acc")
        return mulh(weights @ vector, self.scale[rows])

    def feed_back(self, h23: Int) -> None:
        """First-order error feedback of the rounding to Q15."""
        q = within(h23, 24, "h23") + self.e
        self.h, self.e = sat(q >> 8, 16), q & 255


class _Lstm(_Recurrent):
    def __init__(self, record: LstmRecord) -> None:
        self.shift = record.cell_shift
        super().__init__(record)

    def step(self, x: int, below: Int) -> Int:
        vector = np.concatenate([below, self.h]) if self.inputs else self.h
        v = self.bias + mulh(np.int64(x << 8) * np.ones(1, np.int64), self.input)
        v = within(v + self.product(slice(None), slice(None), vector), 32, "v")
        v_i, v_f, v_g, v_o = v.reshape(4, self.hidden)
        i, f, g, o = sigmoid(v_i), sigmoid(v_f), tanh_of(sigmoid(v_g)), sigmoid(v_o)
        s = self.shift
        self.state = sat(rsh(f * self.state + i * (g >> (7 + s)), 24), 31)
        wrapped = (self.state << s).astype(np.int32).astype(np.int64)
        t = tanh_of(sigmoid_at(self.state >> (SHIFT - s), wrapped))
        if self.wide_state:
            self.h = within(2 * mulh(o << 7, t), 32, "h31")
            return self.h >> 8
        h23 = mulh(o, t)
        self.feed_back(h23)
        return h23


class _Gru(_Recurrent):
    def step(self, x: int, below: Int) -> Int:
        hidden, split = self.hidden, self.inputs
        vector = np.concatenate([below, self.h]) if split else self.h
        gates, last = slice(0, 2 * hidden), slice(2 * hidden, 3 * hidden)
        driven = mulh(np.int64(x << 8) * np.ones(1, np.int64), self.input)
        v = self.bias[gates] + driven[gates] + self.product(gates, slice(None), vector)
        v_z, v_r = within(v, 32, "v").reshape(2, hidden)
        a = self.bias[last] + driven[last]
        if split:
            a = a + self.product(last, slice(0, split), below)
        u = self.bias[3 * hidden :] + self.product(last, slice(split, None), self.h)
        within(a, 32, "a_n")
        z, r = sigmoid(v_z), sigmoid(v_r)
        n = tanh_of(sigmoid(within(a + 2 * mulh(r << 7, within(u, 32, "u_n")), 32, "v_n"))) >> 1
        h30 = n + rsh(z * within(self.state - n, 32, "h - n"), 24)
        if np.any(np.abs(h30) >= 2**30):
            raise RangeError("h30 left -1..1")
        self.state = h30
        if self.wide_state:
            self.h = 2 * h30
        else:
            self.feed_back(h30 >> 7)
        return h30 >> 7


class _Dense:
    def __init__(self, record: DenseRecord) -> None:
        # Python integers: the proof allows 63 bits, and nothing here shall wrap unseen.
        self.weights = record.weights.astype(object)
        self.bias = record.bias.astype(object)
        self.fraction = record.fraction

    def step(self, x: Int) -> Int:
        f = self.fraction
        total = x.astype(object) @ self.weights + self.bias * (1 << f)
        if any(abs(value) + (1 << (f - 1)) >= 2**63 for value in total):
            raise RangeError("a dense sum left 64 bits")
        return sat(np.array([(value + (1 << (f - 1))) >> f for value in total], np.int64), 32)


class ReferenceEngine:
    """Plays a Blob as HostEngine does, sample by sample."""

    def __init__(self, blob: Blob) -> None:
        """At the rest state and the resting knobs."""
        self.blob = blob
        self.recurrent: list[_Lstm | _Gru] = []
        self.dense: list[_Dense] = []
        self.whole: WaveNetReference | FirReference | None = None
        """A layer that is all of the network"""
        for layer in blob.layers:
            if isinstance(layer, WaveNetRecord):
                self.whole = WaveNetReference(layer)
            elif isinstance(layer, FirRecord):
                self.whole = FirReference(layer)
            elif isinstance(layer, LstmRecord):
                self.recurrent.append(_Lstm(layer))
            elif isinstance(layer, GruRecord):
                self.recurrent.append(_Gru(layer))
            else:
                self.dense.append(_Dense(layer))
        self.rate = RateReference(blob.rate) if blob.rate else None
        self.knobs = blob.resting_knobs
        self._fold_knobs()
        self.reset()

    def _fold_knobs(self) -> None:
        for layer in self.recurrent:
            layer.set_knobs(self.knobs)

    def reset(self) -> None:
        """Back to the rest state; knobs stay."""
        self._set_rest()
        self.silent = 0
        self.held = self.last = self.blob.rest_output

    def _set_rest(self) -> None:
        for layer in self.recurrent:
            layer.set_rest()
        if self.whole is not None:
            self.whole.reset()
        if self.rate is not None:
            self.rate.reset(self.blob.rest_output)

    def zero_state(self) -> None:
        """The state in which a float network begins: zeros."""
        self.reset()
        for layer in self.recurrent:
            layer.set_zero()

    def set_knob(self, index: int, value: int) -> None:
        """Moves a knob, Q15, 0..32767."""
        value = min(max(value, 0), KNOB_ONE)
        if self.knobs[index] != value:
            self.knobs = (*self.knobs[:index], value, *self.knobs[index + 1 :])
            self.silent = 0
            self._fold_knobs()

    def play(self, words: Int) -> Int:
        """Samples of the board (n,) without the rest rule. Q23 -> Q23."""
        return self.rate.play(words, self._network) if self.rate else self._network(words)

    def _network(self, words: Int) -> Int:
        """What the network itself answers to samples (n,) of its own rate. Q23 -> Q23."""
        if self.whole is not None:
            played = self.whole.play(words)
        else:
            played = np.array([self._step(x) for x in words.tolist()], np.int64)
        return sat(played + rsh(words * self.blob.skip, 24), 32)

    def _step(self, x: int) -> int:
        values = np.zeros(0, np.int64)
        below = values
        for layer in self.recurrent:
            values = layer.step(x, below)
            below = layer.h
        for dense in self.dense:
            values = dense.step(values)
        return int(values[0])

    def process(self, audio: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int32]:
        """(frames,) Q23 -> (frames,) Q23 in +-256, with the rest rule."""
        words = np.clip(audio, -(2**23), 2**23 - 1).astype(np.int64)
        out = np.empty(len(words), np.int32)
        at = 0
        while at < len(words):
            if self.silent == REST_FRAMES:
                if words[at] == 0:
                    out[at] = self.held
                    at += 1
                    continue
                self.silent = 0
            # The network may come to rest at the end of this stretch, not before.
            stretch = words[at : at + REST_FRAMES - self.silent]
            out[at : at + len(stretch)] = self.play(stretch)
            at += len(stretch)
            self.last = int(out[at - 1])
            sounding = np.flatnonzero(stretch)
            if len(sounding):
                self.silent = len(stretch) - 1 - int(sounding[-1])
            else:
                self.silent += len(stretch)
            if self.silent == REST_FRAMES:
                self._rest()
        return out

    def _rest(self) -> None:
        self.held = self.last
        if self.knobs == self.blob.resting_knobs:
            self._set_rest()
            self.held = self.blob.rest_output


def with_rest_state(blob: Blob, seconds: float = 2.0, *, from_zero: bool = True) -> Blob:
    """The blob with the rest state that `seconds` of silence lead to, from zero or from its own.

    A state that has reached a fixed point earlier ends the run; one that circles among a few
    words is taken as it is at the end.
    """
    engine = ReferenceEngine(blob)
    if from_zero:
        engine.zero_state()
    silence = np.zeros(1, np.int64)
    output = engine.play(silence)
    for _ in range(int(seconds * blob.sample_rate) - 1):
        before = _snapshot(engine)
        output = engine.play(silence)
        if _snapshot(engine) == before:
            break
    states = iter(engine.recurrent)
    layers = []
    for layer in blob.layers:
        if isinstance(layer, RecurrentRecord):
            ran = next(states)
            layer = replace(
                layer,
                rest_state=ran.state.astype(np.int32),
                rest_hidden=ran.h.astype(np.int32),
                rest_error=ran.e.astype(np.uint8),
            )
        layers.append(layer)
    return replace(blob, layers=tuple(layers), rest_output=int(output[0]))


def with_golden(blob: Blob, audio: npt.NDArray[np.integer[Any]]) -> Blob:
    """The blob with `audio` (Q23, 24 bits) and what it plays to it as its golden vector."""
    return replace(
        blob,
        golden_input=audio.astype(np.int32),
        golden_output=ReferenceEngine(blob).process(audio),
    )


def _snapshot(engine: ReferenceEngine) -> bytes:
    return b"".join(a.tobytes() for r in engine.recurrent for a in (r.state, r.h, r.e))
