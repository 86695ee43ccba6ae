# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Audio through the engine of a pedal over the cable, held against the engine on this computer."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client
from pedalsmith.link.progress import Tell
from pedalsmith.native.host import HostEngine

Words = npt.NDArray[np.int32]

RESTING = 0xFFFF
"""The knob where the model rests"""
_AROUND = 3


@dataclass(frozen=True)
class Streamed:
    """What came back: `samples` (n,) Q23, the engine's own words."""

    samples: Words
    cycles: int
    """That the pedal's core took for all of it, its audio interrupts included"""


@dataclass(frozen=True)
class Difference:
    """The first sample that is not the same, and what is around it."""

    index: int
    count: int
    """Samples that differ in all"""
    rows: list[tuple[int, int, int, int]]
    """Index, input, host, pedal; Q23"""
    units: list[tuple[int, int, int]]
    """State, hidden value, rounding error of the first units of layer 0 on the host, before it"""


def stream(client: Client, words: Words, tell: Tell) -> Streamed:
    """Plays `words` (n,) Q23 from the rest state, with the model's knobs at rest.

    The pedal passes its input dry meanwhile. Raises Refused, DeviceTrouble.
    """
    client.ask(p.Command.STREAM_BEGIN, p.Model, p.StreamBegin((RESTING,) * p.KNOBS))
    parts, cycles = [], 0
    try:
        for at in range(0, len(words), p.STREAM_SAMPLES):
            part = words[at : at + p.STREAM_SAMPLES].astype("<i4")
            raw = client.ask_raw(p.Command.STREAM_DATA, p.Stream(at, 0).pack() + part.tobytes())
            head, got = p.Stream.unpack(raw), raw[p.Stream.size() :]
            if head.position != at or len(got) != part.nbytes:
                raise DeviceTrouble(f"{client.where}: lost its place in the stream; verify again.")
            parts.append(np.frombuffer(got, "<i4").astype(np.int32))
            cycles += head.cycles
            tell("streaming", (at + len(part)) / len(words))
    finally:
        with suppress(DeviceTrouble):
            client.ask_raw(p.Command.STREAM_END)
    return Streamed(np.concatenate(parts) if parts else words, cycles)


def compare(blob: bytes, name: str, words: Words, played: Words) -> Difference | None:
    """Plays `words` (n,) Q23 here; returns where `played` (n,) differs, None when nowhere."""
    wanted = HostEngine(blob, name).process(words)
    differing = np.flatnonzero(wanted != played)
    if not len(differing):
        return None
    first = int(differing[0])
    engine = HostEngine(blob, name)
    engine.process(words[:first])
    around = range(max(first - _AROUND, 0), min(first + _AROUND + 1, len(words)))
    return Difference(
        first,
        len(differing),
        [(at, int(words[at]), int(wanted[at]), int(played[at])) for at in around],
        [(unit.state, unit.hidden, unit.error) for unit in engine.units(0)[:8]],
    )
