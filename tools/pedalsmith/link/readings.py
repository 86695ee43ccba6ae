# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How a pedal does, reading by reading: the differences between two answers to LINK_STATS."""

import math
import time
from dataclasses import dataclass
from typing import Any

from pedalsmith.link import bank
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client

_WRAP = 1 << 32
_FULL_SCALE = 1 << 23
FLOOR_DBFS = -140.0
"""What silence reads"""


@dataclass(frozen=True)
class Reading:
    """What is shown, written and plotted. CPU: percent of the time that a block may take."""

    seconds: float
    """Since the monitor was started"""
    cpu_mean: float
    cpu_p99: float
    """Upper end of the step of 1 % that 99 of 100 blocks do not exceed"""
    cpu_max: float
    overruns: int
    """Since the pedal started, as all counts below"""
    audio_errors: int
    input_dbfs: float
    """Peak since the reading before"""
    output_dbfs: float
    input_clips: int
    output_clips: int
    temperature: float | None
    """Celsius"""
    slot: str
    model: str
    state: str
    gain_db: float
    level_db: float | None
    """None: silent"""
    gate_db: float | None
    """None: off"""
    knobs: tuple[float, ...]
    """Of the model, 0..1"""
    line_errors: int
    """Damaged frames, of both sides"""
    uptime: float
    """s"""

    def row(self) -> dict[str, Any]:
        """For CSV and JSON: plain names and values."""
        values: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if name == "knobs":
                values |= {f"knob{i + 1}": round(one, 4) for i, one in enumerate(value)}
                values |= {f"knob{i + 1}": None for i in range(len(value), p.KNOBS)}
            else:
                values[name] = round(value, 3) if isinstance(value, float) else value
        return values


class Readings:
    """Asks one pedal again and again."""

    def __init__(self, client: Client, began: float) -> None:
        """`began` is time.monotonic() of second 0."""
        self._client, self._began = client, began
        self._names: dict[tuple[int, int], str] = {}
        self._before = client.ask(p.Command.STATS, p.Stats)

    def next(self) -> Reading:
        """Asks, and returns what happened since the call before. Raises DeviceTrouble."""
        now = self._client.ask(p.Command.STATS, p.Stats)
        settings = self._client.ask(p.Command.SETTINGS, p.Settings)
        before, self._before = self._before, now
        blocks = _since(before.blocks, now.blocks)
        cycles = _since(before.busy_cycles, now.busy_cycles)
        per_block = now.block_cycles or 1
        model = now.model
        worst = 100 * now.worst_cycles / per_block
        return Reading(
            seconds=time.monotonic() - self._began,
            cpu_mean=100 * cycles / blocks / per_block if blocks else 0.0,
            cpu_p99=min(p99(before.steps, now.steps), worst),
            cpu_max=worst,
            overruns=now.overruns,
            audio_errors=now.audio_errors,
            input_dbfs=dbfs(now.input_peak),
            output_dbfs=dbfs(now.output_peak),
            input_clips=now.input_clips,
            output_clips=now.output_clips,
            temperature=None if now.temperature == p.NO_TEMPERATURE else now.temperature / 100,
            slot=bank.label(model.slot),
            model=self._name(model),
            state=state(model),
            gain_db=settings.gain / 100,
            level_db=None if settings.level == p.MUTE else settings.level / 100,
            gate_db=None if settings.gate == p.GATE_OFF else settings.gate / 100,
            knobs=tuple(one / p.KNOB_ONE for one in settings.knobs[: min(model.knobs, p.KNOBS)]),
            line_errors=now.link_errors + self._client.damaged,
            uptime=now.uptime_ms / 1000,
        )

    def _name(self, model: p.Model) -> str:
        """What the bank calls it, which need not be what its metadata say."""
        key = model.slot, model.crc
        if model.slot != p.NO_SLOT and key not in self._names:
            self._names = {(one.slot, one.crc): one.name for one in bank.slots(self._client)}
        return self._names.get(key) or model.name


def _since(before: int, now: int) -> int:
    """How far a counter that wraps went."""
    return (now - before) % _WRAP


def p99(before: tuple[int, ...], now: tuple[int, ...]) -> float:
    """The percent that 99 of 100 blocks do not exceed, from two histograms of steps of 1 %."""
    counts = [_since(*pair) for pair in zip(before, now, strict=True)]
    passed, wanted = 0, math.ceil(0.99 * sum(counts))
    for step, count in enumerate(counts):
        passed += count
        if passed >= wanted > 0:
            return step + 1.0
    return 0.0


def dbfs(peak: int) -> float:
    """A peak, Q23, in dB of full scale."""
    return max(20 * math.log10(abs(peak) / _FULL_SCALE), FLOOR_DBFS) if peak else FLOOR_DBFS


def state(model: p.Model) -> str:
    """What the pedal does with the sound, in a word or two."""
    flags = p.Flag(model.flags)
    if p.Flag.PAUSED in flags:
        return "dry, being verified"
    if p.Flag.OVERLOADED in flags:
        return "OVERLOAD, dry"
    if p.Flag.CHANGING in flags:
        return "changing"
    if model.state == p.ModelState.PLAYS:
        return "bypassed" if p.Flag.BYPASSED in flags else "plays"
    return {
        p.ModelState.NONE: "dry, no model",
        p.ModelState.REFUSED: "dry, model refused",
        p.ModelState.HELD: "dry, held back after failed starts",
    }.get(p.ModelState(model.state), "dry")
