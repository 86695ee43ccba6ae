# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The bytes of a model file, and its JSON when it is JSON."""

import json
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

from pedalsmith.errors import BadInput
from pedalsmith.models.parsing.node import Node

LARGEST_FILE = 8 << 20
"""Bytes. The largest model seen in the wild has 0.7 MB."""

MOST_VALUES = 500_000
"""Of a JSON document: 8 MB of `[],` would be five times as many, take 0.2 GB and 1.5 s of CPU."""

_FOREIGN = (
    (b"PK\x03\x04", "a zip archive (or a .keras or .pt file)"),
    (b"\x89HDF", "an HDF5 file (.h5)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"RIFF", "a RIFF file such as WAV"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x80\x02", "a Python pickle (.pt, .pkl)"),
    (b"PSMB", "a blob, which is a model already converted"),
)

_PAGE_BEGINS = 500
"""Bytes within which a web page says that it is one; some begin with blank lines."""

_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{", b"\0\0\0{")
"""How UTF-16 and UTF-32 begin, with and without a byte order mark."""


class Content:
    """A model file in memory. Raises BadInput when it cannot be a model of any format."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = _read(path)
        for magic, what in _FOREIGN:
            if self.data.startswith(magic) or self.data[4:8] == b"TFL3":
                what = "a TensorFlow Lite model" if self.data[4:8] == b"TFL3" else what
                raise BadInput(f"{path}: is {what}, not a model file; name the .nam or .json file.")
        if self.data[:_PAGE_BEGINS].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise BadInput(
                f"{path}: is a web page, not a model file; download the file that the page shows "
                "(on GitHub: Raw)."
            )
        if self.data.startswith(b"version https://git-lfs"):
            raise BadInput(
                f"{path}: stands for a file that Git LFS keeps elsewhere; get that by git lfs pull."
            )
        if self.data.startswith(_WIDE_TEXT):
            raise BadInput(f"{path}: is text in UTF-16 or UTF-32; save it as UTF-8.")

    def starts_with(self, magic: bytes) -> bool:
        """Whether the file begins with `magic`."""
        return self.data.startswith(magic)

    @cached_property
    def text(self) -> str | None:
        """The file as UTF-8 text (without a byte order mark), or None when it is not text."""
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        return None if "\0" in text else text

    @cached_property
    def json(self) -> Node | None:
        """The root of the JSON document; None when the file does not begin like one.

        Raises BadInput for a file that begins like JSON and is none that may be trusted.
        """
        if self.text is None or not self.text.lstrip().startswith(("{", "[")):
            return None
        return parse_json(self.path, self.text)


def parse_json(path: Path, text: str) -> Node:
    """The root of a JSON document. Raises BadInput for one that may not be trusted.

    NaN and Infinity, which Python writes, are read: in metadata they do no harm, and where a number
    belongs the Node refuses them by their place.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
            raise BadInput(
                f"{path}: has the key {twice[:40]!r} twice in one object; delete one of them."
            )
        return found

    if text.count(",") > MOST_VALUES:
        raise BadInput(
            f"{path}: has more than {MOST_VALUES:,} values, more than any model for a pedal; "
            "name another file."
        )
    try:
        value = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{path}: line {error.lineno}, column {error.colno}: is no JSON "
            f"({error.msg[:1].lower()}{error.msg[1:]}); copy or export the file again."
        ) from None
    except ValueError:
        # Python refuses integers of more than 4300 digits.
        raise BadInput(
            f"{path}: has a number with thousands of digits; export the model again."
        ) from None
    except RecursionError:
        raise BadInput(
            f"{path}: is nested hundreds of levels deep, as no model is; export it again."
        ) from None
    return Node(path, value)


def _read(path: Path) -> bytes:
    """Reads a regular file of reasonable size, or raises BadInput."""
    try:
        if path.is_dir():
            raise BadInput(f"{path}: is a folder; name a model file.")
        if not path.exists():
            raise BadInput(f"{path}: there is no such file; check the name.")
        if not path.is_file():
            raise BadInput(f"{path}: is a device or a pipe; name a model file.")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); check the name and the permissions."
        ) from None
    if len(data) > LARGEST_FILE:
        raise BadInput(
            f"{path}: has more than {LARGEST_FILE >> 20} MB, more than any model for a pedal; "
            "name another file."
        )
    if not data.strip():
        raise BadInput(f"{path}: is empty; copy or export it again.")
    return data
