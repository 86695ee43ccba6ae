# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith bench`: what a whole family of networks costs on a board."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pedalsmith.cycles.benchmark import Row
    from pedalsmith.native.boards import Board


def command(
    board: Annotated[str, typer.Option(help="A folder under boards/.")] = "daisy_seed",
    network: Annotated[
        list[str] | None,
        typer.Option(help="lstm:16, or gru:40/32 for 32 bits of state; repeatable. Default: all."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the table here, Markdown.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Price networks of usual shapes on a board: instructions, cycles, load, RAM, error.

    Instructions are counted in an emulated Cortex-M7, cycles estimated by a pipeline model. The
    networks have weights of a fixed seed, of the sizes that training gives.

    Example: pedalsmith bench --board daisy_seed --network lstm:16 --network gru:24
    """
    from pedalsmith.assets import dry_path
    from pedalsmith.audio import read_audio
    from pedalsmith.console import emit_json, talk
    from pedalsmith.cycles import ERROR_WORDS
    from pedalsmith.cycles.benchmark import Benchmark
    from pedalsmith.cycles.family import entries, parse_entry
    from pedalsmith.files import write_whole
    from pedalsmith.native.boards import load_board

    where = load_board(board)
    chosen = [parse_entry(text) for text in network] if network else list(entries())
    benchmark = Benchmark(where, read_audio(dry_path()).samples)
    rows = []
    with talk.status("pricing ...") as status:
        for number, entry in enumerate(chosen, 1):
            status.update(f"pricing {entry.name}, {number} of {len(chosen)} ...")
            rows.append(benchmark.row(entry))
    table = _markdown(where, rows, benchmark.pedal_cycles)
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


_COLUMNS = (
    ("network", "network", "{}"),
    ("parameters", "parameters", "{:,}"),
    ("instructions", "instructions", "{:,.0f}"),
    ("cycles", "cycles", "{:,.0f}"),
    ("worst_cycles", "worst", "{:,.0f}"),
    ("percent", "load %", "{:.1f}"),
    ("ram_bytes", "RAM bytes", "{:,}"),
    ("esr_db", "ESR dB", "{:.1f}"),
    ("noise_dbfs", "error dBFS", "{:.1f}"),
)


def _markdown(board: "Board", rows: "list[Row]", pedal_cycles: float) -> str:
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
            f"cycles are estimated ({ERROR_WORDS}), of the engine alone, code and data in tightly",
            f"coupled memory. The load has {pedal_cycles:.0f} more a sample for the rest of the "
            "pedal. Worst: a block in which no branch is predicted.",
            "",
            "Weights are int16, rounded to nearest, of a fixed seed and the sizes that training "
            "gives; `/32` is a network",
            "with 32 bits of recurrent state instead of 16 with error feedback. ESR: integers "
            "against float on guitar at full",
            "level. Error: without DC, the worst of 0, -20 and -40 dB input.",
            "",
            f"Made by `pedalsmith bench --board {board.folder} -o benchmarks/{board.folder}.md`.",
            "",
            line(shown[0]),
            line(rule),
            *map(line, shown[1:]),
            "",
        ]
    )
