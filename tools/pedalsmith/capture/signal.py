# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The test signal to play into the gear: what each part of it is for, and the sound itself.

Mono, SAMPLE_RATE, peak -1 dBFS. The same samples on every machine of the same NumPy and on every
run; what `check` needs of it, it finds in the recording and not by position.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pedalsmith import assets
from pedalsmith.audio import SAMPLE_RATE, Samples, read_audio

PHRASE_SECONDS = 9
_PEAK = 10 ** (-1 / 20)
_SEED = 20


@dataclass(frozen=True)
class Part:
    """One stretch of the signal."""

    name: str
    purpose: str
    make: Callable[[], Samples]


def parts() -> list[Part]:
    """The signal, from start to end."""
    return [
        Part("count-in", "shows that the recording runs", _count_in),
        Part("silence", "noise floor and hum", lambda: _silence(2.0)),
        Part("blips", "delay at the start", _blips),
        Part("phrase", "first playing of the phrase that comes twice", _phrase),
        Part("chirp", "every frequency at two levels", _chirps),
        Part("noise", "all frequencies at once, at five levels", _noise_steps),
        Part("playing", "guitar at full level", lambda: _playing(1.0)),
        Part("soft playing", "the same guitar 14 dB lower", lambda: _playing(0.2)),
        Part("fade", "guitar from nothing to full level", _rising_playing),
        Part("silence", "how the gear falls silent", lambda: _silence(2.0)),
        Part("blips", "delay at the end: drift", _blips),
        Part("phrase", "second playing: what differs cannot be learnt", _phrase),
        Part("silence", "lets the gear ring out", lambda: _silence(1.0)),
    ]


def make_signal() -> tuple[Samples, list[tuple[Part, float, float]]]:
    """Returns the signal (n,) and for each part its start and length in seconds."""
    pieces, places, at = [], [], 0
    for part in parts():
        piece = part.make()
        places.append((part, at / SAMPLE_RATE, len(piece) / SAMPLE_RATE))
        pieces.append(piece)
        at += len(piece)
    return np.concatenate(pieces) * _PEAK, places


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE))


def _count_in() -> Samples:
    """Four beeps, half a second apart, the last one higher."""
    beat = np.zeros(SAMPLE_RATE // 2)
    time = np.arange(2400) / SAMPLE_RATE
    bell = np.sin(np.pi * np.arange(2400) / 2400)
    beats = []
    for hertz in (440.0, 440.0, 440.0, 880.0):
        one = beat.copy()
        one[:2400] = 0.3 * bell * np.sin(2 * np.pi * hertz * time)
        beats.append(one)
    return np.concatenate(beats)


def _blips() -> Samples:
    """An impulse up, one down, each with room to ring out."""
    sound = np.zeros(SAMPLE_RATE)
    sound[SAMPLE_RATE // 4] = 1.0
    sound[3 * SAMPLE_RATE // 4] = -1.0
    return sound


def _chirps() -> Samples:
    """20 Hz to 20 kHz in 6 s, exponentially, at -6 and -26 dB."""
    seconds, low, high = 6.0, 20.0, 20_000.0
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    rate = np.log(high / low)
    phase = 2 * np.pi * low * seconds / rate * np.expm1(time / seconds * rate)
    sweep = np.sin(phase) * _faded(len(time))
    return np.concatenate([0.5 * sweep, _silence(0.5), 0.05 * sweep, _silence(0.5)])


def _noise_steps() -> Samples:
    """Noise that falls by 3 dB an octave, as guitars do, for 2 s each at 0 to -48 dB."""
    count = 2 * SAMPLE_RATE
    generator = np.random.default_rng(_SEED)
    spectrum = np.fft.rfft(generator.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 40.0)), count) * _faded(count)
    pink /= np.abs(pink).max()
    return np.concatenate([pink * 10 ** (-level / 20) for level in (0, 12, 24, 36, 48)])


def _guitar() -> Samples:
    sound = read_audio(assets.dry_path()).samples
    peak = float(np.abs(sound).max())
    return sound / peak


def _phrase() -> Samples:
    last = _guitar()[-PHRASE_SECONDS * SAMPLE_RATE :]
    return last * _faded(len(last))


def _playing(gain: float) -> Samples:
    sound = _guitar()[: -PHRASE_SECONDS * SAMPLE_RATE]
    return gain * sound * _faded(len(sound))


def _rising_playing() -> Samples:
    sound = _playing(1.0)
    return sound * 10 ** (np.linspace(-60, 0, len(sound)) / 20)


def _faded(count: int) -> Samples:
    """1, with a rise and a fall of 10 ms."""
    edge = SAMPLE_RATE // 100
    window = np.ones(count)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
    window[:edge], window[-edge:] = ramp, ramp[::-1]
    return window
