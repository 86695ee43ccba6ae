# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A quantized impulse response: record, proof and NumPy reference.

firmware/engine/README.md, FIR, is the definition; fir_quantizer.py makes one of a float model.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.refusal import fits, require

Tensor = npt.NDArray[np.integer[Any]]

SEGMENT = 32
"""Taps that share a scale."""
SEGMENTS_MAX = 750
L1_MAX = 65_535
_CHUNK, _MIRRORED = 16, 34
"""Of the ring, beyond the taps."""


@dataclass(frozen=True)
class FirRecord:
    """Kind 17. One audio channel in and out, Q23."""

    KIND: ClassVar[int] = 17

    weights: Tensor
    """(segments, SEGMENT), int16; the newest segment first, in it the oldest tap first"""
    scale: Tensor
    """(segments,), int32: Q40 over the segment's own scale"""
    bias: int
    """Q23, the output in silence"""

    @property
    def inputs(self) -> int:
        """1, the audio."""
        return 1

    @property
    def outputs(self) -> int:
        """1, the audio."""
        return 1

    @property
    def segments(self) -> int:
        """Of SEGMENT taps each; the oldest is filled up with zeros."""
        return len(self.scale)

    @property
    def arena_bytes(self) -> int:
        """Beyond the engine's own share: weights, scales, ring."""
        ring = SEGMENT * self.segments + _CHUNK + _MIRRORED
        return 512 + sum(
            -(-n // 8) * 8 for n in (2 * self.weights.size, 4 * self.segments, 4 * ring)
        )


def check(record: FirRecord, name: str) -> None:
    """Raises Refused when a limit is broken or a sum may leave its word."""
    segments = record.segments
    require(1 <= segments <= SEGMENTS_MAX, f"{name}: {segments} segments; 1..{SEGMENTS_MAX}")
    require(record.weights.shape == (segments, SEGMENT), f"{name}: weights of another shape")
    require(fits(record.weights, 16), f"{name}: a weight outside int16")
    require(
        fits(record.scale, 32) and fits(np.array([record.bias]), 32),
        f"{name}: a word outside int32",
    )
    l1 = np.abs(record.weights.astype(np.int64)).sum(axis=1)
    require(np.all(l1 <= L1_MAX), f"{name}: a segment's weights sum to more than {L1_MAX}")
    bound = (abs(int(record.bias)) << 32) + (1 << 31)
    for sum_, scale in zip(l1.tolist(), record.scale.tolist(), strict=True):
        bound += ((sum_ << 15) + SEGMENT) * abs(scale)
    require(bound < 1 << 63, f"{name}: its sum may leave 64 bits")


class FirReference:
    """Plays a record as fir.c does."""

    def __init__(self, record: FirRecord) -> None:
        # Oldest first, all segments in one row.
        self._weights = record.weights[::-1].astype(np.int64)
        self._scale = record.scale[::-1].astype(object)
        self._bias = int(record.bias)
        self.reset()

    def reset(self) -> None:
        """Silence before."""
        self._heard = np.zeros(self._weights.size, np.int64)

    def play(self, words: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
        """(frames,) Q23, 24 bits -> (frames,) Q23 in int32."""
        out = np.empty(len(words), np.int64)
        for index, word in enumerate(words.tolist()):
            self._heard[:-1] = self._heard[1:]
            self._heard[-1] = word << 8
            acc = ((self._weights * self._heard.reshape(-1, SEGMENT)) >> 16).sum(axis=1)
            require(fits(acc, 32), "acc left 32 bits")
            total = int((acc.astype(object) * self._scale).sum()) + (self._bias << 32) + (1 << 31)
            require(abs(total) < 1 << 63, "a sum left 64 bits")
            out[index] = min(max(total >> 32, -(2**31)), 2**31 - 1)
        return out
