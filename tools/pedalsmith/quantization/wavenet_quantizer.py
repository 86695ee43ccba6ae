# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A float WaveNet and some guitar in, a Blob and a report out.

Histories have 16 bits with error feedback, and a 1x1 reads activations of 16; where the measured
error asks for more, the cheapest places that leave little enough of it get 32. Where all of them
are not enough, weights of convolutions get 32 bits and tanh finer chords.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, Samples, Words, from_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.quantization import psm, sequence_network, wavenet_network
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.calibration import LEVELS_DB, calibration_of
from pedalsmith.quantization.measure import LevelError, level_errors, play
from pedalsmith.quantization.metadata import metadata_of
from pedalsmith.quantization.proof import check
from pedalsmith.quantization.records import fixed
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.report import Report
from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_choice import Chosen, Search
from pedalsmith.quantization.wavenet_formats import HEADROOMS, Formats
from pedalsmith.quantization.wavenet_free import free_formats
from pedalsmith.quantization.wavenet_grams import Grams
from pedalsmith.quantization.wavenet_ranges import Ranges
from pedalsmith.quantization.wavenet_record import WaveNetRecord
from pedalsmith.quantization.wavenet_rounding import Rounded, may_be_full, rounded
from pedalsmith.quantization.wavenet_sensitivity import formats_with, sources

NOISE_DBFS = -100.0
"""Error without DC that is aimed at unless told; less costs memory and cycles."""

RMS_DBFS = -36.0
"""Of the guitar that is measured on, before LEVELS_DB: an instrument as captures are played, with
room for its peaks. Ranges are taken at full scale."""

EXCERPTS = 8
"""Of the calibration's excerpts at each level, measured on."""

SPARE_DB = 3.0
"""By which the noise must be better than what is aimed at before it is spent on headroom."""

OTHERS_DB = 2.0
"""By which the noise must be better than what is aimed at: of other guitar than that which is
measured on it is up to 1.5 dB more in a recording, 2.1 dB in a second of one (A2.nam), mostly less
than 0.3 dB."""

HALVED_DB = 6.5
"""By which half the headroom leaves less noise, at most: the steps of words are half as large."""

SENSITIVITY_FRAMES = 2_000
"""Of each excerpt: all excerpts estimate the noise to 0.2 dB of what is measured, half of them at
three times the length to 0.7 dB."""

GOLDEN_FRAMES = 256

LARGEST = 1e5
"""|value| inside a network that is not refused: what is proved grows faster than what is met."""


def serves(model: Model) -> bool:
    """True when `model` is played as a WaveNet, whether the engine has all of it or not."""
    return wavenet_network.serves(model) or sequence_network.serves(model)


@dataclass(frozen=True)
class Tried:
    """A blob with what it measured."""

    blob: Blob
    rounded: Rounded
    formats: Formats
    errors: tuple[LevelError, ...]

    @property
    def noise_dbfs(self) -> float:
        """The worst over the levels."""
        return max(error.noise_dbfs for error in self.errors)


