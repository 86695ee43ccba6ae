# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Machine code to instructions as the pipeline sees them."""

from collections.abc import Callable
from typing import Any

import capstone
from capstone import arm

from pedalsmith.cycles.builder import COMPARE, Builder, registers, shifted_constant
from pedalsmith.cycles.decode_float import describe_float
from pedalsmith.cycles.instruction import Instruction, Trait, Unit
from pedalsmith.cycles.rules import DIVIDE, Made, Need

Reader = Callable[[int, int], bytes]
"""(address, size) to the bytes of code there."""


_MULTIPLY_PLAIN = {
    "mul", "smulbb", "smulbt", "smultb", "smultt", "smulwb", "smulwt", "smuad", "smuadx", "smusd",
    "smusdx", "smmul", "smmulr",
}  # fmt: skip
_MULTIPLY_ADD = {
    "mla", "mls", "smlabb", "smlabt", "smlatb", "smlatt", "smlawb", "smlawt", "smlad", "smladx",
    "smlsd", "smlsdx", "smmla", "smmlar", "smmls", "smmlsr",
}  # fmt: skip
_MULTIPLY_LONG = {"smull", "umull"}
_MULTIPLY_LONG_ADD = {
    "smlal", "umlal", "umaal", "smlalbb", "smlalbt", "smlaltb", "smlaltt", "smlald", "smlaldx",
    "smlsld", "smlsldx",
}  # fmt: skip
_REVERSE = {"rev", "rev16", "revsh", "rbit"}
_EXTRACT = {"ubfx", "sbfx", "uxtb", "uxth", "sxtb", "sxth", "uxtb16", "sxtb16"}
_EXTEND_ADD = {"uxtab", "uxtah", "uxtab16", "sxtab", "sxtah", "sxtab16"}
_SATURATE = {"ssat", "usat", "ssat16", "usat16"}
_DSP = {
    "clz", "sel", "usad8", "usada8", "qadd", "qsub", "qdadd", "qdsub",
    *(f"{p}{op}" for p in ("s", "u", "q", "uq", "sh", "uh")
      for op in ("add8", "add16", "sub8", "sub16", "asx", "sax")),
}  # fmt: skip
_SHIFTS = {"lsl", "lsr", "asr", "ror"}
_LOADS = {"ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "ldrt", "ldrex", "ldrexb", "ldrexh"}
_STORES = {"str", "strb", "strh", "strt"}
_SHORT = {"ldrb", "ldrh", "ldrsb", "ldrsh", "ldrexb", "ldrexh", "strb", "strh"}
_BARRIERS = {
    "dmb", "dsb", "isb", "cpsid", "cpsie", "cps", "msr", "mrs", "svc", "bkpt", "wfi", "wfe",
    "sev", "udf",
}  # fmt: skip


class Decoder:
    """Turns addresses into instructions, each decoded once.

    An instruction inside an IT block is decoded with its IT, so `at` must be asked for the IT
    before its followers (every trace does).
    """

    def __init__(self, read: Reader) -> None:
        """`read` returns the bytes of code at an address; fewer at the end of the code."""
        self._read = read
        self._engine = capstone.Cs(
            capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS
        )
        self._engine.detail = True
        self._known: dict[int, Instruction] = {}

    def at(self, address: int) -> Instruction:
        """The instruction at `address` (bit 0 clear)."""
        known = self._known.get(address)
        if known is None:
            self._decode(address)
            known = self._known[address]
        return known

    def _decode(self, address: int) -> None:
        code = self._read(address, 20)
        found = self._engine.disasm(code, address, 5)
        followers = 0
        for raw in found:
            self._known[raw.address] = _describe(raw, followers > 0)
            if raw.insn_name() == "it":
                followers = len(raw.mnemonic.split(".")[0]) - 1
            elif followers:
                followers -= 1
            if not followers:
                break
        if address not in self._known:
            size = 4 if len(code) > 1 and (code[1] >> 3) in {0x1D, 0x1E, 0x1F} else 2
            self._known[address] = Instruction(
                address, size, f".inst 0x{code[:size][::-1].hex()}", Unit.ALU, Trait.ALONE, 1,
                (), (), False, False, False, False, True,
            )  # fmt: skip


def _describe(raw: Any, predicated: bool) -> Instruction:
    b = Builder(raw)
    name = b.name
    if name.startswith("v"):
        describe_float(b)
    elif (
        name in _LOADS
        or name in _STORES
        or name in {"ldrd", "strd", "pld", "strex", "strexb", "strexh"}
    ):
        _describe_access(b)
    elif name in {"push", "pop"} or name.startswith(("ldm", "stm")):
        _describe_multiple(b)
    elif name in {"b", "bl", "bx", "blx", "cbz", "cbnz", "tbb", "tbh"}:
        _describe_branch(b)
    elif _describe_multiply(b) or _describe_bitfield(b):
        pass
    elif name in {"it", "hint", "nop"}:
        b.unit = Unit.NOTHING
    elif name in _BARRIERS:
        b.unit, b.traits = Unit.NOTHING, Trait.ALONE
        for operand in b.operands[:1]:
            b.write(operand, Made.LATE)
    elif name in {"sdiv", "udiv"}:
        b.cycles, b.traits = DIVIDE, Trait.ALONE
        b.write(b.operands[0], Made.LATE, DIVIDE - 1)
        for operand in b.operands[-2:]:
            b.read(operand, Need.LATE)
    else:
        _describe_alu(b)
    return b.done(predicated)


def _describe_alu(b: Builder) -> None:
    operands, name = b.operands, b.name
    compare = name in COMPARE
    if not compare and operands:
        b.write(operands[0], Made.LATE)
    sources = operands if compare else operands[1:]
    if not compare and (len(operands) == 2 and name not in {"mov", "mvn", "adr", "rrx"}):
        sources = operands  # add r0, r1: the first is read as well
    if name == "rrx":
        b.reads_flags = True
    if name in {"adc", "sbc"}:
        b.reads_flags = True
    for operand in sources:
        b.read(operand, Need.LATE)
    if shifted_constant(b.raw):
        b.traits |= Trait.INLINE_SHIFT
    if name in _SHIFTS:
        b.traits |= Trait.PLAIN_SHIFT | Trait.EARLY
    elif name in {"add", "sub", "mov", "adr"} and not b.traits & Trait.INLINE_SHIFT:
        b.traits |= Trait.EARLY


def _describe_multiply(b: Builder) -> bool:
    ops, name = b.operands, b.name
    if name in _MULTIPLY_PLAIN:
        results, factors, addends = ops[:1], ops[-2:], []
    elif name in _MULTIPLY_ADD:
        results, factors, addends = ops[:1], ops[1:3], ops[3:4]
    elif name in _MULTIPLY_LONG:
        results, factors, addends = ops[:2], ops[2:4], []
    elif name in _MULTIPLY_LONG_ADD:
        results, factors, addends = ops[:2], ops[2:4], ops[:2]
    else:
        return False
    b.unit = Unit.MULTIPLY
    for operand in results:
        b.write(operand, Made.MULTIPLY)
    for operand in factors:
        b.read(operand, Need.MULTIPLY)
    for operand in addends:
        b.read(operand, Need.ACCUMULATE)
    return True


def _describe_bitfield(b: Builder) -> bool:
    ops, name = b.operands, b.name
    made = Made.LATE
    if name in _REVERSE:
        made, early, late, shifter = Made.REVERSE, ops[1:], ops[:0], True
    elif name in _EXTRACT:
        early, late, shifter = ops[1:2], ops[:0], name in {"ubfx", "sbfx"}
    elif name in _EXTEND_ADD:
        early, late, shifter = ops[2:3], ops[1:2], True
    elif name in {"bfi", "bfc"}:
        early, late, shifter = ops[1:2], ops[:1], True
    elif name == "pkhbt":
        early, late, shifter = ops[2:3], ops[1:2], True
    elif name == "pkhtb":
        early, late, shifter = ops[1:3], ops[:0], True
    elif name in _SATURATE or name in _DSP:
        early, late, shifter = ops[:0], ops[1:], False
    else:
        return False
    b.unit = Unit.BITFIELD
    b.write(ops[0], made)
    for operand in early:
        b.read(operand, Need.SHIFT)
    for operand in late:
        b.read(operand, Need.LATE)
    if shifter:
        b.traits |= Trait.SHIFTER
    return True


def _describe_access(b: Builder) -> None:
    ops, name = b.operands, b.name
    load = name.startswith(("ld", "pld"))
    b.unit = Unit.LOAD if load else Unit.STORE
    if name in _SHORT:
        b.traits |= Trait.SHORT
    if name == "pld":
        b.traits |= Trait.PRELOAD
    memory = next(i for i, operand in enumerate(ops) if operand.type == arm.ARM_OP_MEM)
    data = [] if name == "pld" else ops[:memory]
    b.touches_memory = True
    if name in {"ldrd", "strd"}:
        b.traits |= Trait.ALONE
    made = Made.SHORT_LOAD if name in _SHORT else Made.LOAD
    for operand in data:
        if load:
            b.write(operand, made)
        else:
            b.read(operand, Need.STORE)
    b.read_address(ops[memory])
    for operand in ops[memory + 1 :]:
        b.read(operand, Need.ADDRESS)


def _describe_multiple(b: Builder) -> None:
    name = b.name
    load = name.startswith(("ldm", "pop"))
    b.unit = Unit.LOAD if load else Unit.STORE
    b.traits |= Trait.ALONE
    stack = name in {"push", "pop"}
    data = b.operands if stack else b.operands[1:]
    base = (13,) if stack else registers(b.raw, b.operands[0])
    b.cycles = (len(data) + 1) // 2
    b.touches_memory = True
    b.reads += [(number, Need.ADDRESS) for number in base]
    if stack or b.raw.writeback:
        b.writes += [(number, Made.ADDRESS, 0) for number in base]
    for index, operand in enumerate(data):
        if load:
            b.write(operand, Made.LOAD, index // 2)
        else:
            b.read(operand, Need.STORE)


def _describe_branch(b: Builder) -> None:
    name, ops = b.name, b.operands
    b.unit = Unit.BRANCH
    if name in {"bl", "blx"}:
        b.writes.append((14, Made.LATE, 0))
    if name in {"bx", "blx"} and ops[0].type == arm.ARM_OP_REG:
        b.traits |= Trait.INDIRECT
        b.read(ops[0], Need.LATE)
    if name in {"cbz", "cbnz"}:
        b.traits |= Trait.CONDITIONAL
        b.read(ops[0], Need.LATE)
    if name in {"tbb", "tbh"}:
        b.traits |= Trait.INDIRECT
        b.touches_memory = True
        b.read_address(ops[0])
