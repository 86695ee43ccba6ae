# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Issues a trace of instructions on a model of the Cortex-M7, cycle by cycle.

The rules are those of rules.py. Not modelled: interrupts, bus contention with DMA, the half-cycle
slides that compressed code causes on silicon, and the extra stall of ldrd/ldm in code without any
16-bit instruction nearby.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from pedalsmith.cycles.decode import FLAGS, REGISTERS, Instruction, Trait, Unit
from pedalsmith.cycles.memory import Memory
from pedalsmith.cycles.predictor import Predictor
from pedalsmith.cycles.rules import (
    EARLY_FLAGS,
    FETCH_QUEUE,
    FLAGS_LATENCY,
    FLOAT_MAC_SHADOW,
    LATENCY,
    MISPREDICT,
    MISPREDICT_EARLY_FLAGS,
    SHORT_STORE,
    STORE_BUFFER,
    UNALIGNED_LOAD,
    Made,
    Need,
)

_LONG_AGO = -1000

Accesses = tuple[tuple[int, int], ...]
"""The data accesses of one execution: (address, bytes) each; empty when predicated off."""


@dataclass(slots=True)
class Issue:
    """One executed instruction: when it issued, and what it waited for."""

    instruction: Instruction
    cycle: int
    younger: bool
    """Whether it shared its cycle with the instruction before it."""
    waited: str
    """What kept it from issuing earlier; empty where nothing did."""