class WaveNetQuantizer:
    """Quantizes one model that `serves`; holds what all formats and aims share."""

    def __init__(self, model: Model, name: str, samples: Samples) -> None:
        """As quantizer.Conversion. Raises BadInput for what the engine does not run."""
        self.model, self.name = model, name
        kind = sequence_network if sequence_network.serves(model) else wavenet_network
        self.net = kind.from_model(model, name)
        # Whole excerpts at full scale, not only their loudest part: long dilations add up. A square
        # of full scale would take three bits of all of them; it saturates.
        peak = max(float(np.max(np.abs(samples))), 1e-9)
        full = _excerpts(samples / peak * (1 - 1 / Q23_ONE), 0)[0]
        rms = max(float(np.sqrt(np.mean(np.square(samples)))), 1e-9)
        played = samples * (10 ** (RMS_DBFS / 20) / rms)
        grams = Grams(self.net)
        for level in _excerpts(played, 0):
            grams.play(from_q23(level))
        # Not on what it learnt from: that is what errors of weights are made up for.
        self.words: Words = _excerpts(played, 1)
        self.reference: Floats = np.stack(
            [[self.net.play(excerpt) for excerpt in level] for level in from_q23(self.words)]
        )
        self.grams = grams.by_place
        self.ranges = Ranges.of(self.net, [from_q23(full).reshape(-1)])
        largest = max(float(np.max(peak)) for peak in self.ranges.peaks.values())
        if not largest < LARGEST:
            raise BadInput(
                f"{name}: what its layers add up reaches {largest:.0e} on guitar, where a trained "
                "network has some units; check that the file is of a trained model."
            )
        self._tried: dict[Formats, Tried] = {}
        self._search: Search | None = None

    def quantized(self, weights: str, noise_dbfs: float) -> tuple[Blob, Report]:
        """As quantizer.Conversion. Raises BadInput."""
        if weights == "int8":
            raise BadInput(
                f"{self.name}: is a convolutional network, which 8 bits of weight make no faster "
                "and some 36 dB less true; use --weights int16."
            )
        return self.finish(self.choose(noise_dbfs))

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

    def _formats_16(self) -> Iterator[Formats]:
        free = free_formats(self.net)
        return (replace(free, headroom=headroom) for headroom in HEADROOMS)

    def _search_from(self, first: Formats) -> Search | None:
        """Among formats of more bits than `first`, which has 16 wherever they are cheaper; None
        when it has 32 everywhere."""
        if self._search is None:
            levels = from_q23(self.words[..., :SENSITIVITY_FRAMES])
            found = sources(self.net, self._round(first), levels)
            if not found:
                return None

            def measure(chosen: Chosen) -> Floats:
                try:
                    tried = self._try(formats_with(chosen, first))
                except Refused:
                    return np.full(len(levels), np.inf)
                return np.array([10 ** (error.noise_dbfs / 10) for error in tried.errors])

            self._search = Search(found, measure)
        return self._search

    def _round(self, formats: Formats) -> Rounded:
        if formats in self._tried:
            return self._tried[formats].rounded
        return rounded(self.net, self.ranges, self.grams, formats)

    def _try(self, formats: Formats) -> Tried:
        if formats not in self._tried:
            made = self._round(formats)
            blob = self.assemble(made.record)
            self._tried[formats] = Tried(blob, made, formats, self.measure(blob))
        return self._tried[formats]

    def choose(self, noise_dbfs: float) -> Tried:
        """The cheapest formats that are true enough, with the most room above; or the truest."""
        aim = noise_dbfs - OTHERS_DB
        try:
            found = self._of_16(aim) or self._of_32(aim) or self._fine(aim)
        except Refused as refusal:
            raise BadInput(f"{self.name}: {refusal}.") from None
        return found or min(self._tried.values(), key=lambda t: t.noise_dbfs)

    def _of_16(self, aim: float) -> Tried | None:
        """True enough with 16 bits wherever they are cheaper; headroom that cannot be is not
        measured."""
        tried: Tried | None = None
        for formats in self._formats_16():
            spare = SPARE_DB if formats.headroom > HEADROOMS[-1] else 0.0
            if tried is not None:
                halvings = np.log2(tried.formats.headroom / formats.headroom)
                if tried.noise_dbfs - HALVED_DB * halvings > aim - spare:
                    continue
            tried = self._try(formats)
            if tried.noise_dbfs <= aim - spare:
                return tried
        return None

    def _of_32(self, aim: float) -> Tried | None:
        """True enough with 32 bits in some places."""
        *_, first = self._formats_16()
        search = self._search_from(first)
        if search is None:
            tried = self._try(first)
            return tried if tried.noise_dbfs <= aim else None
        if first in self._tried:
            search.measure_at(0)
        chosen = search.cheapest(10 ** (aim / 10))
        return None if chosen is None else self._try(formats_with(chosen, first))

    def _fine(self, aim: float) -> Tried | None:
        """True enough with 32 bits in all places, and fine where that can be."""
        if not any(map(may_be_full, self.net.arrays)):
            return None
        *_, first = self._formats_16()
        every = frozenset(self.grams)
        try:
            tried = self._try(replace(first, histories=every, activations=every, fine=True))
        except Refused:
            return None
        return tried if tried.noise_dbfs <= aim else None

    def finish(self, tried: Tried) -> tuple[Blob, Report]:
        """Gives the blob its golden vector and metadata."""
        blob = with_golden(tried.blob, self._golden_input())
        record = tried.rounded.record
        report = Report(
            weights="int16",
            state_bits=16,
            rounding=f"each for those before, room for {tried.formats.headroom:g} times the "
            f"calibration where words have 16 bits; 32 bits in {len(tried.formats.histories)} "
            f"histories and in {len(tried.formats.activations)} layers' activations"
            f"{_fine_in(record)}; errors on guitar of {RMS_DBFS:g} dBFS RMS and below",
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


def _fine_in(record: WaveNetRecord) -> str:
    """What a report says of convolutions whose weights have 32 bits."""
    count = sum(layer.conv.bits == 32 for array in record.arrays for layer in array.layers)
    return f", and in {count} layers' weights" if count else ""


def _excerpts(samples: Samples, first: int) -> Words:
    """(levels, EXCERPTS, time) Q23 of the recording, every second from the first or the one after
    that; clipped where its peaks leave full scale."""
    return calibration_of(samples, 0).excerpts[:, first::2][:, :EXCERPTS]
