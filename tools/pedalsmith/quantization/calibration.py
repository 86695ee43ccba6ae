# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The audio that a model is quantized on, cut into streams that run side by side.

Two disjoint uses: short pieces to learn the sensitivities from, and excerpts to measure on, each
played as it is and 20 and 40 dB lower, so that quiet playing counts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples, Words, from_q23, to_q23
from pedalsmith.quantization.blob import KNOB_ONE
from pedalsmith.quantization.rows import Floats

LEVELS_DB = (0, -20, -40)
"""dB; gains at which a model is measured."""

EXCERPTS = 16
EXCERPT = 12_000
"""Samples of an excerpt: a quarter of a second."""

PIECES = 256
PIECE = 2_560
"""Samples of a piece to learn from."""

_PIECE_GAINS = (1.0, 1.0, 0.5, 1.0, 0.1, 1.0, 0.25, 0.01)


@dataclass(frozen=True)
class Calibration:
    """Streams made of one recording; knobs are spread over the streams at random."""

    pieces: Floats
    """(time, streams): to learn from"""
    piece_knobs: Floats
    """(streams, knobs) in 0..1"""
    excerpts: Words
    """(levels, excerpts, time) Q23: to measure on, from rest"""
    excerpt_knobs: npt.NDArray[np.int64]
    """(excerpts, knobs) Q15"""

    @property
    def excerpt_streams(self) -> tuple[Floats, Floats]:
        """All excerpts of all levels: (time, streams) in float and their knobs (streams, knobs)."""
        levels, count, time = self.excerpts.shape
        audio = from_q23(self.excerpts).reshape(levels * count, time).T
        return np.ascontiguousarray(audio), np.tile(self.excerpt_knobs / KNOB_ONE, (levels, 1))


def calibration_of(samples: Samples, knobs: int) -> Calibration:
    """Cuts `samples` (n,), full scale 1.0, of at least a second; louder than silence."""
    rng = np.random.default_rng(0)
    excerpt = min(EXCERPT, len(samples) // 4)
    piece = min(PIECE, len(samples) // 4)
    stride = (len(samples) - excerpt) // EXCERPTS
    excerpts = np.stack([samples[k * stride : k * stride + excerpt] for k in range(EXCERPTS)])
    # Pieces come from between the excerpts, or from anywhere in a recording too short for that.
    gap = max(stride - excerpt - piece, 0)
    each = PIECES // EXCERPTS
    base = excerpt if gap else 0
    room = gap if gap else max(stride - piece, 0)
    starts = [
        min(k * stride + base + room * i // each, len(samples) - piece)
        for k in range(EXCERPTS)
        for i in range(each)
    ]
    gains = np.resize(_PIECE_GAINS, len(starts))
    pieces = np.stack([samples[at : at + piece] * g for at, g in zip(starts, gains, strict=True)])
    levels = np.stack([to_q23(excerpts * 10 ** (db / 20)) for db in LEVELS_DB])
    corners = rng.uniform(size=(EXCERPTS, knobs))
    corners[: EXCERPTS // 4] = np.rint(corners[: EXCERPTS // 4])
    return Calibration(
        np.ascontiguousarray(pieces.T),
        rng.uniform(size=(len(starts), knobs)),
        levels,
        np.rint(corners * KNOB_ONE).astype(np.int64),
    )


def loud(samples: Samples) -> Floats:
    """Returns (EXCERPT, 3) signals for ranges: the loudest stretch at full scale, a square, DC.

    The square has 110 Hz and, like the DC, full scale.
    """
    count = min(EXCERPT, len(samples) // 4)
    energy = np.concatenate([[0.0], np.cumsum(samples**2)])
    at = int(np.argmax(energy[count:] - energy[:-count])) if len(samples) > count else 0
    stretch = samples[at : at + count]
    peak = float(np.max(np.abs(stretch))) or 1.0
    square = np.where(np.arange(count) * 110 / SAMPLE_RATE % 1.0 < 0.5, 1.0, -1.0)
    top = (Q23_ONE - 1) / Q23_ONE
    return np.stack([stretch / peak * top, square * top, np.full(count, -1.0)], axis=1)
