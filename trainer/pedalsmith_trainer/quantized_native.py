# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A blob's recurrent network played by the training kernel, in the engine's words (quantized.h)."""

import ctypes

import numpy as np
import numpy.typing as npt

from pedalsmith.quantization.blob import Blob, DenseRecord, LstmRecord, RecurrentRecord
from pedalsmith_trainer.native import LANES, MOST_LAYERS, Floats, Kernel, pointer

Words = npt.NDArray[np.int32]

_STATES = 3
"""Words of state a unit has: cell or h30, h, error."""


class _Layer(ctypes.Structure):
    """struct quantized_layer."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("weights", "scale", "drive", "bias")),
        ("cell_shift", ctypes.c_int32),
    ]


class _Network(ctypes.Structure):
    """struct quantized_network."""

    _fields_ = [
        ("layers", _Layer * MOST_LAYERS),
        ("dense", ctypes.c_void_p),
        *((name, ctypes.c_int32) for name in ("dense_bias", "fraction", "skip")),
    ]


class BlobWords:
    """The words of a blob of recurrent layers, state format 1, and one output, as C reads them."""

    def __init__(self, blob: Blob) -> None:
        *recurrent, dense = blob.layers
        assert isinstance(dense, DenseRecord)
        self.struct = _Network()
        self._kept: list[Words] = []
        rest = []
        for layer, record in zip(self.struct.layers, recurrent, strict=False):
            assert isinstance(record, RecurrentRecord) and record.state_format == 1
            layer.weights = self._keep(record.wide_weights)
            layer.scale = self._keep(record.scale)
            layer.bias = self._keep(record.bias)
            if record.input is not None:
                knob = [] if record.knob is None else [record.knob]
                layer.drive = self._keep(np.hstack([record.input, *knob]))
            layer.cell_shift = record.cell_shift if isinstance(record, LstmRecord) else 0
            rest += [record.rest_state, record.rest_hidden, record.rest_error]
        self.struct.dense = self._keep(dense.weights)
        self.struct.dense_bias = int(dense.bias[0])
        self.struct.fraction, self.struct.skip = dense.fraction, blob.skip
        self.rest = np.concatenate(rest).astype(np.int32)
        """The state of one stream at rest, (state words,)."""

    def _keep(self, words: npt.ArrayLike) -> int:
        self._kept.append(np.ascontiguousarray(words, np.int32))
        return self._kept[-1].ctypes.data


class QuantizedKernel(Kernel):
    """Forwards in the engine's words, backwards in float from where the words led."""

    @property
    def words_of_state(self) -> int:
        """Of one stream."""
        _, layers, hidden, _ = self._fixed
        return layers * _STATES * hidden

    def play(
        self,
        blob: BlobWords,
        weights: Floats,
        inputs: Floats,
        words: Words,
        state: Words,
        *,
        keep: bool = True,
    ) -> tuple[Words, Words, np.float32, int]:
        """Plays words (time, streams, features) from state (state words, streams).

        words: audio Q23, knobs Q15. `weights` and `inputs` are their float values for `backward`.
        Returns output Q23 (time, streams), the state after, the penalty and a ticket, as
        Kernel.forward does.
        """
        steps, streams, _ = inputs.shape
        shape = self._shape(steps, keep=keep)
        inputs, words = np.ascontiguousarray(inputs), np.ascontiguousarray(words)
        state = np.ascontiguousarray(state)
        output = np.empty((steps, streams), np.int32)
        after = np.empty_like(state)
        groups = range(0, streams, LANES)
        spaces = self._workspaces(shape, len(groups))
        penalties = np.zeros(len(groups), np.float32)

        def play(number: int) -> None:
            self._library.quantized_forward(
                ctypes.byref(shape),
                ctypes.byref(blob.struct),
                *(pointer(array) for array in (weights, inputs, words, state)),
                streams,
                groups[number],
                pointer(spaces[number]),
                pointer(output),
                pointer(after),
                pointer(penalties[number:]),
            )

        self._each(play, len(groups))
        ticket = self._ticket(shape, streams, spaces)
        return output, after, penalties.sum(dtype=np.float32), int(ticket)
