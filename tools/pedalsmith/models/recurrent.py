# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Recurrent layers, and the dense one behind them. Arrays are laid out as Keras has them."""

from dataclasses import dataclass

from pedalsmith.models.convolution import Array

DENSE_ACTIVATIONS = ("linear", "tanh", "relu", "sigmoid")


@dataclass(frozen=True)
class Lstm:
    """Keras LSTM. Gates in the columns in the order i, f, c (= g), o.

    z = x @ kernel + h @ recurrent + bias; c' = sig(f) c + sig(i) tanh(g); h' = sig(o) tanh(c').
    """

    kernel: Array
    """(inputs, 4 hidden)"""
    recurrent: Array
    """(hidden, 4 hidden)"""
    bias: Array
    """(4 hidden,)"""
    initial_hidden: Array | None = None
    """(hidden,), or None for zeros; .nam carries one."""
    initial_cell: Array | None = None
    """(hidden,), or None for zeros."""

    @property
    def hidden_size(self) -> int:
        """Units."""
        return int(self.recurrent.shape[0])

    @property
    def outputs(self) -> int:
        """Width of what the layer gives."""
        return self.hidden_size


@dataclass(frozen=True)
class Gru:
    """Keras GRU with reset_after. Gates in the columns in the order z, r, h (= n).

    n = tanh(x W_n + b0_n + r (h U_n + b1_n)); h' = (1 - z) n + z h.
    """

    kernel: Array
    """(inputs, 3 hidden)"""
    recurrent: Array
    """(hidden, 3 hidden)"""
    bias: Array
    """(2, 3 hidden): row 0 with the input, row 1 with the state"""

    @property
    def hidden_size(self) -> int:
        """Units."""
        return int(self.recurrent.shape[0])

    @property
    def outputs(self) -> int:
        """Width of what the layer gives."""
        return self.hidden_size


@dataclass(frozen=True)
class Dense:
    """y = activation(x @ kernel + bias), the same at every sample."""

    kernel: Array
    """(inputs, outputs)"""
    bias: Array
    """(outputs,)"""
    activation: str = "linear"
    """One of DENSE_ACTIVATIONS."""

    @property
    def outputs(self) -> int:
        """Width of what the layer gives."""
        return int(self.bias.shape[0])
