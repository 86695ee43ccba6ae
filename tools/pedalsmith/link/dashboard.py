# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The monitor as a person sees it: one panel, drawn anew with every reading."""

from collections import deque
from collections.abc import Sequence

from rich.console import Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pedalsmith.link.protocol import HelloAnswer
from pedalsmith.link.readings import FLOOR_DBFS, Reading

HISTORY = 66
"""Readings in the chart, one a column"""
_ROWS = 4
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_BAR = 28
_LOWEST_DBFS = -60.0
_BUSY, _FULL = 70.0, 90.0
"""Percent from which the load is drawn yellow, red"""
_HOT_DBFS = -3.0
_PALE = "grey37"
"""Of the worst blocks, behind the mean"""
_RECENT = 6
"""Readings for which a clipped sample keeps its meter red"""
WIDTH = 80


class Dashboard:
    """Keeps the history; `draw` makes the panel."""

    def __init__(self) -> None:
        self._history: deque[Reading] = deque(maxlen=HISTORY)
        self._loudest = {"in": FLOOR_DBFS, "out": FLOOR_DBFS}

    def take(self, reading: Reading) -> None:
        """Adds a reading."""
        self._history.append(reading)
        for name, level in (("in", reading.input_dbfs), ("out", reading.output_dbfs)):
            self._loudest[name] = max(self._loudest[name], level)

    def draw(self, hello: HelloAnswer, where: str, trouble: str = "") -> Panel:
        """The panel; `trouble` is said instead of the port while the pedal is away."""
        title = f"[bold]{escape(hello.board)}[/] · pedalsmith {escape(hello.firmware)}"
        away = f"[red]{escape(trouble)}[/]" if trouble else escape(where)
        if not self._history:
            return Panel("waiting for the first reading", title=title, subtitle=away, width=WIDTH)
        now = self._history[-1]
        body = Group(
            self._cpu(now),
            Text(),
            self._chart(),
            Text(),
            self._levels(now),
            Text(),
            _facts(now),
        )
        style = "dim" if trouble else ""
        return Panel(
            body, title=title, subtitle=away, width=WIDTH, style=style, padding=(1, 2, 0, 2)
        )

    def _cpu(self, now: Reading) -> Table:
        grid = _grid()
        line = Text()
        line.append(f"{now.cpu_mean:5.1f} %", style=f"bold {_load_colour(now.cpu_mean)}")
        line.append(f"   p99 {now.cpu_p99:.0f} %   worst ")
        line.append(f"{now.cpu_max:.1f} %", style=_load_colour(now.cpu_max))
        grid.add_row("CPU", _bar(now.cpu_mean / 100, _load_colour(now.cpu_mean)), line)
        return grid

    def _chart(self) -> Table:
        means = [reading.cpu_mean for reading in self._history]
        worst = [reading.cpu_max for reading in self._history]
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=5, justify="right", style="dim")
        grid.add_column()
        for row in reversed(range(_ROWS)):
            mark = {_ROWS - 1: "100 %", 0: "0"}.get(row, "")
            grid.add_row(mark, _chart_row(row, means, worst))
        return grid

    def _levels(self, now: Reading) -> Table:
        past = list(self._history)[-_RECENT:][0]
        grid = _grid()
        for name, level, clips, before in (
            ("in", now.input_dbfs, now.input_clips, past.input_clips),
            ("out", now.output_dbfs, now.output_clips, past.output_clips),
        ):
            share = 1 - max(level, _LOWEST_DBFS) / _LOWEST_DBFS
            colour = "red" if clips > before else "yellow" if level > _HOT_DBFS else "green"
            line = Text(_level(level))
            line.append(f"  peak {_level(self._loudest[name]).strip()}  ")
            line.append(f"clipped {clips:,}", style="bold red" if clips else "dim")
            grid.add_row(name, _bar(share, colour), line)
        return grid


def _grid() -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, justify="right", style="dim")
    grid.add_column(width=_BAR)
    grid.add_column()
    return grid


def _load_colour(percent: float) -> str:
    return "red" if percent >= _FULL else "yellow" if percent >= _BUSY else "green"


def _level(dbfs: float) -> str:
    return "silent     " if dbfs <= FLOOR_DBFS else f"{dbfs:6.1f} dBFS"


def _bar(share: float, colour: str) -> Text:
    full = round(min(max(share, 0.0), 1.0) * _BAR)
    return Text("█" * full, style=colour).append("░" * (_BAR - full), style="dim")


def _chart_row(row: int, means: Sequence[float], worst: Sequence[float]) -> Text:
    """One line of the chart: what is under the mean solid, from there to the worst block pale."""
    line = Text()
    for mean, most in zip(means, worst, strict=True):
        solid, pale = (_eighths(value, row) for value in (mean, most))
        if not solid:
            line.append(_EIGHTHS[pale], style=_PALE)
        else:
            behind = f" on {_PALE}" if pale == 8 and solid < 8 else ""
            line.append(_EIGHTHS[solid], style=_load_colour(mean) + behind)
    return line


def _eighths(percent: float, row: int) -> int:
    """How much of that row of the chart is under the value; a load is never drawn as nothing."""
    filled = min(percent, 100.0) / 100 * _ROWS * 8
    if row == 0 and 0 < filled < 1:
        return 1
    return min(max(round(filled) - 8 * row, 0), 8)


def _facts(now: Reading) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=5, justify="right", style="dim")
    grid.add_column()
    model = Text(f"{now.slot}  ", style="bold").append(now.model or "no name")
    good = now.state in ("plays", "bypassed", "changing")
    model.append(f"   {now.state}", style="green" if good else "bold red")
    grid.add_row("model", model)
    level = "silent" if now.level_db is None else f"{now.level_db:+.1f} dB"
    gate = "off" if now.gate_db is None else f"{now.gate_db:.0f} dBFS"
    knobs = f"gain {now.gain_db:+.1f} dB  level {level}  gate {gate}"
    if now.knobs:
        knobs += "  model " + " ".join(f"{100 * one:.0f} %" for one in now.knobs)
    grid.add_row("knobs", knobs)
    minutes, seconds = divmod(int(now.uptime), 60)
    rest = Text(f"{minutes // 60}:{minutes % 60:02}:{seconds:02}  ")
    for name, count in (
        ("overruns", now.overruns),
        ("audio errors", now.audio_errors),
        ("cable errors", now.line_errors),
    ):
        rest.append(f"{name} {count:,}  ", style="bold red" if count else "")
    if now.temperature is not None:
        rest.append(f"chip {now.temperature:.0f} °C")
    grid.add_row("up", rest)
    return grid
