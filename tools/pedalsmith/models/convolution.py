# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Layers of convolutional networks. Kernels are laid out as Keras has them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


ACTIVATION_PARAMETERS = {
    "linear": 0,
    "tanh": 0,
    "relu": 0,
    "sigmoid": 0,
    "softsign": 0,
    "silu": 0,
    "hardtanh": 0,
    "hardswish": 0,
    "fasttanh": 0,
    "softmax": 0,
    "elu": 1,
    "leaky_relu": 1,
    "leaky_hardtanh": 4,
    "prelu": None,
}
"""Kinds of Activation and how many parameters each has; None: one a channel."""


@dataclass(frozen=True)
class Activation:
    """An elementwise function (but for softmax over the channels); also a layer of its own.

    With a, b, ... the parameters in their order:
    linear, tanh, relu, sigmoid, softsign, elu (a = 1); silu x sigmoid(x);
    hardtanh (clipped to +-1); hardswish x clip(x + 3, 0, 6) / 6; fasttanh, the rational
    approximation of NeuralAmpModelerCore; leaky_relu and prelu: a x for x < 0, where prelu has
    one a a channel; leaky_hardtanh (a, b, c, d): x within a .. b, slope c below and d above.
    """

    kind: str = "linear"
    parameters: tuple[float, ...] = ()


@dataclass(frozen=True)
class Conv1d:
    """A causal convolution: y[t] = bias + sum_k x[t - dilation (taps - 1 - k)] @ kernel[k].

    The last tap meets the newest sample. With groups, output channel o reads only the inputs of
    group o // (outputs / groups).
    """

    kernel: Array
    """(taps, inputs / groups, outputs)"""
    bias: Array | None = None
    """(outputs,)"""
    dilation: int = 1
    groups: int = 1

    @property
    def taps(self) -> int:
        """Kernel size."""
        return int(self.kernel.shape[0])

    @property
    def inputs(self) -> int:
        """Channels that go in."""
        return int(self.kernel.shape[1]) * self.groups

    @property
    def outputs(self) -> int:
        """Channels that come out."""
        return int(self.kernel.shape[2])

    @property
    def history(self) -> int:
        """Samples before the newest that the output depends on."""
        return self.dilation * (self.taps - 1)

    def dense_kernel(self) -> Array:
        """(taps, inputs, outputs): the kernel with the zeros between groups written out."""
        if self.groups == 1:
            return self.kernel
        full = np.zeros((self.taps, self.inputs, self.outputs), np.float32)
        for group in range(self.groups):
            rows = slice(
                group * self.inputs // self.groups, (group + 1) * self.inputs // self.groups
            )
            columns = slice(
                group * self.outputs // self.groups, (group + 1) * self.outputs // self.groups
            )
            full[:, rows, columns] = self.kernel[:, :, columns]
        return full


@dataclass(frozen=True)
class BatchNorm:
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, per channel; all (channels,)."""

    gamma: Array
    beta: Array
    mean: Array
    variance: Array
    epsilon: float

    @property
    def outputs(self) -> int:
        """Channels."""
        return int(self.gamma.shape[0])

    def scale_and_offset(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The same as y = scale x + offset; float64 (channels,)."""
        wide = [a.astype(np.float64) for a in (self.gamma, self.beta, self.mean, self.variance)]
        gamma, beta, mean, variance = wide
        scale = gamma / np.sqrt(variance + self.epsilon)
        return scale, beta - scale * mean
