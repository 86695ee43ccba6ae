# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Sound for the tests: a guitar of sorts, gear of sorts, and delays of any size."""

import numpy as np

RATE = 48_000


def guitar(seconds: float, seed: int = 0) -> np.ndarray:
    """Plucked strings: damped harmonics of random notes, peak 0.5."""
    generator = np.random.default_rng(seed)
    count = round(seconds * RATE)
    sound = 1e-5 * generator.normal(size=count)
    time = np.arange(RATE) / RATE
    for start in range(0, count, RATE // 5):
        pitch = 82.4 * 2 ** (generator.integers(0, 36) / 12)
        note = sum(
            generator.uniform(0.3, 1.0)
            / k**1.3
            * np.sin(2 * np.pi * k * pitch * time + generator.uniform(0, 6.28))
            * np.exp(-(3 + 0.8 * k) * time)
            for k in range(1, int(min(40, 12_000 / pitch)))
        )
        note[:96] += 0.3 * generator.normal(size=96)
        end = min(count, start + len(note))
        sound[start:end] += (generator.uniform(0.2, 1.0) * note)[: end - start]
    return 0.5 * sound / np.abs(sound).max()


def pedal(dry: np.ndarray, drive: float = 8.0) -> np.ndarray:
    """A memoryless, lopsided overdrive between two first-order filters."""
    driven = np.tanh(drive * one_pole(dry, 0.4) + 0.2) - np.tanh(0.2)
    return 0.3 * one_pole(driven, 0.3)


def one_pole(sound: np.ndarray, share: float) -> np.ndarray:
    """y[n] = share x[n] + (1 - share) y[n - 1], as a long FIR."""
    taps = share * (1 - share) ** np.arange(200)
    return np.convolve(sound, taps)[: len(sound)]


def delayed(sound: np.ndarray, samples: float) -> np.ndarray:
    """Moved by any number of samples, either way, with silence moving in."""
    size = 1 << (len(sound) + 8192).bit_length()
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(size) * samples)
    return np.fft.irfft(np.fft.rfft(sound, size) * turn, size)[: len(sound)]


def noisy(sound: np.ndarray, db: float, seed: int = 1) -> np.ndarray:
    """With white noise `db` against the sound's own RMS."""
    rms = np.sqrt(np.mean(np.square(sound)))
    return sound + 10 ** (db / 20) * rms * np.random.default_rng(seed).normal(size=len(sound))
