# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a person sees while the network learns."""

from types import TracebackType

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pedalsmith.console import talk
from pedalsmith_trainer.callbacks import Progress as Report
from pedalsmith_trainer.loss import esr_db, esr_words
from pedalsmith_trainer.settings import Settings


class Display:
    """A progress bar with the best ESR so far and the time that is left."""

    def __init__(self, settings: Settings) -> None:
        self._bar = Progress(
            TextColumn(f"training {settings.name}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[state]}"),
            TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(),
            console=talk,
            transient=False,
        )
        self._task = self._bar.add_task("", total=1.0, state="starting", left="")

    def __enter__(self) -> "Display":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, report: Report) -> None:
        """Moves the bar."""
        left = report.seconds * (1 - report.share) / max(report.share, 1e-9)
        self._bar.update(
            self._task,
            completed=report.share,
            state=f"ESR {report.best_esr:.4f} {esr_db(report.best_esr):.1f} dB, "
            f"{esr_words(report.best_esr)}",
            left=f"{_clock(left)} left" if report.share < 1 else "done",
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
