# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A plucked electric guitar: the modes of a stiff, lossy string, a magnetic pickup, a cable.

The modal solution of the string (Fletcher and Rossing, The Physics of Musical Instruments, ch. 2):
mode n rings at n f0 sqrt(1 + B n^2), decays at a rate that rises with frequency, is excited by
sin(n pi p) of the pick's place p and heard by sin(n pi q) of the pickup's place q, both as
fractions of the length that vibrates. Each mode exists twice, across and towards the body: the
second polarisation is tuned a trifle apart and dies sooner, which makes the beating and the double
decay of a real string. Modes rather than a delay line because pitch bends, stiffness and fractional
tuning are then exact.

Only +, *, sqrt, sin, exp and an FFT in float64: results of different machines differ by about
1e-15, far below the step the track is rounded to.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE = 48_000
"""Hz."""
OPEN_STRINGS = (82.4069, 110.0, 146.8324, 195.9977, 246.9417, 329.6276)
"""Hz, E2 A2 D3 G3 B3 E4."""
_STIFFNESS = (1.2e-4, 8e-5, 5e-5, 3.5e-5, 4.5e-5, 2.5e-5)
"""Inharmonicity B of the open strings; it rises with 1/length^2 when fretted."""
_SCALE_M, _PICK_M, _PICKUP_M, _APERTURE_M = 0.648, 0.11, 0.155, 0.018
"""Scale length; distance from the bridge of pick and (neck-side) pickup; width the pickup sees."""
_HIGHEST_HZ = 12_000.0
_FLOOR = 3e-6
"""Modes end where they are this far below full scale (-110 dB)."""

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Note:
    """One pluck."""

    start: float
    """s"""
    string: int
    """0 = low E .. 5 = high E"""
    fret: int
    velocity: float
    """0 barely touched .. 1 as hard as it goes: 34 dB, and the harder the brighter"""
    seconds: float
    """until the finger damps the string"""
    palm: bool = False
    bend: tuple[tuple[float, float], ...] = ()
    """(s after the start, semitones), joined by straight lines"""
    vibrato: float = 0.0
    """cents, peak"""
    pick: float = 1.0
    """place of the pick relative to the usual one: 0.4 near the bridge, 1.8 over the neck"""


def pluck(note: Note, random: npt.NDArray[np.float64]) -> Samples:
    """Renders one note: (n,) velocity of the string over the pickup, about 1.0 peak when hard.

    `random`: at least 400 values in [0, 1) that make every pluck a little different.
    """
    stretch = 2.0 ** (note.fret / 12)
    f0 = OPEN_STRINGS[note.string] * stretch * 2 ** ((random[0] - 0.5) * 3 / 1200)
    length = _SCALE_M / stretch
    level = 10 ** ((note.velocity - 1) * 34 / 20)
    place = min(_PICK_M * note.pick * (0.9 + 0.2 * random[1]) / length, 0.5)
    n = np.arange(1, int(_HIGHEST_HZ / f0) + 1)
    b = _STIFFNESS[note.string] * stretch**2
    ratio = n * np.sqrt(1 + b * n**2)
    hz = ratio * f0
    # A soft pick is wide and slow: it leaves the upper modes alone.
    corner = 900 + 6500 * note.velocity**1.3
    shape = np.sin(np.pi * n * place) / n / (1 + (hz / corner) ** 2)
    heard = np.sin(np.pi * n * min(_PICKUP_M / length, 0.47))
    heard = heard * np.sinc(n * _APERTURE_M / length)
    amplitude = level * shape * heard * 2.4
    # 1/s: losses to the frame, to the air and inside the string; a palm adds its own.
    loss = 0.45 + 0.25 * stretch + 3.0 * (hz / 3000) ** 1.5
    if note.palm:
        loss = loss + 13 + 45 * (hz / 1000)
    out = np.zeros(int((note.seconds + 0.25) * RATE))
    t = np.arange(len(out)) / RATE
    phase = 2 * np.pi * f0 * np.cumsum(_pitch(note, t)) / RATE
    for turn, (share, tune, faster) in enumerate(((0.72, 1.0, 1.0), (0.28, 1.00035, 2.6))):
        for i in range(len(n)):
            top = abs(share * amplitude[i])
            if top < _FLOOR or hz[i] > _HIGHEST_HZ:
                continue
            rate = loss[i] * faster
            end = min(len(out), int(np.log(top / _FLOOR) / rate * RATE) + 1)
            start_phase = 0.3 * (random[2 + (2 * i + turn) % 200] - 0.5)
            wave = np.sin(ratio[i] * tune * phase[:end] + start_phase)
            out[:end] += share * amplitude[i] * np.exp(-rate * t[:end]) * wave
    out *= np.minimum(t / 0.0006, 1.0)
    # The scrape of the pick: 4 ms of noise.
    scrape = (random[:192] - 0.5) * np.linspace(1, 0, 192) ** 2
    out[:192] += level * 0.10 * note.velocity * scrape
    release = np.maximum(t - note.seconds, 0.0)
    return np.asarray(out * np.exp(-release / 0.022))


def _pitch(note: Note, t: Samples) -> Samples:
    """Pitch over time as a factor: bend, vibrato, and the sharp start of a hard pluck."""
    factor = 1 + 0.0035 * note.velocity**2 * np.exp(-t / 0.12)
    if note.bend:
        at, semitones = zip(*note.bend, strict=True)
        factor = factor * 2 ** (np.interp(t, at, semitones) / 12)
    if note.vibrato:
        depth = note.vibrato * np.clip((t - 0.25) / 0.3, 0, 1)
        factor = factor * 2 ** (depth * np.sin(2 * np.pi * 5.4 * t) / 1200)
    return np.asarray(factor)


def pickup(track: Samples) -> Samples:
    """What the pickup makes of the strings' motion, at the end of the cable.

    Slight curvature (the field weakens with distance), then the resonance of its coil with the
    cable (4.3 kHz, Q 1.9) and a coupling capacitor (18 Hz).
    """
    curved = track + 0.03 * track**2
    padded = 1 << (len(track) + RATE - 1).bit_length()
    s = 2j * np.pi * np.fft.rfftfreq(padded, 1 / RATE)
    w0, q, low = 2 * np.pi * 4300, 1.9, 2 * np.pi * 18
    response = w0**2 / (s**2 + s * w0 / q + w0**2) * s / (s + low)
    return np.asarray(np.fft.irfft(np.fft.rfft(curved, padded) * response, padded)[: len(track)])
