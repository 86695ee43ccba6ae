# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The models of a pedal: slots of its store, numbered 1, 2, ..., and of its image, b1, b2, ..."""

from pedalsmith.errors import BadInput, DeviceTrouble
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client


def slots(client: Client) -> list[p.Slot]:
    """The occupied slots, in the order that the footswitch goes through them."""
    found: list[p.Slot] = []
    while True:
        raw = client.ask_raw(p.Command.BANK_LIST, p.List(len(found)))
        head = p.ListAnswer.unpack(raw)
        size = p.ListAnswer.size()
        if len(raw) < size + head.count * p.Slot.size():
            raise DeviceTrouble(f"{client.where}: its list of models is cut short; ask again.")
        found += [p.Slot.unpack(raw, size + i * p.Slot.size()) for i in range(head.count)]
        if len(found) >= head.total or head.count == 0:
            return found


def label(slot: int) -> str:
    """What people call a slot."""
    if slot == p.NO_SLOT:
        return "none"
    return f"b{slot - p.IMAGE_SLOT + 1}" if slot >= p.IMAGE_SLOT else str(slot + 1)


def parse(text: str, hello: p.HelloAnswer, *, of_image: bool = True) -> int:
    """The number on the wire of a slot that people call so. Raises BadInput.

    `of_image`: it may be one of the image's.
    """
    built_in = text[:1] in ("b", "B")
    digits = text[1:] if built_in else text
    image_slots = hello.image_slots if of_image else 0
    count = image_slots if built_in else hello.slots
    if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits) <= count:
        known = f"1 to {hello.slots}" if hello.slots else "none: the pedal keeps no models"
        if image_slots:
            known += f", b1 to b{image_slots} for those in the image"
        raise BadInput(f"slot {text!r}: there is no such; slots are {known}.")
    return int(digits) - 1 + (p.IMAGE_SLOT if built_in else 0)


def select(client: Client, slot: int, *, at_start: bool) -> p.Model:
    """Fades to another model. Raises Refused."""
    body = p.Select(slot, int(at_start))
    return client.ask(p.Command.BANK_SELECT, p.Model, body)


def rename(client: Client, slot: int, name: str) -> None:
    """Raises Refused, BadInput."""
    if not name.strip() or len(name.encode()) > p.NAME_BYTES:
        raise BadInput(f"name {name!r}: it must be 1 to {p.NAME_BYTES} bytes of UTF-8.")
    client.ask_raw(p.Command.BANK_NAME, p.Name(slot, (0, 0, 0), name))


def erase(client: Client, slot: int) -> None:
    """Raises Refused."""
    client.ask_raw(p.Command.BANK_ERASE, p.Erase(slot))
