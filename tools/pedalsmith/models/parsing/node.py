# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A value in a JSON document that knows its place, so that an error can name it."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.models.model import Array

EXPORT_AGAIN = "copy or export the file again"

_FLOAT32_LIMIT = float(np.finfo(np.float32).max)

_LONGEST_PLACE = 120
"""Characters; keys may be of any length."""


class Node:
    """One JSON value, its file and its place. Every reader raises BadInput in one line."""

    def __init__(self, path: Path, value: Any, place: str = "") -> None:
        self.path = path
        self.value = value
        self.place = place

    def fail(self, reason: str, remedy: str = EXPORT_AGAIN) -> NoReturn:
        """Raises BadInput: file, place, reason, remedy."""
        place = f"{_shortened(self.place)}: " if self.place else ""
        raise BadInput(f"{self.path}: {place}{reason}; {remedy}.")

    # Objects

    def is_object(self) -> bool:
        """Whether this is an object."""
        return isinstance(self.value, dict)

    def has(self, *keys: str) -> bool:
        """Whether this is an object with all of `keys` (null counts as there)."""
        return isinstance(self.value, dict) and all(key in self.value for key in keys)

    def members(self) -> "list[tuple[str, Node]]":
        """Keys and values of this object, but for those that are null."""
        self._need(dict, "an object")
        return [(key, self[key]) for key, value in self.value.items() if value is not None]

    def get(self, key: str) -> "Node | None":
        """The member `key` of this object, or None when it is absent or null."""
        self._need(dict, "an object")
        if self.value.get(key) is None:
            return None
        place = f"{self.place}.{key}" if self.place else key
        return Node(self.path, self.value[key], place)

    def __getitem__(self, key: str) -> "Node":
        """The member `key` of this object, which must be there."""
        found = self.get(key)
        if found is None:
            self.fail(f"the key {key!r} is missing")
        return found

    # Lists

    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.value, list)

    def items(self, lowest: int = 0, highest: int = 1000) -> "list[Node]":
        """The elements of this list, of which there must be `lowest` to `highest`."""
        self._need(list, "a list")
        count = len(self.value)
        if not lowest <= count <= highest:
            allowed = str(lowest) if lowest == highest else f"{lowest} to {highest}"
            self.fail(f"has {count} elements where {allowed} belong")
        return list(self._elements())

    def _elements(self) -> "Iterator[Node]":
        for index, value in enumerate(self.value):
            yield Node(self.path, value, f"{self.place}[{index}]")

    # Scalars

    def text(self) -> str:
        """This string; what UTF-8 cannot hold (half a surrogate pair) becomes "?"."""
        self._need(str, "a text")
        return str(self.value).encode("utf-8", "replace").decode("utf-8")

    def words(self) -> str | None:
        """This text or number as one text of at most 1,000 characters; None for anything else."""
        if isinstance(self.value, str):
            return self.text()[:1000]
        number = isinstance(self.value, int | float) and not self.is_nan()
        return str(self.value)[:1000] if number else None

    def boolean(self) -> bool:
        """This true or false; 0 and 1 are taken for it."""
        if not isinstance(self.value, bool | int) or self.value not in (0, 1):
            self.fail(f"is {self.show()} where true or false belongs")
        return bool(self.value)

    def integer(self, lowest: int, highest: int) -> int:
        """This whole number, within bounds; 3.0 counts as whole."""
        number = self.value
        if isinstance(number, bool) or not isinstance(number, int | float) or number != number // 1:
            self.fail(f"is {self.show()} where a whole number belongs")
        if not lowest <= number <= highest:
            self.fail(f"is {self.show()}; {lowest} to {highest} can be used")
        return int(number)

    def number(self, lowest: float = -_FLOAT32_LIMIT, highest: float = _FLOAT32_LIMIT) -> float:
        """This finite number, within bounds."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail(f"is {self.show()} where a number belongs")
        if not lowest <= self.value <= highest:
            self.fail(f"is {self.show()}; {lowest:.4g} to {highest:.4g} can be used")
        return float(self.value)

    def is_nan(self) -> bool:
        """Whether this is NaN, with which trainers say that they measured nothing."""
        return isinstance(self.value, float) and math.isnan(self.value)

    # Arrays

    def array(self, *shape: int | None) -> Array:
        """These nested lists of numbers as float32 of `shape`; None takes any length but 0."""
        self._check_shape(list(shape))
        return self._to_float32(self.value)

    def _check_shape(self, shape: list[int | None]) -> None:
        if not isinstance(self.value, list):
            self.fail(f"is {self.show()} where a list of numbers belongs")
        if shape[0] is not None and len(self.value) != shape[0]:
            self.fail(f"has {len(self.value)} elements where {shape[0]} belong")
        if not self.value:
            self.fail("is an empty list")
        if len(shape) == 1:
            if not set(map(type, self.value)) <= {int, float}:
                wrong = next(e for e in self._elements() if type(e.value) not in (int, float))
                wrong.fail(f"is {wrong.show()} where a number belongs")
            return
        # Without a given length the first row sets it for the rest.
        first = self.value[0]
        if shape[1] is None and isinstance(first, list):
            shape = [shape[0], len(first), *shape[2:]]
        for element in self._elements():
            element._check_shape(shape[1:])

    def _to_float32(self, value: list[Any]) -> Array:
        try:
            wide = np.array(value, dtype=np.float64)
        except OverflowError:
            self.fail("contains a number that no float32 can hold")
        within = np.abs(wide) <= _FLOAT32_LIMIT  # False for NaN as well
        if not within.all():
            first = np.argwhere(~within)[0]
            where = "".join(f"[{index}]" for index in first)
            worst = wide[tuple(first)]
            Node(self.path, worst, self.place + where).fail(
                f"is {worst:.4g}, which no float32 can hold"
            )
        return np.ascontiguousarray(wide.astype(np.float32))

    # Words

    def show(self) -> str:
        """This value in a few characters, for a message."""
        if isinstance(self.value, dict):
            return "an object"
        if isinstance(self.value, list):
            return "a list"
        if self.value is None:
            return "null"
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, int) and abs(self.value) >= 10**20:
            return f"an integer of {int(math.log10(abs(self.value))) + 1} digits"
        return ascii(self.value)[:40]

    def _need(self, kind: type, words: str) -> None:
        if not isinstance(self.value, kind):
            self.fail(f"is {self.show()} where {words} belongs")


def _shortened(place: str) -> str:
    if len(place) <= _LONGEST_PLACE:
        return place
    return f"{place[: _LONGEST_PLACE // 2]} ... {place[-_LONGEST_PLACE // 2 :]}"
