# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Runs pedalsmith's own commands one after another and shows where they are.

Each step is the command that a person would type, in a process of its own, so that what the demo
shows is what the commands do. Its --json output is the result; what it says on stderr is shown,
line over line, beside a clock.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pedalsmith.errors import PedalsmithError

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\u2800-\u28ff] ?")
"""Terminal control, and the spinner of the command: the step has its own."""
_STOP_SECONDS = 20.0
"""How long a step has to finish after Ctrl-C."""


class StepFailed(PedalsmithError):  # noqa: N818 - reads as what it says
    """A command of the demo failed; ends in that command's exit code and its own line."""

    def __init__(self, line: str, exit_code: int) -> None:
        super().__init__(line)
        self.exit_code = exit_code


@dataclass
class Step:
    """One line of the demo."""

    name: str
    text: str
    """What is done."""
    result: str = ""
    """What came of it, when done."""
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    done: bool = False
    said: str = ""
    """The last thing the command said."""


class Steps:
    """The list of steps on the screen, and their times."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.all: list[Step] = []

    @contextlib.contextmanager
    def step(self, name: str, text: str) -> Iterator[Step]:
        """Shows a step while the block runs; the block sets its `result`."""
        step = Step(name, text)
        self.all.append(step)
        terminal = self._console.is_terminal
        with Live(
            get_renderable=lambda: row(step), console=self._console, transient=True,
            refresh_per_second=8, auto_refresh=terminal,
        ):  # fmt: skip
            yield step
            step.seconds = time.monotonic() - step.started
        step.done = True
        self._console.print(row(step))

    def run(self, step: Step, *arguments: str) -> dict[str, Any]:
        """Runs `pedalsmith ARGUMENTS --json` and returns what it printed.

        Raises StepFailed with the command's own last line and exit code.
        """
        line = [sys.executable, "-m", "pedalsmith", *arguments, "--json"]
        # Asks rich in the command to draw its progress although it writes to a pipe.
        drawn = {"TTY_COMPATIBLE": "1", "TTY_INTERACTIVE": "1", "NO_COLOR": "1", "COLUMNS": "100"}
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(
                line, stdout=out, stderr=subprocess.PIPE, env={**os.environ, **drawn}
            )
            assert process.stderr is not None
            last = _Listener(process.stderr, step)
            try:
                code = process.wait()
            except BaseException:
                _end(process)
                raise
            last.join()
            out.seek(0)
            printed = out.read().decode("utf-8", errors="replace")
        if code != 0:
            raise StepFailed(_reason(last.lines, arguments[0], code), code if code > 0 else 1)
        try:
            result: dict[str, Any] = json.loads(printed)
        except ValueError:
            raise StepFailed(f"{arguments[0]}: printed no JSON.", 1) from None
        return result


class _Listener(threading.Thread):
    """Reads what a command says, keeps the lines, shows the last one."""

    def __init__(self, stream: IO[bytes], step: Step) -> None:
        super().__init__(daemon=True)
        self._stream, self._step = stream, step
        self.lines: list[str] = []
        self.start()

    def run(self) -> None:
        rest = ""
        while piece := os.read(self._stream.fileno(), 4096):
            *whole, rest = re.split(r"[\r\n]+", rest + piece.decode("utf-8", errors="replace"))
            # A progress bar is drawn without an end of line.
            for line in (*whole, rest):
                said = _ESCAPES.sub("", line).strip()
                if said:
                    self._step.said = said
            self.lines += [said for line in whole if (said := _ESCAPES.sub("", line).strip())]
        if said := _ESCAPES.sub("", rest).strip():
            self.lines.append(said)


def _reason(lines: list[str], name: str, code: int) -> str:
    """The line in which a command said why it failed."""
    for line in reversed(lines):
        if line.startswith("pedalsmith: "):
            return f"{name}: {line.removeprefix('pedalsmith: ')}"
    if code < 0:
        return f"{name}: was ended by signal {-code} ({signal.Signals(-code).name})."
    return f"{name}: failed (exit code {code}){': ' + lines[-1] if lines else ''}."


def _end(process: subprocess.Popen[bytes]) -> None:
    """Lets a command that was told to stop (Ctrl-C reaches it too) finish, or makes it."""
    try:
        process.wait(_STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


def row(step: Step) -> Table:
    """One line: sign, name, what, result or what is being said, time."""
    seconds = step.seconds if step.done else time.monotonic() - step.started
    grid = Table.grid(padding=(0, 2, 0, 0), expand=True)
    grid.add_column(width=2, justify="right", no_wrap=True)
    grid.add_column(width=8, no_wrap=True)
    grid.add_column(width=28, no_wrap=True, overflow="ellipsis")
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    grid.add_column(width=5, justify="right", no_wrap=True)
    turning = "◐◓◑◒"[int(seconds * 4) % 4]
    grid.add_row(
        Text("✓", "green") if step.done else Text(turning, "cyan"),
        Text(step.name, "bold"),
        Text(step.text),
        Text(step.result, "") if step.done else Text(step.said, "dim"),
        Text(clock(seconds), "dim"),
    )
    return grid


def clock(seconds: float) -> str:
    """Minutes and seconds: 2:03."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
