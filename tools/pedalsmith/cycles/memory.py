# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a fetch or a data access costs beyond the pipeline, by where the code and the data are.

Tightly coupled memory answers at once. Everything else is behind the caches, which are simulated
(least recently used; the silicon picks at random): a hit costs nothing more, a miss the line fill
of the memory behind it.

A PLD begins a line fill and goes on. Arm names two buffers for line fills; that a fill begins only
where the one before ends is an assumption, the slowest that there may be.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

LINE = 32
"""Bytes of a cache line."""


FILLS = 2
"""Line fills that may be under way."""


class Access(Enum):
    """What an instruction does to memory."""

    LOAD = 0
    STORE = 1
    PRELOAD = 2


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
    _fills: list[tuple[int, int]] = field(default_factory=list)
    """(line, cycle in which it is there) of what was preloaded and may still be on its way."""
    _last: Region | None = None

    @property
    def immediate(self) -> bool:
        """Whether nothing ever waits."""
        return not any(one.line_fill or one.load or one.store for one in self.regions)

    def forget(self) -> None:
        """Empties the caches."""
        self.instruction_cache.forget()
        self.data_cache.forget()
        self._fills.clear()

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

    def may_wait(self, address: int) -> bool:
        """Whether an access may cost more than one to tightly coupled memory."""
        region = self.region(address)
        return region is not None and bool(region.line_fill or region.load or region.store)

    def data_cost(self, address: int, access: Access, now: int) -> int:
        """Extra cycles of an access in cycle `now`. A store's line fill is hidden by the store
        buffer, a PLD's by what comes before the line is needed.
        """
        region = self.region(address)
        if region is None:
            return 0
        if not region.line_fill:
            return {Access.LOAD: region.load, Access.STORE: region.store}.get(access, 0)
        hit = self.data_cache.touch(address)
        if access is Access.STORE:
            return 0
        self._fills = [fill for fill in self._fills if fill[1] > now]
        if hit:
            line = address // LINE
            return next((at - now for filled, at in self._fills if filled == line), 0)
        begin = max([now, *[at for _, at in self._fills]])
        if access is Access.LOAD:
            return begin - now + region.line_fill
        wait = self._fills[-FILLS][1] - now if len(self._fills) >= FILLS else 0
        self._fills.append((address // LINE, begin + region.line_fill))
        return wait


def tightly_coupled() -> Memory:
    """Everything answers at once: what the core alone costs."""
    whole = Region("tightly coupled", 0, 1 << 32)
    return Memory((whole,), Cache(16 * 1024, 2), Cache(16 * 1024, 4))
