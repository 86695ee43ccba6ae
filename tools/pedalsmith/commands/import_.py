# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith import`: a folder of other programs' models into blobs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table as Grid

    from pedalsmith.intake.job import Row

_PIPE_WIDTH = 120
"""Columns of the table when it goes into a file."""


def command(
    source: Annotated[Path, typer.Argument(help="A folder of models, or one model.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the blobs.")],
    board: Annotated[str, typer.Option(help="The board they are to fit.")] = "daisy_seed",
    weights: Annotated[str, typer.Option(help="int16, int8 or auto.")] = "int16",
    max_cpu: Annotated[
        float, typer.Option(min=1, max=100, help="Percent of the block time a model may take.")
    ] = 80.0,
    submodel: Annotated[
        int | None,
        typer.Option(min=1, help="Of files that hold several; the largest that fits if not said."),
    ] = None,
    sample_rate: Annotated[
        int | None, typer.Option(min=8000, help="Hz, for files that do not say it.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many files at once; one a core if not said.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Turn a folder of .nam, AIDA-X, GuitarML and NeuralSeed models into blobs for a board.

    Files that were done by an earlier run into the same folder are not done again, and a bad
    file does not stop the others. Exit code 1 when no model fits.

    Example: pedalsmith import Downloads/amps -o blobs --board daisy_seed
    """
    import os
    import sys
    from dataclasses import asdict

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import BadInput, NegativeResult
    from pedalsmith.intake.batch import Table, convert_all, find_jobs
    from pedalsmith.intake.job import Settings
    from pedalsmith.native.boards import load_board
    from pedalsmith.quantization.quantizer import WEIGHT_BITS

    load_board(board)
    if weights not in WEIGHT_BITS:
        raise BadInput(f"--weights {weights}: is not known; use {', '.join(WEIGHT_BITS)}.")
    settings = Settings(board, weights, max_cpu, sample_rate, submodel)
    jobs = find_jobs(source, output, submodel)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=talk, transient=True) as progress:
        task = progress.add_task("converting", total=len(jobs))

        def done(row: "Row") -> None:
            progress.update(task, advance=1, description=row.file[-40:])

        rows = convert_all(
            jobs, Table(output, settings), settings, processes or os.cpu_count() or 1, done
        )
    fitting = sum(row.outcome == "fits" for row in rows)
    if json:
        emit_json([asdict(row) for row in rows])
    else:
        width = None if sys.stdout.isatty() else _PIPE_WIDTH
        Console(highlight=False, width=width).print(_grid(rows, board))
        talk.print(f"{fitting} of {len(rows)} models fit; the blobs are in {output}.", markup=False)
    if not fitting:
        raise NegativeResult(f"{source}: no model fits {board}; the table says why.")


def _grid(rows: "list[Row]", board: str) -> "Grid":
    """The table for a person; readable from 80 columns on."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table as Grid

    grid = Grid(title=f"Models for {board}", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    grid.add_column("file", overflow="fold", ratio=2)
    grid.add_column("network", no_wrap=True)
    for heading in ("kHz", "CPU %", "ESR dB"):
        grid.add_column(heading, justify="right", no_wrap=True)
    grid.add_column("", overflow="fold", ratio=3)
    for row in rows:
        priced = row.cpu_percent > 0
        grid.add_row(
            escape(row.file),
            row.network,
            f"{row.sample_rate / 1000:g}" if row.sample_rate else "",
            f"{row.cpu_percent:.1f}" if priced else "",
            f"{row.esr_db:.1f}" if priced else "",
            escape(f"{row.outcome}: {row.reason}" if row.reason else row.outcome),
        )
    return grid
