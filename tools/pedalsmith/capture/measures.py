# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What can be measured of one recording, or of a pair of them. No verdicts here.

Sound is float64, full scale 1.0, at SAMPLE_RATE.
"""

from dataclasses import dataclass

import numpy as np

from pedalsmith.audio import SAMPLE_RATE, Samples

_FRAME = SAMPLE_RATE // 20
_CLIPPED_RUN = 4
# Power of a pause against the mean: -50 dB.
_PAUSE = 1e-5


def rms(samples: Samples) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


def decibels(ratio: float) -> float:
    """20 log10, not below -200 dB."""
    return 20 * float(np.log10(max(ratio, 1e-10)))


def clipped_share(samples: Samples) -> float:
    """Share of samples in runs of at least 4 at one and the same extreme near full scale.

    A converter that ran out holds its last value; a loud note touches its peak once.
    """
    largest = float(np.max(np.abs(samples)))
    if largest < 0.98:
        return 0.0
    at_top = np.abs(samples) >= largest * (1 - 2**-14)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], at_top.astype(np.int8), [0]])))
    runs = edges[1::2] - edges[::2]
    return float(runs[runs >= _CLIPPED_RUN].sum()) / len(samples)


def quiet_part(dry: Samples, wet: Samples) -> Samples | None:
    """Up to 2 s of `wet` from where `dry` is quietest, at least 0.5 s; None without a pause.

    There the gear has nothing to play, and what is left is noise and hum.
    """
    count = min(len(dry), len(wet)) // _FRAME
    power = np.square(dry[: count * _FRAME]).reshape(count, _FRAME).mean(axis=1)
    for seconds in (2.0, 1.0, 0.5):
        frames = round(seconds * SAMPLE_RATE / _FRAME)
        if count < frames:
            continue
        sums = np.convolve(power, np.ones(frames) / frames, "valid")
        at = int(np.argmin(sums))
        if sums[at] < _PAUSE * np.mean(power) + 1e-12:
            # The gear rings on for a moment after the dry sound has stopped.
            ringing = frames // 4
            return wet[(at + ringing) * _FRAME : (at + frames) * _FRAME]
    return None


@dataclass(frozen=True)
class Hum:
    """Mains in a recording."""

    mains: int
    """50 or 60 Hz."""
    level: float
    """RMS of its harmonics, full scale 1.0."""
    above_noise_db: float
    """How far they stand out of what surrounds them."""


def hum(quiet: Samples) -> Hum:
    """Looks for 50 or 60 Hz and harmonics in sound from a pause, at least 0.5 s."""
    window = np.hanning(len(quiet))
    power = np.abs(np.fft.rfft((quiet - quiet.mean()) * window)) ** 2
    hertz = np.fft.rfftfreq(len(quiet), 1 / SAMPLE_RATE)
    scale = 2 / (len(quiet) * float(np.sum(window**2)) + 1e-300)
    found = []
    for mains in (50, 60):
        inside = np.zeros(len(hertz), bool)
        around = np.zeros(len(hertz), bool)
        for harmonic in range(1, 9):
            away = np.abs(hertz - mains * harmonic)
            inside |= away <= 4
            around |= (away > 6) & (away <= 20)
        level = float(power[inside].sum()) * scale
        density = float(np.median(power[around & ~inside])) * scale * int(inside.sum())
        stands_out = 10 * float(np.log10((level + 1e-30) / (density + 1e-30)))
        found.append(Hum(mains, float(np.sqrt(level)), stands_out))
    return max(found, key=lambda one: one.above_noise_db)


@dataclass(frozen=True)
class Repeat:
    """Playing that is in the dry sound twice."""

    first: int
    second: int
    """Samples at which the two begin."""
    length: int
    """Samples."""


def repeated_phrase(dry: Samples) -> Repeat | None:
    """Finds where the last seconds of playing were played before, sample for sample."""
    length = 4 * SAMPLE_RATE
    loud = np.flatnonzero(np.abs(dry) > 0.05 * np.abs(dry).max())
    if len(dry) < 3 * length or not len(loud):
        return None
    end = int(loud[-1]) + 1
    last = dry[max(0, end - length) : end]
    before = dry[: max(0, end - 2 * length)]
    if len(before) < length or len(last) < length:
        return None
    size = 1 << (len(before) + length - 1).bit_length()
    match = np.fft.irfft(np.fft.rfft(before, size) * np.conj(np.fft.rfft(last, size)), size)
    sums = np.concatenate([[0.0], np.cumsum(np.square(before))])
    energy = sums[length:] - sums[:-length]
    places = match[: len(energy)] / (np.sqrt(energy * float(last @ last)) + 1e-12)
    at = int(np.argmax(places))
    return Repeat(at, end - length, length) if places[at] > 0.999 else None


def self_esr(wet: Samples, repeat: Repeat, shift: int) -> float | None:
    """ESR between what the gear made of the two; `shift` is wet's delay in samples.

    What differs from one playing to the next no model can learn. None where the recording is
    too short.
    """
    first, second = repeat.first + shift, repeat.second + shift
    # The first half second still hears what was played before it.
    first, second = first + SAMPLE_RATE // 2, second + SAMPLE_RATE // 2
    length = repeat.length - SAMPLE_RATE // 2
    if min(first, second) < 0 or max(first, second) + length > len(wet):
        return None
    one, other = wet[first : first + length], wet[second : second + length]
    return float(np.sum(np.square(one - other)) / (np.sum(np.square(one)) + 1e-300))
