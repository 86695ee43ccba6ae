# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The model against what was measured on silicon, a fact a row (rules.py names the source).

A row is a body and the cycles that one more copy of it costs. All code is in 32-bit encodings, as
it is in the hot loops.
"""

import pytest

from .snippets import cycles_of

FACTS = {
    "two independent ALU operations share a cycle": ("add.w r4, r4, #1\n add.w r5, r5, #1", 1),
    "a chain of late ALU operations runs one a cycle": ("eor.w r4, r4, r5\n eor.w r4, r4, r6", 2),
    "the early ALU feeds the late ALU in the same cycle": (
        "add.w r4, r5, r6\n eor.w r7, r4, r8",
        1,
    ),
    "movw and movt of one register share a cycle": ("movw r4, #1\n movt r4, #2", 1),
    "an inline-shifted operand is read early": (
        "eor.w r4, r4, r5\n eor.w r6, r7, r4, lsl #3\n eor.w r4, r6, r8",
        4,
    ),
    "one shifter: two inline shifts do not pair": (
        "add.w r4, r5, r6, lsl #2\n add.w r7, r8, r9, lsl #2",
        2,
    ),
    "constants made by shifting use the shifter too": (
        "add.w r4, r5, r6, lsl #2\n eor.w r7, r8, #0x1fc0",
        2,
    ),
    "pattern constants do not": ("add.w r4, r5, r6, lsl #2\n eor.w r7, r8, #0x1b1b1b1b", 1),
    "a plain shift may stand beside an inline one": (
        "add.w r4, r5, r6, lsl #2\n lsr.w r7, r8, #3",
        1,
    ),
    "bit-field and DSP operations: one a cycle": (
        "ssat r4, #16, r5\n ssat r6, #16, r7",
        2,
    ),
    "and in the older slot only": ("nop.w\n ssat r4, #16, r5\n nop.w", 2),
    "ubfx reads early": ("eor.w r4, r4, r5\n ubfx r4, r4, #1, #5", 3),
    "rev serves the late ALU at once": ("rev.w r4, r5\n eor.w r6, r4, r7", 1),
    "one multiplication a cycle": ("mul r4, r5, r6\n mul r7, r8, r9", 2),
    "beside an ALU operation": ("mul r4, r5, r6\n eor.w r7, r8, r9", 1),
    "multiply-accumulates chain every cycle": (
        "smlad r4, r5, r6, r4\n smlad r4, r7, r8, r4",
        2,
    ),
    "a product is one cycle late for the ALU": ("mul r4, r4, r5\n eor.w r4, r4, r6", 3),
    "two cycles late for an address": (
        "mul r4, r4, r2\n eor.w r3, r4, r4\n ldr.w r4, [r0, r3]",
        6,
    ),
    "64-bit accumulators chain too": (
        "smlald r4, r5, r6, r7\n smlald r4, r5, r8, r9",
        2,
    ),
    "no multiplication beside a store": ("mul r4, r5, r6\n str.w r7, [r0]", 2),
    "a load may stand beside a store": ("ldr.w r4, [r0]\n str.w r7, [r1, #4]", 1),
    "one store a cycle": ("str.w r4, [r0]\n str.w r5, [r0, #4]", 2),
    "two loads from different banks share a cycle": ("ldr.w r4, [r0]\n ldr.w r5, [r0, #4]", 1),
    "from the same bank they do not": ("ldr.w r4, [r0]\n ldr.w r5, [r0, #8]", 2),
    "a loaded word serves the ALU in the next cycle": (
        "ldr.w r4, [r0]\n nop.w\n eor.w r5, r4, r6\n nop.w",
        2,
    ),
    "a loaded word serves a multiplication a cycle later": (
        "ldr.w r4, [r0]\n nop.w\n mul r5, r4, r6\n nop.w",
        3,
    ),
    "a loaded word serves an address two cycles on": ("ldr.w r2, [r0, r2]", 2),
    "a loaded half-word is one cycle later": ("ldrh.w r2, [r0, r2]", 3),
    "a loaded half-word serves an addend in the next cycle": (
        "ldrh.w r4, [r0]\n nop.w\n smlad r5, r6, r7, r4\n nop.w",
        2,
    ),
    "a store takes any result of its cycle": ("ldr.w r4, [r0]\n str.w r4, [r1, #4]", 1),
    "moved pointers serve the next address at once": ("ldr.w r4, [r0], #4", 1),
    "ldrd issues alone": ("ldrd r4, r5, [r0]\n add.w r6, r6, #1\n add.w r7, r7, #1", 2),
    "ldm takes a cycle for two registers": ("ldm.w r0, {r2, r3, r4, r5, r6, r7}", 3),
    "ldm of an odd number rounds up": ("ldm.w r0, {r2, r3, r4, r5, r6}", 3),
    "stm as well": ("stm.w r0, {r2, r3, r4, r5}", 2),
    "an unaligned load takes three more": ("ldr.w r4, [r0, #1]", 4),
    "bytes stored every cycle fill the store buffer": ("strb.w r4, [r0]", 4),
    "in alternating banks half as fast": ("strb.w r4, [r0]\n strb.w r5, [r0, #4]", 4),
    "words stored every cycle do not": ("str.w r4, [r0]", 1),
    "flags are not read in the cycle they are made": (
        "adds.w r4, r4, r5\n adc.w r5, r5, r4",
        2,
    ),
    "vfma does not pair with vldr": (
        "vfma.f32 s0, s8, s9\n vldr s4, [r0]\n vfma.f32 s1, s8, s9\n vldr s5, [r0]\n"
        " vfma.f32 s2, s8, s9\n vldr s6, [r0]",
        6,
    ),
    "vfma into one accumulator takes three cycles": ("vfma.f32 s0, s1, s2", 3),
    "three accumulators fill it": (
        "vfma.f32 s0, s4, s5\n vfma.f32 s1, s4, s5\n vfma.f32 s2, s4, s5",
        3,
    ),
    "vmul pairs with vldr": ("vmul.f32 s0, s1, s2\n vldr s4, [r0]", 1),
    "a product feeds a factor after five cycles": ("vfma.f32 s0, s1, s2\n vmul.f32 s1, s0, s3", 8),
    "vdiv holds the pipeline": ("vdiv.f32 s0, s1, s2", 16),
}


PREDICATED = """
    cmp.w r0, #0
    itttt {condition}
    ldm{condition}.w r0, {{r4, r5, r6, r7}}
    mul{condition} r4, r4, r4
    mov{condition}.w r5, r5
    str{condition}.w r6, [r1]
"""
BODIES = {fact: body for fact, (body, _) in FACTS.items()} | {
    "executed": PREDICATED.format(condition="ne"),
    "predicated off": PREDICATED.format(condition="eq"),
}


@pytest.fixture(scope="module")
def cycles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    return cycles_of(BODIES, tmp_path_factory.mktemp("snippets"))


@pytest.mark.parametrize("fact", FACTS)
def test_a_measured_fact_holds(fact: str, cycles: dict[str, float]) -> None:
    assert cycles[fact] == FACTS[fact][1]


def test_what_is_predicated_off_costs_as_if_executed(cycles: dict[str, float]) -> None:
    assert cycles["predicated off"] == cycles["executed"]
