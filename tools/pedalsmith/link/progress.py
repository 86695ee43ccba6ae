# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A progress bar on a terminal, and nothing elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pedalsmith.console import talk

Tell = Callable[[str, float], None]
"""Gets what is being done and the share of it, 0..1."""


@contextmanager
def progress_bar(begin: str) -> Iterator[Tell]:
    """Shows a bar while the block runs; `begin` is what it says first."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    # rich leaves an empty line behind where there is no terminal.
    with Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal) as bar:
        task = bar.add_task(begin, total=1.0)

        def tell(what: str, share: float) -> None:
            bar.update(task, description=what, completed=min(share, 1.0))

        yield tell
