# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith verify`: does the pedal compute what the computer computes, and at what load?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pedalsmith.link.options import JsonOption, PortOption, SerialOption

if TYPE_CHECKING:
    from pedalsmith.link.client import Client
    from pedalsmith.link.stream import Difference


def command(
    model: Annotated[Path, typer.Argument(help="Blob (.psm) that the pedal holds.")],
    source: Annotated[
        Path | None,
        typer.Argument(metavar="IN", help="Dry guitar, WAV or FLAC. Default: 5 s, shipped."),
    ] = None,
    channel: Annotated[int | None, typer.Option(min=1, help="Channel of IN, from 1.")] = None,
    seconds: Annotated[
        float, typer.Option(min=0.1, help="At most so much of IN, from its start.")
    ] = 5.0,
    load: Annotated[
        bool, typer.Option("--load", help="Load the model first when the pedal lacks it.")
    ] = False,
    cpu: Annotated[
        bool, typer.Option(help="Compare the processor load with the predicted one, too.")
    ] = True,
    port: PortOption = None,
    serial: SerialOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stream audio through the pedal's own engine and compare every sample with the computer's.

    The pedal passes its input dry meanwhile. Then the load that the pedal measures is held against
    the one that was predicted from the instructions of its image. Ends with exit code 1 when a
    sample differs.

    Example: pedalsmith verify tone.psm dry.wav
    """
    from pedalsmith.assets import dry_path
    from pedalsmith.audio import SAMPLE_RATE, read_audio, to_q23
    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import NegativeResult
    from pedalsmith.link.connect import connect
    from pedalsmith.link.progress import progress_bar
    from pedalsmith.link.stream import compare, stream
    from pedalsmith.link.upload import read_blob

    blob = read_blob(model)
    words = to_q23(read_audio(source or dry_path(), channel=channel).samples)
    words = words[: round(seconds * SAMPLE_RATE)]
    with connect(port, serial) as client:
        hello = client.hello
        before = _make_it_play(client, blob, model, may_load=load)
        try:
            measured = _measured_load(client) if cpu else None
            with progress_bar("streaming") as tell:
                played = stream(client, words, tell)
        finally:
            _play_again(client, before)
    with talk.status("comparing with this computer ..."):
        difference = compare(blob, str(model), words, played.samples)
    predicted = _predicted_load(hello.board, model) if cpu else None
    figures = {
        "board": hello.board,
        "samples": len(words),
        "differing": difference.count if difference else 0,
        "first_differing": difference.index if difference else None,
        "engine_cycles_per_sample": round(played.cycles / max(len(words), 1), 1),
        "load_measured_percent": measured,
        "load_predicted_percent": predicted,
        "resent": client.resent,
    }
    if as_json:
        emit_json(figures)
    else:
        _print(figures, difference)
    if difference:
        raise NegativeResult(
            f"{model}: {difference.count:,} of {len(words):,} samples differ, the first at "
            f"{difference.index:,}; flash the pedal with this version of pedalsmith and verify "
            "again."
        )


def _make_it_play(client: "Client", blob: bytes, path: Path, *, may_load: bool) -> int | None:
    """Lets the pedal play the model; returns the slot that played before, when it was another."""
    import zlib

    from pedalsmith.errors import DeviceTrouble
    from pedalsmith.link import bank
    from pedalsmith.link import protocol as p
    from pedalsmith.link.upload import demand_room, load

    crc = zlib.crc32(blob)
    playing = client.ask(p.Command.STATS, p.Stats).model
    if playing.crc == crc and playing.state == p.ModelState.PLAYS:
        return None
    slot = next((one.slot for one in bank.slots(client) if one.crc == crc), None)
    if slot is None and not may_load:
        raise DeviceTrouble(
            f"{client.where}: the pedal does not hold {path}; `pedalsmith load {path}` puts it in, "
            "or add --load."
        )
    if slot is None:
        demand_room(blob, path, client.hello)
        load(client, blob, lambda what, share: None)
        return None
    bank.select(client, slot, at_start=False)
    return playing.slot if playing.state == p.ModelState.PLAYS else None


def _play_again(client: "Client", slot: int | None) -> None:
    from contextlib import suppress

    from pedalsmith.errors import DeviceTrouble
    from pedalsmith.link import bank

    if slot is not None:
        with suppress(DeviceTrouble):
            bank.select(client, slot, at_start=False)


def _measured_load(client: "Client") -> float | None:
    """Mean load over a second while the model plays, percent."""
    import time

    from pedalsmith.link.readings import Readings

    readings = Readings(client, time.monotonic())
    time.sleep(1.0)
    found = readings.next()
    return round(found.cpu_mean, 2) if found.state == "plays" else None


def _predicted_load(board: str, model: Path) -> float | None:
    """Percent, from the instructions of the image that would be built; None without that board."""
    from pedalsmith.console import notice, talk
    from pedalsmith.cycles.board import price_on_board
    from pedalsmith.errors import PedalsmithError
    from pedalsmith.native.boards import load_board

    try:
        where = load_board(board)
        with talk.status(f"predicting the load on {where.name} ..."):
            cost, _ = price_on_board(where, model)
    except PedalsmithError as error:
        notice(f"the load cannot be predicted: {error}")
        return None
    return round(100 * cost.load(where.clock_hz, where.sample_rate), 2)


def _print(figures: dict[str, Any], difference: "Difference | None") -> None:
    print(f"{figures['differing']:,} of {figures['samples']:,} samples differ")
    measured, predicted = figures["load_measured_percent"], figures["load_predicted_percent"]
    if measured is not None and predicted is not None:
        print(f"CPU load: predicted {predicted:.1f} %, measured {measured:.1f} %")
    elif measured is not None:
        print(f"CPU load: measured {measured:.1f} %")
    elif predicted is not None:
        print(f"CPU load: predicted {predicted:.1f} %, not measured: the pedal is bypassed or dry")
    if difference is None:
        return
    print("    sample        in  computer     pedal")
    for at, word, wanted, got in difference.rows:
        print(f"{at:>10,} {word:>9} {wanted:>9} {got:>9}{'  <-' if wanted != got else ''}")
    for number, (state, hidden, error) in enumerate(difference.units):
        print(f"  unit {number}: state {state}, hidden {hidden}, rounding error {error}")
