# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""firmware/link/protocol.h is the document; the tool's numbers are held against it."""

import re
from enum import IntEnum
from typing import Any

import pytest

from pedalsmith.link import protocol
from pedalsmith.link.body import Body
from pedalsmith.source import firmware_dir

HEADER = re.sub(r"//[^\n]*|\\\n", "", (firmware_dir() / "link/protocol.h").read_text())
DEFINES = dict(re.findall(r"#define LINK_(\w+)[ \t]+([^\n]+)", HEADER))
CODES = {"uint8_t": "B", "uint16_t": "H", "int16_t": "h", "uint32_t": "I", "int32_t": "i"}
OTHER_NAMES = {"link_progress": "ProgressAnswer"}


def numbers() -> dict[str, int]:
    return {
        name: eval(text.strip(), {"__builtins__": {}})
        for name, text in DEFINES.items()
        if not text.startswith('"')
    }


def python_name(c_name: str) -> str:
    if c_name in OTHER_NAMES:
        return OTHER_NAMES[c_name]
    return "".join(part.capitalize() for part in c_name.removeprefix("link_").split("_"))


def enums() -> dict[str, dict[str, int]]:
    found = {}
    for name, body in re.findall(r"enum (\w+) \{(.*?)\}", HEADER, re.S):
        entries: dict[str, int] = {}
        for entry in filter(None, (part.strip() for part in body.split(","))):
            key, _, value = entry.partition("=")
            last = next(reversed(entries.values()), -1)
            entries[key.strip()] = int(value, 0) if value else last + 1
        found[name] = entries
    return found


def structures() -> dict[str, list[tuple[str, str]]]:
    found = {}
    for name, body in re.findall(r"struct (\w+) \{(.*?)\n\};", HEADER, re.S):
        fields = []
        for kind, field, count in re.findall(r"((?:struct )?\w+)\s+(\w+)(?:\[(\w+)\])?;", body):
            size = numbers().get(count.removeprefix("LINK_")) if count else None
            size = int(count) if count and size is None else size
            if kind == "char":
                code = f"{size}s"
            elif kind.startswith("struct"):
                code = python_name(kind.removeprefix("struct "))
            else:
                code = CODES[kind] if size is None else f"{size}{CODES[kind]}"
            fields.append((field, code))
        found[name] = fields
    return found


def test_every_constant_is_the_same() -> None:
    here = {
        name: value
        for name, value in vars(protocol).items()
        if name.isupper() and isinstance(value, int)
    }
    assert here == numbers()
    assert len(here) > 20


@pytest.mark.parametrize("c_name", enums())
def test_every_enumeration_is_the_same(c_name: str) -> None:
    ours: type[IntEnum] = getattr(protocol, python_name(c_name))
    entries = enums()[c_name]
    assert list(entries.values()) == [int(one) for one in ours]
    for (theirs, _), one in zip(entries.items(), ours, strict=True):
        assert theirs.endswith(f"_{one.name}"), f"{theirs} is here {one.name}"


@pytest.mark.parametrize("c_name", structures())
def test_every_structure_is_the_same(c_name: str) -> None:
    ours: type[Body] = getattr(protocol, python_name(c_name))
    here = [
        (field.name, field.body.__name__ if field.body else field.code) for field in ours.layout()
    ]
    assert here == structures()[c_name]


def test_nothing_of_the_header_is_left_out() -> None:
    assert len(enums()) == len(re.findall(r"^enum ", HEADER, re.M)) > 0
    assert len(structures()) == len(re.findall(r"^struct ", HEADER, re.M)) > 0
    known: set[Any] = {
        value
        for value in vars(protocol).values()
        if isinstance(value, type) and issubclass(value, Body) and value is not Body
    }
    assert {one.__name__ for one in known} == {python_name(name) for name in structures()}


def test_what_is_packed_is_unpacked() -> None:
    slot = protocol.Slot(3, 1, 0, 30_000, 0xDEADBEEF, 48_000, "Plexi \u266f 2")
    assert protocol.Slot.unpack(slot.pack()) == slot
    long = protocol.Name(0, (0, 0, 0), "\u00e4" * 40).pack()
    assert len(long) == 4 + protocol.NAME_BYTES
    assert protocol.Name.unpack(long).name == "\u00e4" * 16


def test_the_bodies_fit_a_frame() -> None:
    room = protocol.BODY_BYTES
    assert protocol.Chunk.size() + protocol.CHUNK_BYTES <= room
    assert protocol.Stream.size() + 4 * protocol.STREAM_SAMPLES <= room
    assert protocol.ListAnswer.size() + protocol.SLOTS_LISTED * protocol.Slot.size() <= room
    assert protocol.LogAnswer.size() + protocol.EVENTS_LISTED * protocol.Event.size() <= room
    assert protocol.Stats.size() <= room
