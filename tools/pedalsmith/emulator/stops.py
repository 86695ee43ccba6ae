# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Why a machine stopped, in one line that names the place."""

from typing import TYPE_CHECKING

from pedalsmith.emulator import library
from pedalsmith.emulator.faults import EmulationError, Unmodelled

if TYPE_CHECKING:
    from pedalsmith.emulator.machine import Machine

_ACCESS = {17: "read of", 18: "write to", 19: "jump to"}
"""Kinds of fault: Unicorn's UC_MEM_READ, UC_MEM_WRITE, UC_MEM_FETCH, plus 1."""
_BY_MPU, _BY_CACHE = 256, 512


def error_of(machine: "Machine", reason: int) -> EmulationError:
    """The error for a reason of core_run's (core/core.h)."""
    state = machine.state
    address, pc = int(state.fault_address), int(state.last_pc)
    if reason == library.REFUSED:
        kind = int(state.fault_kind)
        what = _ACCESS.get(kind & 0xFF, "access to")
        why = _why_refused(machine, address, kind)
        return Unmodelled(f"{machine.name}: {what} {address:#010x}, {why},{machine.where(pc)}.")
    texts = {
        library.ASLEEP: "sleeps for ever, no interrupt can come",
        library.FAULT: f"an exception cannot be entered or left (stack, vector or {address:#010x} "
        "is wrong, or floating point without CPACR)",
        library.INVALID: "an instruction that does not exist",
        library.LOCKED_UP: "locks up, a fault in the handler of a fault",
        library.BREAKPOINT: f"bkpt #{address}, but no debugger is there",
        library.NO_FPU: "floating point without CPACR",
        library.UNALIGNED: "LDRD, LDM, VLDR or one of their kind at an address that is no multiple "
        "of four",
    }
    return EmulationError(f"{machine.name}: {texts[reason]}{machine.where(pc)}.")


def _why_refused(machine: "Machine", address: int, kind: int) -> str:
    if kind & _BY_MPU:
        return "which the MPU forbids"
    if kind & _BY_CACHE:
        return "of which the data cache may hold what was there before"
    if machine.host(address, 1) is None:
        return "where nothing is"
    for base, reason in machine.locked_because.items():
        if address >= base and machine.host(base, address - base + 1) is not None:
            return f"but {reason}"
    return "which is locked or unclocked"
