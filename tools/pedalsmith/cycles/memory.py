# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a fetch or a data access costs beyond the pipeline, by where the code and the data are.

Tightly coupled memory answers at once. Everything else is behind the caches, which are simulated
(least recently used; the silicon picks at random): a hit costs nothing more, a miss the line fill
of the memory behind it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

LINE = 32
"""Bytes of a cache line."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the address space and what it costs."""

    name: str
    start: int
    size: int
    line_fill: int = 0
    """CPU cycles of a cache line fill; 0: tightly coupled, no wait."""
    load: int = 0
    """CPU cycles more of an uncached load."""
    store: int = 0
    """CPU cycles more of an uncached store, as far as the store buffer does not hide them."""


@dataclass(slots=True)
class Cache:
    """A set-associative cache; `touch` says whether the address hit."""

    size: int
    ways: int
    _sets: dict[int, OrderedDict[int, None]] = field(default_factory=dict)

    def forget(self) -> None:
        """Invalidates every line."""
        self._sets.clear()

    def touch(self, address: int) -> bool:
        """Looks an address up and brings its line in."""
        line = address // LINE
        index = line % (self.size // LINE // self.ways)
        lines = self._sets.setdefault(index, OrderedDict())
        hit = line in lines
        lines[line] = None
        lines.move_to_end(line)
        if len(lines) > self.ways:
            lines.popitem(last=False)
        return hit


@dataclass(slots=True)
class Memory:
    """The memories of one board, with caches that remember."""

    regions: Sequence[Region]
    instruction_cache: Cache
    data_cache: Cache
    _last: Region | None = None

    @property
    def immediate(self) -> bool:
        """Whether nothing ever waits."""
        return not any(one.line_fill or one.load or one.store for one in self.regions)

    def forget(self) -> None:
        """Empties the caches."""
        self.instruction_cache.forget()
        self.data_cache.forget()

    def region(self, address: int) -> Region | None:
        """The region that holds the address; None where nothing is."""
        last = self._last
        if last is not None and last.start <= address < last.start + last.size:
            return last
        for region in self.regions:
            if region.start <= address < region.start + region.size:
                self._last = region
                return region
        return None

    def fetch_cost(self, address: int) -> int:
        """Extra cycles of fetching the 8 bytes at `address`."""
        region = self.region(address)
        if region is None or not region.line_fill:
            return 0
        return 0 if self.instruction_cache.touch(address) else region.line_fill

    def data_cost(self, address: int, load: bool) -> int:
        """Extra cycles of a load or store. A store's line fill is hidden by the store buffer."""
        region = self.region(address)
        if region is None:
            return 0
        if not region.line_fill:
            return region.load if load else region.store
        hit = self.data_cache.touch(address)
        return 0 if hit or not load else region.line_fill


def tightly_coupled() -> Memory:
    """Everything answers at once: what the core alone costs."""
    whole = Region("tightly coupled", 0, 1 << 32)
    return Memory((whole,), Cache(16 * 1024, 2), Cache(16 * 1024, 4))
