# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float WaveNet and some guitar in, a Blob and a report out.

Histories have 16 bits with error feedback; where the measured error asks for more, the first
layers, whose signals the later ones amplify, get 32.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples, Words, from_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.calibration import LEVELS_DB, calibration_of, loud
from pedalsmith.quantization.measure import LevelError, level_errors, play
from pedalsmith.quantization.metadata import metadata_of
from pedalsmith.quantization.proof import check
from pedalsmith.quantization.records import fixed
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.report import Report
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_network import from_model
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.quantization.wavenet_rounding import Ranges, Rounded, rounded

NOISE_DBFS = -100.0
"""Error without DC that is aimed at; less costs memory and cycles where it is asked for."""

EXCERPTS = 8
"""Of the calibration's excerpts at each level, measured on."""

RAM_BYTES = 80_000
"""Histories are not made wider beyond this arena, which a Daisy Seed has left for a model; those
of a model that is larger anyway not beyond RAM_GROWTH times its least."""

RAM_GROWTH = 1.25

GOLDEN_FRAMES = 256


@dataclass(frozen=True)
class Tried:
    """A blob with what it measured."""

    blob: Blob
    rounded: Rounded
    wide: int
    """Layers with a history of 32 bit."""
    errors: tuple[LevelError, ...]

    @property
    def noise_dbfs(self) -> float:
        """The worst over the levels."""
        return max(error.noise_dbfs for error in self.errors)


def quantize_wavenet(
    model: Model, name: str, samples: Samples, weights: str, noise_dbfs: float
) -> tuple[Blob, Report]:
    """As quantizer.quantize, for a model that wavenet_network.serves. Raises BadInput."""
    if weights == "int8":
        raise BadInput(
            f"{name}: is a WaveNet, which 8 bits of weight leave at -16 to -36 dB of error; "
            "use --weights int16."
        )
    quantizer = _Quantizer(model, name, samples)
    return quantizer.finish(quantizer.choose(min(noise_dbfs, NOISE_DBFS)))


class _Quantizer:
    def __init__(self, model: Model, name: str, samples: Samples) -> None:
        self.model, self.name = model, name
        self.net = from_model(model, name)
        # Whole excerpts at full scale, not only their loudest part: long dilations add up.
        excerpts = calibration_of(samples, 0).excerpts[:, ::2][:, :EXCERPTS]
        self.words: Words = excerpts
        self.reference: Floats = self._float(excerpts)
        peak = max(float(np.max(np.abs(samples))), 1e-9)
        full = from_q23(excerpts[0]).reshape(-1) / peak
        self.ranges = Ranges.of(self.net, [full, *loud(samples).T])

    def _float(self, words: Words) -> Floats:
        levels, count, time = words.shape
        flat = from_q23(words).reshape(-1, time)
        return np.stack([self.net.play(one) for one in flat]).reshape(levels, count, time)

    def _counts(self) -> Iterator[int]:
        """Of wide layers, to be tried in this order."""
        total = sum(len(array.layers) for array in self.net.arrays)
        count = 0
        while count < total:
            yield count
            count = max(2, 2 * count)
        yield total

    def round(self, wide: int) -> Rounded:
        """With a history of 32 bit in the first `wide` layers. Raises Refused."""
        places = [
            (index, number)
            for index, array in enumerate(self.net.arrays)
            for number in range(len(array.layers))
        ]
        return rounded(self.net, self.ranges, frozenset(places[:wide]))

    def assemble(self, record: WaveNetRecord) -> Blob:
        """The proved blob. Raises Refused."""
        blob = Blob(
            layers=(record,),
            sample_rate=SAMPLE_RATE,
            skip=int(fixed(np.array(self.net.skip), 24, "the skip gain")),
            rest_output=int(record.arrays[-1].head.bias[0]),
            golden_input=np.zeros(1, np.int32),
            golden_output=np.zeros(1, np.int32),
        )
        check(blob)
        return blob

    def measure(self, blob: Blob) -> tuple[LevelError, ...]:
        """Plays the excerpts through the integer engine and compares."""
        levels, count, time = self.words.shape
        words = np.ascontiguousarray(self.words.reshape(-1, time), np.int32)
        played = from_q23(play(blob, words, np.zeros((len(words), 0), np.int64)))
        return level_errors(
            played.reshape(levels, count, time), self.reference, self.net.rest_output
        )

    def choose(self, noise_dbfs: float) -> Tried:
        """The fewest wide layers that are true enough, or the truest that fits."""
        tried: list[Tried] = []
        try:
            for wide in self._counts():
                made = self.round(wide)
                blob = self.assemble(made.record)
                if tried and blob.arena_bytes > max(
                    RAM_BYTES, RAM_GROWTH * tried[0].blob.arena_bytes
                ):
                    break
                tried.append(Tried(blob, made, wide, self.measure(blob)))
                if tried[-1].noise_dbfs <= noise_dbfs:
                    break
        except Refused as refusal:
            if not tried:
                raise BadInput(f"{self.name}: {refusal}.") from None
        return min(tried, key=lambda t: (max(t.noise_dbfs, noise_dbfs), t.wide))

    def finish(self, tried: Tried) -> tuple[Blob, Report]:
        """Gives the blob its golden vector and metadata."""
        blob = with_golden(tried.blob, self._golden_input())
        report = Report(
            weights="int16",
            state_bits=16,
            rounding=f"to nearest; {tried.wide} layers with a history of 32 bit",
            tensors=tried.rounded.tensors,
            cells=(),
            errors=tried.errors,
            rest_output=blob.rest_output / Q23_ONE,
            blob_bytes=0,
            arena_bytes=blob.arena_bytes,
            measured_seconds=self.words[0].size / SAMPLE_RATE,
        )
        blob = replace(blob, metadata=metadata_of(self.model, report))
        return blob, replace(report, blob_bytes=len(psm.encode(blob)))

    def _golden_input(self) -> Words:
        """(GOLDEN_FRAMES,) from where the excerpts are loudest."""
        assert len(LEVELS_DB) == len(self.words)
        excerpts = self.words[0]
        loudest = excerpts[int(np.argmax(np.max(np.abs(excerpts), axis=1)))]
        peak = int(np.argmax(np.abs(loudest)))
        start = min(max(peak - GOLDEN_FRAMES // 2, 0), max(len(loudest) - GOLDEN_FRAMES, 0))
        return np.array(loudest[start : start + GOLDEN_FRAMES], dtype=np.int32)
