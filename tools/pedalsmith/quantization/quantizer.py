# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float Model and some guitar in, a Blob and a report of what it cost out.

Several candidates are made (rounded to nearest, and with compensation at several dampings), each
is played by the integer engine itself, and the one with the least error is kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.audio import SAMPLE_RATE, Samples, Words, from_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.calibration import Calibration, calibration_of, loud
from pedalsmith.quantization.measure import LevelError, level_errors
from pedalsmith.quantization.network import (
    FloatRun,
    Floats,
    Head,
    Recurrent,
    State,
    from_model,
    zero_state,
)
from pedalsmith.quantization.proof import Refused, check
from pedalsmith.quantization.records import (
    Wide,
    cell_shift,
    fixed,
    head_record,
    recurrent_record,
)
from pedalsmith.quantization.rounding import compensated, damped
from pedalsmith.quantization.rows import Rows, largest_word, plain_step, round_rows
from pedalsmith.quantization.sensitivity import Group, gauss_newton, groups_of

RESTING_KNOB = 16_384
"""Q15; where a blob's knobs stand when nobody has turned them: the middle."""

DAMPINGS = (1e-2, 1e-4, 1e-6)
"""Of the mean diagonal of G. What is best differs by model and is measured."""

Player = Callable[[Blob, Words, Floats], Words]
"""(blob, Q23 words (streams, time), knobs (streams, knobs) Q15) -> Q23 words (streams, time)."""


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


class Quantizer:
    """Quantizes one model; holds what all candidates share."""

    def __init__(self, model: Model, name: str, samples: Samples, play: Player) -> None:
        """`samples` (n,) are the calibration audio at full scale 1.0; `name` is for errors."""
        self.model = model
        self.name = name
        self.play = play
        self.network = from_model(model, name)
        self.calibration: Calibration = calibration_of(samples, self.network.knobs)
        self.rest = self._rest()
        self.largest_cell = self._largest_cell(samples)
        self.reference = self._reference()
        self.groups = groups_of(self.network)

    def _rest(self) -> list[State]:
        """The float state after a second of silence at the resting knobs, and its output."""
        network = self.network
        run = FloatRun(network, np.full((1, network.knobs), 0.5), zero_state(network, 1))
        y, _ = run.advance(np.zeros((SAMPLE_RATE, 1)))
        self.rest_output = float(y[-1, 0])
        return run.state

    def _streams(self, count: int) -> list[State]:
        """The rest state, `count` times side by side."""
        return [State(np.repeat(s.h, count, axis=0), np.repeat(s.c, count, axis=0)) for s in self.rest]

    def _largest_cell(self, samples: Samples) -> Floats:
        """(layers,) the largest |c| on loud signals, with the knobs at their ends and middle."""
        signals = loud(samples)
        knobs = self.network.knobs
        corners = [np.full(knobs, at) for at in ((0.5,) if knobs == 0 else (0.0, 0.5, 1.0))]
        audio = np.tile(signals, (1, len(corners)))
        run = FloatRun(
            self.network,
            np.repeat(np.array(corners).reshape(len(corners), knobs), signals.shape[1], axis=0),
            self._streams(audio.shape[1]),
        )
        run.advance(audio)
        return run.largest_cell

    def _reference(self) -> Floats:
        """(levels, excerpts, time) what the float model plays."""
        audio, knobs = self.calibration.excerpt_streams
        run = FloatRun(self.network, knobs, self._streams(audio.shape[1]))
        y, _ = run.advance(audio)
        self.largest_cell = np.maximum(self.largest_cell, run.largest_cell)
        return np.ascontiguousarray(y.T).reshape(self.calibration.excerpts.shape)

    def candidates(self, bits: int) -> Iterator[Candidate]:
        """Yields rounding to nearest first, then the compensated ones."""
        layers = self.network.layers
        wide = tuple(Wide.of(layer) for layer in layers)
        plain = tuple(round_rows(layer.weights, plain_step(layer.weights, bits), bits) for layer in layers)
        yield Candidate("to nearest", plain, wide, self.network.head)
        # Compensation moves weights by more than half a word, so the proof wants some room.
        room = 1.02 if bits == 16 else 1.0
        plain = tuple(
            round_rows(layer.weights, room * plain_step(layer.weights, bits), bits) for layer in layers
        )
        grams = gauss_newton(
            self.network, self.groups, self.calibration.pieces, self.calibration.piece_knobs
        )
        for damping in DAMPINGS:
            yield self._compensated(bits, plain, grams, damping)

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
            shift = cell_shift(float(self.largest_cell[index]), name) if layer.kind == "lstm" else 0
            layers.append(
                recurrent_record(
                    *(layer, candidate.rows[index], candidate.wide[index]),
                    *(self.rest[index], shift, name),
                )
            )
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
        played = self.play(blob, words, np.tile(self.calibration.excerpt_knobs, (levels, 1)))
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


def _pack_values(
    layer: Recurrent, group: Group, head: Head
) -> tuple[Floats, list[tuple[int, ...]]]:
    """Returns a group's parameters in the order of Group.pack, and the free ones' shapes."""
    free = [layer.input[group.rows], layer.knob[group.rows], layer.bias[group.bias]]
    if group.head:
        free.append(np.append(head.weights, head.bias))
    values = [layer.weights[group.rows], *free]
    return np.concatenate([part.ravel() for part in values]), [part.shape for part in free]
