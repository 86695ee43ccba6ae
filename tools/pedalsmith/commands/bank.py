# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith bank`: the models that a pedal holds."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pedalsmith.link.options import JsonOption, PortOption, SerialOption

if TYPE_CHECKING:
    from pedalsmith.link.client import Client


def command(
    action: Annotated[
        Literal["list", "select", "rename", "erase"], typer.Argument(help="What to do.")
    ] = "list",
    slot: Annotated[
        str | None, typer.Argument(help="1, 2, ... of the pedal; b1, b2, ... of its image.")
    ] = None,
    name: Annotated[str | None, typer.Argument(help="New name, up to 32 bytes.")] = None,
    once: Annotated[
        bool, typer.Option("--once", help="select: only now, not at every start.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="erase: without asking.")] = False,
    port: PortOption = None,
    serial: SerialOption = None,
    as_json: JsonOption = False,
) -> None:
    """List, select, rename or erase the models that a pedal holds.

    Example: pedalsmith bank

    Example: pedalsmith bank rename 2 "Fat Plexi"
    """
    from pedalsmith.console import emit_json
    from pedalsmith.errors import BadInput
    from pedalsmith.link import bank
    from pedalsmith.link.connect import connect

    if action != "list" and slot is None:
        raise BadInput(f"bank {action}: say which slot, as `pedalsmith bank` lists them.")
    if (action == "rename") != (name is not None):
        raise BadInput('bank: a name goes with rename and nothing else: bank rename 2 "Plexi".')
    with connect(port, serial) as client:
        if slot is not None and action != "list":
            number = bank.parse(slot, client.hello)
            if action == "select":
                bank.select(client, number, at_start=not once)
            elif action == "rename":
                bank.rename(client, number, name or "")
            elif yes or _agreed(client, number):
                bank.erase(client, number)
        rows = [_row(one) for one in bank.slots(client)]
        hello = client.hello
    if as_json:
        emit_json({"slots": hello.slots, "slot_bytes": hello.slot_bytes, "models": rows})
    else:
        _print(rows, hello.slots, hello.slot_bytes)


def _row(slot: "Any") -> dict[str, Any]:
    from pedalsmith.link import bank
    from pedalsmith.link import protocol as p

    return {
        "slot": bank.label(slot.slot),
        "name": slot.name,
        "bytes": slot.bytes,
        "crc32": f"{slot.crc:08x}",
        "sample_rate": slot.sample_rate,
        "plays": bool(slot.flags & p.SlotFlag.PLAYS),
        "at_start": bool(slot.flags & p.SlotFlag.AT_START),
        "read_only": bool(slot.flags & p.SlotFlag.READ_ONLY),
    }


def _agreed(client: "Client", number: int) -> bool:
    """Asks the person, when one is there."""
    import sys

    from pedalsmith.errors import BadInput
    from pedalsmith.link import bank

    name = next((one.name for one in bank.slots(client) if one.slot == number), "nothing")
    if not sys.stdin.isatty():
        raise BadInput(f"bank erase {bank.label(number)}: would erase {name}; add --yes.")
    return typer.confirm(f"Erase slot {bank.label(number)}, {name}?", err=True)


def _print(rows: list[dict[str, Any]], slots: int, slot_bytes: int) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from pedalsmith.console import talk

    table = Table()
    for heading, where in (("slot", "right"), ("name", "left"), ("bytes", "right"), ("", "left")):
        table.add_column(heading, justify=where)  # type: ignore[arg-type]
    for row in rows:
        words = [
            word
            for word, said in (
                ("plays", row["plays"]),
                ("at start", row["at_start"]),
                ("part of the image", row["read_only"]),
            )
            if said
        ]
        table.add_row(row["slot"], escape(row["name"]), f"{row['bytes']:,}", ", ".join(words))
    Console(highlight=False).print(table)
    used = sum(not row["read_only"] for row in rows)
    room = f", up to {slot_bytes:,} bytes each" if slots else ""
    talk.print(f"{used} of {slots} slots are used{room}.", markup=False)
