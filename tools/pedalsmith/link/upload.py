# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A model into a running pedal: checked here, kept in a free place there, then faded in."""

import zlib
from contextlib import suppress
from pathlib import Path

from pedalsmith.errors import BadInput, DeviceTrouble
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client
from pedalsmith.link.progress import Tell
from pedalsmith.native.host import HostEngine
from pedalsmith.remedies import SMALLER


def read_blob(path: Path) -> bytes:
    """The bytes of a .psm file that the engine takes. Raises BadInput."""
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); make one with `pedalsmith convert`."
        ) from None
    HostEngine(blob, str(path)).selftest()
    return blob


def demand_room(blob: bytes, path: Path, hello: p.HelloAnswer) -> None:
    """Raises BadInput when the pedal has no room for the model."""
    needed = HostEngine(blob, str(path)).arena_bytes
    if needed > hello.arena_bytes:
        raise BadInput(
            f"{path}: needs {needed:,} bytes of memory, the {hello.board} has "
            f"{hello.arena_bytes:,}; take a smaller model."
        )
    if hello.slot_bytes and len(blob) > hello.slot_bytes:
        raise BadInput(
            f"{path}: has {len(blob):,} bytes, a slot of the {hello.board} takes "
            f"{hello.slot_bytes:,}; {SMALLER}."
        )


def load(
    client: Client,
    blob: bytes,
    tell: Tell,
    *,
    slot: int = p.NO_SLOT,
    play: bool = True,
    name: str = "",
) -> tuple[int, p.Model]:
    """Puts the model into a slot; returns the slot and what plays then.

    NO_SLOT is the first empty one. When it fails, or is stopped, the pedal keeps what it had.
    Raises Refused, DeviceTrouble.
    """
    crc = zlib.crc32(blob)
    begin = p.Load(slot, int(play), 0, len(blob), crc, name)
    begun = client.ask(p.Command.LOAD_BEGIN, p.LoadAnswer, begin)
    try:
        for at in range(0, len(blob), p.CHUNK_BYTES):
            chunk = blob[at : at + p.CHUNK_BYTES]
            body = p.Chunk(at).pack() + chunk
            there = client.ask(p.Command.LOAD_CHUNK, p.ProgressAnswer, body)
            if there.received != at + len(chunk):
                raise DeviceTrouble(f"{client.where}: lost count of the model; load it again.")
            tell("loading", there.received / len(blob))
        model = client.ask(p.Command.LOAD_COMMIT, p.Model)
    except BaseException:
        with suppress(DeviceTrouble):
            client.ask_raw(p.Command.LOAD_ABORT)
        raise
    return begun.slot, model
