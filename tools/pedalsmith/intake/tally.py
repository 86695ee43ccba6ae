# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How far a batch is, on the terminal; and what is said when it is stopped."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pedalsmith.errors import Interrupted
from pedalsmith.intake.job import Outcome, Row

_OUTCOMES: tuple[tuple[Outcome, str], ...] = (
    ("fits", "fit"),
    ("too big", "too big"),
    ("refused", "refused"),
)

_PERIOD = 600.0
"""Seconds of the past that the time left is reckoned from: some models take a minute."""


def counted(rows: list[Row]) -> str:
    """Such as "12 fit, 3 too big, 1 refused"."""
    count = {outcome: sum(row.outcome == outcome for row in rows) for outcome, _ in _OUTCOMES}
    return ", ".join(f"{count[outcome]} {word}" for outcome, word in _OUTCOMES)


class Tally:
    """A line on `talk` that counts; turns Ctrl-C into Interrupted."""

    def __init__(self, files: int, talk: Console) -> None:
        self._talk, self._files, self._left = talk, files, files
        self._rows: list[Row] = []
        self._progress = Progress(
            *(BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}")),
            *(TextColumn("time left"), TimeRemainingColumn()),
            console=talk,
            transient=True,
            disable=not talk.is_terminal,
            speed_estimate_period=_PERIOD,
        )
        self._task = self._progress.add_task("", total=files)

    def begun(self, left: int) -> None:
        """Learns how many files an earlier run has not done."""
        self._left = left
        self._progress.update(self._task, total=left)
        if done := self._files - left:
            self._talk.print(f"{done} of {self._files} files were done by an earlier run.")

    def done(self, row: Row) -> None:
        """Learns what became of one of them."""
        self._rows.append(row)
        self._progress.update(self._task, advance=1, description=counted(self._rows))

    def __enter__(self) -> "Tally":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._progress.stop()
        if isinstance(error, KeyboardInterrupt):
            done = self._files - self._left + len(self._rows)
            raise Interrupted(
                f"stopped with {done} of {self._files} files done; the same command goes on there."
            ) from None
