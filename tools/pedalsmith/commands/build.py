# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith build`: the image that a board is flashed with."""

from pathlib import Path
from typing import Annotated, Literal

import typer


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
    compiler: Annotated[Literal["zig", "gcc"], typer.Option(help="zig needs no set-up.")] = "zig",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Build the firmware of a board, with a model in it or dry.

    Example: pedalsmith build --board daisy_seed --model tone.psm -o image
    """
    from rich.console import Console
    from rich.table import Table

    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import BadInput
    from pedalsmith.native.firmware import build

    for text in option or ():
        if "=" not in text:
            raise BadInput(f"--option {text}: write name=value.")
    choices = dict(text.split("=", 1) for text in option or ())
    with talk.status(f"building {board}"):
        built = build(board, model, out, compiler, image, block, controls, choices)
    if as_json:
        emit_json(
            {
                "board": built.board.folder,
                "files": [str(built.elf), str(built.bin), str(built.hex)],
                "load": f"0x{built.load:08x}",
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
    data.print(f"{built.bin}: to be written to 0x{built.load:08x}", soft_wrap=True)
