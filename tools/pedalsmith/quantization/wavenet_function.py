# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Activations that a WaveNet's record brings with it; firmware/engine/wavenet/README.md, Functions.

`function_of` makes one of every kind of Activation that is not built into the engine. What is made
of straight lines with two corners is exact, to the rounding of its words; all others are curves.
FINE_TANH is for networks that the tanh which is built in is not true enough for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from pedalsmith.models.convolution import Activation
from pedalsmith.models.reference.signals import activate
from pedalsmith.quantization.refusal import Refused, fits, require
from pedalsmith.quantization.table import FINE_ENTRIES, FINE_SHIFT, FINE_WRAP, fine_table
from pedalsmith.quantization.words import Int, mulh, within

FUNCTIONS_MAX = 4
"""Of a record."""

ONE = 2**23
"""Word of v = 1"""
V_MAX = 2**30
"""Largest |v| of a scaled row: mulh of two words."""

_CORNER_WORDS, _SHIFT_MAX = 4, 8
PIECES, _PIECE_SHIFT = 144, 18
"""Of a curve, on each side of 0; log2 of the width of the first ones."""
_WORDS = (_CORNER_WORDS, 2 * PIECES * 4, 0)
"""Of each type"""


@dataclass(frozen=True)
class Function:
    """Type and words as the blob has them."""

    CORNERS: ClassVar[int] = 0
    """low, high (Q23), then the slopes below and above them, Q31"""
    CURVE: ClassVar[int] = 1
    """(2, PIECES, 4): coefficients of a cubic for v >= 0 and for v < 0, each from 0 on"""
    FINE: ClassVar[int] = 2
    """None: the engine computes its chords of tanh; v is Q27"""

    type: int
    shift: int
    words: tuple[int, ...]

    @staticmethod
    def count_of(type_: int) -> int:
        """How many words a function of that type has. Raises Refused."""
        require(0 <= type_ < len(_WORDS), f"a function of unknown type {type_}")
        return _WORDS[type_]

    @property
    def arena_bytes(self) -> int:
        """Its words, type and shift; the chords of a fine tanh."""
        words = 2 * FINE_ENTRIES if self.type == Function.FINE else len(self.words)
        return -(-4 * (words + 2) // 8) * 8

    @property
    def most(self) -> int:
        """Largest |a|, as the engine proves it."""
        if self.type == Function.CORNERS:
            low, high, *slopes = self.words
            steepest = max(abs(slope) for slope in slopes)
            return (max(abs(low), abs(high)) + 2 * ((steepest + 3) >> 2)) << self.shift
        if self.type == Function.FINE:
            return 2**31 - 1
        return self.most_within(V_MAX)

    def most_within(self, v: int) -> int:
        """The same where |v| is at most `v`: of a curve, the largest of the pieces it reaches."""
        if self.type != Function.CURVE:
            return self.most
        u = min(v, V_MAX - 1)
        octave = max(u.bit_length() - 23, 0)
        return int(_reached(self.words)[16 * octave + (u >> (_PIECE_SHIFT + octave))])

    def check(self, name: str) -> None:
        """Raises Refused when a limit is broken or a result may leave its word."""
        require(len(self.words) == self.count_of(self.type), f"{name}: a function of odd length")
        most_shift = _SHIFT_MAX if self.type == Function.CORNERS else 0
        require(0 <= self.shift <= most_shift, f"{name}: a function shifted by {self.shift}")
        require(fits(self.words, 32), f"{name}: a word outside int32")
        if self.type == Function.CORNERS:
            between = self.words[0] <= 0 <= self.words[1]
            require(between, f"{name}: a function's corners are on one side of 0")
        require(self.most <= 2**31 - 1, f"{name}: a function may leave 32 bits")

    def play(self, v: Int) -> Int:
        """v, Q23 (FINE: Q27) -> a"""
        within(v, 32, "v")
        if self.type == Function.FINE:
            chord = _fine_chords()[(v >> FINE_SHIFT) + FINE_ENTRIES // 2]
            wrapped = ((v << FINE_WRAP) + 2**31) % 2**32 - 2**31
            return within(chord[..., 0] + mulh(wrapped, chord[..., 1]), 32, "a")
        if self.type == Function.CORNERS:
            low, high, below, above = self.words
            inside = np.clip(v, low, high)
            beyond = v - inside
            slope = np.where(beyond < 0, below, above)
            return within((inside + 2 * mulh(beyond, slope)) << self.shift, 32, "a")
        u = np.minimum(np.where(v < 0, -v - 1, v), V_MAX - 1)
        octave = np.maximum(np.frexp(u.astype(np.float64))[1] - 23, 0)
        width = _PIECE_SHIFT + octave
        c = np.array(self.words, np.int64).reshape(2, PIECES, 4)
        c = c[(v < 0).astype(np.int64), 16 * octave + (u >> width)]
        t = ((u & ((1 << width) - 1)) << (32 - width)) - 2**31
        a = c[..., 3]
        for power in (2, 1, 0):
            a = c[..., power] + mulh(a, t)
        return within(a, 32, "a")


@cache
def _reached(words: tuple[int, ...]) -> Int:
    """(PIECES,) the largest sum of magnitudes of all pieces of a curve up to each."""
    sums = np.abs(np.array(words, np.int64)).reshape(2, PIECES, 4).sum(axis=2)
    return np.asarray(np.maximum.accumulate(sums.max(axis=0)))


@cache
def _fine_chords() -> Int:
    return fine_table().astype(np.int64)


@dataclass(frozen=True)
class Scaled:
    """A function, and how many words a value of 1 is in what it gives."""

    function: Function
    unit: float


FINE_TANH = Scaled(Function(Function.FINE, 0, ()), 2.0**31)
FINE_ONE = 2**27
"""Word of v = 1 before it"""


@cache
def function_of(activation: Activation) -> Scaled:
    """The function that plays `activation`. Raises Refused for what is not in `MAKERS`."""
    require(activation.kind in MAKERS, f"the activation {activation.kind} is not played")
    made = MAKERS[activation.kind](activation)
    made.function.check(f"the activation {activation.kind}")
    return made


def _corners(activation: Activation) -> Scaled:
    parameters = activation.parameters or (-1.0, 1.0, 0.0, 0.0)
    low, high, below, above = parameters
    if not low <= 0 <= high or max(-low, high) > V_MAX / ONE:
        raise Refused(f"corners at {low:g} and {high:g}, not on both sides of 0, "
                      "of its leaky_hardtanh")  # fmt: skip
    if max(abs(below), abs(above)) >= 1.0:
        raise Refused(f"a slope of -1 or 1 and beyond of its {activation.kind}")
    slopes = (round(min(slope * 2**31, 2**31 - 1)) for slope in (below, above))
    plain = Function(Function.CORNERS, 0, (round(low * ONE), round(high * ONE), *slopes))
    shift = min(((2**31 - 1) // max(plain.most, 1)).bit_length() - 1, _SHIFT_MAX)
    return Scaled(Function(plain.type, shift, plain.words), float(ONE << shift))


def _curve(activation: Activation) -> Scaled:
    """Each piece goes through the activation at four Chebyshev points."""
    octave = np.maximum(np.arange(PIECES) // 16 - 1, 0)
    width = 2.0 ** (_PIECE_SHIFT + octave)
    start = np.where(octave > 0, (np.arange(PIECES) - 16 * octave) * width, 0.0)
    start = np.where(octave == 0, np.arange(PIECES) * width, start)
    at = np.cos(np.pi * (np.arange(4) + 0.5) / 4) / 2
    right = start[:, None] + (at + 0.5) * width[:, None]
    x = np.stack([right, -1.0 - right]) / ONE
    y = activate(activation, x[..., None])[..., 0]
    unit = 2.0 ** np.floor(np.log2(0.95 * 2**31 / np.max(np.abs(y))))
    c = y @ np.linalg.inv(np.vander(at, increasing=True)).T * unit
    c[..., 0] += 0.5  # the product is floored
    return Scaled(Function(Function.CURVE, 0, tuple(np.rint(c).astype(int).ravel().tolist())), unit)


MAKERS: dict[str, Callable[[Activation], Scaled]] = {
    "hardtanh": _corners,
    "leaky_hardtanh": _corners,
    "hardswish": _curve,
    "softsign": _curve,
    "fasttanh": _curve,
    "elu": _curve,
}
"""Kinds of Activation, and what makes a function of them."""
