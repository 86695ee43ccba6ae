# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""LSTM, GRU and Dense being played in float64; the loops over samples are in recurrent.c."""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pedalsmith.models.convolution import Activation
from pedalsmith.models.model import Dense, Gru, Lstm
from pedalsmith.models.reference.signals import Signal, Trace, activate
from pedalsmith.native.compiler import WARNINGS, cpu_has, library_of

_WIDEST = "x86_64_v3" if cpu_has("AVX2", "FMA3") else "baseline"
# Contraction to fused multiply-adds would give each kind of processor its own last bit.
_FLAGS = (f"-mcpu={_WIDEST}", "-std=c11", "-O3", "-fPIC", "-ffp-contract=off", *WARNINGS, "-lm")


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
    """Keras LSTM, sample by sample."""

    def __init__(self, layer: Lstm, delay: float) -> None:
        """`delay` is what the state is late beyond one sample, 0 to 1; see recurrent.c."""
        self._delay = delay
        self._units = layer.hidden_size
        self._kernel, self._bias = _wide(layer.kernel), _wide(layer.bias)
        self._recurrent = _wide(layer.recurrent)
        self._hidden = _start(layer.initial_hidden, self._units)
        self._cell = _start(layer.initial_cell, self._units)

    def play(self, signal: Signal) -> Signal:
        """The hidden states (n, hidden)."""
        return self._steps(signal, None, None)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with cells and pre-activations."""
        cells = np.empty((len(signal), self._units))
        sums = np.empty((len(signal), 4 * self._units))
        output = self._steps(signal, cells, sums)
        return output, Trace(output, pre_activation=sums, cell=cells)

    def _steps(self, signal: Signal, cells: Signal | None, sums: Signal | None) -> Signal:
        driven = signal @ self._kernel + self._bias
        output = np.empty((len(signal), self._units))
        scratch = np.empty(10 * self._units)
        _library().lstm_run(
            len(signal),
            self._units,
            self._delay,
            _pointer(driven),
            _pointer(self._recurrent),
            _pointer(self._hidden),
            _pointer(self._cell),
            _pointer(output),
            _pointer(cells),
            _pointer(sums),
            _pointer(scratch),
        )
        return output


class GruPlayer:
    """Keras GRU with reset_after, sample by sample."""

    def __init__(self, layer: Gru, delay: float) -> None:
        """`delay` as for LstmPlayer."""
        self._delay = delay
        units = layer.hidden_size
        self._units = units
        self._kernel, self._recurrent = _wide(layer.kernel), _wide(layer.recurrent)
        bias = _wide(layer.bias)
        # The biases of z and r are one; those of h are not: r multiplies the second.
        self._driven_bias = bias[0] + np.concatenate([bias[1, : 2 * units], np.zeros(units)])
        self._state_bias = bias[1, 2 * units :].copy()
        self._hidden = np.zeros((2, units))

    def play(self, signal: Signal) -> Signal:
        """The hidden states (n, hidden)."""
        return self._steps(signal, None, None)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`, with pre-activations and the state's part of h."""
        parts = np.empty((len(signal), self._units))
        sums = np.empty((len(signal), 3 * self._units))
        output = self._steps(signal, parts, sums)
        return output, Trace(output, pre_activation=sums, state_part=parts)

    def _steps(self, signal: Signal, parts: Signal | None, sums: Signal | None) -> Signal:
        driven = signal @ self._kernel + self._driven_bias
        output = np.empty((len(signal), self._units))
        scratch = np.empty(7 * self._units)
        _library().gru_run(
            len(signal),
            self._units,
            self._delay,
            _pointer(driven),
            _pointer(self._recurrent),
            _pointer(self._state_bias),
            _pointer(self._hidden),
            _pointer(output),
            _pointer(parts),
            _pointer(sums),
            _pointer(scratch),
        )
        return output


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(library_of([Path(__file__).parent], _FLAGS)))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.lstm_run.argtypes = (size, size, ctypes.c_double, *(pointer,) * 8)
    library.lstm_run.restype = None
    library.gru_run.argtypes = (size, size, ctypes.c_double, *(pointer,) * 8)
    library.gru_run.restype = None
    return library


def _pointer(array: Signal | None) -> int | None:
    """The address of a C-contiguous array, which the caller must keep until C is done with it."""
    if array is None:
        return None
    assert array.flags.c_contiguous and array.dtype == np.float64
    return array.ctypes.data


def _wide(array: npt.NDArray[np.float32]) -> Signal:
    return np.ascontiguousarray(array, dtype=np.float64)


def _start(state: npt.NDArray[np.float32] | None, units: int) -> Signal:
    """Newest and the one before, which are the same at first."""
    start = np.zeros(units) if state is None else state.astype(np.float64)
    return np.stack([start, start])
