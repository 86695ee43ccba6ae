# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Convolutions and their companions being played in float64."""

import numpy as np

from pedalsmith.models.convolution import Activation, BatchNorm, Conv1d
from pedalsmith.models.reference.signals import Signal, Trace, activate


class ConvolutionPlayer:
    """Conv1d; its state is the last inputs, zeros at first."""

    def __init__(self, layer: Conv1d) -> None:
        self._kernel = layer.dense_kernel().astype(np.float64)
        self._bias = 0.0 if layer.bias is None else layer.bias.astype(np.float64)
        self._dilation = layer.dilation
        self._past = np.zeros((layer.history, layer.inputs))

    def play(self, signal: Signal) -> Signal:
        """The output (n, outputs)."""
        n = len(signal)
        heard = np.concatenate([self._past, signal]) if len(self._past) else signal
        if self._kernel.shape[1:] == (1, 1) and self._dilation == 1:
            # A Linear model is thousands of taps of one channel; its kernel has the oldest first.
            output = np.correlate(heard[:, 0], self._kernel[:, 0, 0], "valid")[:, np.newaxis]
        else:
            output = np.zeros((n, self._kernel.shape[2]))
            for tap, weights in enumerate(self._kernel):
                output += heard[tap * self._dilation : tap * self._dilation + n] @ weights
        self._past = heard[len(heard) - len(self._past) :].copy()
        return output + self._bias

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`."""
        output = self.play(signal)
        return output, Trace(output)


class BatchNormPlayer:
    """BatchNorm; has no state."""

    def __init__(self, layer: BatchNorm) -> None:
        self._scale, self._offset = layer.scale_and_offset()

    def play(self, signal: Signal) -> Signal:
        """The output (n, channels)."""
        return signal * self._scale + self._offset

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`."""
        output = self.play(signal)
        return output, Trace(output)


class ActivationPlayer:
    """Activation; has no state."""

    def __init__(self, layer: Activation) -> None:
        self._layer = layer

    def play(self, signal: Signal) -> Signal:
        """The output (n, channels)."""
        return activate(self._layer, signal)

    def trace(self, signal: Signal) -> tuple[Signal, Trace]:
        """As `play`."""
        output = self.play(signal)
        return output, Trace(output, pre_activation=signal)
