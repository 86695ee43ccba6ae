# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Machine code to what the pipeline must know of an instruction: unit, operands, results."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import capstone
from capstone import arm

from pedalsmith.cycles.rules import DIVIDE, FLOAT_DIVIDE, FLOAT_ROOT, Made, Need

FLAGS = 16
"""Register number of the condition flags; 0..15 are the core's, FLOAT and up are s0..s31."""
FLOAT = 17
REGISTERS = FLOAT + 32

Reader = Callable[[int, int], bytes]
"""(address, size) to the bytes of code there."""


class Unit(IntEnum):
    """The unit that does the work; it decides what may issue in the same cycle."""

    ALU = 0
    BITFIELD = 1
    MULTIPLY = 2
    LOAD = 3
    STORE = 4
    BRANCH = 5
    NOTHING = 6
    FLOAT = 7
    FLOAT_MAC = 8
    FLOAT_MOVE = 9


class Trait(IntEnum):
    """What else matters for pairing and timing; bits, held as a plain int (IntFlag is slow)."""

    ALONE = 1
    """Issues with nothing before or after it in its cycle."""
    EARLY = 2
    """May run in the early ALU when it is the older one (a plain shift: in either slot)."""
    PLAIN_SHIFT = 4
    INLINE_SHIFT = 8
    """Uses the early shifter for an operand or for a shifted constant."""
    SHIFTER = 16
    """A bit-field instruction that uses the early shifter."""
    SHORT = 32
    """Byte or half-word access."""
    CONDITIONAL = 64
    INDIRECT = 128
    """A branch whose target comes from a register or from memory."""
    VFP_ACCESS = 256
    """vldr, vstr, vmov: must not share a cycle with a floating-point multiply-accumulate."""
    MAC_SHADOW = 512
    """vadd and the like: not within three cycles after a floating-point multiply-accumulate."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction as the pipeline sees it."""

    address: int
    size: int
    text: str
    unit: Unit
    traits: int
    cycles: int
    """Cycles of its issue slot: more than 1 for ldm, stm, divisions."""
    reads: tuple[tuple[int, Need], ...]
    writes: tuple[tuple[int, Made, int], ...]
    """(register, origin, cycles after issue that are added to its latency)."""
    sets_flags: bool
    reads_flags: bool
    accesses: int
    """Data accesses of at most 8 bytes that it makes; 0 for all but loads and stores."""


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
_COMPARE = {"cmp", "cmn", "tst", "teq"}
_LOADS = {"ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "ldrt", "ldrex", "ldrexb", "ldrexh"}
_STORES = {"str", "strb", "strh", "strt"}
_SHORT = {"ldrb", "ldrh", "ldrsb", "ldrsh", "ldrexb", "ldrexh", "strb", "strh"}
_BARRIERS = {
    "dmb", "dsb", "isb", "cpsid", "cpsie", "cps", "msr", "mrs", "svc", "bkpt", "wfi", "wfe",
    "sev", "udf",
}  # fmt: skip
_FLOAT_MAC = {"vfma", "vfms", "vfnma", "vfnms"}
_FLOAT_CHAINED = {"vmla", "vmls", "vnmla", "vnmls"}


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
            self._known[raw.address] = _describe(raw)
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
                (), (), False, False, 0,
            )  # fmt: skip


def _registers(raw: Any, operand: Any) -> tuple[int, ...]:
    """The register numbers that a register operand stands for (a d register is two)."""
    name = raw.reg_name(operand.reg)
    fixed = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}
    if name in fixed:
        return (fixed[name],)
    if name[0] == "r" and name[1:].isdigit():
        return (int(name[1:]),)
    if name[0] == "s" and name[1:].isdigit():
        return (FLOAT + int(name[1:]),)
    if name[0] == "d" and name[1:].isdigit() and int(name[1:]) < 16:
        return (FLOAT + 2 * int(name[1:]), FLOAT + 2 * int(name[1:]) + 1)
    return (FLAGS,) if "apsr" in name or "cpsr" in name or "fpscr" in name else ()


def _shifted_constant(raw: Any) -> bool:
    """Whether the instruction holds a constant made by shifting 8 bits (encoding T2/T3)."""
    if raw.size != 4:
        return False
    first = int.from_bytes(raw.bytes[:2], "little")
    second = int.from_bytes(raw.bytes[2:], "little")
    if first & 0xFA00 != 0xF000 or second & 0x8000:
        return False
    rotation = (first >> 10 & 1) << 1 | second >> 14 & 1
    return rotation != 0


class _Builder:
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
        self.accesses = 0

    def read(self, operand: Any, need: Need) -> None:
        """Adds a register operand; what is shifted inline is needed by the early shifter."""
        if operand.type != arm.ARM_OP_REG:
            return
        if operand.shift.type != 0 and operand.shift.value != 0:
            need = Need.SHIFT
            self.traits |= Trait.INLINE_SHIFT
        self.reads += [(number, need) for number in _registers(self.raw, operand)]

    def write(self, operand: Any, made: Made, later: int = 0) -> None:
        """Adds a result."""
        if operand.type == arm.ARM_OP_REG:
            self.writes += [(number, made, later) for number in _registers(self.raw, operand)]

    def done(self) -> Instruction:
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
        sets = bool(raw.update_flags) or self.name in _COMPARE or self.name in {"vmrs"}
        text = f"{raw.mnemonic} {raw.op_str}".strip()
        return Instruction(
            raw.address, raw.size, text, self.unit, self.traits, self.cycles,
            tuple((r, n) for r, n in self.reads if r != 15), tuple(self.writes),
            sets, self.reads_flags, self.accesses,
        )  # fmt: skip


