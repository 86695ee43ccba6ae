# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float Model and some guitar in, a Blob and a report of what it cost out.

Several candidates are made (rounded to nearest, and with compensation at several dampings), each
is played by the integer engine itself, and the one with the least error is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples, Words, from_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.calibration import Calibration, calibration_of, loud
from pedalsmith.quantization.cell import CellFormat, cell_format
from pedalsmith.quantization.measure import LevelError, level_errors, play, settled
from pedalsmith.quantization.metadata import metadata_of
from pedalsmith.quantization.network import (
    FloatRun,
    Head,
    Recurrent,
    State,
    from_model,
    zero_state,
)
from pedalsmith.quantization.proof import Refused, check
from pedalsmith.quantization.records import (
    Wide,
    fixed,
    head_record,
    recurrent_record,
)
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.report import Report, tensor_reports
from pedalsmith.quantization.rounding import compensated, damped
from pedalsmith.quantization.rows import Floats, Rows, largest_word, plain_step, round_rows
from pedalsmith.quantization.sensitivity import Group, gauss_newton, groups_of

RESTING_KNOB = 16_384
"""Q15; where a blob's knobs stand when nobody has turned them: the middle."""

REST_SAMPLES, SETTLE_CHUNK = 48_000, 1_200
"""Silence after which the float state counts as at rest; less when a chunk's output is constant."""

GOLDEN_FRAMES = 256

DAMPINGS = (1e-2, 1e-4, 1e-6)
"""Of the mean diagonal of G. What is best differs by model and is measured."""


@dataclass(frozen=True)
class Candidate:
    """One way to round a network: per layer its rows and wide parameters, and the head."""

    how: str
    rows: tuple[Rows, ...]
    wide: tuple[Wide, ...]
    head: Head


@dataclass(frozen=True)
class Tried:
    """A candidate with what it measured."""

    candidate: Candidate
    blob: Blob
    errors: tuple[LevelError, ...]

    @property
    def score(self) -> float:
        """dB, less is better: the mean over the levels of the noise and of the ESR."""
        return float(np.mean([error.esr_db + error.noise_dbfs for error in self.errors]))


@dataclass(frozen=True)
class Quantized:
    """A model that can be played by every engine, and what it cost."""

    blob: Blob
    report: Report


def quantize(model: Model, name: str, samples: Samples, weights: str) -> Quantized:
    """Quantizes `model` on `samples` (n,), full scale 1.0, at least 3 s; `weights` int16 or int8.

    `name` begins the errors. Raises BadInput for a network that the engine cannot hold.
    """
    quantizer = Quantizer(model, name, samples)
    return quantizer.finish(quantizer.best(8 if weights == "int8" else 16), weights)


