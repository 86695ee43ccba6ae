# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The engine on this machine: the C sources of firmware/engine, called in process."""

import ctypes
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.errors import BadInput
from pedalsmith.native.compiler import shared_library
from pedalsmith.remedies import convert

Words = npt.NDArray[np.int32]

ARENA_ALIGN = 32
_WORDS = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")


class _Info(ctypes.Structure):
    """struct engine_info of engine.h."""

    _fields_ = (
        ("blob_bytes", ctypes.c_uint32),
        ("sample_rate", ctypes.c_uint32),
        ("arena_bytes", ctypes.c_uint32),
        ("history_bytes", ctypes.c_uint32),
        ("rest_output", ctypes.c_int32),
        ("layers", ctypes.c_uint32),
        ("knobs", ctypes.c_uint32),
        ("resting_knobs", ctypes.c_uint16 * 4),
        ("golden_at", ctypes.c_uint32),
        ("golden_frames", ctypes.c_uint32),
        ("metadata_at", ctypes.c_uint32),
        ("metadata_bytes", ctypes.c_uint32),
    )


class Memory(ctypes.Structure):
    """struct engine_memory of engine.h: a fast and a slow region."""

    _fields_ = (
        ("fast", ctypes.c_void_p),
        ("fast_bytes", ctypes.c_size_t),
        ("slow", ctypes.c_void_p),
        ("slow_bytes", ctypes.c_size_t),
    )


class Placement(ctypes.Structure):
    """struct engine_placement of engine.h: what of a model lies in which region, bytes."""

    _fields_ = (
        ("fast_bytes", ctypes.c_uint32),
        ("slow_bytes", ctypes.c_uint32),
        ("longest_fast", ctypes.c_uint32),
    )


class Unit(ctypes.Structure):
    """struct engine_unit of engine.h: what a recurrent layer remembers of one unit."""

    _fields_ = (
        ("state", ctypes.c_int32),
        ("hidden", ctypes.c_int32),
        ("error", ctypes.c_int32),
    )


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(shared_library("engine")))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.engine_status_text.restype = ctypes.c_char_p
    library.engine_check.argtypes = (ctypes.c_char_p, size, ctypes.POINTER(_Info))
    memory = ctypes.POINTER(Memory)
    library.engine_place.argtypes = (memory, ctypes.c_char_p, size, ctypes.POINTER(Placement))
    library.engine_load.argtypes = (memory, ctypes.c_char_p, size, ctypes.POINTER(pointer))
    library.engine_reset.argtypes = (pointer,)
    library.engine_reset.restype = None
    library.engine_set_knob.argtypes = (pointer, ctypes.c_uint32, ctypes.c_int32)
    library.engine_process.argtypes = (pointer, _WORDS, _WORDS, size)
    library.engine_process.restype = None
    library.engine_unit.argtypes = (
        *(pointer, ctypes.c_uint32, ctypes.c_uint32),
        ctypes.POINTER(Unit),
    )
    library.engine_selftest.argtypes = (pointer, ctypes.c_char_p, size)
    return library


def status_text(status: int) -> str:
    """engine_status_text."""
    text: bytes = _library().engine_status_text(status)
    return text.decode()


def check_status(blob: bytes) -> int:
    """engine_check: 0 when the C engine takes the blob."""
    status: int = _library().engine_check(blob, len(blob), None)
    return status


def placement(blob: bytes, fast_bytes: int, slow_bytes: int) -> Placement | None:
    """Where a model lies in regions of these sizes; None: nowhere, or the engine refuses it."""
    memory, found = Memory(None, fast_bytes, None, slow_bytes), Placement()
    status = _library().engine_place(ctypes.byref(memory), blob, len(blob), ctypes.byref(found))
    return None if status else found


def _aligned(size: int) -> npt.NDArray[np.uint8]:
    """Zeros that begin where an engine's region may."""
    memory = np.zeros(size + ARENA_ALIGN, np.uint8)
    at = -memory.ctypes.data % ARENA_ALIGN
    return memory[at : at + size]


class HostEngine:
    """One loaded engine. Raises BadInput with the engine's own words when it refuses."""

    def __init__(self, blob: bytes, name: str = "model", fast_bytes: int | None = None) -> None:
        """Loads the bytes of a .psm file; `name` begins every error.

        With `fast_bytes` the fast region has no more than that, and the slow one has the rest.
        """
        if not blob:
            raise BadInput(f"{name}: is empty; convert the model again.")
        library, info = _library(), _Info()
        self._name, self._blob = name, bytes(blob)
        self._demand(library.engine_check(self._blob, len(blob), ctypes.byref(info)))
        self.sample_rate: int = info.sample_rate
        """Hz"""
        self.rest_output: int = info.rest_output
        """Q23, what the output comes to in silence"""
        self.knobs: int = info.knobs
        self.arena_bytes: int = info.arena_bytes
        """Bytes of both regions together"""
        self.history_bytes: int = info.history_bytes
        """Bytes of them that may be in the slow region"""
        fast = self.arena_bytes if fast_bytes is None else min(fast_bytes, self.arena_bytes)
        found = placement(self._blob, fast, self.arena_bytes)
        self.slow_bytes: int = found.slow_bytes if found else 0
        """Bytes of them that are in it"""
        self.arena: npt.NDArray[np.uint8] = _aligned(found.fast_bytes if found else fast)
        """The engine's fast region, a view."""
        self._slow = _aligned(self.slow_bytes)
        self._engine = ctypes.c_void_p()
        slow = self._slow.ctypes.data if self.slow_bytes else None
        regions = Memory(self.arena.ctypes.data, self.arena.size, slow, self.slow_bytes)
        load: Any = library.engine_load
        self._demand(load(ctypes.byref(regions), self._blob, len(blob), self._engine))

    def _demand(self, status: int) -> None:
        if status:
            remedy = convert(self._blob, self._name)
            raise BadInput(f"{self._name}: {status_text(status)}; {remedy}.")

    def process(self, audio: npt.NDArray[np.integer[Any]]) -> Words:
        """(frames,) Q23 -> (frames,) Q23 in +-256."""
        words = np.ascontiguousarray(audio, np.int32)
        out = np.empty_like(words)
        _library().engine_process(self._engine, words, out, words.size)
        return out

    def reset(self) -> None:
        """Back to the rest state; knobs stay."""
        _library().engine_reset(self._engine)

    def set_knob(self, index: int, value: int) -> None:
        """Moves a knob, Q15, 0..32767."""
        self._demand(_library().engine_set_knob(self._engine, index, value))

    def units(self, layer: int) -> list[Unit]:
        """What a recurrent layer remembers; empty for other kinds."""
        found: list[Unit] = []
        unit = Unit()
        while _library().engine_unit(self._engine, layer, len(found), ctypes.byref(unit)):
            found.append(Unit.from_buffer_copy(unit))
        return found

    def selftest(self) -> None:
        """Plays the golden vector and compares every word; ends in the rest state."""
        self._demand(_library().engine_selftest(self._engine, self._blob, len(self._blob)))
