# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float Model and some guitar in, a Blob and a report of what it cost out.

Several candidates are made (rounded to nearest, and with compensation at several dampings), each
is played by the integer engine itself, and the one with the least error is kept.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples, Words, from_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.models.reference import Reference
from pedalsmith.quantization import fir_quantizer, psm
from pedalsmith.quantization.blob import Blob, RecurrentRecord
from pedalsmith.quantization.calibration import Calibration, calibration_of, loud
from pedalsmith.quantization.candidates import Candidate, Candidates
from pedalsmith.quantization.cell import CellFormat, cell_format, saturating
from pedalsmith.quantization.measure import LevelError, level_errors, play, settled
from pedalsmith.quantization.metadata import metadata_of
from pedalsmith.quantization.network import State, from_model
from pedalsmith.quantization.proof import Refused, check
from pedalsmith.quantization.records import Place, fixed, head_record, recurrent_record
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.report import Report, tensor_reports
from pedalsmith.quantization.resampling import at_model_rate, on_board, record_for
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_quantizer import NOISE_DBFS as WAVENET_NOISE_DBFS
from pedalsmith.quantization.wavenet_quantizer import WaveNetQuantizer, serves

RESTING_KNOB = 16_384
"""Q15; where a blob's knobs stand when nobody has turned them: the middle."""

REST_SAMPLES, SETTLE_CHUNK = 48_000, 1_200
"""Silence after which the float state counts as at rest; less when a chunk's output is constant."""

GOLDEN_FRAMES = 256

STATE_BITS = {1: 16, 2: 32}
"""Bits of the recurrent state, by the blob's state format; the cheapest first."""

WEIGHT_BITS = {"int16": (16,), "int8": (8,), "auto": (8, 16)}
"""What --weights means; the smallest first."""

NOISE_DBFS = -80.0
"""What --noise is for recurrent networks unless given: error without DC at any level."""

ESR_DB = -55.0
"""ESR at 0 dB that 16 bits of weight keep, and with which `auto` takes int8. Noise in dBFS alone
any capture keeps that is quiet enough; who plays that turns it up, and its error as well."""


@dataclass(frozen=True)
class Tried:
    """A candidate with what it measured."""

    candidate: Candidate
    blob: Blob
    errors: tuple[LevelError, ...]

    @property
    def bits(self) -> int:
        """Of a recurrent weight: 16 or 8."""
        return self.candidate.rows[0].bits

    @property
    def state_format(self) -> int:
        """Of the blob's recurrent records."""
        first = self.blob.layers[0]
        assert isinstance(first, RecurrentRecord)
        return first.state_format

    @property
    def noise_dbfs(self) -> float:
        """The worst over the levels; dBFS."""
        return max(error.noise_dbfs for error in self.errors)

    @property
    def score(self) -> float:
        """dB, less is better: the mean over the levels of the noise and of the ESR."""
        return float(np.mean([error.esr_db + error.noise_dbfs for error in self.errors]))


@dataclass(frozen=True)
class Quantized:
    """A model that can be played by every engine, and what it cost."""

    blob: Blob
    report: Report


class Conversion:
    """One model on some guitar. What it is quantized to may be asked for several times, with other
    aims; what they share is computed when it is first needed."""

    def __init__(self, model: Model, name: str, samples: Samples) -> None:
        """`samples` (n,), full scale 1.0, at least a second of guitar; `name` begins the errors."""
        self.model, self.name, self.samples = model, name, samples

    def quantized(self, weights: str = "int16", noise_dbfs: float | None = None) -> Quantized:
        """`weights` is "int16", "int8" or "auto"; the recurrent state gets 32 bits where 16 leave
        an error above `noise_dbfs` at any level (None: what is usual, usual_noise), or, where that
        is asked for or better, an ESR above ESR_DB.

        Raises BadInput for a network that the engine cannot hold.
        """
        model = self.model
        aim = usual_noise(model) if noise_dbfs is None else noise_dbfs
        rate = record_for(model, self.name)
        if fir_quantizer.serves(model):
            done = Quantized(*fir_quantizer.quantize_fir(model, self.name, self._heard))
        elif serves(model):
            done = Quantized(*self._wavenet.quantized(weights, aim))
        else:
            done = self._recurrent.finish(self._recurrent.choose(weights, aim))
        if rate is None:
            return done
        return Quantized(*on_board(model, done.blob, done.report, rate, self.samples))

    @cached_property
    def _heard(self) -> Samples:
        return at_model_rate(self.samples, self.model)

    @cached_property
    def _wavenet(self) -> WaveNetQuantizer:
        return WaveNetQuantizer(self.model, self.name, self._heard)

    @cached_property
    def _recurrent(self) -> "Quantizer":
        return Quantizer(self.model, self.name, self._heard)


