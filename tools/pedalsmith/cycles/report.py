# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A priced trace by function, and as the annotated listing of one function."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from pedalsmith.cycles.core import Timing


@dataclass(slots=True)
class FunctionCost:
    """What one function took in a trace, its callees not included."""

    name: str
    instructions: int = 0
    cycles: int = 0


def by_function(timing: Timing, name_at: Callable[[int], str]) -> list[FunctionCost]:
    """Instructions and cycles per function, the costliest first; they sum to the trace's."""
    costs: dict[str, FunctionCost] = {}
    for issues, count in timing.executed:
        for issue in issues:
            name = name_at(issue.instruction.address)
            cost = costs.setdefault(name, FunctionCost(name))
            cost.instructions += count
            cost.cycles += count * issue.cycles
    return sorted(costs.values(), key=lambda cost: -cost.cycles)


@dataclass(slots=True)
class _Line:
    text: str
    count: int = 0
    cycles: int = 0
    younger: int = 0
    waited: Counter[str] = field(default_factory=Counter)


def listing(timing: Timing, start: int, end: int) -> str:
    """Every executed instruction in [start, end) with its price.

    Columns: executions; cycles from the issue of the instruction before to its own, mean; share
    of the listing's cycles; address; `|` where it mostly issued beside the instruction before;
    the instruction; what it mostly waited for.
    """
    lines: dict[int, _Line] = {}
    for issues, count in timing.executed:
        for issue in issues:
            one = issue.instruction
            if start <= one.address < end:
                line = lines.setdefault(one.address, _Line(one.text))
                line.count += count
                line.cycles += count * issue.cycles
                line.younger += count if issue.cycles == 0 else 0
                if issue.waited:
                    line.waited[issue.waited] += count
    total = sum(line.cycles for line in lines.values()) or 1
    rows = ["    count  cycle   share   address   instruction"]
    for address in sorted(lines):
        line = lines[address]
        pair = "|" if 2 * line.younger > line.count else " "
        waits = ", ".join(
            what if count == line.count else f"{what} x{count}"
            for what, count in line.waited.most_common(2)
        )
        row = (
            f"{line.count:9d} {line.cycles / line.count:6.2f} {100 * line.cycles / total:6.1f}% "
            f"{address:9x} {pair} {line.text:<38}{f'; {waits}' if waits else ''}"
        )
        rows.append(row.rstrip())
    return "\n".join(rows)
