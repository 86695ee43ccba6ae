# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WAV and FLAC in and out, and the 24-bit words that the pedal computes with.

Sound is held as float64, one channel, full scale = 1.0. The engine's words are Q23: an int32 in
[-2**23, 2**23 - 1], the 24 bits of the codec.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith.files import whole_file

SAMPLE_RATE = 48_000
"""Hz; the rate of every board and of every blob."""

Q23_ONE = 1 << 23
"""The Q23 word that would stand for 1.0; the largest there is is one less."""

Samples = npt.NDArray[np.float64]
Words = npt.NDArray[np.int32]

_FORMATS = {"WAV", "WAVEX", "FLAC", "AIFF", "RF64", "W64"}
_LOWEST_RATE, _HIGHEST_RATE = 8_000, 384_000


@dataclass(frozen=True)
class Audio:
    """One channel of sound: `samples` (n,) float64 at SAMPLE_RATE, and where it came from."""

    samples: Samples
    path: Path
    file_rate: int
    """Hz, as the file has it, before any resampling."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / SAMPLE_RATE


def read_audio(path: Path, *, channel: int | None = None, least_seconds: float = 0.0) -> Audio:
    """Reads one channel of a sound file at SAMPLE_RATE.

    Another rate is resampled (soxr, very high quality) with a notice. `channel` counts from 1
    and must be given for a file with several. Raises BadInput in one line for whatever cannot
    be used: no sound file, truncated, empty, too short, not finite.
    """
    samples, rate = _read_file(path)
    if samples.shape[1] > 1 and channel is None:
        raise BadInput(
            f"{path}: has {samples.shape[1]} channels; say which one to use with --channel 1 "
            f"to --channel {samples.shape[1]}."
        )
    index = (channel or 1) - 1
    if not 0 <= index < samples.shape[1]:
        raise BadInput(f"{path}: has no channel {channel}; it has {samples.shape[1]}.")
    one = np.ascontiguousarray(samples[:, index])
    if not np.all(np.isfinite(one)):
        raise BadInput(
            f"{path}: contains values that are no numbers; export it again as 24-bit WAV."
        )
    if rate != SAMPLE_RATE:
        notice(f"{path.name}: resampled from {rate} Hz to {SAMPLE_RATE} Hz.")
        one = soxr.resample(one, rate, SAMPLE_RATE, quality="VHQ")
    if len(one) < least_seconds * SAMPLE_RATE:
        raise BadInput(
            f"{path}: is {len(one) / SAMPLE_RATE:.2f} s long; "
            f"at least {least_seconds:g} s are needed."
        )
    return Audio(one, path, rate)


def _read_file(path: Path) -> tuple[Samples, int]:
    """Returns samples (n, channels) and the rate of the file, or raises BadInput."""
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file; check the name.")
    try:
        with soundfile.SoundFile(path) as file:
            if file.format not in _FORMATS:
                raise BadInput(
                    f"{path}: is {file.format}, not WAV or FLAC; export it as 24-bit WAV."
                )
            if not _LOWEST_RATE <= file.samplerate <= _HIGHEST_RATE:
                raise BadInput(f"{path}: says {file.samplerate} Hz; export it at 48000 Hz.")
            _check_whole(path, file)
            samples = file.read(dtype="float64", always_2d=True)
            rate, frames = file.samplerate, file.frames
    except soundfile.LibsndfileError:
        raise BadInput(
            f"{path}: is no WAV or FLAC file that can be read; export it again as 24-bit WAV."
        ) from None
    if len(samples) < frames:
        raise BadInput(
            f"{path}: is truncated, {len(samples)} of {frames} samples are there; "
            "copy or export it again."
        )
    if len(samples) == 0:
        raise BadInput(f"{path}: contains no samples; export it again.")
    return samples, rate


def _check_whole(path: Path, file: soundfile.SoundFile) -> None:
    """Refuses a RIFF/WAVE file whose data chunk says more bytes than the file has.

    libsndfile reads such a file without a word, up to where it ends.
    """
    if file.format not in {"WAV", "WAVEX"}:
        return
    data = path.read_bytes()
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        # 0 and 0xFFFFFFFF are what programs leave that write to a pipe: length unknown.
        if name == b"data" and size not in {0, 0xFFFFFFFF} and at + 8 + size > len(data):
            raise BadInput(
                f"{path}: is truncated, {len(data) - at - 8} of {size} bytes of sound are there; "
                "copy or export it again."
            )
        if name == b"data":
            return
        at += 8 + size + (size & 1)


def write_wav(path: Path, samples: Samples, *, rate: int = SAMPLE_RATE) -> None:
    """Writes one channel as 24-bit WAV; what is beyond full scale is clipped."""
    with whole_file(path) as temporary:
        # libsndfile takes the 24 upper bits of an int32.
        words = to_q23(samples).astype(np.int32) << 8
        try:
            soundfile.write(temporary, words, rate, subtype="PCM_24", format="WAV")
        except soundfile.LibsndfileError:  # it says "System error." of a full disk
            raise BadInput(f"{path}: cannot be written; make room there.") from None


def to_q23(samples: Samples) -> Words:
    """Float full scale 1.0 to Q23 words, rounded to nearest (half to even), clipped to 24 bits."""
    scaled = np.rint(np.asarray(samples, dtype=np.float64) * Q23_ONE)
    return np.clip(scaled, -Q23_ONE, Q23_ONE - 1).astype(np.int32)


def from_q23(words: npt.NDArray[np.int32]) -> Samples:
    """Q23 words to float64, exactly."""
    return np.asarray(words, dtype=np.float64) / Q23_ONE
