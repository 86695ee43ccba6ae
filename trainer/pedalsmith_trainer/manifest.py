# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Captures of one piece of gear with its knobs at several positions, listed in a TOML file.

    dry = "dry.wav"              # played for all, unless an entry has its own

    [[capture]]                  # trained on
    wet = "drive_low.wav"
    drive = 0.1

    [[capture]]
    wet = "drive_high.wav"
    drive = 0.9

    [[test]]                     # only for the figures at the end
    wet = "drive_middle.wav"
    drive = 0.5

Files are named from the folder of the TOML file. Whatever is not dry or wet is a knob; all
entries have the same ones, each 0..1.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pedalsmith.errors import BadInput

MOST_KNOBS = 4


@dataclass(frozen=True)
class Entry:
    """One capture of the list."""

    dry: Path
    wet: Path
    knobs: tuple[float, ...]


@dataclass(frozen=True)
class Manifest:
    """The list."""

    knob_names: tuple[str, ...]
    captures: tuple[Entry, ...]
    tests: tuple[Entry, ...]


def read_manifest(path: Path) -> Manifest:
    """Reads one. Raises BadInput in a line for whatever is wrong with it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{path}: cannot be read; --captures wants a TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: is no TOML ({error}); see the example in the help.") from None
    unknown = set(content) - {"dry", "capture", "test"}
    if unknown:
        raise BadInput(f"{path}: has {', '.join(sorted(unknown))}; known are dry, capture, test.")
    captures = content.get("capture", [])
    if not isinstance(captures, list) or len(captures) < 2:
        raise BadInput(f"{path}: needs at least two [[capture]] entries, one a knob position.")
    names = tuple(key for key in captures[0] if key not in {"dry", "wet"})
    if not 1 <= len(names) <= MOST_KNOBS:
        raise BadInput(
            f"{path}: the first [[capture]] has {len(names)} knobs; 1 to 4 are possible."
        )
    entries = [_entry(path, content, one, names) for one in captures]
    if len({entry.knobs for entry in entries}) < 2:
        raise BadInput(f"{path}: every [[capture]] has its knobs in the same place.")
    tests = [_entry(path, content, one, names) for one in content.get("test", [])]
    return Manifest(names, tuple(entries), tuple(tests))


def _entry(path: Path, content: dict[str, Any], one: Any, names: tuple[str, ...]) -> Entry:
    if not isinstance(one, dict):
        raise BadInput(f"{path}: an entry is no table; write [[capture]] above each.")
    files = {}
    for kind in ("dry", "wet"):
        name = one.get(kind, content.get("dry") if kind == "dry" else None)
        if not isinstance(name, str):
            raise BadInput(f'{path}: an entry has no {kind} file; add {kind} = "{kind}.wav".')
        files[kind] = path.parent / name
    if set(one) - {"dry", "wet"} != set(names):
        raise BadInput(
            f"{path}: {files['wet'].name} has other knobs than the first entry, which has "
            f"{', '.join(names)}."
        )
    values = [one[name] for name in names]
    if not all(isinstance(value, int | float) and 0 <= value <= 1 for value in values):
        raise BadInput(f"{path}: {files['wet'].name} has a knob outside 0..1.")
    return Entry(files["dry"], files["wet"], tuple(map(float, values)))
