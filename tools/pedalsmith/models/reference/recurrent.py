# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""LSTM, GRU and Dense being played in float64."""

import numpy as np
import numpy.typing as npt

from pedalsmith.models.convolution import Activation
from pedalsmith.models.model import Dense, Gru, Lstm
from pedalsmith.models.reference.signals import Signal, Trace, activate


class DensePlayer:
    """Keras Dense; has no state."""

    def __init__(self, layer: Dense) -> None:
        self._kernel, self._bias = _wide(layer.kernel), _wide(layer.bias)
        self._activation = Activation(layer.activation)

    def play(self, signal: Signal) -> Signal:
        """The output (n, outputs)."""
        return activate(self._activation, signal @ self._kernel + self._bias)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with the sums before the activation."""
        z = signal @ self._kernel + self._bias
        output = activate(self._activation, z)
        return output, Trace(output, pre_activation=z)


class LstmPlayer:
    """Keras LSTM, sample by sample.

    Sigmoid rows are halved beforehand (an exact operation), so that one tanh serves all gates.
    """

    def __init__(self, layer: Lstm) -> None:
        units = layer.hidden_size
        self._units = units
        half = np.repeat([0.5, 0.5, 1.0, 0.5], units)
        self._kernel = _wide(layer.kernel) * half
        self._recurrent = np.ascontiguousarray(_wide(layer.recurrent) * half)
        self._bias = _wide(layer.bias) * half
        self._unhalved = 1.0 / half
        self._hidden = _start(layer.initial_hidden, units)
        self._cell = _start(layer.initial_cell, units)

    def play(self, signal: Signal) -> Signal:
        """The hidden states (n, hidden)."""
        return self._steps(signal, None, None)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with cells and pre-activations."""
        cells = np.empty((len(signal), self._units))
        sums = np.empty((len(signal), 4 * self._units))
        output = self._steps(signal, cells, sums)
        sums *= self._unhalved
        return output, Trace(output, pre_activation=sums, cell=cells)

    def _steps(self, signal: Signal, cells: Signal | None, sums: Signal | None) -> Signal:
        units = self._units
        driven = signal @ self._kernel + self._bias
        output = np.empty((len(signal), units))
        h, c, recurrent = self._hidden, self._cell, self._recurrent
        z, ig, t = np.empty(4 * units), np.empty(units), np.empty(units)
        gates = z.reshape(4, units)
        i, f, g, o = gates
        # Local names and out= halve the time of this loop.
        dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
        for n in range(len(signal)):
            dot(h, recurrent, out=z)
            add(z, driven[n], out=z)
            if sums is not None:
                sums[n] = z
            tanh(z, out=z)
            # 2 sigmoid = tanh + 1; the factor 2 goes away in c/2 and h/2 below.
            add(i, 1.0, out=i)
            add(f, 1.0, out=f)
            add(o, 1.0, out=o)
            multiply(i, g, out=ig)
            multiply(c, f, out=c)
            add(c, ig, out=c)
            multiply(c, 0.5, out=c)
            if cells is not None:
                cells[n] = c
            tanh(c, out=t)
            multiply(o, 0.5, out=o)
            h = output[n]
            multiply(o, t, out=h)
        self._hidden = h.copy()
        return output


class GruPlayer:
    """Keras GRU with reset_after, sample by sample; sigmoid columns halved as in LstmPlayer."""

    def __init__(self, layer: Gru) -> None:
        units = layer.hidden_size
        self._units = units
        half = np.repeat([0.5, 0.5, 1.0], units)
        self._kernel = _wide(layer.kernel) * half
        self._recurrent = np.ascontiguousarray(_wide(layer.recurrent) * half)
        bias = _wide(layer.bias) * half
        # The biases of z and r are one; those of h are not: r multiplies the second.
        self._driven_bias = bias[0] + np.concatenate([bias[1, : 2 * units], np.zeros(units)])
        self._state_bias = np.concatenate([np.zeros(2 * units), bias[1, 2 * units :]])
        self._unhalved = 1.0 / half
        self._hidden = np.zeros(units)

    def play(self, signal: Signal) -> Signal:
        """The hidden states (n, hidden)."""
        return self._steps(signal, None, None)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with pre-activations and the state's part of h."""
        parts = np.empty((len(signal), self._units))
        sums = np.empty((len(signal), 3 * self._units))
        output = self._steps(signal, parts, sums)
        sums *= self._unhalved
        return output, Trace(output, pre_activation=sums, state_part=parts)

    def _steps(self, signal: Signal, parts: Signal | None, sums: Signal | None) -> Signal:
        units = self._units
        driven = signal @ self._kernel + self._driven_bias
        output = np.empty((len(signal), units))
        h, recurrent, state_bias = self._hidden, self._recurrent, self._state_bias
        u, zr, n_ = np.empty(3 * units), np.empty(2 * units), np.empty(units)
        u_zr, u_n = u[: 2 * units], u[2 * units :]
        z, r = zr[:units], zr[units:]
        driven_zr, driven_n = driven[:, : 2 * units], driven[:, 2 * units :]
        dot, add, multiply, tanh = np.dot, np.add, np.multiply, np.tanh
        for n in range(len(signal)):
            dot(h, recurrent, out=u)
            add(u, state_bias, out=u)
            add(u_zr, driven_zr[n], out=zr)
            if sums is not None and parts is not None:
                sums[n, : 2 * units] = zr
                parts[n] = u_n
            tanh(zr, out=zr)
            add(zr, 1.0, out=zr)
            multiply(zr, 0.5, out=zr)
            multiply(r, u_n, out=n_)
            add(n_, driven_n[n], out=n_)
            if sums is not None:
                sums[n, 2 * units :] = n_
            tanh(n_, out=n_)
            # h' = n + z (h - n)
            following = output[n]
            np.subtract(h, n_, out=following)
            multiply(following, z, out=following)
            add(following, n_, out=following)
            h = following
        self._hidden = h.copy()
        return output


def _wide(array: npt.NDArray[np.float32]) -> Signal:
    return array.astype(np.float64)


def _start(state: npt.NDArray[np.float32] | None, units: int) -> Signal:
    return np.zeros(units) if state is None else state.astype(np.float64)
