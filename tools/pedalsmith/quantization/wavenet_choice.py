# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The cheapest places of a WaveNet to give 32 bits that leave little enough noise.

How much noise a set of places leaves is estimated (wavenet_sensitivity.py), and of the sets that
are worth while, a knapsack's, few are measured: each measurement corrects the estimates of the
others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.rows import Floats, Ints
from pedalsmith.quantization.wavenet_sensitivity import Source

TRIES = 5
"""Sets that are measured for an aim, at most."""

AGAIN = 10 ** (-0.1 / 10)
"""By so much more the power is to be less, each time that a set was too loud."""

NEARLY = 10 ** (0.2 / 10)
"""Of the power that is aimed at: what a set without one of its places may be estimated at and still
is measured."""

SAVED = 0.01
"""Of the cost of all places: what a set must save at least to be measured beside one that is true
enough. In networks of 16 channels that is half of what the activations of a layer cost."""

STEPS = 20_000
"""Of cost that the knapsack tells apart, at most: all cycles of a network that plays on a board."""

_NONE = 1e-30
"""Power that stands for 0."""

_MIX = 4
"""Levels are mixed in parts of so many: one sum of powers is what a knapsack can bound."""

Chosen = frozenset[Source]
Measure = Callable[[Chosen], Floats]
"""Power of the noise at each level with 32 bits in these places; 1 = full scale, without DC"""


@dataclass(frozen=True)
class Front:
    """Sets of sources, the cheapest first, each of less estimated noise at its worst level than all
    cheaper ones. The first is empty, the last has all."""

    found: tuple[Source, ...]
    taken: Floats
    """(sets, sources) 0 or 1"""
    costs: Ints
    """(sets,) cycles a sample"""
    left: Floats
    """(sets, levels) power of the noise that stays"""

    def chosen(self, index: int) -> Chosen:
        """The sources of a set."""
        return frozenset(self.found[i] for i in np.flatnonzero(self.taken[index]))


def front_of(found: list[Source]) -> Front:
    """Of every mix of the levels the exact knapsack: for each cost the set that leaves the least.
    Of these, those that leave the least at the worst level.

    `found` must not be empty.
    """
    costs = np.array([source.cost for source in found], np.int64)
    powers = np.array([source.powers for source in found])
    unit = max(int(np.gcd.reduce(costs)), -(-int(costs.sum()) // STEPS))
    steps = -(-costs // unit)
    ends = np.stack([np.zeros(len(found), bool), np.ones(len(found), bool)])
    taken = np.concatenate(
        [ends, *(_knapsack(powers @ mix, steps) for mix in _mixes(powers.shape[1]))]
    ).astype(np.float64)
    left = (1.0 - taken) @ powers
    spent = (taken @ costs).astype(np.int64)
    worst = left.max(axis=1)
    order = np.lexsort((worst, spent))
    least = np.minimum.accumulate(np.concatenate([[np.inf], worst[order][:-1]]))
    order = order[worst[order] < least]
    if not np.all(taken[order[-1]]):
        order = np.append(order, 1)
    return Front(tuple(found), taken[order], spent[order], left[order])


def _knapsack(powers: Floats, steps: Ints) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """(sets, sources): for each sum of `steps` the sources of at most that with the most power."""
    most = int(steps.sum())
    best = np.zeros(most + 1)
    takes = np.zeros((len(steps), most + 1), bool)
    for taken, power, step in zip(takes, powers, steps, strict=True):
        with_it = best[:-step] + power
        taken[step:] = with_it > best[step:]
        best[step:] = np.maximum(best[step:], with_it)
    at = np.flatnonzero(np.diff(best, prepend=-1.0) > 0)
    sets = np.zeros((len(at), len(steps)), bool)
    for index in reversed(range(len(steps))):
        sets[:, index] = takes[index, at]
        at = at - steps[index] * sets[:, index]
    return sets


def _mixes(levels: int) -> Iterator[Floats]:
    """Shares of the levels, all that are multiples of 1 / _MIX and make 1."""
    for shares in np.ndindex(*(_MIX + 1,) * levels):
        if sum(shares) == _MIX:
            yield np.array(shares) / _MIX


class Search:
    """Keeps what was measured: another aim begins with that."""

    def __init__(self, found: list[Source], measure: Measure) -> None:
        """`found` must not be empty; `measure` is asked once for each set."""
        self.front = front_of(found)
        self._saved = SAVED * sum(source.cost for source in found)
        self._measure = measure
        self._known: dict[Chosen, Floats] = {}
        self._at: dict[int, Floats] = {}

    def cheapest(self, power: float) -> Chosen | None:
        """A set that measures at most `power` at every level, the cheapest that was found; None
        when not even all sources do."""
        tries = loud = 0
        while tries < TRIES:
            index = self._next(power, power * AGAIN**loud)
            if index is None:
                break
            if tries == TRIES - 1 and self._best(power) is None:
                index = self._last
            loud += bool(np.max(self.measure_at(index)) > power)
            tries += 1
        best = self._best(power)
        while best is not None and tries < TRIES:
            less = self._without_one(best, power)
            if less is None:
                break
            self._ask(less)
            best = self._best(power)
            tries += 1
        return best

    def measure_at(self, index: int) -> Floats:
        """Power of the noise at each level with a set of the front."""
        self._at[index] = self._ask(self.front.chosen(index))
        return self._at[index]

    def _ask(self, chosen: Chosen) -> Floats:
        if chosen not in self._known:
            self._known[chosen] = self._measure(chosen)
        return self._known[chosen]

    @property
    def _last(self) -> int:
        return len(self.front.costs) - 1

    def _best(self, power: float) -> Chosen | None:
        """The cheapest that is known to reach `power`."""
        true = [chosen for chosen, powers in self._known.items() if np.max(powers) <= power]
        return min(true, key=_cost, default=None)

    def _next(self, power: float, aim: float) -> int | None:
        """The set of the front to be measured: the cheapest that should reach `aim` and is dearer
        than those that do not reach `power`. None when the best that is known will do, or when all
        sources are not enough."""
        best, costs = self._best(power), self.front.costs
        most = np.inf if best is None else _cost(best) - self._saved
        loud = [i for i, p in self._at.items() if np.max(p) > power and costs[i] <= most]
        for index in range(max(loud, default=-1) + 1, np.searchsorted(costs, most, "right")):
            if index not in self._at and np.max(self._estimate(index)) <= aim:
                return index
        return self._last if best is None and self._last not in self._at else None

    def _estimate(self, index: int) -> Floats:
        """Power at each level, by what was measured of the set whose estimate is nearest. What it
        had more has other causes and stays; what it had less, others have less, too."""
        left: Floats = self.front.left[index]
        if not self._at:
            return left
        size = np.log(np.max(self.front.left, axis=1) + _NONE)
        near = min(self._at, key=lambda at: abs(size[at] - size[index]))
        was, was_measured = self.front.left[near] + _NONE, self._at[near]
        less, more = np.minimum(was_measured / was, 1.0), np.maximum(was_measured - was, 0.0)
        return np.asarray(left * less + more)

    def _without_one(self, chosen: Chosen, power: float) -> Chosen | None:
        """Not measured yet, without the dearest of its places that it should not need."""
        powers = self._known[chosen]
        for source in sorted(chosen, key=lambda s: (-s.cost, max(s.powers))):
            less = chosen - {source}
            if less not in self._known and np.max(powers + source.powers) <= power * NEARLY:
                return less
        return None


def _cost(chosen: Chosen) -> int:
    return sum(source.cost for source in chosen)
