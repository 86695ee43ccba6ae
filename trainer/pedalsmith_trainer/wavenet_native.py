# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A WaveNet played by the C training kernel; calls and results are those of WaveNetPlayer."""

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pedalsmith_trainer.native import Floats, aligned, instruction_sets, load_library, pointer
from pedalsmith_trainer.wavenet_player import histories, weight_shapes
from pedalsmith_trainer.wavenet_shapes import WaveNetShape

_MOST_ARRAYS, _MOST_LAYERS = 2, 32


class _Array(ctypes.Structure):
    """struct wavenet_array."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in ("channels", "layers", "head_outputs", "head_taps")),
        ("head_bias", ctypes.c_int32),
        ("taps", ctypes.c_int32 * _MOST_LAYERS),
        ("dilations", ctypes.c_int32 * _MOST_LAYERS),
    ]


class _Shape(ctypes.Structure):
    """struct wavenet_shape."""

    _fields_ = [
        ("arrays", ctypes.c_int32),
        ("steps", ctypes.c_int32),
        ("head_scale", ctypes.c_float),
        ("slope", ctypes.c_float),
        ("array", _Array * _MOST_ARRAYS),
    ]


class WaveNetKernel:
    """A WaveNet; weights and state are arrays of the caller; threads take a stream at a time."""

    def __init__(self, shape: WaveNetShape, threads: int = 1) -> None:
        self._library = load_library(instruction_sets()[0])
        self._library.wavenet_workspace_floats.restype = ctypes.c_int64
        self._net = shape
        self._pool = ThreadPoolExecutor(threads)
        self._kept: dict[int, tuple[_Shape, list[Floats]]] = {}
        self._free: dict[int, list[Floats]] = {}
        self._tickets = 0
        self.weight_count = sum(int(np.prod(each)) for _, each in weight_shapes(shape))
        self.state_count = sum(samples * width for samples, width in histories(shape))

    def forward(
        self, weights: Floats, inputs: Floats, state: Floats, *, keep: bool = True
    ) -> tuple[Floats, Floats, np.float32, np.int64]:
        """As native.Kernel.forward; there are no cells and no penalty."""
        shape = self._shape(len(inputs))
        sound = np.ascontiguousarray(inputs[..., 0].T)
        before = np.ascontiguousarray(state.T)
        output, after = np.empty_like(sound), np.empty_like(before)
        floats = int(self._library.wavenet_workspace_floats(ctypes.byref(shape)))
        spaces = [self._space(floats) for _ in sound]

        def play(stream: int) -> None:
            self._library.wavenet_forward(
                ctypes.byref(shape),
                *map(pointer, (weights, sound[stream], before[stream], spaces[stream])),
                *map(pointer, (output[stream], after[stream])),
            )

        list(self._pool.map(play, range(len(sound))))
        self._tickets += 1
        if keep:
            self._kept[self._tickets] = (shape, spaces)
        else:
            self._give_back(spaces)
        return np.ascontiguousarray(output.T), after.T, np.float32(0), np.int64(self._tickets)

    def backward(
        self, ticket: int, weights: Floats, output_gradient: Floats, penalty_gradient: float
    ) -> Floats:
        """As native.Kernel.backward."""
        shape, spaces = self._kept.pop(int(ticket))
        by_output = np.ascontiguousarray(output_gradient.T)
        gradients = np.empty((len(spaces), self.weight_count), np.float32)

        def play(stream: int) -> None:
            self._library.wavenet_backward(
                ctypes.byref(shape),
                *map(pointer, (weights, spaces[stream], by_output[stream], gradients[stream])),
            )

        list(self._pool.map(play, range(len(spaces))))
        self._give_back(spaces)
        return np.asarray(gradients.sum(axis=0))

    def _shape(self, steps: int) -> _Shape:
        shape = _Shape(len(self._net.arrays), steps, self._net.head_scale)
        shape.slope = (*self._net.activation.parameters, 0.0)[0]
        for to, array in zip(shape.array, self._net.arrays, strict=False):
            to.channels, to.layers = array.channels, len(array.taps)
            to.head_outputs, to.head_taps = array.head_outputs, array.head_taps
            to.head_bias = int(array.head_bias)
            to.taps[: to.layers], to.dilations[: to.layers] = array.taps, array.dilations
        return shape

    def _space(self, floats: int) -> Floats:
        free = self._free.get(floats)
        return free.pop() if free else aligned(4 * floats).view(np.float32)

    def _give_back(self, spaces: list[Floats]) -> None:
        for space in spaces:
            self._free.setdefault(len(space), []).append(space)
