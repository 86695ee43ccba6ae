# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith monitor`: how the pedal does while it is played."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pedalsmith.link.options import PortOption, SerialOption

if TYPE_CHECKING:
    from pedalsmith.link.readings import Reading
    from pedalsmith.link.watching import Seen

    Show = Callable[[Seen], None]


def command(
    csv: Annotated[
        Path | None, typer.Option(help="Write a line a reading to this file, too.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A line of JSON a reading, no dashboard.")
    ] = False,
    plot: Annotated[
        bool, typer.Option("--plot", help="name:value lines, as serial plotters read them.")
    ] = False,
    svg: Annotated[
        Path | None, typer.Option(help="Write the dashboard as it was last to this picture.")
    ] = None,
    interval: Annotated[
        float, typer.Option(min=0.05, max=2.0, help="Seconds from reading to reading.")
    ] = 0.5,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after so long. Default: at Ctrl-C.")
    ] = None,
    alarm_cpu: Annotated[
        float | None,
        typer.Option(min=0, help="Percent; a block that takes more ends it with exit code 1."),
    ] = None,
    port: PortOption = None,
    serial: SerialOption = None,
) -> None:
    """Watch the pedal: processor load, levels, clipping, model, knobs, temperature, errors.

    A pedal that is unplugged is waited for. The pedal plays on whatever happens here.

    Example: pedalsmith monitor

    Example: pedalsmith monitor --csv gig.csv --seconds 600 --alarm-cpu 90
    """
    from pedalsmith.errors import BadInput, NegativeResult
    from pedalsmith.link.watching import watch

    if as_json and plot:
        raise BadInput("--json and --plot both go to stdout; take one.")
    with ExitStack() as stack:
        shows: list[Show] = []
        if csv:
            shows.append(stack.enter_context(_csv(csv)))
        if as_json:
            shows.append(_json)
        elif plot:
            shows.append(_plot)
        else:
            shows.append(stack.enter_context(_screen()))
        if svg:
            shows.append(stack.enter_context(_picture(svg)))
        for seen in watch(port, serial, interval, seconds):
            for show in shows:
                show(seen)
            reading = seen.reading
            if reading and alarm_cpu is not None and reading.cpu_max > alarm_cpu:
                stack.close()
                raise NegativeResult(
                    f"{seen.where}: a block took {reading.cpu_max:.1f} % of its time, more than "
                    f"{alarm_cpu:g} %; take a smaller model."
                )


@contextmanager
def _screen() -> "Iterator[Show]":
    """The dashboard on a terminal; elsewhere a line a reading."""
    from rich.live import Live

    from pedalsmith.console import talk
    from pedalsmith.link.dashboard import Dashboard

    if not talk.is_terminal:
        yield _line
        return
    board = Dashboard()
    with Live(console=talk, auto_refresh=False) as live:

        def show(seen: "Seen") -> None:
            if seen.reading:
                board.take(seen.reading)
            live.update(board.draw(seen.hello, seen.where, seen.trouble), refresh=True)

        yield show


@contextmanager
def _picture(path: Path) -> "Iterator[Show]":
    from rich.panel import Panel

    from pedalsmith.console import as_svg
    from pedalsmith.files import write_whole
    from pedalsmith.link.dashboard import WIDTH, Dashboard

    board = Dashboard()
    drawn: list[Panel] = []

    def show(seen: "Seen") -> None:
        if seen.reading:
            board.take(seen.reading)
        drawn[:] = [board.draw(seen.hello, seen.where, seen.trouble)]

    try:
        yield show
    finally:
        write_whole(path, as_svg("pedalsmith monitor", *drawn, width=WIDTH))


@contextmanager
def _csv(path: Path) -> "Iterator[Show]":
    """Whole lines, so that a file that is read meanwhile, or cut off, can be used."""
    import csv

    from pedalsmith.errors import BadInput

    try:
        file = path.open("w", newline="", encoding="utf-8", buffering=1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror}); name another.") from None
    with file:
        writer: csv.DictWriter[str] | None = None

        def show(seen: "Seen") -> None:
            nonlocal writer
            if seen.reading is None:
                return
            row = seen.reading.row()
            if writer is None:
                writer = csv.DictWriter(file, list(row))
                writer.writeheader()
            writer.writerow(row)

        yield show


def _json(seen: "Seen") -> None:
    import json
    import sys

    row = seen.reading.row() if seen.reading else {"trouble": seen.trouble}
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


_PLOTTED = ("cpu_mean", "cpu_p99", "cpu_max", "input_dbfs", "output_dbfs", "overruns")


def _plot(seen: "Seen") -> None:
    if seen.reading:
        row = seen.reading.row()
        print(",".join(f"{name}:{row[name]}" for name in _PLOTTED), flush=True)


def _line(seen: "Seen") -> None:
    print(_words(seen.reading) if seen.reading else seen.trouble, flush=True)


def _words(now: "Reading") -> str:
    return (
        f"CPU {now.cpu_mean:.1f} % p99 {now.cpu_p99:.0f} % max {now.cpu_max:.1f} %, "
        f"in {now.input_dbfs:.1f} out {now.output_dbfs:.1f} dBFS, clips {now.input_clips} "
        f"{now.output_clips}, overruns {now.overruns}, slot {now.slot} {now.model}, {now.state}"
    )