def _describe(raw: Any) -> Instruction:
    b = _Builder(raw)
    name = b.name
    if name.startswith("v"):
        _describe_float(b)
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
    return b.done()


def _describe_alu(b: _Builder) -> None:
    operands, name = b.operands, b.name
    compare = name in _COMPARE
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
    if _shifted_constant(b.raw):
        b.traits |= Trait.INLINE_SHIFT
    if name in _SHIFTS:
        b.traits |= Trait.PLAIN_SHIFT | Trait.EARLY
    elif name in {"add", "sub", "mov", "adr"} and not b.traits & Trait.INLINE_SHIFT:
        b.traits |= Trait.EARLY


def _describe_multiply(b: _Builder) -> bool:
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


def _describe_bitfield(b: _Builder) -> bool:
    ops, name = b.operands, b.name
    made = Made.LATE
    if name in _REVERSE:
        made, early, late, shifter = Made.REVERSE, ops[1:], [], True
    elif name in _EXTRACT:
        early, late, shifter = ops[1:2], [], name in {"ubfx", "sbfx"}
    elif name in _EXTEND_ADD:
        early, late, shifter = ops[2:3], ops[1:2], True
    elif name in {"bfi", "bfc"}:
        early, late, shifter = ops[1:2], ops[:1], True
    elif name == "pkhbt":
        early, late, shifter = ops[2:3], ops[1:2], True
    elif name == "pkhtb":
        early, late, shifter = ops[1:3], [], True
    elif name in _SATURATE or name in _DSP:
        early, late, shifter = [], ops[1:], False
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


def _describe_access(b: _Builder) -> None:
    ops, name = b.operands, b.name
    load = name.startswith(("ld", "pld"))
    b.unit = Unit.LOAD if load else Unit.STORE
    if name in _SHORT:
        b.traits |= Trait.SHORT
    memory = next(i for i, operand in enumerate(ops) if operand.type == arm.ARM_OP_MEM)
    data = [] if name == "pld" else ops[:memory]
    b.accesses = 0 if name == "pld" else 1
    if name in {"ldrd", "strd"}:
        b.traits |= Trait.ALONE
    made = Made.SHORT_LOAD if name in _SHORT else Made.LOAD
    for operand in data:
        if load:
            b.write(operand, made)
        else:
            b.read(operand, Need.STORE)
    _read_address(b, ops[memory])
    for operand in ops[memory + 1 :]:
        b.read(operand, Need.ADDRESS)


def _read_address(b: _Builder, operand: Any) -> None:
    for register in (operand.mem.base, operand.mem.index):
        if register:
            holder = type("Operand", (), {"reg": register})()
            b.reads += [(number, Need.ADDRESS) for number in _registers(b.raw, holder)]
    if b.raw.writeback and operand.mem.base:
        holder = type("Operand", (), {"reg": operand.mem.base})()
        b.writes += [(number, Made.ADDRESS, 0) for number in _registers(b.raw, holder)]


def _describe_multiple(b: _Builder) -> None:
    name = b.name
    load = name.startswith(("ldm", "pop"))
    b.unit = Unit.LOAD if load else Unit.STORE
    b.traits |= Trait.ALONE
    stack = name in {"push", "pop"}
    data = b.operands if stack else b.operands[1:]
    base = (13,) if stack else _registers(b.raw, b.operands[0])
    b.cycles = (len(data) + 1) // 2
    b.accesses = b.cycles
    b.reads += [(number, Need.ADDRESS) for number in base]
    if stack or b.raw.writeback:
        b.writes += [(number, Made.ADDRESS, 0) for number in base]
    for index, operand in enumerate(data):
        if load:
            b.write(operand, Made.LOAD, index // 2)
        else:
            b.read(operand, Need.STORE)


def _describe_branch(b: _Builder) -> None:
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
        b.accesses = 1
        _read_address(b, ops[0])


def _describe_float(b: _Builder) -> None:
    ops, name = b.operands, b.name
    double = ".f64" in b.raw.mnemonic
    if name in {"vldr", "vstr"}:
        load = name == "vldr"
        b.unit = Unit.LOAD if load else Unit.STORE
        b.traits |= Trait.VFP_ACCESS
        b.accesses = 1
        pair = len(_registers(b.raw, ops[0])) == 2
        if pair:
            b.traits |= Trait.ALONE
        (b.write(ops[0], Made.FLOAT_LOAD) if load else b.read(ops[0], Need.STORE))
        _read_address(b, ops[1])
    elif name.startswith(("vldm", "vstm", "vpush", "vpop")):
        load = name.startswith(("vldm", "vpop"))
        stack = name in {"vpush", "vpop"}
        b.unit = Unit.LOAD if load else Unit.STORE
        b.traits |= Trait.ALONE | Trait.VFP_ACCESS
        data = ops if stack else ops[1:]
        words = sum(len(_registers(b.raw, operand)) for operand in data)
        base = (13,) if stack else _registers(b.raw, ops[0])
        b.cycles = b.accesses = (words + 1) // 2
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
            core = all(number < FLAGS for number in _registers(b.raw, operand))
            b.write(operand, Made.FLOAT_TO_CORE if core else Made.FLOAT_MOVE)
        for operand in ops[len(targets) :]:
            if operand.type == arm.ARM_OP_REG:
                core = all(number < FLAGS for number in _registers(b.raw, operand))
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
