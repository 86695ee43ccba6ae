# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A priced trace as text: cycles per function, and the annotated listing of one function."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pedalsmith.cycles.pipeline import Issue


@dataclass(slots=True)
class FunctionCost:
    """What one function took in a trace, its callees not included."""

    name: str
    instructions: int = 0
    cycles: int = 0


def by_function(issues: Sequence[Issue], name_at: Callable[[int], str]) -> list[FunctionCost]:
    """Instructions and cycles per function, the costliest first; they sum to the trace's."""
    costs: dict[str, FunctionCost] = {}
    names: dict[int, str] = {}
    before = issues[0].cycle if issues else 0
    for issue in issues:
        address = issue.instruction.address
        name = names.get(address)
        if name is None:
            name = names[address] = name_at(address)
        cost = costs.setdefault(name, FunctionCost(name))
        cost.instructions += 1
        cost.cycles += issue.cycle - before
        before = issue.cycle
    return sorted(costs.values(), key=lambda cost: -cost.cycles)


@dataclass(slots=True)
class _Line:
    text: str
    count: int = 0
    cycles: int = 0
    younger: int = 0
    waited: Counter[str] = field(default_factory=Counter)


def listing(issues: Sequence[Issue], start: int, end: int) -> str:
    """Every executed instruction in [start, end) with its price.

    Columns: executions; cycles from the issue of the instruction before to its own, mean; a `|`
    where it mostly shared the cycle of the instruction before; the address; the instruction;
    the cycles lost here, in all, and what it mostly waited for.
    """
    lines: dict[int, _Line] = {}
    before = issues[0].cycle if issues else 0
    for issue in issues:
        address = issue.instruction.address
        if start <= address < end:
            line = lines.get(address)
            if line is None:
                line = lines[address] = _Line(issue.instruction.text)
            line.count += 1
            line.cycles += issue.cycle - before
            line.younger += issue.younger
            if issue.waited:
                line.waited[issue.waited] += 1
        before = issue.cycle
    total = sum(line.cycles for line in lines.values()) or 1
    rows = ["    count  cycle   share    address  instruction"]
    for address in sorted(lines):
        line = lines[address]
        pair = "|" if 2 * line.younger > line.count else " "
        waits = ", ".join(
            f"{what} x{count}" if count != line.count else what
            for what, count in line.waited.most_common(2)
        )
        mark = f"  ; {waits}" if waits else ""
        rows.append(
            f"{line.count:9d} {line.cycles / line.count:6.2f} {100 * line.cycles / total:6.1f}% "
            f"{address:10x} {pair} {line.text:<38}{mark}"
        )
    return "\n".join(rows)
