# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is known of the Cortex-M7's pipeline, as tables.

Source of the facts: the measurements with DWT.CYCCNT on an STM32H743 published as
jnk0le/random, "pipeline cycle test/doc/cortex_m7.md". Whatever is not a measured fact but an
assumption of ours is named so.

The pipeline in one paragraph: in order, at most two instructions a cycle, an older and a younger
one. An early ALU (and the address adder) works in the cycle of issue, a late ALU one cycle after
it, a multiplier's accumulator and the store data one more. So what an instruction must wait for
depends on who made the value and on where it is consumed: LATENCY says how many cycles after the
producer the consumer may issue; 0 means in the same cycle.
"""

from enum import IntEnum


class Need(IntEnum):
    """Where in the pipeline an operand is consumed."""

    ADDRESS = 0
    """Base or index of a load or store."""
    EARLY = 1
    """Operand of add, sub or mov in the early ALU."""
    SHIFT = 2
    """Operand of the early shifter: inline-shifted operands, bit-field instructions."""
    LATE = 3
    """Operand of the late ALU."""
    MULTIPLY = 4
    """Factor of a multiplication."""
    ACCUMULATE = 5
    """Addend of a multiply-accumulate."""
    STORE = 6
    """Datum of a store."""
    FLOAT = 7
    """Operand of a single-precision add, multiply or move; factor of a multiply-accumulate."""
    FLOAT_SUM = 8
    """Addend of a floating-point multiply-accumulate."""


class Made(IntEnum):
    """Where a result comes from."""

    EARLY = 0
    """add, sub, mov (older slot) and plain shifts whose operands were there early."""
    REVERSE = 1
    """rev, rev16, revsh, rbit."""
    LATE = 2
    """Everything else that the integer ALUs compute."""
    ADDRESS = 3
    """The base register written back by a load or store."""
    LOAD = 4
    """Word load."""
    SHORT_LOAD = 5
    """Byte or half-word load."""
    MULTIPLY = 6
    """Any multiplication."""
    FLOAT_ADD = 7
    """vadd, vsub, vmul, vcvt, vcmp, ..."""
    FLOAT_MAC = 8
    """vfma, vfms, ..."""
    FLOAT_CHAINED_MAC = 9
    """vmla, vmls, ...: rounds in between, one cycle more."""
    FLOAT_LOAD = 10
    """vldr."""
    FLOAT_MOVE = 11
    """vmov into a floating-point register."""
    FLOAT_TO_CORE = 12
    """vmov into a core register."""


LATENCY: tuple[tuple[int, ...], ...] = (
    # ADDRESS EARLY SHIFT LATE MULTIPLY ACCUMULATE STORE FLOAT FLOAT_SUM
    (1, 1, 1, 0, 0, 0, 0, 1, 1),  # EARLY
    (2, 1, 2, 0, 0, 0, 0, 1, 1),  # REVERSE
    (2, 2, 2, 1, 1, 0, 0, 1, 1),  # LATE
    (1, 2, 1, 0, 0, 0, 0, 1, 1),  # ADDRESS
    (2, 2, 2, 1, 2, 1, 0, 1, 1),  # LOAD
    (3, 3, 3, 2, 2, 1, 0, 2, 2),  # SHORT_LOAD
    (3, 3, 3, 2, 2, 1, 0, 2, 2),  # MULTIPLY
    (4, 4, 4, 4, 4, 3, 1, 3, 3),  # FLOAT_ADD
    (6, 6, 6, 6, 6, 5, 3, 5, 3),  # FLOAT_MAC
    (7, 7, 7, 7, 7, 6, 4, 6, 3),  # FLOAT_CHAINED_MAC
    (2, 2, 2, 2, 2, 2, 0, 1, 3),  # FLOAT_LOAD
    (4, 4, 4, 4, 4, 3, 1, 3, 3),  # FLOAT_MOVE
    (2, 2, 2, 1, 1, 0, 0, 1, 1),  # FLOAT_TO_CORE
)
"""LATENCY[Made][Need], cycles from the producer's issue to the earliest issue of the consumer."""

FLAGS_LATENCY = 1
"""Flags are made in the late ALU even by an early instruction; nobody reads them in that cycle."""

MISPREDICT = 8
"""Cycles lost by a mispredicted branch."""
MISPREDICT_EARLY_FLAGS = 6
"""The same where the flags were set EARLY_FLAGS cycles before the branch or earlier."""
EARLY_FLAGS = 3

UNALIGNED_LOAD = 3
"""Cycles more of an unaligned load in the older slot; 4 in the younger."""

FLOAT_MAC_SHADOW = 3
"""Cycles after a floating-point multiply-accumulate without vldr/vstr/vmov in the younger slot."""

DIVIDE = 8
"""Cycles of sdiv and udiv, an assumption: the core takes 3 to 20, by the bits of the quotient."""
FLOAT_DIVIDE = 16
FLOAT_ROOT = 14

FETCH_BYTES = 8
"""One aligned group of this size is fetched a cycle."""
FETCH_QUEUE = 4
"""Groups that may wait between fetch and issue."""

PREDICTOR_ENTRIES = 64
"""Branch target entries, an assumption: the size Arm names for this core's branch target cache."""

STORE_BUFFER = 5
"""Stores that may wait for memory."""
SHORT_STORE = 4
"""Cycles that a byte, half-word or unaligned store keeps its bank: a read, a merge, a write."""
STATIC_REDIRECT = 3
"""Cycles lost by a taken branch that is not in the table but known when decoded, an assumption."""