def quantize(
    model: Model,
    name: str,
    samples: Samples,
    weights: str = "int16",
    noise_dbfs: float | None = None,
) -> Quantized:
    """Quantizes once; see Conversion. Raises BadInput."""
    return Conversion(model, name, samples).quantized(weights, noise_dbfs)


ROUGHEST_DBFS = -60.0
"""Noise beyond which no model is made to fit a board."""


def usual_noise(model: Model) -> float:
    """What --noise is unless given, dBFS."""
    return WAVENET_NOISE_DBFS if serves(model) else NOISE_DBFS


def noises(model: Model) -> tuple[float, ...]:
    """What to aim at for a board, dBFS: the truest first, then faster and faster formats.

    16 bits everywhere are some -85 dBFS for a capture of a pedal. Of an amp at high gain they are
    lifted with the guitar: NAM's standard network, as a Teensy 4 plays it, is then at -60 to -75
    dBFS where its own output is at -10 to -20. A recurrent network has 16 or 32 bits of state, so
    that two aims meet all there is.
    """
    usual = usual_noise(model)
    if serves(model):
        return tuple(np.arange(usual, ROUGHEST_DBFS + 1, 2.5))
    return (usual, ROUGHEST_DBFS)


class Quantizer:
    """Quantizes one model; holds what all candidates share."""

    def __init__(self, model: Model, name: str, samples: Samples, *, exact: bool = False) -> None:
        """`samples` (n,) are the calibration audio at full scale 1.0; `name` is for errors.

        exact: on steps that a float32 model can come back to, see rows.exact_step.
        """
        self.model = model
        self.name = name
        self.network = from_model(model, name)
        self.calibration: Calibration = calibration_of(samples, self.network.knobs)
        self.rest = self._rest()
        self.reference, self.largest_cell = self._reference(loud(samples))
        self.candidates = Candidates(self.network, self.calibration, exact=exact)
        self.cells = self._cells()
        self._best: dict[tuple[int, int], Tried] = {}

    def _rest(self) -> list[State]:
        """The float state after silence at the resting knobs, and its output."""
        self._resting = Reference(self.model, knobs=(0.5,) * self.network.knobs)
        for _ in range(REST_SAMPLES // SETTLE_CHUNK):
            y, traces = self._resting.trace(np.zeros(SETTLE_CHUNK))
            self.rest_output = float(y[-1])
            if float(np.ptp(y)) < 2.0**-40:
                break
        states = [(t.output[-1:], t.output[-1:] if t.cell is None else t.cell[-1:]) for t in traces]
        return [State(h, c) for h, c in states[:-1]]

    def _reference(self, loud_: Floats) -> tuple[Floats, Floats]:
        """(levels, excerpts, time) what the float model plays, and the largest |c| of each layer.

        The cells are measured on `loud_` (time, streams) too, with the knobs at both ends and in
        the middle.
        """
        audio, knobs = self.calibration.excerpt_streams
        corners = (0.5, 0.0, 1.0) if self.network.knobs else (0.5,)
        largest = np.zeros(len(self.network.layers))

        def played(stream: Floats, turned: Sequence[float]) -> Floats:
            y, traces = self._resting.branched(turned).trace(stream)
            for index, trace in enumerate(traces):
                if trace.cell is not None:
                    # A cell moves slowly.
                    largest[index] = max(largest[index], np.max(np.abs(trace.cell[7::8])))
            return y

        heard = [played(*stream) for stream in zip(audio.T, knobs.tolist(), strict=True)]
        for corner in corners:
            for stream in loud_[: len(audio)].T:
                played(stream, (corner,) * self.network.knobs)
        return np.stack(heard).reshape(self.calibration.excerpts.shape), largest

    def _cells(self) -> dict[int, CellFormat]:
        """Layer -> the format of its cell, for the LSTM layers: of those that hold it and those
        that saturate, the ones with the least error."""
        layers = enumerate(self.network.layers)
        holding = {
            index: cell_format(layer, float(self.largest_cell[index]))
            for index, layer in layers
            if layer.kind == "lstm"
        }
        narrow = {index: saturating(cell) for index, cell in holding.items()}
        if narrow == holding:
            return holding
        try:
            plain = next(self.candidates.of(16))

            def score(cells: dict[int, CellFormat]) -> float:
                self.cells = cells
                return self._tried(plain, 2).score

            return min((holding, narrow), key=score)
        except Refused as refusal:
            raise BadInput(f"{self.name}: {refusal}.") from None

    def assemble(self, candidate: Candidate, state_format: int = 1) -> Blob:
        """Returns the proved blob of a candidate, at rest as the float model is.

        Golden vector and metadata are placeholders. Raises Refused when a proof fails.
        """
        layers = []
        for index, layer in enumerate(self.network.layers):
            name = f"layer {index + 1}"
            rows, wide = candidate.rows[index], candidate.wide[index]
            shift = self.cells[index].shift if index in self.cells else 0
            place = Place(self.rest[index], shift, state_format, name)
            layers.append(recurrent_record(layer, rows, wide, place))
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

    def _tried(self, candidate: Candidate, state_format: int) -> Tried:
        """Raises Refused when a proof fails."""
        blob = self.assemble(candidate, state_format)
        return Tried(candidate, blob, self.measure(blob))

    def best(self, bits: int, state_format: int) -> Tried:
        """Returns the best candidate; its ESR at 0 dB is never above that of plain rounding.

        Is found once: a model that is too slow for a board is asked for another aim. Raises
        BadInput when not even plain rounding can be proved safe.
        """
        if (bits, state_format) not in self._best:
            self._best[bits, state_format] = self._find_best(bits, state_format)
        return self._best[bits, state_format]

    def _find_best(self, bits: int, state_format: int) -> Tried:
        tried: list[Tried] = []
        try:
            for candidate in self.candidates.of(bits):
                try:
                    tried.append(self._tried(candidate, state_format))
                except Refused:
                    if not tried:
                        raise
        except Refused as refusal:
            raise BadInput(f"{self.name}: {refusal}.") from None
        limit = tried[0].errors[0].esr_db
        return min((t for t in tried if t.errors[0].esr_db <= limit), key=lambda t: t.score)

    def choose(self, weights: str, noise_dbfs: float) -> Tried:
        """Returns the cheapest choice of formats whose error is low enough, or the best one."""
        tried: list[Tried] = []
        for state_format in STATE_BITS:
            for bits in WEIGHT_BITS[weights]:
                best = self.best(bits, state_format)
                # Of int8 that was asked for, the weights decide the ESR: no state mends it. Where
                # the user left the choice, int8 has to be as true as int16 must be.
                asked = weights == "auto" if bits == 8 else noise_dbfs <= NOISE_DBFS
                true = not asked or best.errors[0].esr_db <= ESR_DB
                if best.noise_dbfs <= noise_dbfs and true:
                    return best
                tried.append(best)
        if weights != "int8":
            for candidate in self.candidates.last():
                with suppress(Refused):
                    tried.append(self._tried(candidate, 2))
        return min(tried, key=lambda t: t.score)

    def finish(self, tried: Tried) -> Quantized:
        """Gives the blob its rest state, golden vector and metadata, and measures it as it is."""
        blob = settled(tried.blob)
        blob = with_golden(blob, self._golden_input())
        report = Report(
            weights="int8" if tried.bits == 8 else "int16",
            state_bits=STATE_BITS[tried.state_format],
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
