# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Issues instructions on a model of the Cortex-M7, cycle by cycle.

The rules are those of rules.py. Not modelled: interrupts, bus contention with DMA, the half-cycle
slides that compressed code causes on silicon, and the extra stall of ldrd/ldm in code without any
16-bit instruction nearby.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from pedalsmith.cycles.instruction import FLAGS, REGISTERS, Instruction, Trait, Unit
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


@dataclass(frozen=True, slots=True)
class Issue:
    """One executed instruction: what it cost and what it waited for."""

    instruction: Instruction
    cycles: int
    """From the issue of the instruction before to its own; 0: they shared a cycle."""
    waited: str
    """What kept it from issuing earlier; empty where nothing did."""


@dataclass(frozen=True, slots=True)
class Branching:
    """How a branch went."""

    taken: bool
    predicted: bool
    """Whether it went where it was predicted to go."""
    delay: int = 0
    """Cycles until a rightly predicted target is fetched, beyond the cycle after the branch."""


STRAIGHT_ON = Branching(taken=False, predicted=True)


@dataclass(slots=True)
class Pipeline:
    """The state of the core between two instructions. `step` issues one more."""

    fetch_waits: dict[int, int] = field(default_factory=dict)
    """Cycles that fetching an 8-byte group (address >> 3) takes more, for what comes next."""
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
    """When the last instruction of each of the newest groups issued."""
    _redirect: int = -1
    """First cycle of a fetch from the target of the branch before; -1 without one."""
    _mispredicted: bool = False
    _banks: list[int] = field(default_factory=lambda: [0, 0])
    """When each bank has taken the stores that were buffered."""
    _stores: deque[int] = field(default_factory=deque)

    @property
    def soonest(self) -> int:
        """First cycle in which another instruction may issue."""
        return self.cycle if self._older is not None else self._free

    def step(
        self,
        instruction: Instruction,
        accesses: Accesses = (),
        branching: Branching = STRAIGHT_ON,
        data_wait: int = 0,
    ) -> Issue:
        """Issues `instruction`; its data accesses wait `data_wait` cycles for memory."""
        before = self.cycle
        fetched = self._fetch(instruction)
        mispredicted, self._mispredicted = self._mispredicted, False
        ready, waited = self._operands(instruction)
        extra = data_wait + self._unaligned(instruction, accesses)
        conflict = self._pairing_conflict(instruction, accesses)
        younger = not conflict and ready <= self.cycle and fetched <= self.cycle
        reason = ""
        if younger:
            self._older = None
        else:
            start = self._free
            store_ready = self._store_buffer_free(instruction, start)
            self.cycle = max(start, ready, fetched, store_ready)
            if self.cycle == start:
                if self._older is not None:  # it missed the slot beside the instruction before
                    reason = conflict or (waited if ready >= fetched else "fetch")
            elif self.cycle == ready:
                reason = waited
            elif self.cycle == store_ready:
                reason = "store buffer"
            else:
                reason = "mispredicted branch" if mispredicted else "fetch"
            self._older = None if instruction.traits & Trait.ALONE else instruction
            self._older_accesses = accesses
        self._free = max(self._free, self.cycle + instruction.cycles + extra)
        if extra or instruction.cycles > 1:
            self._older = None
        self._complete(instruction, younger, extra, accesses)
        if instruction.ends_block:
            self._branch(instruction, branching)
        self._consumed[-1] = self.cycle
        if extra:
            reason = f"{reason}, memory {extra}" if reason else f"memory {extra}"
        return Issue(instruction, self.cycle - before, reason)

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
            self._fetched_at = at + self.fetch_waits.get(self._group, 0)
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

    @staticmethod
    def _unaligned(instruction: Instruction, accesses: Accesses) -> int:
        if instruction.unit is Unit.LOAD and any(a & (min(n, 4) - 1) for a, n in accesses):
            return UNALIGNED_LOAD
        return 0

    def _store_buffer_free(self, instruction: Instruction, cycle: int) -> int:
        if instruction.unit is not Unit.STORE or instruction.traits & Trait.ALONE:
            return _LONG_AGO
        while self._stores and self._stores[0] <= cycle:
            self._stores.popleft()
        return self._stores[0] if len(self._stores) >= STORE_BUFFER else _LONG_AGO

    def _complete(
        self, instruction: Instruction, younger: bool, extra: int, accesses: Accesses
    ) -> None:
        """Notes when and where the results of the instruction come into being."""
        cycle = self.cycle
        early = self._runs_early(instruction, younger)
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

    def _runs_early(self, instruction: Instruction, younger: bool) -> bool:
        traits = instruction.traits
        if not traits & Trait.EARLY:
            return False
        need = Need.EARLY
        if traits & Trait.PLAIN_SHIFT:
            need = Need.SHIFT
        elif younger:
            return False
        return all(
            self._made_at[number] + LATENCY[self._made[number]][need] <= self.cycle
            for number, _ in instruction.reads
            if number != FLAGS
        )

    def _branch(self, instruction: Instruction, branching: Branching) -> None:
        """Sends the fetch where the branch goes, at the cost of its prediction."""
        if not branching.predicted:
            early = (
                instruction.traits & Trait.CONDITIONAL
                and self.cycle - self._flags_at >= EARLY_FLAGS
            )
            penalty = MISPREDICT_EARLY_FLAGS if early else MISPREDICT
            self._redirect = self.cycle + instruction.cycles + penalty
            self._mispredicted = True
            self._older = None
        elif branching.taken:
            self._redirect = self._fetched_at + 1
            if branching.delay:
                self._redirect = max(self._redirect, self.cycle + 1) + branching.delay

    def signature(self, reads: tuple[int, ...], first_group: int) -> Hashable:
        """All of the state that decides how instructions reading `reads` will issue.

        Relative to the cycle, so that the same situation later has the same signature.
        """
        now, old = self.cycle, self.cycle - _FORGOTTEN
        made_at, made = self._made_at, self._made
        return (
            self._free - now,
            None if self._older is None else self._older.address,
            self._older_accesses[0][0] & 4 if self._older_accesses else -1,
            tuple([(made_at[r] - now, made[r]) if made_at[r] > old else None for r in reads]),
            max(self._flags_at, old) - now,
            max(self._float_mac_at, old) - now,
            first_group - self._group if self._redirect < 0 else None,
            self._fetched_at - now,
            tuple([max(at - now, -_FORGOTTEN) for at in self._consumed]),
            max(self._redirect - now, -_FORGOTTEN) if self._redirect >= 0 else None,
            self._mispredicted,
            tuple([max(at - now, 0) for at in self._banks]),
            tuple([at - now for at in self._stores if at > now]),
        )

    def snapshot(self, writes: tuple[int, ...]) -> "Snapshot":
        """The state relative to the cycle, as far as instructions writing `writes` changed it."""
        now = self.cycle
        return Snapshot(
            self._free - now,
            self._older,
            self._older_accesses,
            [(r, self._made_at[r] - now, self._made[r]) for r in writes],
            self._flags_at - now,
            self._float_mac_at - now,
            self._group,
            self._fetched_at - now,
            [at - now for at in self._consumed],
            self._redirect - now if self._redirect >= 0 else None,
            self._mispredicted,
            [at - now for at in self._banks],
            [at - now for at in self._stores],
        )

    def restore(self, cycles: int, after: "Snapshot") -> None:
        """Moves on by `cycles` into the state of a snapshot."""
        now = self.cycle = self.cycle + cycles
        self._free = now + after.free
        self._older, self._older_accesses = after.older, after.older_accesses
        for register, at, made in after.made:
            self._made_at[register] = now + at
            self._made[register] = made
        self._flags_at, self._float_mac_at = now + after.flags_at, now + after.float_mac_at
        self._group, self._fetched_at = after.group, now + after.fetched_at
        self._consumed = deque([now + at for at in after.consumed])
        self._redirect = -1 if after.redirect is None else now + after.redirect
        self._mispredicted = after.mispredicted
        self._banks = [now + at for at in after.banks]
        self._stores = deque([now + at for at in after.stores])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the pipeline with all cycles relative to the newest group's."""

    free: int
    older: Instruction | None
    older_accesses: Accesses
    made: list[tuple[int, int, Made]]
    flags_at: int
    float_mac_at: int
    group: int
    fetched_at: int
    consumed: list[int]
    redirect: int | None
    mispredicted: bool
    banks: list[int]
    stores: list[int]


_FORGOTTEN = 40
"""Cycles after which nothing is still waiting for a result (a division and its latency)."""

_SHIFTER_BUSY = Trait.INLINE_SHIFT | Trait.PLAIN_SHIFT | Trait.SHIFTER
_FLOAT_UNITS = {Unit.FLOAT, Unit.FLOAT_MAC}


def _name(number: int) -> str:
    if number < FLAGS:
        return {13: "sp", 14: "lr", 15: "pc"}.get(number, f"r{number}")
    return "flags" if number == FLAGS else f"s{number - FLAGS - 1}"


_WAITS = [
    [f"{_name(number)} ({need.name.lower()})" for need in Need] for number in range(REGISTERS)
]
