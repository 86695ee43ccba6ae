# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith flash`: firmware onto a board, by USB and nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pedalsmith.link.options import JsonOption, PortOption, SerialOption

if TYPE_CHECKING:
    from pedalsmith.link.flashing import Done


def command(
    image: Annotated[
        Path | None,
        typer.Argument(help="A .bin, .hex or .elf of `pedalsmith build`. Default: built now."),
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="A folder under boards/. Default: what is connected.")
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(help="Blob (.psm) to link into an image that is built now; repeatable."),
    ] = None,
    controls: Annotated[
        str | None,
        typer.Option(help="The pedal that the board is in, for an image that is built now."),
    ] = None,
    port: PortOption = None,
    serial: SerialOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write an image that is for another board.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write firmware to the board that is plugged in, check it, start it.

    Finds the board by itself: a running pedal is restarted into its loader. A board that runs no
    pedalsmith yet is brought into its loader by hand. Daisy Seed: hold BOOT, tap RESET, let go of
    BOOT. Daisy bootloader: tap RESET and, while the LED pulses, BOOT. Teensy: press its button.

    Example: pedalsmith flash image/daisy_seed.bin
    """
    import tempfile

    from pedalsmith.console import emit_json
    from pedalsmith.errors import BadInput
    from pedalsmith.link.flashing import Wish, flash
    from pedalsmith.link.progress import progress_bar

    if image and (model or controls):
        raise BadInput(
            "--model and --controls are for an image that is built now; leave IMAGE out."
        )
    wish = Wish(image, board, tuple(model or ()), controls, port, serial, force)
    with (
        tempfile.TemporaryDirectory(prefix="pedalsmith-") as folder,
        progress_bar("looking for a board") as tell,
    ):
        done = flash(wish, Path(folder), tell)
    if as_json:
        emit_json(_figures(done))
    else:
        _print(done)


def _figures(done: "Done") -> dict[str, Any]:
    hello = done.hello
    return {
        "board": done.target.board.folder,
        "image": done.target.kind,
        "loader": done.loader,
        "address": f"0x{done.target.image.load:08x}",
        "bytes": done.bytes,
        "crc32": f"{done.crc:08x}",
        "read_back": done.read_back,
        "port": done.port,
        "firmware": hello.firmware if hello else None,
        "serial": hello.serial if hello else None,
    }


def _print(done: "Done") -> None:
    board = done.target.board
    checked = "read back" if done.read_back else "confirmed by the pedal"
    print(
        f"{board.name}: {done.bytes:,} bytes at 0x{done.target.image.load:08x}, {checked}, "
        f"CRC-32 {done.crc:08x}"
    )
    if done.hello:
        print(
            f"{done.port}: pedalsmith {done.hello.firmware} runs, codec {done.hello.codec}, "
            f"{done.hello.sample_rate} Hz, block {done.hello.block}"
        )
    else:
        print("started; it is not pedalsmith's firmware, so it does not say hello")
