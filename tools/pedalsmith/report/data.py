# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a report tells; filled in by whoever ran the steps, figures as measured."""

from dataclasses import dataclass

from pedalsmith.audio import Samples


@dataclass(frozen=True)
class Curve:
    """How training went."""

    seconds: tuple[float, ...]
    """Time since training began."""
    esr: tuple[float, ...]
    """ESR (power ratio) on audio that is held back, at those times."""


@dataclass(frozen=True)
class Memory:
    """One memory of the board."""

    name: str
    used: int
    """bytes"""
    size: int
    """bytes"""


@dataclass(frozen=True)
class BoardLoad:
    """What the model costs on a board."""

    name: str
    load_mean: float
    """Percent of the time there is for a block."""
    load_worst: float
    """Percent, the slowest block there can be."""


@dataclass(frozen=True)
class ReportData:
    """One run from capture to pedal.

    The four sounds are (n,) float64 at 48 kHz, aligned, of audio that training did not see.
    ESR: power of the error, without a constant offset, over power of the target.
    """

    title: str
    board: str
    """Its name in words: "Daisy Seed"."""
    dry: Samples
    target: Samples
    """What the gear made of `dry`."""
    model: Samples
    """What the float network makes of it."""
    pedal: Samples
    """What came out of the board, its resting output taken off."""
    esr_float: float
    """Model against target."""
    esr_quantized: float
    """Pedal against target."""
    esr_rounding: float
    """Pedal against model: what the integers cost by themselves."""
    samples_compared: int
    """Words of host and board laid side by side."""
    samples_differing: int
    load_mean: float
    """Percent of the time there is for a block."""
    load_worst: float
    """Percent, the slowest block there can be."""
    load_error: str
    """How sure the load is, in words: "within 4 %"."""
    memory: tuple[Memory, ...] = ()
    boards: tuple[BoardLoad, ...] = ()
    """The same model on all boards there are."""
    curve: Curve | None = None
    facts: tuple[tuple[str, str], ...] = ()
    """(what, value) in words: the network, the formats, the image."""
    versions: tuple[tuple[str, str], ...] = ()
    """(what, version) of everything that had a hand in it."""
    flashing: tuple[str, ...] = ()
    """Steps that put the image onto a board; a step in backticks is a command."""
