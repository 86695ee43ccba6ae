# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith build`: the image that a board is flashed with."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from pedalsmith.native.firmware import Image


def command(
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the .elf, .bin and .hex.")],
    board: Annotated[str, typer.Option(help="A folder under boards/.")] = "daisy_seed",
    model: Annotated[
        list[Path] | None, typer.Option(help="Blob (.psm) to link in; again for more of them.")
    ] = None,
    controls: Annotated[str, typer.Option(help="The pedal that the board is in.")] = "none",
    image: Annotated[str, typer.Option(help="Kind of image; see the board's README.")] = "flash",
    option: Annotated[
        list[str] | None,
        typer.Option(help="Another choice for an option of the board: codec=AK4556."),
    ] = None,
    block: Annotated[int | None, typer.Option(help="Samples a block, 1 to 256.")] = None,
    max_cpu: Annotated[
        float,
        typer.Option(
            min=0, max=100, help="Refuse a model that needs more percent; 0: do not count."
        ),
    ] = 100.0,
    compiler: Annotated[Literal["zig", "gcc"], typer.Option(help="zig needs no set-up.")] = "zig",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Build the firmware of a board, with a model in it or dry.

    What each model costs on the board is counted first: one that is too slow is refused.

    Example: pedalsmith build --board daisy_seed --model tone.psm -o image
    """
    from rich.console import Console
    from rich.table import Table

    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import BadInput
    from pedalsmith.native.firmware import build, moved

    for text in option or ():
        if "=" not in text:
            raise BadInput(f"--option {text}: write name=value.")
    choices = dict(text.split("=", 1) for text in option or ())
    with TemporaryDirectory(prefix="pedalsmith-") as folder:
        with talk.status(f"building {board} ..."):
            built = build(board, model, Path(folder), compiler, image, block, controls, choices)
        loads = _loads(built, model or [], block or 0, controls, max_cpu) if max_cpu else {}
        built = moved(built, out)
    if as_json:
        emit_json(
            {
                "board": built.board.folder,
                "files": [str(built.elf), str(built.bin), str(built.hex)],
                "load": f"0x{built.load:08x}",
                "load_worst_percent": loads,
                "memory": {use.name: {"used": use.used, "size": use.size} for use in built.use},
            }
        )
        return
    names = ", ".join(path.name for path in model or ()) or "no model: dry"
    table = Table(title=f"{built.board.name}, {names}")
    for heading in ("memory", "used", "of", "full", "contents"):
        table.add_column(heading, justify="left" if heading in ("memory", "contents") else "right")
    for use in built.use:
        share = f"{100 * use.used / use.size:.0f} %"
        table.add_row(use.name, f"{use.used:,}", f"{use.size:,}", share, use.contents)
    data = Console()
    data.print(table)
    for name, percent in loads.items():
        data.print(f"{name}: {percent:g} % of the block time in the worst block", soft_wrap=True)
    data.print(f"{built.bin}: to be written to 0x{built.load:08x}", soft_wrap=True)


def _loads(
    built: "Image", models: list[Path], block: int, controls: str, most: float
) -> dict[str, float]:
    """Path -> percent of the block time in the worst block. Raises NegativeResult above `most`."""
    from pedalsmith.console import talk
    from pedalsmith.cycles.board import load_of
    from pedalsmith.errors import NegativeResult

    usual = built.board.block
    block = block or usual
    advice = f"`pedalsmith info {{}} --board {built.board.folder}` says what would fit"
    if block < usual:
        advice = f"build with --block {usual}, or take a smaller model"
    loads = {}
    for path in models:
        with talk.status(f"counting what {path.name} takes on {built.board.name} ..."):
            share = load_of(built, path.read_bytes(), str(path), block, controls)
        loads[str(path)] = round(100 * share, 1)
        if loads[str(path)] > most:
            raise NegativeResult(
                f"{path}: needs {loads[str(path)]:g} % of the block time of {built.board.folder} "
                f"at block {block}, {most:g} % is allowed; {advice.format(path)}."
            )
    return loads
