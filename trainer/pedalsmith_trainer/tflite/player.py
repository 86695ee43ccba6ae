# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Plays a .tflite file sample by sample, in TensorFlow's interpreter or TensorFlow Lite Micro's."""

import importlib
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Player(Protocol):
    """A file being played; the state goes from one call of `step` to the next."""

    def step(self, audio: float) -> float:
        """One sample."""


class LitePlayer:
    """TensorFlow's interpreter."""

    def __init__(self, data: bytes, knobs: Sequence[float] = ()) -> None:
        import tensorflow as tf

        self._lite = tf.lite.Interpreter(model_content=data, num_threads=1)
        self._lite.allocate_tensors()
        self._inputs, (self._output,) = (
            self._lite.get_input_details(),
            self._lite.get_output_details(),
        )
        if knobs:
            self._lite.set_tensor(self._inputs[1]["index"], _words(knobs, self._inputs[1]))

    def step(self, audio: float) -> float:
        """One sample."""
        self._lite.set_tensor(self._inputs[0]["index"], _words([audio], self._inputs[0]))
        self._lite.invoke()
        return _value(self._lite.get_tensor(self._output["index"]), self._output)


class MicroPlayer:
    """TensorFlow Lite Micro's interpreter, of the package tflite-micro (the extra `tflm`)."""

    def __init__(self, data: bytes, knobs: Sequence[float] = ()) -> None:
        """Raises ImportError where the package is not."""
        runtime = importlib.import_module("tflite_micro").runtime
        self.interpreter: Any = runtime.Interpreter.from_bytes(data)
        self._output = self.interpreter.get_output_details(0)
        self._inputs = [
            self.interpreter.get_input_details(index) for index in range(2 if knobs else 1)
        ]
        self._knobs = knobs

    def step(self, audio: float) -> float:
        """One sample."""
        self.interpreter.set_input(_words([audio], self._inputs[0]), 0)
        if self._knobs:
            # The memory of inputs serves other tensors after their last use.
            self.interpreter.set_input(_words(self._knobs, self._inputs[1]), 1)
        self.interpreter.invoke()
        return _value(self.interpreter.get_output(0), self._output)


def play(player: Player, audio: npt.ArrayLike) -> Floats:
    """The output (n,) for `audio` (n,), full scale 1.0."""
    return np.array([player.step(value) for value in np.asarray(audio, np.float64).tolist()])


def _quantization(details: dict[str, Any]) -> tuple[float, int]:
    """Scale and zero point; scale 0 for floats."""
    found = details["quantization_parameters"]
    if len(found["scales"]) == 0:
        return 0.0, 0
    return float(found["scales"][0]), int(found["zero_points"][0])


def _words(values: Sequence[float], details: dict[str, Any]) -> npt.NDArray[Any]:
    scale, zero = _quantization(details)
    row = np.array([values], np.float32)
    if not scale:
        return row
    limits = np.iinfo(details["dtype"])
    words = np.clip(np.round(row / scale) + zero, limits.min, limits.max)
    return np.asarray(words.astype(details["dtype"]))


def _value(output: npt.NDArray[Any], details: dict[str, Any]) -> float:
    scale, zero = _quantization(details)
    word = float(output.reshape(-1)[0])
    return (word - zero) * scale if scale else word
