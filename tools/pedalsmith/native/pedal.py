# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The pedal on this machine: firmware/pedal over firmware/engine, called in process.

The same files as on a board: with equal settings the words are equal.
"""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.errors import BadInput
from pedalsmith.native.compiler import library_of
from pedalsmith.native.host import ARENA_ALIGN, HostEngine, Words, status_text
from pedalsmith.source import firmware_dir

_WORDS = np.ctypeslib.ndpointer(np.int32, flags="C_CONTIGUOUS")


@cache
def _library() -> ctypes.CDLL:
    folders = [firmware_dir() / "engine", firmware_dir() / "pedal"]
    library = ctypes.CDLL(str(library_of([*folders, Path(__file__).with_name("host_pedal")])))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    library.host_pedal_bytes.restype = size
    library.host_pedal_open.argtypes = (
        pointer, ctypes.c_char_p, size, pointer, size, ctypes.POINTER(ctypes.c_int),
    )  # fmt: skip
    library.pedal_process.argtypes = (pointer, _WORDS, _WORDS, size)
    library.pedal_process.restype = None
    return library


class HostPedal:
    """A pedal as it starts. Raises BadInput when the engine refuses the blob or its self-test."""

    def __init__(self, blob: bytes | None, name: str = "model") -> None:
        """Opens the pedal with the bytes of a .psm file; None: it passes its input dry."""
        library = _library()
        self._blob = blob or b""
        arena_bytes = 0 if blob is None else HostEngine(blob, name).arena_bytes
        self._memory = np.zeros(arena_bytes + ARENA_ALIGN, np.uint8)
        at = -self._memory.ctypes.data % ARENA_ALIGN
        self._pedal = np.zeros(library.host_pedal_bytes() // 8 + 1, np.uint64)
        status = ctypes.c_int()
        playing = library.host_pedal_open(
            self._pedal.ctypes.data, self._blob or None, len(self._blob),
            self._memory.ctypes.data + at, arena_bytes, ctypes.byref(status),
        )  # fmt: skip
        if blob is not None and not playing:
            raise BadInput(f"{name}: {status_text(status.value)}; convert the model again.")

    def process(self, audio: npt.NDArray[np.integer[Any]]) -> Words:
        """(frames,) Q23, 24 bits -> (frames,) Q23, 24 bits."""
        words = np.ascontiguousarray(audio, np.int32)
        out = np.empty_like(words)
        _library().pedal_process(self._pedal.ctypes.data, words, out, words.size)
        return out
