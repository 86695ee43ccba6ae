# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Decodes floating-point instructions."""

from capstone import arm

from pedalsmith.cycles.builder import Builder, registers
from pedalsmith.cycles.instruction import FLAGS, Trait, Unit
from pedalsmith.cycles.rules import FLOAT_DIVIDE, FLOAT_ROOT, Made, Need

_FLOAT_MAC = {"vfma", "vfms", "vfnma", "vfnms"}
_FLOAT_CHAINED = {"vmla", "vmls", "vnmla", "vnmls"}


def describe_float(b: Builder) -> None:
    """Fills in an instruction whose name begins with v."""
    ops, name = b.operands, b.name
    double = ".f64" in b.raw.mnemonic
    if name in {"vldr", "vstr"}:
        load = name == "vldr"
        b.unit = Unit.LOAD if load else Unit.STORE
        b.traits |= Trait.VFP_ACCESS
        b.touches_memory = True
        pair = len(registers(b.raw, ops[0])) == 2
        if pair:
            b.traits |= Trait.ALONE
        (b.write(ops[0], Made.FLOAT_LOAD) if load else b.read(ops[0], Need.STORE))
        b.read_address(ops[1])
    elif name.startswith(("vldm", "vstm", "vpush", "vpop")):
        load = name.startswith(("vldm", "vpop"))
        stack = name in {"vpush", "vpop"}
        b.unit = Unit.LOAD if load else Unit.STORE
        b.traits |= Trait.ALONE | Trait.VFP_ACCESS
        data = ops if stack else ops[1:]
        words = sum(len(registers(b.raw, operand)) for operand in data)
        base = (13,) if stack else registers(b.raw, ops[0])
        b.cycles, b.touches_memory = (words + 1) // 2, True
        b.reads += [(number, Need.ADDRESS) for number in base]
        if stack or b.raw.writeback:
            b.writes += [(number, Made.ADDRESS, 0) for number in base]
        for index, operand in enumerate(data):
            later = index * words // len(data) // 2
            (b.write(operand, Made.FLOAT_LOAD, later) if load else b.read(operand, Need.STORE))
    elif name in _FLOAT_MAC or name in _FLOAT_CHAINED:
        b.unit = Unit.FLOAT_MAC
        made = Made.FLOAT_MAC if name in _FLOAT_MAC else Made.FLOAT_CHAINED_MAC
        b.write(ops[0], made, 3 if double else 0)
        b.read(ops[0], Need.FLOAT_SUM)
        for operand in ops[1:]:
            b.read(operand, Need.FLOAT)
        if double:
            b.cycles = 7
    elif name == "vmov":
        b.unit = Unit.FLOAT_MOVE
        b.traits |= Trait.VFP_ACCESS
        if len(ops) > 2 or (len(ops) == 2 and double):
            b.traits |= Trait.ALONE
        targets = ops[: max(1, len(ops) // 2)]
        for operand in targets:
            core = all(number < FLAGS for number in registers(b.raw, operand))
            b.write(operand, Made.FLOAT_TO_CORE if core else Made.FLOAT_MOVE)
        for operand in ops[len(targets) :]:
            if operand.type == arm.ARM_OP_REG:
                core = all(number < FLAGS for number in registers(b.raw, operand))
                b.read(operand, Need.LATE if core else Need.FLOAT)
    elif name in {"vmrs", "vmsr"}:
        b.unit, b.traits = Unit.NOTHING, Trait.ALONE
        b.reads.append((FLAGS, Need.LATE))
    else:
        b.unit = Unit.FLOAT
        if name == "vdiv":
            b.cycles = 30 if double else FLOAT_DIVIDE
        elif name == "vsqrt":
            b.cycles = 30 if double else FLOAT_ROOT
        elif double:
            b.cycles = 5 if name in {"vmul", "vnmul"} else 2
        if name not in {"vmul", "vnmul"}:
            b.traits |= Trait.MAC_SHADOW
        compare = name in {"vcmp", "vcmpe"}
        if compare:
            b.writes.append((FLAGS, Made.LATE, 1))
        else:
            b.write(ops[0], Made.FLOAT_ADD, b.cycles - 1)
        for operand in ops if compare else ops[1:]:
            b.read(operand, Need.FLOAT)
