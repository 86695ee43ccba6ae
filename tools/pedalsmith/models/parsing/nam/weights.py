# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The flat list of weights, taken piece by piece."""

import math

import numpy as np

from pedalsmith.models.convolution import Array, Conv1d
from pedalsmith.models.parsing.node import Node


class Weights:
    """A cursor over the list. Every piece is a float32 array of its own."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._values = node.array(None)
        self._at = 0

    def take(self, what: str, *shape: int) -> Array:
        """The next numbers, row-major in `shape`; BadInput naming `what` when they run out."""
        count = math.prod(shape)
        left = len(self._values) - self._at
        if count > left:
            self._node.fail(
                f"ends after {len(self._values)} numbers, {count - left} too early for {what}"
            )
        piece = self._values[self._at : self._at + count]
        self._at += count
        return piece.reshape(shape).copy()

    def convolution(
        self,
        what: str,
        inputs: int,
        outputs: int,
        taps: int = 1,
        *,
        bias: bool,
        dilation: int = 1,
        groups: int = 1,
    ) -> Conv1d:
        """The next convolution: outputs by inputs of the group by taps, then the bias."""
        kernel = self.take(what, outputs, inputs // groups, taps).transpose(2, 1, 0)
        return Conv1d(
            np.ascontiguousarray(kernel),
            self.take(f"the bias of {what}", outputs) if bias else None,
            dilation,
            groups,
        )

    def finish(self) -> None:
        """Refuses a list that is longer than the configuration says."""
        if self._at != len(self._values):
            self._node.fail(
                f"has {len(self._values)} numbers where the configuration needs {self._at}"
            )
