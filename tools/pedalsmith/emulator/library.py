# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""core/*.c as a shared library: compiled once, loaded with ctypes, given Unicorn's functions.

The structures mirror core/core.h field by field; `load` refuses a size that differs.
"""

import ctypes
from ctypes import c_int32, c_uint8, c_uint32, c_uint64
from functools import cache
from pathlib import Path

import unicorn
from unicorn.unicorn_py3.unicorn import uclib

from pedalsmith.native.compiler import HOST_FLAGS, library_of

SOURCES = Path(__file__).with_name("core")

EXCEPTIONS, MEMORIES, PUMPS, FIFO, CELL_BYTES, COUNTS, EDGES = (
    256, 16, 4, 32, 1024, 1 << 16, 1 << 16,
)  # fmt: skip
BUS_BASE, BUS_SIZE = 0x4000_0000, 0x2000_0000
NEVER = 2**64 - 1
TIME, STOPPED, RESET, REFUSED, INVALID, FAULT, ASLEEP = range(1, 8)
LOCKED_UP, BREAKPOINT, NO_FPU, UNALIGNED = range(8, 12)

ON_READ = ctypes.CFUNCTYPE(c_uint32, c_uint32, c_uint32)
ON_WRITE = ctypes.CFUNCTYPE(None, c_uint32, c_uint32, c_uint32)
ON_EVENT = ctypes.CFUNCTYPE(None)
ON_PUMP = ctypes.CFUNCTYPE(None, c_uint32, c_uint32)

_FLAGS = tuple(flag for flag in HOST_FLAGS if flag != "-fno-builtin")

_UNICORN = [
    f"uc_{name}"
    for name in (
        "open", "close", "ctl", "mem_map_ptr", "mmio_map", "hook_add", "hook_del", "emu_start",
        "emu_stop", "context_alloc", "context_save", "context_restore", "context_free",
        "reg_read", "reg_write", "reg_read_batch",
    )
]  # fmt: skip


def _fields(kind: type, names: str) -> list[tuple[str, type]]:
    return [(name, kind) for name in names.split()]


class Unicorn(ctypes.Structure):
    """unicorn_t"""

    _fields_ = [(name, ctypes.c_void_p) for name in _UNICORN]


class Callbacks(ctypes.Structure):
    """callbacks_t"""

    _fields_ = [
        ("on_read", ON_READ),
        ("on_write", ON_WRITE),
        ("on_event", ON_EVENT),
        ("on_pump", ON_PUMP),
        ("on_system_write", ON_WRITE),
    ]


class Memory(ctypes.Structure):
    """memory_t"""

    _fields_ = [
        ("base", c_uint32),
        ("size", c_uint32),
        ("host", ctypes.c_void_p),
        ("code", ctypes.c_void_p),
        ("watched", ctypes.c_void_p),
        ("stale", ctypes.c_void_p),
        ("allocated", ctypes.c_void_p),
        ("protection", c_uint32),
    ]


class Cell(ctypes.Structure):
    """cell_t"""

    _fields_ = [
        ("value", c_uint32 * (CELL_BYTES // 4)),
        ("direct", c_uint8 * (CELL_BYTES // 4)),
        ("open", c_uint8),
    ]


class Pump(ctypes.Structure):
    """pump_t"""

    _fields_ = [
        ("ring", ctypes.c_void_p),
        ("samples", ctypes.c_void_p),
        ("sample_words", c_uint64),
        ("sample_at", c_uint64),
        ("ring_words", c_uint32),
        ("at", c_uint32),
        ("words_a_frame", c_uint32),
        ("shift", c_uint32),
        ("bits", c_uint32),
        ("item_bytes", c_uint32),
        ("ahead", c_uint32),
        ("fifo", c_uint32 * FIFO),
        ("fifo_count", c_uint32),
        ("on", c_uint8),
        ("to_memory", c_uint8),
        ("has_run_out", c_uint8),
    ]


class BlockCount(ctypes.Structure):
    """block_count_t"""

    _fields_ = _fields(c_uint32, "address size count floats aligned")


class Edge(ctypes.Structure):
    """edge_t"""

    _fields_ = [
        ("source", c_uint32),
        ("source_size", c_uint32),
        ("target", c_uint32),
        ("target_size", c_uint32),
        ("count", c_uint64),
    ]


class MachineState(ctypes.Structure):
    """machine_t"""

    _fields_ = [
        ("uc", ctypes.c_void_p),
        ("unicorn", Unicorn),
        ("callbacks", Callbacks),
        *_fields(c_uint64, "now cycle deadline python_event until instructions idle"),
        ("spent", c_uint64 * EXCEPTIONS),
        ("taken", c_uint64 * EXCEPTIONS),
        *_fields(c_uint32, "block block_size current fault_address fault_kind last_pc"),
        *_fields(c_uint32, "spin_block spins"),
        ("stop", c_int32),
        *_fields(c_uint8, "leave attention looked"),
        ("best", c_uint32),
        *_fields(c_int32, "best_priority active_priority"),
        *_fields(c_uint8, "tracing delivers_faults"),
        ("end_page", ctypes.c_void_p),
        ("watching", c_uint8),
        *_fields(c_uint32, "no_fpu unaligned"),
        ("translate_again", c_uint8),
        *_fields(c_uint8 * EXCEPTIONS, "pending enabled active line priority"),
        *_fields(c_uint32, "vtor airc ccr scr shcsr cpacr cfsr hfsr mmfar bfar fpccr fpdscr"),
        *_fields(c_uint32, "csselr actlr mpu_ctrl mpu_rnr"),
        *_fields(c_uint32 * 16, "mpu_rbar mpu_rasr"),
        *_fields(c_uint32, "mpu_regions itcmcr dtcmcr demcr dwt_ctrl dwt_unlocked"),
        ("cyccnt_at", c_uint64),
        *_fields(c_uint32, "cyccnt systick_ctrl systick_load systick_wrapped"),
        *_fields(c_uint64, "systick_reference systick_from systick_next"),
        *_fields(c_uint64, "frame_next frame_whole frame_part frame_carry frames"),
        ("pumps", Pump * PUMPS),
        ("memories", Memory * MEMORIES),
        ("memory_count", c_uint32),
        ("cells", ctypes.c_void_p * (BUS_SIZE // CELL_BYTES)),
        ("counts", BlockCount * COUNTS),
        ("edges", Edge * EDGES),
        *_fields(c_uint32, "edges_used last_block last_size"),
    ]


@cache
def load() -> ctypes.CDLL:
    """Compiles (once for each state of the sources) and loads the library, with its prototypes."""
    include = Path(unicorn.__file__).with_name("include")
    library = ctypes.CDLL(str(library_of([SOURCES], [*_FLAGS, "-isystem", str(include)])))
    machine = ctypes.POINTER(MachineState)
    prototypes = {
        "core_size": (ctypes.c_size_t, []),
        "core_new": (machine, [ctypes.POINTER(Unicorn), ctypes.POINTER(Callbacks)]),
        "core_free": (None, [machine]),
        "core_add_memory": (ctypes.c_void_p, [machine, c_uint32, c_uint32, c_uint32]),
        "core_protect": (None, [machine, c_uint32, c_uint32]),
        "core_add_cell": (ctypes.POINTER(Cell), [machine, c_uint32]),
        "core_reset": (None, [machine, c_uint32]),
        "core_run": (ctypes.c_int, [machine, c_uint64]),
        "core_resize": (None, [machine, c_uint32, c_uint32]),
        "core_register": (c_uint32, [machine, ctypes.c_int]),
        "core_set_register": (None, [machine, ctypes.c_int, c_uint32]),
        "core_fault": (ctypes.c_int, [machine, c_uint32, c_uint32, c_uint32]),
        "core_stop": (None, [machine, ctypes.c_int]),
        "core_set_cycle": (None, [machine, c_uint64]),
        "core_set_python_event": (None, [machine, c_uint64]),
        "core_set_line": (None, [machine, c_uint32, c_uint32]),
        "core_host": (ctypes.c_void_p, [machine, c_uint32, c_uint32]),
        "core_start_frames": (None, [machine, c_uint64, c_uint64]),
        "core_fill_fifo": (None, [machine, c_uint32]),
        "core_trace": (None, [machine, c_uint32]),
        "core_is_cached": (c_uint32, [machine, c_uint32, c_uint32]),
        "core_changed": (None, [machine, c_uint32, c_uint32]),
    }
    for name, (result, arguments) in prototypes.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    if library.core_size() != ctypes.sizeof(MachineState):
        raise RuntimeError("emulator/library.py does not mirror core/core.h")
    return library


def unicorn_functions() -> Unicorn:
    """The functions of the wheel's Unicorn, for core_new."""
    return Unicorn(*(ctypes.cast(getattr(uclib, name), ctypes.c_void_p).value for name in _UNICORN))
