# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Is this capture worth training on? Each finding in plain words, with likely cause and remedy."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from pedalsmith.audio import SAMPLE_RATE, Audio
from pedalsmith.capture.alignment import Alignment, measure_alignment, measure_movement, shifted
from pedalsmith.capture.measures import (
    clipped_share,
    decibels,
    hum,
    quiet_part,
    repeated_phrase,
    rms,
    self_esr,
)
from pedalsmith.capture.reading import LEAST_SECONDS, describe_alignment, read_pair


class Grade(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """Trains, but not as well as it could."""
    BAD = "bad"
    """Not worth training on."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    grade: Grade
    found: str
    """With the figure."""
    remedy: str = ""
    """Likely cause and what to do; empty when good."""


def judge_files(
    dry_path: Path, wet_path: Path, *, channel: int | None = None
) -> tuple[list[Finding], Alignment]:
    """Reads a pair (see read_pair for what it refuses) and judges it."""
    dry, wet = read_pair(dry_path, wet_path, channel=channel)
    alignment = measure_alignment(dry.samples, wet.samples)
    return list(judge(dry, wet, alignment)), alignment


def judge(dry: Audio, wet: Audio, alignment: Alignment) -> Iterator[Finding]:
    """Looks at everything, in the order in which a person would mend it."""
    yield _rate(dry)
    yield _length(dry, wet)
    for audio in (dry, wet):
        yield _level(audio)
        yield _clipping(audio)
    yield _offset(dry, float(dry.samples.mean()))
    yield _alignment(alignment)
    if not alignment.found:
        return
    dry_samples, wet_samples = shifted(dry.samples, wet.samples, alignment.shift)
    quiet = quiet_part(dry_samples, wet_samples)
    if quiet is None:
        yield Finding(
            "noise and hum",
            Grade.GOOD,
            "no pause in the dry sound to hear them in",
        )
    else:
        # While it plays, lopsided gear has a mean that is its own.
        yield _offset(wet, float(quiet.mean()))
        yield _noise(rms(quiet - quiet.mean()), rms(wet.samples))
        yield _hum(quiet, rms(wet.samples))
    yield _drift(dry, wet)
    yield _repeat(dry, wet, alignment)


def _graded(subject: str, found: str, *cases: tuple[bool, Grade, str]) -> Finding:
    """The first case that holds, else good."""
    for holds, grade, remedy in cases:
        if holds:
            return Finding(subject, grade, found, remedy)
    return Finding(subject, Grade.GOOD, found)


def _rate(dry: Audio) -> Finding:
    return _graded(
        "rate",
        f"{dry.file_rate} Hz",
        (
            dry.file_rate < SAMPLE_RATE,
            Grade.DOUBTFUL,
            "resampled to 48000 Hz, the top octave is missing; record at 48000 Hz",
        ),
    )


def _length(dry: Audio, wet: Audio) -> Finding:
    seconds = min(dry.seconds, wet.seconds)
    return _graded(
        "length",
        f"{seconds:.1f} s",
        (seconds < LEAST_SECONDS, Grade.BAD, "too short to learn from; record two minutes"),
        (seconds < 20, Grade.DOUBTFUL, "little to learn from; two minutes of playing are better"),
    )


def _level(audio: Audio) -> Finding:
    peak = decibels(float(np.abs(audio.samples).max()))
    return _graded(
        f"level of {audio.path.name}",
        f"peak {peak:.1f} dBFS",
        (peak < -80, Grade.BAD, "silent: wrong input or muted track; record again"),
        (peak < -30, Grade.DOUBTFUL, "very low, noise is near; turn the recording level up"),
    )


def _clipping(audio: Audio) -> Finding:
    share = clipped_share(audio.samples)
    return _graded(
        f"clipping of {audio.path.name}",
        f"{100 * share:.3f} % of the samples",
        (share > 1e-4, Grade.BAD, "the converter ran out; turn the recording level down"),
        (share > 0, Grade.DOUBTFUL, "a few peaks are cut; turn the recording level down by 3 dB"),
    )


def _offset(audio: Audio, mean: float) -> Finding:
    offset = abs(mean)
    return _graded(
        f"DC of {audio.path.name}",
        f"{decibels(offset):.0f} dBFS",
        (
            offset > 0.003 and offset > 0.02 * rms(audio.samples),
            Grade.DOUBTFUL,
            "an interface or pedal adds a constant; check for a faulty input",
        ),
    )


def _alignment(alignment: Alignment) -> Finding:
    if not alignment.found:
        return Finding(
            "alignment",
            Grade.BAD,
            f"no common delay (peak {alignment.peak:.0f}, 25 is needed; lead {alignment.lead:.1f}, "
            "1.6 is needed)",
            "the files are not from the same take, or a delay or reverb is louder than the direct "
            "sound; export both again",
        )
    return _graded(
        "alignment",
        describe_alignment(alignment),
        (
            abs(alignment.delay) > 4800,
            Grade.DOUBTFUL,
            "more than 0.1 s: was one file cut? Training puts it right",
        ),
    )


def _noise(noise: float, signal: float) -> Finding:
    ratio = decibels(noise / (signal + 1e-12))
    return _graded(
        "noise of the wet sound in pauses",
        f"{decibels(noise):.0f} dBFS, {ratio:.0f} dB against the playing",
        (
            ratio > -20,
            Grade.DOUBTFUL,
            "a noisy chain: no model learns noise; less gain before the gear, or better cables, "
            "help",
        ),
    )


def _hum(quiet: np.ndarray, signal: float) -> Finding:
    found = hum(quiet)
    loud = decibels(found.level / (signal + 1e-12))
    heard = found.above_noise_db > 15 and loud > -50
    return _graded(
        "hum",
        f"{found.mains} Hz at {loud:.0f} dB against the playing"
        if heard
        else "none that stands out",
        (heard, Grade.DOUBTFUL, "ground loop or a near transformer; try one power outlet for all"),
    )


def _drift(dry: Audio, wet: Audio) -> Finding:
    count = min(len(dry.samples), len(wet.samples))
    moved = measure_movement(dry.samples, wet.samples) if count > 6 * SAMPLE_RATE else None
    if moved is None:
        return Finding("drift", Grade.GOOD, "too short to tell")
    per_million = 1e6 * moved / (2 / 3 * count)
    return _graded(
        "drift",
        f"{moved:+.2f} samples from the first to the last third",
        (
            abs(moved) > 2,
            Grade.BAD,
            f"two clocks ({per_million:+.0f} ppm): play and record with one interface",
        ),
        (
            abs(moved) > 0.5,
            Grade.DOUBTFUL,
            "the delay changes: a chorus, or two clocks; switch modulation off",
        ),
    )


def _repeat(dry: Audio, wet: Audio, alignment: Alignment) -> Finding:
    subject = "same playing twice"
    repeat = repeated_phrase(dry.samples)
    if repeat is None:
        return Finding(subject, Grade.GOOD, "not in this recording; `pedalsmith signal` has it")
    differs = self_esr(wet.samples, repeat, round(alignment.delay))
    if differs is None:
        return Finding(subject, Grade.GOOD, "cut off in the wet sound")
    causes = (
        "the gear does not do the same twice: chorus, delay, reverb, a noise gate, or a knob that "
        "was moved; switch effects off"
    )
    return _graded(
        subject,
        f"ESR {differs:.5f} between them",
        (differs > 0.1, Grade.BAD, causes),
        (differs > 0.01, Grade.DOUBTFUL, causes),
    )
