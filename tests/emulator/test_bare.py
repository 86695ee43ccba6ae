# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The bare machine executes the same whether it is watched or not."""

from pathlib import Path

import pytest

from pedalsmith.cycles.engine import build
from pedalsmith.emulator.bare import BareMachine

ADDRESS, ELSEWHERE = 0x20008000, 0x40000000
"""In memory, and where nothing is before it is asked for."""

PREDICATED = """
    .syntax unified
    .thumb
    .globl function
    .type function, %function
    .balign 16
function:
    movs    r2, #1
    movs    r0, #3
    cmp     r2, #1
    {it}
    cmp     r2, #2
    b.w     beyond
    nop
beyond:
    movs    r0, #5
    bx      lr
"""


@pytest.mark.parametrize(
    "it",
    [
        "it eq\n ldreq r3, [r1]",
        "itt eq\n ldreq r3, [r1]\n streq r3, [r1, #4]",
        "itte eq\n ldreq r3, [r1]\n addeq r3, #1\n ldrne r3, [r1, #8]",
        "ittee ne\n ldrne r3, [r1]\n ldrne r3, [r1, #4]\n ldreq r3, [r1, #8]\n ldreq r3, [r1]",
    ],
)
@pytest.mark.parametrize("address", [ADDRESS, ELSEWHERE])
def test_what_follows_an_it_with_a_load_in_it_is_executed(
    it: str, address: int, tmp_path: Path
) -> None:
    source = tmp_path / "function.S"
    source.write_text(PREDICATED.format(it=it), encoding="utf-8")
    image = build([source], tmp_path / "function.elf")
    machine = BareMachine((start, data) for start, data, _ in image.segments)
    function = image.extent("function")[0]
    assert machine.call(function, 0, address) == 5
    trace, result = machine.record(function, 0, address)
    assert result == 5
    assert image.symbols["beyond"] & ~1 in trace.addresses
    assert len(trace.accesses) == it.count("eq r3, [")