@dataclass(slots=True)
class Pipeline:
    """The state of the core between two instructions. `step` issues one more."""

    memory: Memory
    predictor: Predictor = field(default_factory=Predictor)
    cycle: int = 0
    """Cycle of the newest issue group."""
    _free: int = 0
    """First cycle in which another group may start."""
    _older: Instruction | None = None
    """The lone instruction of the newest group, while something may still pair with it."""
    _older_accesses: Accesses = ()
    _made_at: list[int] = field(default_factory=lambda: [_LONG_AGO] * REGISTERS)
    _made: list[Made] = field(default_factory=lambda: [Made.EARLY] * REGISTERS)
    _flags_at: int = _LONG_AGO
    _float_mac_at: int = _LONG_AGO
    _group: int = -1
    _fetched_at: int = 0
    _consumed: deque[int] = field(default_factory=lambda: deque([_LONG_AGO] * FETCH_QUEUE))
    _redirect: int = -1
    """First cycle of a fetch from the target of the branch before; -1 without one."""
    _mispredicted: bool = False
    _banks: list[int] = field(default_factory=lambda: [0, 0])
    _stores: deque[int] = field(default_factory=deque)

    def step(self, instruction: Instruction, accesses: Accesses, following: int) -> Issue:
        """Issues `instruction`; `following` is the address of the next one executed."""
        fetched = self._fetch(instruction)
        mispredicted, self._mispredicted = self._mispredicted, False
        ready, waited = self._operands(instruction)
        extra = self._data_cost(instruction, accesses)
        conflict = self._pairing_conflict(instruction, accesses)
        younger = not conflict and ready <= self.cycle and fetched <= self.cycle
        if younger:
            self._older = None
            cycle = self.cycle
            reason = ""
        else:
            had_partner = self._older is not None
            start = self._free
            store_ready = self._store_buffer_free(instruction, start)
            cycle = max(start, ready, fetched, store_ready)
            if cycle == start:
                reason = ""
                if had_partner:
                    # It missed the slot beside the instruction before.
                    reason = conflict or (waited if ready >= fetched else "fetch")
            elif cycle == ready:
                reason = waited
            elif cycle == store_ready:
                reason = "store buffer"
            else:
                reason = "mispredicted branch" if mispredicted else "fetch"
            self.cycle = cycle
            alone = instruction.traits & Trait.ALONE
            self._older = None if alone else instruction
            self._older_accesses = accesses
        if extra and younger and instruction.traits & Trait.SHORT == 0:
            extra += 1 if self._unaligned(instruction, accesses) else 0
        self._free = max(self._free, cycle + instruction.cycles + extra)
        if extra or instruction.cycles > 1:
            self._older = None
        self._complete(instruction, cycle, younger, extra, accesses)
        if instruction.unit is Unit.BRANCH or instruction.traits & Trait.INDIRECT:
            self._branch(instruction, cycle, following)
        self._consumed[-1] = cycle
        return Issue(instruction, cycle, younger, reason + (f" +{extra} memory" if extra else ""))

    def _fetch(self, instruction: Instruction) -> int:
        """First cycle in which the bytes of the instruction can issue."""
        first = instruction.address >> 3
        last = (instruction.address + instruction.size - 1) >> 3
        if self._redirect >= 0:
            self._group = first - 1
            self._fetched_at = max(self._fetched_at, self._redirect - 1)
            self._redirect = -1
        elif self._group < first - 1 or self._group > last:
            self._group = first - 1
        while self._group < last:
            self._group += 1
            at = max(self._fetched_at + 1, self._consumed[0])
            self._fetched_at = at + self.memory.fetch_cost(self._group << 3)
            self._consumed.popleft()
            self._consumed.append(self._fetched_at)
        return self._fetched_at

    def _operands(self, instruction: Instruction) -> tuple[int, str]:
        """First cycle in which all operands are there in time, and the one that is last."""
        ready, waited = _LONG_AGO, ""
        for number, need in instruction.reads:
            at = self._made_at[number] + LATENCY[self._made[number]][need]
            if at > ready:
                ready, waited = at, _WAITS[number][need]
        if instruction.reads_flags and instruction.unit is not Unit.BRANCH:
            at = self._flags_at + FLAGS_LATENCY
            if at > ready:
                ready, waited = at, "flags"
        if instruction.traits & Trait.MAC_SHADOW:
            at = self._float_mac_at + FLOAT_MAC_SHADOW + 1
            if at > ready:
                ready, waited = at, "vfma before"
        return ready, waited

    def _pairing_conflict(self, b: Instruction, accesses: Accesses) -> str:
        """Why `b` cannot share the cycle of the instruction before; empty when it can."""
        a = self._older
        if a is None:
            return "no slot"
        units = (a.unit, b.unit)
        if b.traits & Trait.ALONE:
            return "issues alone"
        if b.unit is Unit.BITFIELD:
            return "bit-field/DSP: older slot only"
        if units == (Unit.MULTIPLY, Unit.MULTIPLY):
            return "one multiply a cycle"
        if units in {(Unit.MULTIPLY, Unit.STORE), (Unit.STORE, Unit.MULTIPLY)}:
            return "no multiply beside a store"
        if units == (Unit.STORE, Unit.STORE):
            return "one store a cycle"
        if units == (Unit.LOAD, Unit.LOAD) and self._same_bank(accesses):
            return "same bank"
        if units == (Unit.BRANCH, Unit.BRANCH):
            return "one branch a cycle"
        if b.traits & Trait.INLINE_SHIFT and a.traits & _SHIFTER_BUSY:
            return "one shifter"
        if a.unit in _FLOAT_UNITS and b.unit in _FLOAT_UNITS:
            return "one float operation a cycle"
        if units == (Unit.FLOAT_MOVE, Unit.FLOAT_MOVE):
            return "one vmov a cycle"
        if b.traits & Trait.VFP_ACCESS and self.cycle - self._float_mac_at <= FLOAT_MAC_SHADOW:
            return "vfma before"
        if a.traits & Trait.VFP_ACCESS and b.unit is Unit.FLOAT_MAC:
            return "no vfma beside vldr/vstr/vmov"
        return ""

    def _same_bank(self, accesses: Accesses) -> bool:
        if not accesses or not self._older_accesses:
            return False
        return (accesses[0][0] ^ self._older_accesses[0][0]) & 4 == 0

    def _data_cost(self, instruction: Instruction, accesses: Accesses) -> int:
        """Cycles that the data accesses take beyond those of the unit."""
        if not accesses:
            return 0
        load = instruction.unit is not Unit.STORE
        cost = sum(self.memory.data_cost(address, load) for address, _ in accesses)
        if load and self._unaligned(instruction, accesses):
            cost += UNALIGNED_LOAD
        return cost

    @staticmethod
    def _unaligned(instruction: Instruction, accesses: Accesses) -> bool:
        return instruction.unit is Unit.LOAD and any(a & (min(n, 4) - 1) for a, n in accesses)

    def _store_buffer_free(self, instruction: Instruction, cycle: int) -> int:
        if instruction.unit is not Unit.STORE or instruction.traits & Trait.ALONE:
            return _LONG_AGO
        while self._stores and self._stores[0] <= cycle:
            self._stores.popleft()
        return self._stores[0] if len(self._stores) >= STORE_BUFFER else _LONG_AGO

    def _complete(
        self, instruction: Instruction, cycle: int, younger: bool, extra: int, accesses: Accesses
    ) -> None:
        """Notes when and where the results of the instruction come into being."""
        early = self._runs_early(instruction, cycle, younger)
        for number, made, later in instruction.writes:
            self._made_at[number] = cycle + later + (extra if made is not Made.ADDRESS else 0)
            self._made[number] = Made.EARLY if early else made
        if instruction.sets_flags:
            self._flags_at = cycle
        if instruction.unit is Unit.FLOAT_MAC:
            self._float_mac_at = cycle
        if instruction.unit is Unit.STORE and accesses:
            for address, size in accesses:
                slow = size < 4 or address & 3
                bank = address >> 2 & 1
                self._banks[bank] = max(self._banks[bank], cycle) + (SHORT_STORE if slow else 1)
                self._stores.append(self._banks[bank])

    def _runs_early(self, instruction: Instruction, cycle: int, younger: bool) -> bool:
        traits = instruction.traits
        if not traits & Trait.EARLY:
            return False
        need = Need.EARLY
        if traits & Trait.PLAIN_SHIFT:
            need = Need.SHIFT
        elif younger:
            return False
        return all(
            self._made_at[number] + LATENCY[self._made[number]][need] <= cycle
            for number, _ in instruction.reads
            if number != FLAGS
        )

    def _branch(self, instruction: Instruction, cycle: int, following: int) -> None:
        """Sends the fetch where the branch goes, at the cost of its prediction."""
        taken = following != instruction.address + instruction.size
        right, delay = self.predictor.predict(instruction, following, taken)
        if not right:
            early = instruction.traits & Trait.CONDITIONAL and (
                cycle - self._flags_at >= EARLY_FLAGS
            )
            penalty = MISPREDICT_EARLY_FLAGS if early else MISPREDICT
            self._redirect = cycle + instruction.cycles + penalty
            self._mispredicted = True
            self._older = None
        elif taken:
            self._redirect = self._fetched_at + 1 + delay
            if delay:
                self._redirect = max(self._redirect, cycle + 1 + delay)


_SHIFTER_BUSY = Trait.INLINE_SHIFT | Trait.PLAIN_SHIFT | Trait.SHIFTER
_FLOAT_UNITS = {Unit.FLOAT, Unit.FLOAT_MAC}


_MULTIPLY, _STORE, _LOAD, _BRANCH = Unit.MULTIPLY, Unit.STORE, Unit.LOAD, Unit.BRANCH


def _name(number: int) -> str:
    if number < FLAGS:
        return {13: "sp", 14: "lr", 15: "pc"}.get(number, f"r{number}")
    return "flags" if number == FLAGS else f"s{number - FLAGS - 1}"


_WAITS = [
    [f"{_name(number)} ({need.name.lower()})" for need in Need] for number in range(REGISTERS)
]


def simulate(steps: Iterable[tuple[Instruction, Accesses]], core: Pipeline) -> list[Issue]:
    """Issues a whole trace on `core` and returns one Issue per executed instruction."""
    listed = list(steps)
    following = [instruction.address for instruction, _ in listed[1:]]
    if listed:
        last = listed[-1][0]
        following.append(last.address + last.size)
    return [
        core.step(instruction, accesses, after)
        for (instruction, accesses), after in zip(listed, following, strict=True)
    ]
