# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The C training kernel as Python sees it: built for this CPU, called on NumPy arrays.

The compiler of the ziglang wheel builds it at first use for the widest vectors that this CPU has
(AVX-512, AVX2, NEON); the library is kept in the cache under the hash of its sources and flags.
"""

import ctypes
import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pedalsmith.native.compiler import WARNINGS, cpu_has, library_of
from pedalsmith.quantization.table import table
from pedalsmith.source import firmware_dir

LANES = 16
"""Streams that one call works on; as in kernel.h."""

ARCHS = {"lstm": 0, "gru": 1}
MOST_LAYERS = 4

_SOURCES = Path(__file__).resolve().parent / "kernel"

Floats = npt.NDArray[np.float32]


class _Shape(ctypes.Structure):
    """struct kernel_shape."""

    _fields_ = [
        ("arch", ctypes.c_int32),
        ("layers", ctypes.c_int32),
        ("hidden", ctypes.c_int32),
        ("features", ctypes.c_int32),
        ("steps", ctypes.c_int32),
        ("keep", ctypes.c_int32),
        ("cell_bound", ctypes.c_float),
    ]


def instruction_sets() -> list[str]:
    """The builds that run on this machine, the fastest first; names as the compiler has them."""
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return ["baseline"]
    levels = []
    if cpu_has("AVX512_SKX"):
        levels.append("x86_64_v4")
    if cpu_has("AVX2", "FMA3"):
        levels.append("x86_64_v3")
    return [*levels, "x86_64"]


@cache
def load_library(instruction_set: str) -> ctypes.CDLL:
    """The kernel built for `instruction_set`. Raises BadInput when it cannot be built."""
    flags = ("-std=gnu11", "-O3", "-fPIC", "-fno-sanitize=undefined", *WARNINGS)
    wide = ("-mprefer-vector-width=512",) if instruction_set == "x86_64_v4" else ()
    arithmetic = [firmware_dir() / "engine"]
    path = library_of([_SOURCES], (*flags, f"-mcpu={instruction_set}", *wide), arithmetic)
    library = ctypes.CDLL(str(path))
    chords = table()
    (ctypes.c_int32 * chords.size).in_dll(library, "sigmoid_table")[:] = chords.ravel().tolist()
    for name in ("kernel_weight_count", "kernel_workspace_bytes", "kernel_state_count"):
        getattr(library, name).restype = ctypes.c_int64
    return library


class Kernel:
    """A recurrent network with a dense output; weights and state are arrays of the caller."""

    def __init__(
        self,
        arch: str,
        hidden: int,
        *,
        features: int = 1,
        layers: int = 1,
        cell_bound: float = 4.0,
        threads: int = 1,
        instruction_set: str | None = None,
    ) -> None:
        self._library = load_library(instruction_set or instruction_sets()[0])
        self._fixed = (ARCHS[arch], layers, hidden, features)
        self._cell_bound = cell_bound
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None
        self._free: list[list[npt.NDArray[np.uint8]]] = []
        self._kept: dict[int, tuple[_Shape, int, list[npt.NDArray[np.uint8]]]] = {}
        self._tickets = 0
        shape = self._shape(1, keep=False)
        self.weight_count = int(self._library.kernel_weight_count(ctypes.byref(shape)))
        self.state_count = int(self._library.kernel_state_count(ctypes.byref(shape)))

    def forward(
        self, weights: Floats, inputs: Floats, state: Floats, *, keep: bool = True
    ) -> tuple[Floats, Floats, np.float32, np.int64]:
        """Plays inputs (time, streams, features) from state (state_count, streams).

        Returns the output (time, streams), the state after, the cells' penalty (see kernel.h) and a
        ticket for `backward`, which must follow for each call with `keep`.
        """
        steps, streams, _ = inputs.shape
        shape = self._shape(steps, keep=keep)
        inputs, state = np.ascontiguousarray(inputs), np.ascontiguousarray(state)
        output = np.empty((steps, streams), np.float32)
        after = np.empty_like(state)
        groups = range(0, streams, LANES)
        spaces = self._workspaces(shape, len(groups))
        penalties = np.zeros(len(groups), np.float32)

        def play(number: int) -> None:
            self._library.kernel_forward(
                ctypes.byref(shape),
                pointer(weights),
                pointer(inputs),
                pointer(state),
                streams,
                groups[number],
                pointer(spaces[number]),
                pointer(output),
                pointer(after),
                pointer(penalties[number:]),
            )

        self._each(play, len(groups))
        ticket = self._ticket(shape, streams, spaces)
        return output, after, penalties.sum(dtype=np.float32), ticket

    def backward(
        self, ticket: int, weights: Floats, output_gradient: Floats, penalty_gradient: float
    ) -> Floats:
        """The gradient by the weights; see kernel.h."""
        shape, streams, spaces = self._kept.pop(int(ticket))
        output_gradient = np.ascontiguousarray(output_gradient)
        gradients = np.empty((len(spaces), self.weight_count), np.float32)

        def play(number: int) -> None:
            self._library.kernel_backward(
                ctypes.byref(shape),
                pointer(weights),
                streams,
                number * LANES,
                pointer(spaces[number]),
                pointer(output_gradient),
                ctypes.c_float(penalty_gradient),
                pointer(gradients[number]),
            )

        self._each(play, len(spaces))
        self._free.append(spaces)
        return gradients.sum(axis=0)

    def _ticket(self, shape: _Shape, streams: int, spaces: list[npt.NDArray[np.uint8]]) -> np.int64:
        """Keeps what `backward` needs of a call that is over; a new number for it."""
        self._tickets += 1
        if shape.keep:
            self._kept[self._tickets] = (shape, streams, spaces)
        else:
            self._free.append(spaces)
        return np.int64(self._tickets)

    def _shape(self, steps: int, *, keep: bool) -> _Shape:
        return _Shape(*self._fixed, steps, int(keep), self._cell_bound)

    def _workspaces(self, shape: _Shape, groups: int) -> list[npt.NDArray[np.uint8]]:
        """Memory for each group, taken from a finished call if one fits."""
        size = int(self._library.kernel_workspace_bytes(ctypes.byref(shape)))
        for number, spaces in enumerate(self._free):
            if len(spaces) >= groups and spaces[0].nbytes >= size:
                return self._free.pop(number)
        return [aligned(size) for _ in range(groups)]

    def _each(self, work: Callable[[int], None], count: int) -> None:
        """Runs work(0) .. work(count - 1), the last ones on other threads where there are some."""
        if self._pool is None or count == 1:
            for number in range(count):
                work(number)
            return
        here = -(-count // self._threads)
        others = [self._pool.submit(work, number) for number in range(here, count)]
        for number in range(here):
            work(number)
        for other in others:
            other.result()


def aligned(size: int) -> npt.NDArray[np.uint8]:
    """`size` bytes that begin at a multiple of 64."""
    memory = np.empty(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size]


def pointer(array: npt.NDArray[np.generic]) -> ctypes.c_void_p:
    """Where a contiguous array begins, for C."""
    return ctypes.c_void_p(array.ctypes.data)
