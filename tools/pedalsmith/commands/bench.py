# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith bench`: what a whole family of networks costs on a board."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pedalsmith.cycles.benchmark import Row
    from pedalsmith.models.model import Model
    from pedalsmith.native.boards import Board


def command(
    board: Annotated[str, typer.Option(help="A folder under boards/.")] = "daisy_seed",
    network: Annotated[
        list[str] | None,
        typer.Option(
            help="lstm:16, gru:24x2 for two layers, gru:40/32 for 32 bits of state, a2-full, "
            "convnet:12, fir:2048; repeatable. Default: all."
        ),
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(help="A folder of float models: their rows instead of the family's."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the table here, Markdown.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Price networks of usual shapes on a board: instructions, cycles, load, RAM, error.

    Instructions are counted in an emulated Cortex-M7, cycles estimated by a pipeline model. The
    networks are untrained, with weights of a fixed seed and of the sizes that training gives;
    `--models` takes trained ones.

    Example: pedalsmith bench --board daisy_seed --network lstm:16 --network a2-lite
    """
    from pedalsmith.assets import dry_path
    from pedalsmith.audio import read_audio
    from pedalsmith.console import emit_json, notice, talk
    from pedalsmith.cycles import ERROR_WORDS
    from pedalsmith.cycles.benchmark import Benchmark
    from pedalsmith.cycles.family import entries, parse_entry
    from pedalsmith.errors import BadInput
    from pedalsmith.files import write_whole
    from pedalsmith.native.boards import load_board

    where = load_board(board)
    benchmark = Benchmark(where, read_audio(dry_path()).samples)
    jobs: dict[str, Callable[[], Row]] = {}
    if models is None:
        chosen = [parse_entry(text) for text in network] if network else list(entries())
        jobs = {entry.name: partial(benchmark.row, entry) for entry in chosen}
    else:
        jobs = {name: partial(benchmark.model_row, name, model) for name, model in _models(models)}
    rows = []
    with talk.status("pricing ...") as status:
        for number, (name, job) in enumerate(jobs.items(), 1):
            status.update(f"pricing {name}, {number} of {len(jobs)} ...")
            try:
                rows.append(job())
            except BadInput as error:
                if models is None:
                    raise
                notice(f"{str(error).rstrip('.')}; it has no row.")
    if not rows:
        raise BadInput(f"{models}: holds no model that {where.folder} plays.")
    table = _markdown(where, rows, benchmark.pedal_cycles, models)
    if output:
        write_whole(output, table)
    if json:
        emit_json(
            {
                "board": where.folder,
                "clock_hz": where.clock_hz,
                "block": where.block,
                "cycles_available_per_sample": where.clock_hz / where.sample_rate,
                "pedal_cycles_per_sample": round(benchmark.pedal_cycles, 1),
                "error": ERROR_WORDS,
                "networks": [
                    {field: getattr(row, field) for field in row.__dataclass_fields__}
                    for row in rows
                ],
            }
        )
    elif not output:
        print(table, end="")


def _models(folder: Path) -> "list[tuple[str, Model]]":
    """Name and model of every file in the folder that holds one."""
    from pedalsmith.console import notice
    from pedalsmith.errors import BadInput
    from pedalsmith.models.importers import load_model

    if not folder.is_dir():
        raise BadInput(f"{folder}: is no folder; --models takes one with float models in it.")
    found = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            found.append((path.stem, load_model(path)))
        except BadInput as error:
            notice(f"{str(error).rstrip('.')}; it has no row.")
    return found


_COLUMNS = (
    ("network", "network", "{}"),
    ("parameters", "parameters", "{:,}"),
    ("instructions", "instructions", "{:,.0f}"),
    ("cycles", "cycles", "{:,.0f}"),
    ("worst_cycles", "worst", "{:,.0f}"),
    ("percent", "load %", "{:.1f}"),
    ("ram_bytes", "RAM bytes", "{:,}"),
    ("slow_bytes", "behind cache", "{:,}"),
    ("esr_db", "ESR dB", "{:.1f}"),
    ("noise_dbfs", "error dBFS", "{:.1f}"),
)


_UNTRAINED = (
    "The networks are untrained: weights of a fixed seed and of the sizes that training gives, "
    "int16. `/32` is a network with",
    "32 bits of recurrent state instead of 16 with error feedback, `x2` one of two layers; a1 and "
    "a2 are the WaveNets of",
    "neural-amp-modeler, a convnet is its ConvNet of ten layers, a fir an impulse response.",
)


def _markdown(board: "Board", rows: "list[Row]", pedal_cycles: float, models: Path | None) -> str:
    from pedalsmith.cycles import ERROR_WORDS

    budget = board.clock_hz / board.sample_rate
    shown = [[title for _, title, _ in _COLUMNS]]
    shown += [[form.format(getattr(row, name)) for name, _, form in _COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]

    def line(cells: list[str]) -> str:
        first = cells[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return f"| {' | '.join([first, *rest])} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(
        [
            f"# What networks cost on {board.name}",
            "",
            f"{board.clock_hz / 1e6:g} MHz, {board.sample_rate} Hz, block {board.block}: "
            f"{budget:,.0f} cycles a sample. Instructions are counted in an emulated Cortex-M7;",
            f"cycles are estimated ({ERROR_WORDS}), of the engine alone. The load has "
            f"{pedal_cycles:.0f} more a sample",
            "for the rest of the pedal. Worst: a block in which no branch is predicted and nothing "
            "cached.",
            "",
            *(_UNTRAINED if models is None else (f"The models are those of {models}.",)),
            "ESR: integers against float on guitar at full level. Error: without DC, the worst of "
            "0, -20 and -40 dB input. RAM is",
            "tightly coupled but for the longest histories, which are behind the cache where the "
            "rest fills it.",
            "",
            f"Made by `pedalsmith bench --board {board.folder} -o benchmarks/{board.folder}.md`."
            if models is None
            else f"Made by `pedalsmith bench --board {board.folder} --models {models}`.",
            "",
            line(shown[0]),
            line(rule),
            *map(line, shown[1:]),
            "",
        ]
    )
