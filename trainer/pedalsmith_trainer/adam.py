# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Adam over one row of weights, in NumPy.

Keras' own, as TensorFlow operations, took a quarter of a step's time for a network of a thousand
weights.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_MEAN_DECAY, _SQUARE_DECAY, _LEAST = 0.9, 0.999, 1e-7


class Adam:
    """Adam (Kingma and Ba 2015); `learning_rate` may change at any step."""

    def __init__(self, count: int) -> None:
        self.learning_rate = 0.0
        self.mean = np.zeros(count, np.float32)
        self.square = np.zeros(count, np.float32)
        self.steps = 0

    def rested(self) -> "Adam":
        """One with the same gradients' sizes, that moves nowhere yet."""
        other = Adam(len(self.mean))
        other.square[:], other.steps = self.square, self.steps
        return other

    def update(self, weights: Floats, gradient: Floats) -> Floats:
        """Returns the weights (count,) after a step against `gradient` (count,)."""
        self.steps += 1
        self.mean += np.float32(1 - _MEAN_DECAY) * (gradient - self.mean)
        self.square += np.float32(1 - _SQUARE_DECAY) * (gradient * gradient - self.square)
        bias = np.sqrt(1 - _SQUARE_DECAY**self.steps) / (1 - _MEAN_DECAY**self.steps)
        rate = np.float32(self.learning_rate * bias)
        return weights - rate * self.mean / (np.sqrt(self.square) + np.float32(_LEAST))