class Quantizer:
    """Quantizes one model; holds what all candidates share."""

    def __init__(self, model: Model, name: str, samples: Samples) -> None:
        """`samples` (n,) are the calibration audio at full scale 1.0; `name` is for errors."""
        self.model = model
        self.name = name
        self.network = from_model(model, name)
        self.calibration: Calibration = calibration_of(samples, self.network.knobs)
        self.rest = self._rest()
        self.reference, self.largest_cell = self._reference(loud(samples))
        self.cells = self._cells()
        self.groups = groups_of(self.network)

    def _rest(self) -> list[State]:
        """The float state after silence at the resting knobs, and its output."""
        network = self.network
        run = FloatRun(network, np.full((1, network.knobs), 0.5), zero_state(network, 1))
        silence = np.zeros((SETTLE_CHUNK, 1))
        for _ in range(REST_SAMPLES // SETTLE_CHUNK):
            y, _ = run.advance(silence)
            self.rest_output = float(y[-1, 0])
            if float(np.ptp(y)) < 2.0**-40:
                break
        return run.state

    def _streams(self, count: int) -> list[State]:
        """The rest state, `count` times side by side."""
        rows = np.zeros(count, np.intp)
        return [State(state.h[rows], state.c[rows]) for state in self.rest]

    def _reference(self, loud_: Floats) -> tuple[Floats, Floats]:
        """(levels, excerpts, time) what the float model plays, and the largest |c| of each layer.

        The cells are measured on `loud_` (time, streams) too, with the knobs at both ends and in
        the middle.
        """
        audio, knobs = self.calibration.excerpt_streams
        corners = np.array([[0.5], [0.0], [1.0]] if self.network.knobs else [[0.5]])
        ranges = np.repeat(np.tile(corners, (1, self.network.knobs)), loud_.shape[1], axis=0)
        ours = audio.shape[1]
        audio = np.concatenate([audio, np.tile(loud_[: len(audio)], (1, len(corners)))], axis=1)
        run = FloatRun(self.network, np.vstack([knobs, ranges]), self._streams(audio.shape[1]))
        y, _ = run.advance(audio)
        played = np.ascontiguousarray(y[:, :ours].T).reshape(self.calibration.excerpts.shape)
        return played, run.largest_cell

    def _cells(self) -> dict[int, CellFormat]:
        """Layer -> the format of its cell, for the LSTM layers."""
        try:
            return {
                index: cell_format(layer, float(self.largest_cell[index]), f"layer {index + 1}")
                for index, layer in enumerate(self.network.layers)
                if layer.kind == "lstm"
            }
        except Refused as refusal:
            raise BadInput(f"{self.name}: {refusal}.") from None

    def candidates(self, bits: int) -> Iterator[Candidate]:
        """Yields rounding to nearest first, then the compensated ones."""
        wide = tuple(Wide.of(layer) for layer in self.network.layers)
        plain = self._plain(bits, 1.0)
        yield Candidate("to nearest", plain, wide, self.network.head)
        # Compensation moves weights by more than half a word, so the proof wants some room.
        plain = self._plain(bits, 1.02 if bits == 16 else 1.0)
        grams = gauss_newton(
            self.network, self.groups, self.calibration.pieces, self.calibration.piece_knobs
        )
        for damping in DAMPINGS:
            yield self._compensated(bits, plain, grams, damping)

    def _plain(self, bits: int, room: float) -> tuple[Rows, ...]:
        """Every layer rounded to nearest, with steps `room` times the finest."""
        return tuple(
            round_rows(layer.weights, room * plain_step(layer.weights, bits), bits)
            for layer in self.network.layers
        )

    def _compensated(
        self, bits: int, plain: tuple[Rows, ...], grams: list[Floats], damping: float
    ) -> Candidate:
        words = [rows.words.copy() for rows in plain]
        wide = [
            Wide(layer.input.copy(), layer.knob.copy(), layer.bias.copy())
            for layer in self.network.layers
        ]
        head = self.network.head
        for group, gram in zip(self.groups, grams, strict=True):
            at = group.layer
            layer = self.network.layers[at]
            values, shapes = _pack_values(layer, group, head)
            step = np.repeat(plain[at].step[group.rows], layer.weights.shape[1])
            rounded, free = compensated(values, step, largest_word(bits), damped(gram, damping))
            words[at][group.rows] = rounded.reshape(len(group.rows), -1)
            parts = np.split(free, np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1])
            wide[at].input[group.rows] = parts[0].reshape(shapes[0])
            wide[at].knob[group.rows] = parts[1].reshape(shapes[1])
            wide[at].bias[group.bias] = parts[2]
            if group.head:
                head = replace(head, weights=parts[3][:-1], bias=float(parts[3][-1]))
        rows = tuple(replace(p, words=w) for p, w in zip(plain, words, strict=True))
        return Candidate(f"compensated, damping {damping:g}", rows, tuple(wide), head)

    def assemble(self, candidate: Candidate) -> Blob:
        """Returns the proved blob of a candidate, at rest as the float model is.

        Golden vector and metadata are placeholders. Raises Refused when a proof fails.
        """
        layers = []
        for index, layer in enumerate(self.network.layers):
            name = f"layer {index + 1}"
            rows, wide = candidate.rows[index], candidate.wide[index]
            shift = self.cells[index].shift if index in self.cells else 0
            layers.append(recurrent_record(layer, rows, wide, self.rest[index], shift, name))
        blob = Blob(
            layers=(*layers, head_record(candidate.head, "the head")),
            sample_rate=SAMPLE_RATE,
            knobs=self.network.knobs,
            skip=int(fixed(np.array(candidate.head.skip), 24, "the skip gain")),
            rest_output=int(fixed(np.array(self.rest_output), 23, "the resting output")),
            resting_knobs=(RESTING_KNOB,) * self.network.knobs,
            golden_input=np.zeros(1, np.int32),
            golden_output=np.zeros(1, np.int32),
        )
        check(blob)
        return blob

    def measure(self, blob: Blob) -> tuple[LevelError, ...]:
        """Plays the excerpts through the integer engine and compares."""
        levels, count, time = self.calibration.excerpts.shape
        words = self.calibration.excerpts.reshape(levels * count, time)
        played = play(blob, words, np.tile(self.calibration.excerpt_knobs, (levels, 1)))
        return level_errors(
            from_q23(played).reshape(levels, count, time), self.reference, self.rest_output
        )

    def best(self, bits: int) -> Tried:
        """Returns the best candidate; its ESR at 0 dB is never above that of plain rounding.

        Raises BadInput when not even plain rounding can be proved safe.
        """
        tried: list[Tried] = []
        for candidate in self.candidates(bits):
            try:
                blob = self.assemble(candidate)
            except Refused as refusal:
                if not tried:
                    raise BadInput(f"{self.name}: {refusal}.") from None
                continue
            tried.append(Tried(candidate, blob, self.measure(blob)))
        limit = tried[0].errors[0].esr_db
        return min((t for t in tried if t.errors[0].esr_db <= limit), key=lambda t: t.score)

    def finish(self, tried: Tried, weights: str) -> Quantized:
        """Gives the blob its rest state, golden vector and metadata, and measures it as it is."""
        blob = settled(tried.blob)
        blob = with_golden(blob, self._golden_input())
        report = Report(
            weights=weights,
            state_bits=16,
            rounding=tried.candidate.how,
            tensors=tensor_reports(self.network, blob),
            cells=tuple(self.cells.values()),
            errors=self.measure(blob),
            rest_output=blob.rest_output / Q23_ONE,
            blob_bytes=0,
            arena_bytes=blob.arena_bytes,
            measured_seconds=self.calibration.excerpts[0].size / SAMPLE_RATE,
        )
        blob = replace(blob, metadata=metadata_of(self.model, report))
        return Quantized(blob, replace(report, blob_bytes=len(psm.encode(blob))))

    def _golden_input(self) -> Words:
        """(GOLDEN_FRAMES,) from where the excerpts are loudest."""
        excerpts = self.calibration.excerpts[0]
        loudest = excerpts[int(np.argmax(np.max(np.abs(excerpts), axis=1)))]
        peak = int(np.argmax(np.abs(loudest)))
        start = min(max(peak - GOLDEN_FRAMES // 2, 0), max(len(loudest) - GOLDEN_FRAMES, 0))
        return np.array(loudest[start : start + GOLDEN_FRAMES], dtype=np.int32)


def _pack_values(
    layer: Recurrent, group: Group, head: Head
) -> tuple[Floats, list[tuple[int, ...]]]:
    """Returns a group's parameters in the order of Group.pack, and the free ones' shapes."""
    free = [layer.input[group.rows], layer.knob[group.rows], layer.bias[group.bias]]
    if group.head:
        free.append(np.append(head.weights, head.bias))
    values = [layer.weights[group.rows], *free]
    return np.concatenate([part.ravel() for part in values]), [part.shape for part in free]
