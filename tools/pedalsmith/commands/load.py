# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith load`: a model into a running pedal."""

from pathlib import Path
from typing import Annotated

import typer

from pedalsmith.link.options import JsonOption, PortOption, SerialOption


def command(
    model: Annotated[Path, typer.Argument(help="Blob (.psm).")],
    slot: Annotated[
        str | None,
        typer.Option(help="1, 2, ...: replaces what is there. Default: the first empty."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What the pedal calls it, up to 32 bytes.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Only keep it; what plays now plays on.")
    ] = False,
    port: PortOption = None,
    serial: SerialOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a model into the pedal that is plugged in, without building or flashing.

    The pedal plays on while the model is written to its flash and checked there, then fades to it.
    It plays it at every start from then on. Power lost at any moment leaves the old model or the
    new one.

    Example: pedalsmith load tone.psm --slot 2
    """
    import time
    import zlib

    from pedalsmith.console import emit_json
    from pedalsmith.errors import BadInput, DeviceTrouble
    from pedalsmith.link import bank
    from pedalsmith.link import protocol as p
    from pedalsmith.link.connect import connect
    from pedalsmith.link.progress import progress_bar
    from pedalsmith.link.upload import demand_room, load, read_blob
    from pedalsmith.quantization import psm

    blob = read_blob(model)
    if name is not None and not 1 <= len(name.encode()) <= p.NAME_BYTES:
        raise BadInput(f"--name {name!r}: it must be 1 to {p.NAME_BYTES} bytes of UTF-8.")
    called = name or psm.read(model).metadata.get("name") or model.stem
    with connect(port, serial) as client:
        demand_room(blob, model, client.hello)
        into = p.NO_SLOT if slot is None else bank.parse(slot, client.hello, of_image=False)
        began = time.monotonic()
        with progress_bar("loading") as tell:
            found, playing = load(client, blob, tell, slot=into, play=not keep, name=called)
        seconds = time.monotonic() - began
        there = next((one for one in bank.slots(client) if one.slot == found), None)
    crc = zlib.crc32(blob)
    if there is None or there.crc != crc or (not keep and playing.crc != crc):
        raise DeviceTrouble(
            f"{client.where}: slot {bank.label(found)} does not hold {model} after all; load it "
            "again."
        )
    if as_json:
        emit_json(
            {
                "slot": bank.label(found),
                "name": there.name,
                "bytes": len(blob),
                "crc32": f"{crc:08x}",
                "seconds": round(seconds, 3),
                "plays": not keep,
                "resent": client.resent,
            }
        )
        return
    print(
        f"slot {bank.label(found)}: {there.name}, {len(blob):,} bytes in {seconds:.1f} s, "
        f"{'kept' if keep else 'plays'}"
    )
