# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith import`: a folder of other programs' models into blobs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table as Grid

    from pedalsmith.intake.job import Row

_PIPE_WIDTH = 120
"""Columns of the table when it goes into a file."""


class Sort(StrEnum):
    """What the table may be sorted by."""

    FILE = "file"
    CPU = "cpu"
    ERROR = "error"


def command(
    source: Annotated[Path, typer.Argument(help="A folder of models, or one model.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the blobs.")],
    board: Annotated[str, typer.Option(help="The board they are to fit.")] = "daisy_seed",
    weights: Annotated[str, typer.Option(help="int16, int8 or auto.")] = "int16",
    max_cpu: Annotated[
        float, typer.Option(min=1, max=100, help="Percent of the block time a model may take.")
    ] = 90.0,
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
    sort: Annotated[
        Sort, typer.Option(help="The table by file, or those that fit first, by this figure.")
    ] = Sort.FILE,
    json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Turn a folder of .nam, AIDA-X, GuitarML and NeuralSeed models into blobs for a board.

    Files that were done by an earlier run into the same folder are not done again, and a bad
    file does not stop the others; Ctrl-C loses only the files under way. Exit code 1 when no
    model fits.

    Example: pedalsmith import Downloads/amps -o blobs --board daisy_seed
    """
    import os
    import sys
    from dataclasses import asdict

    from rich.console import Console

    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import BadInput, NegativeResult
    from pedalsmith.intake.batch import Table, convert_all, find_jobs
    from pedalsmith.intake.fitting import Settings
    from pedalsmith.intake.job import convert_file
    from pedalsmith.intake.tally import Tally, counted
    from pedalsmith.native.boards import load_board
    from pedalsmith.quantization.quantizer import WEIGHT_BITS

    load_board(board)
    if weights not in WEIGHT_BITS:
        raise BadInput(f"--weights {weights}: is not known; use {', '.join(WEIGHT_BITS)}.")
    settings = Settings(board, weights, max_cpu, sample_rate, submodel)
    jobs = find_jobs(source, output, submodel)
    table = Table(output, settings)
    with Tally(len(jobs), talk) as tally:
        rows = convert_all(
            *(jobs, table, settings, processes or os.cpu_count() or 1),
            *(tally.done, convert_file, tally.begun),
        )
    rows = _sorted(rows, sort)
    if json:
        emit_json([asdict(row) for row in rows])
    else:
        width = None if sys.stdout.isatty() else _PIPE_WIDTH
        Console(highlight=False, width=width).print(_grid(rows, board))
        text = f"Of {len(rows)} models: {counted(rows)}; the blobs are in {output}."
        talk.print(text, markup=False, soft_wrap=True)
    if not any(row.blob for row in rows):
        raise NegativeResult(f"{source}: no model fits {board}; the table says why.")


def _sorted(rows: "list[Row]", by: Sort) -> "list[Row]":
    """By file they are already; by a figure, those without it come last."""
    if by is Sort.FILE:
        return rows

    def place(row: "Row") -> tuple[bool, bool, float]:
        figure = row.cpu_percent if by is Sort.CPU else row.esr_db
        return row.outcome != "fits", row.outcome == "refused", figure

    return sorted(rows, key=place)


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
