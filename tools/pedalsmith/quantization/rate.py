# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A model of one sample rate on a board of another: resampling around the network, in integers.

firmware/engine/README.md, Rate, is the definition. Measured against the model at its own rate, this
is -79 and -89 dB; a state delayed by the ratio of the rates, which recurrent models also allow, is
-50 and -47 dB (a NeuralPi and a Proteus model, guitar; benchmarks/sample_rate.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.refusal import Refused, fits, require

PHASES = 32
TAPS_MAX = 96
TAPS = 24
"""Of a filter that need not cut below the slower rate's band: flat within 0.03 dB up to 18 kHz
between 44.1 and 48 kHz."""
KAISER_BETA = 7.0
COEFFICIENT_ONE = 1 << 29
SLOWEST, FASTEST = 0.25, 2.0
"""The model's rate over the board's."""

Table = npt.NDArray[np.integer[Any]]
Int = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RateRecord:
    """Kind 32. The network runs at `model` / `board` times the rate of the blob's header."""

    model: int
    board: int
    """Both rates, divided by their greatest common divisor."""
    front: Table
    """(PHASES + 1, taps), Q29: from the board's samples to the model's frames"""
    behind: Table
    """(PHASES + 1, taps), Q29: from the model's frames to the board's samples"""

    @property
    def latency(self) -> float:
        """The board's samples that the sound is late beyond the network's own."""
        back = self.behind.shape[1] / 2 * self.board / self.model
        return float(self.front.shape[1] / 2 - 1 + back)

    @property
    def arena_bytes(self) -> int:
        """Bytes of the engine's RAM."""
        taps = int(self.front.shape[1] + self.behind.shape[1])
        return 512 + (4 * (PHASES + 1) + 8) * taps


def rate_record(model_rate: int, board_rate: int) -> RateRecord:
    """The record between two rates in Hz. Raises Refused when they are too far apart."""
    ratio = model_rate / board_rate
    if not SLOWEST <= ratio <= FASTEST:
        raise Refused(
            f"is a model of {model_rate} Hz; a board of {board_rate} Hz plays those of "
            f"{SLOWEST * board_rate:.0f} to {FASTEST * board_rate:.0f} Hz"
        )
    common = gcd(model_rate, board_rate)
    positions = np.arange(PHASES + 1) / PHASES
    front, behind = _taps(1 / ratio), _taps(ratio)
    return RateRecord(
        model_rate // common,
        board_rate // common,
        _table(front, front / 2 - positions, min(1.0, ratio)),
        _table(behind, behind / 2 - 1 + positions, min(1.0, 1 / ratio)),
    )


def _taps(ratio: float) -> int:
    return 2 * ceil(TAPS / 2 * max(1.0, ratio))


def _table(taps: int, centres: npt.NDArray[np.float64], cutoff: float) -> Table:
    """Windowed sincs around each centre (in samples from the oldest); every row sums to one."""
    time = np.arange(taps) - centres[:, None]
    inside = np.clip(1.0 - (time / (taps / 2)) ** 2, 0.0, None)
    shape = np.sinc(cutoff * time) * np.i0(KAISER_BETA * np.sqrt(inside))
    words = np.round(shape / shape.sum(axis=1, keepdims=True) * COEFFICIENT_ONE).astype(np.int64)
    # A constant must come through unchanged, or silence would not be the rest output.
    largest = np.argmax(words, axis=1)
    words[np.arange(PHASES + 1), largest] += COEFFICIENT_ONE - words.sum(axis=1)
    return np.asarray(words, np.int64)


def check(rate: RateRecord) -> None:
    """The format's limits and the proof of its sums. Raises Refused."""
    require(rate.model >= 1 and rate.board >= 1, "the rate: a ratio of 0")
    require(max(rate.model, rate.board) < 2**16, "the rate: a ratio of more than 16 bits")
    far = rate.model > 2 * rate.board or 4 * rate.model < rate.board
    require(not far, f"the rate: {rate.model} to {rate.board} is outside 1/4 .. 2")
    for name, table in (("front", rate.front), ("behind", rate.behind)):
        rows, taps = table.shape
        good = rows == PHASES + 1 and 2 <= taps <= TAPS_MAX and taps % 2 == 0
        require(good, f"the rate: a {name} filter of {rows} x {taps}")
        require(fits(table, 32), "the rate: a word outside int32")
        sums = np.abs(table.astype(np.int64)).sum(axis=1)
        require(bool(np.all(sums < 2**31)), f"the rate: a row of {name} sums to 4 or more")


class _Filter:
    def __init__(self, table: Table) -> None:
        self.table = table.astype(np.int64)
        self.history = np.zeros(table.shape[1], np.int64)

    def push(self, value: int) -> None:
        self.history = np.append(self.history[1:], value)

    def at(self, place: int, whole: int, bits: int) -> int:
        """The value at place / whole within a sample, clipped to that many bits."""
        row, rest = divmod(place * PHASES, whole)
        low, high = (int(v) >> 16 for v in self.table[row : row + 2] @ self.history)
        value = (low * 32768 + (high - low) * ((rest << 15) // whole) + (1 << 27)) >> 28
        top = 1 << (bits - 1)
        return min(max(value, -top), top - 1)


class RateReference:
    """The resampling in NumPy, sample by sample."""

    def __init__(self, record: RateRecord) -> None:
        self.record = record
        self.front, self.behind = _Filter(record.front), _Filter(record.behind)
        self.due = 0

    def reset(self, rest_output: int) -> None:
        """To silence in front and the rest output (Q23) behind."""
        self.due = 0
        self.front.history[:] = 0
        self.behind.history[:] = rest_output

    def play(self, words: Int, network: Callable[[Int], Int]) -> Int:
        """Samples of the board (n,), Q23 -> Q23; `network` plays the model's frames among them."""
        model, board = self.record.model, self.record.board
        frames, due = [], []
        for word in words.tolist():
            self.front.push(word)
            while self.due <= 0:
                frames.append(self.front.at(-self.due, model, 24))
                self.due += board
            due.append((len(frames), self.due))
            self.due -= model
        played = network(np.array(frames, np.int64)).tolist() if frames else []
        out, heard = [], 0
        for count, left in due:
            for value in played[heard:count]:
                self.behind.push(value)
            heard = count
            out.append(self.behind.at(board - left, board, 32))
        return np.array(out, np.int64)
