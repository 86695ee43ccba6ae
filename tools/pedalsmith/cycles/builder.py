# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Gathers what is known of one instruction while it is decoded, from capstone's description."""

from typing import Any

from capstone import arm

from pedalsmith.cycles.instruction import FLAGS, FLOAT, Instruction, Trait, Unit
from pedalsmith.cycles.rules import Made, Need

COMPARE = {"cmp", "cmn", "tst", "teq"}
"""They write nothing but the flags."""

_NAMED = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}


def registers(raw: Any, operand: Any) -> tuple[int, ...]:
    """The register numbers that a register operand stands for (a d register is two)."""
    return register_number(raw, operand.reg)


def register_number(raw: Any, register: int) -> tuple[int, ...]:
    """The numbers of capstone's `register`; none for 0."""
    if not register:
        return ()
    name = raw.reg_name(register)
    if name in _NAMED:
        return (_NAMED[name],)
    if name[0] == "r" and name[1:].isdigit():
        return (int(name[1:]),)
    if name[0] == "s" and name[1:].isdigit():
        return (FLOAT + int(name[1:]),)
    if name[0] == "d" and name[1:].isdigit() and int(name[1:]) < 16:
        return (FLOAT + 2 * int(name[1:]), FLOAT + 2 * int(name[1:]) + 1)
    return (FLAGS,) if "apsr" in name or "cpsr" in name or "fpscr" in name else ()


def shifted_constant(raw: Any) -> bool:
    """Whether the instruction holds a constant made by shifting 8 bits (encoding T2/T3)."""
    if raw.size != 4:
        return False
    first = int.from_bytes(raw.bytes[:2], "little")
    second = int.from_bytes(raw.bytes[2:], "little")
    if first & 0xFA00 != 0xF000 or second & 0x8000:
        return False
    rotation = (first >> 10 & 1) << 1 | second >> 14 & 1
    return rotation != 0


class Builder:
    """Gathers the fields of one instruction."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.name = raw.insn_name()
        self.operands = list(raw.operands)
        self.unit = Unit.ALU
        self.traits = 0
        self.cycles = 1
        self.reads: list[tuple[int, Need]] = []
        self.writes: list[tuple[int, Made, int]] = []
        self.reads_flags = False
        self.touches_memory = False

    def read(self, operand: Any, need: Need) -> None:
        """Adds a register operand; what is shifted inline is needed by the early shifter."""
        if operand.type != arm.ARM_OP_REG:
            return
        if operand.shift.type != 0 and operand.shift.value != 0:
            need = Need.SHIFT
            self.traits |= Trait.INLINE_SHIFT
        self.reads += [(number, need) for number in registers(self.raw, operand)]

    def write(self, operand: Any, made: Made, later: int = 0) -> None:
        """Adds a result."""
        if operand.type == arm.ARM_OP_REG:
            self.writes += [(number, made, later) for number in registers(self.raw, operand)]

    def read_address(self, operand: Any) -> None:
        """Adds base and index of a memory operand, and the base as a result where it moves."""
        base = register_number(self.raw, operand.mem.base)
        index = register_number(self.raw, operand.mem.index)
        self.reads += [(number, Need.ADDRESS) for number in (*base, *index)]
        if self.raw.writeback:
            self.writes += [(number, Made.ADDRESS, 0) for number in base]

    def done(self, predicated: bool) -> Instruction:
        """The instruction; a write to pc makes it an indirect branch."""
        raw = self.raw
        if raw.cc not in {arm.ARM_CC_AL, 0} and self.name != "it":
            self.reads_flags = True
            self.traits |= Trait.CONDITIONAL
        if any(number == 15 for number, _, _ in self.writes):
            self.writes = [w for w in self.writes if w[0] != 15]
            self.traits |= Trait.INDIRECT
            if self.unit not in {Unit.LOAD, Unit.BRANCH}:
                self.unit = Unit.BRANCH
        sets = bool(raw.update_flags) or self.name in COMPARE or self.name == "vmrs"
        text = f"{raw.mnemonic} {raw.op_str}".strip()
        return Instruction(
            raw.address, raw.size, text, self.unit, self.traits, self.cycles,
            tuple((r, n) for r, n in self.reads if r != 15), tuple(self.writes),
            sets, self.reads_flags, self.touches_memory, predicated,
            self.unit is Unit.BRANCH or bool(self.traits & Trait.INDIRECT),
        )  # fmt: skip
