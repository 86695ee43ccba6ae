# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Branch prediction: a table of recent branches, each with a two-bit counter and its target.

Arm says that the core has a branch target address cache and predicts statically where it misses;
the counters and their size are an assumption of ours.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from pedalsmith.cycles.instruction import Instruction, Trait
from pedalsmith.cycles.pipeline import Branching
from pedalsmith.cycles.rules import PREDICTOR_ENTRIES, STATIC_REDIRECT

_WEAKLY_TAKEN, _MOST = 2, 3


@dataclass(slots=True)
class _Entry:
    counter: int
    target: int


@dataclass(slots=True)
class Predictor:
    """Remembers the branches that were taken lately, least recently used out first."""

    _entries: OrderedDict[int, _Entry] = field(default_factory=OrderedDict)

    def predict(self, branch: Instruction, following: int) -> Branching:
        """Whether the branch went where it was predicted to go; learns where it went.

        A direct branch that is taken but not in the table is redirected when it is decoded.
        """
        taken = following != branch.address + branch.size
        conditional = bool(branch.traits & Trait.CONDITIONAL)
        indirect = bool(branch.traits & Trait.INDIRECT)
        entry = self._entries.get(branch.address)
        if entry is None:
            backward = taken and following <= branch.address
            guess = (backward or not conditional) and not indirect
            right, delay = guess == taken, STATIC_REDIRECT if taken and guess else 0
            if taken:
                self._entries[branch.address] = _Entry(_WEAKLY_TAKEN, following)
                if len(self._entries) > PREDICTOR_ENTRIES:
                    self._entries.popitem(last=False)
            return Branching(taken, right, delay)
        self._entries.move_to_end(branch.address)
        guess = entry.counter >= _WEAKLY_TAKEN if conditional else True
        right = guess == taken and (not taken or entry.target == following)
        if taken:
            entry.counter = min(entry.counter + 1, _MOST)
            entry.target = following
        else:
            entry.counter = max(entry.counter - 1, 0)
        return Branching(taken, right)
