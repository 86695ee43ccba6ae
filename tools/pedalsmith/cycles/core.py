# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Runs recorded traces on the pipeline with a predictor and a memory, and keeps the account.

Straight runs of instructions are issued once per situation: the same run met again in the same
state of the pipeline, with data in the same banks, costs the same, so its account is looked up.
That is exact, and some ten times faster than issuing everything.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

from pedalsmith.cycles.decode import Decoder, Reader
from pedalsmith.cycles.instruction import Instruction, Trait, Unit
from pedalsmith.cycles.memory import Access, Memory
from pedalsmith.cycles.pipeline import STRAIGHT_ON, Accesses, Issue, Pipeline, Snapshot
from pedalsmith.cycles.predictor import Predictor
from pedalsmith.emulator.bare import Trace

Accessed = list[tuple[int, int]] | None
"""The data accesses of one instruction: (address, bytes) each; None where it made none."""

_LONGEST = 256
"""Instructions of a straight run; longer ones are cut."""


@dataclass(frozen=True, slots=True)
class _Straight:
    """Instructions that follow each other in memory, a branch at most at the end."""

    instructions: tuple[Instruction, ...]
    memory_positions: tuple[int, ...]
    reads: tuple[int, ...]
    writes: tuple[int, ...]
    groups: tuple[int, ...]
    """The 8-byte groups (address >> 3) it is fetched in."""
    last: int
    """Address of the last instruction."""
    plain: bool
    """Whether nothing in it is predicated by an IT."""


@dataclass(slots=True)
class _Account:
    """What one straight run cost in one situation, and how often that came about."""

    issues: tuple[Issue, ...]
    cycles: int
    after: Snapshot
    count: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A straight run of instructions, at most up to a branch."""

    address: int
    instructions: int
    cycles: int


@dataclass(slots=True)
class Timing:
    """The account of a trace."""

    cycles: int
    instructions: int
    executed: list[tuple[tuple[Issue, ...], int]]
    """Runs of instructions as issued, and how often each was."""
    runs: list[Run]
    """The same in the order in which they were executed."""


@dataclass(slots=True)
class Core:
    """A Cortex-M7 that remembers its caches and branches from one trace to the next."""

    read: Reader
    """Reads code, to decode it."""
    memory: Memory
    pipeline: Pipeline = field(default_factory=Pipeline)
    predictor: Predictor = field(default_factory=Predictor)
    _decoder: Decoder = field(init=False)
    _immediate: bool = field(init=False)
    _straights: dict[int, _Straight] = field(default_factory=dict)
    _accounts: dict[Hashable, _Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Starts a decoder."""
        self._decoder = Decoder(self.read)
        self._immediate = self.memory.immediate

    def forget(self) -> None:
        """Empties caches and branch predictions: the first block after something else ran."""
        self.predictor = Predictor()
        self.memory.forget()

    def run(self, trace: Trace) -> Timing:
        """Executes a trace and returns its account."""
        addresses, recorded = trace.addresses, trace.accesses
        begin, at, total, instructions = self.pipeline.cycle, 0, len(addresses), 0
        used: dict[int, _Account] = {}
        runs = []
        while at < total:
            straight = self._straight(addresses[at])
            after = at + len(straight.instructions)
            if straight.plain and after <= total and addresses[after - 1] == straight.last:
                accesses = [recorded.get(at + p) for p in straight.memory_positions]
            else:
                straight, accesses, after = self._follow(straight, trace, at)
            following = addresses[after] if after < total else -1
            account = self._execute(straight, accesses, following)
            if id(account) not in used:
                account.count = 0
                used[id(account)] = account
            account.count += 1
            count = len(straight.instructions)
            runs.append(Run(straight.instructions[0].address, count, account.cycles))
            instructions += count
            at = after
        executed = [(account.issues, account.count) for account in used.values()]
        return Timing(self.pipeline.cycle - begin, instructions, executed, runs)

    def _follow(
        self, straight: _Straight, trace: Trace, at: int
    ) -> tuple[_Straight, list[Accessed], int]:
        """Finds the straight run in the trace where it is not there address by address.

        Predicated-off instructions are missing from a trace, but cost as if executed; an
        exception may cut the run short. Returns the run, its accesses, and where the trace goes on.
        """
        addresses, accesses, length = trace.addresses, list[Accessed](), 0
        for one in straight.instructions:
            if at < len(addresses) and addresses[at] == one.address:
                made = trace.accesses.get(at)
                at += 1
            elif one.predicated:
                made = None
            else:
                break
            length += 1
            if one.touches_memory:
                accesses.append(made)
        if length < len(straight.instructions):
            straight = _join(straight.instructions[:length])
        return straight, accesses, at

    def _straight(self, address: int) -> _Straight:
        known = self._straights.get(address)
        if known is None:
            last = self._decoder.at(address)
            instructions = [last]
            while not last.ends_block:
                last = self._decoder.at(last.address + last.size)
                # What is predicated off may be missing from a trace: it must not begin a run.
                if len(instructions) >= _LONGEST and not last.predicated:
                    break
                instructions.append(last)
            known = self._straights[address] = _join(tuple(instructions))
        return known

    def _execute(self, straight: _Straight, accesses: list[Accessed], following: int) -> _Account:
        core, memory = self.pipeline, self.memory
        last = straight.instructions[-1]
        branching = STRAIGHT_ON
        if last.ends_block and following >= 0:
            branching = self.predictor.predict(last, following)
        patient, fetch_waits = False, dict[int, int]()
        if not self._immediate:
            patient = any(memory.may_wait(at) for made in accesses if made for at, _ in made)
            fetch_waits = {
                group: cost for group in straight.groups if (cost := memory.fetch_cost(group << 3))
            }
        cached = not fetch_waits and not patient
        key: Hashable = None
        if cached:
            key = (
                straight.instructions[0].address,
                len(straight.instructions),
                branching,
                tuple(
                    [tuple([(a & 7, n) for a, n in made]) if made else None for made in accesses]
                ),
                core.signature(straight.reads, straight.groups[0]),
            )
            known = self._accounts.get(key)
            if known is not None:
                core.restore(known.cycles, known.after)
                return known
        begin = core.cycle
        core.fetch_waits = fetch_waits
        issues = []
        position = 0
        for instruction in straight.instructions:
            touched: Accesses = ()
            wait = 0
            if instruction.touches_memory:
                touched = tuple(accesses[position] or ())
                for address, _ in touched if patient else ():
                    now = core.soonest + wait
                    wait += memory.data_cost(address, _access(instruction), now)
                position += 1
            how = branching if instruction is last else STRAIGHT_ON
            issues.append(core.step(instruction, touched, how, wait))
        core.fetch_waits = {}
        account = _Account(tuple(issues), core.cycle - begin, core.snapshot(straight.writes))
        if cached:
            self._accounts[key] = account
        return account


def _access(instruction: Instruction) -> Access:
    if instruction.traits & Trait.PRELOAD:
        return Access.PRELOAD
    return Access.STORE if instruction.unit is Unit.STORE else Access.LOAD


def _join(instructions: tuple[Instruction, ...]) -> _Straight:
    first, last = instructions[0], instructions[-1]
    positions = tuple(i for i, one in enumerate(instructions) if one.touches_memory)
    return _Straight(
        instructions,
        positions,
        tuple(sorted({number for one in instructions for number, _ in one.reads})),
        tuple(sorted({number for one in instructions for number, _, _ in one.writes})),
        tuple(range(first.address >> 3, ((last.address + last.size - 1) >> 3) + 1)),
        last.address,
        not any(one.predicated for one in instructions),
    )
