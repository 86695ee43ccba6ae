# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the pipeline must know of an instruction: unit, operands, results."""

from dataclasses import dataclass
from enum import IntEnum

from pedalsmith.cycles.rules import Made, Need

FLAGS = 16
"""Register number of the condition flags; 0..15 are the core's, FLOAT and up are s0..s31."""
FLOAT = 17
REGISTERS = FLOAT + 32


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
    PRELOAD = 1024
    """pld: a load of which nothing but the line fill is left."""
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
    touches_memory: bool
    predicated: bool
    """Whether an IT makes it conditional; a conditional branch of its own is not meant."""
    ends_block: bool
    """Whether the instruction after it in memory need not be the next one executed."""
