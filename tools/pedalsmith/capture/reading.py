# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Reads a pair of files and refuses what no network could learn from."""

from dataclasses import dataclass
from pathlib import Path

from pedalsmith.audio import SAMPLE_RATE, Audio, Samples, read_audio
from pedalsmith.capture.alignment import LARGEST_DELAY, Alignment, measure_alignment, shifted
from pedalsmith.capture.measures import clipped_share, rms
from pedalsmith.console import notice
from pedalsmith.errors import BadInput

LEAST_SECONDS = 3.0

_SILENT_RMS = 10 ** (-80 / 20)
_CLIPPED_SHARE = 1e-4
_LENGTH_SLACK_S = LARGEST_DELAY / SAMPLE_RATE


@dataclass(frozen=True)
class Capture:
    """Dry and wet sound, aligned and upright: (n,) each, at SAMPLE_RATE, the files' levels."""

    dry: Samples
    wet: Samples
    alignment: Alignment
    dry_path: Path
    wet_path: Path
    dry_audio: Audio
    wet_audio: Audio
    """The files as they were read."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.dry) / SAMPLE_RATE


def read_pair(dry_path: Path, wet_path: Path, *, channel: int | None = None) -> tuple[Audio, Audio]:
    """Reads a pair. `channel` counts from 1 and is used where a file has several.

    Raises BadInput for what cannot be read, for other rates, and for lengths that differ by more
    than half a second.
    """
    dry = read_audio(dry_path, channel=channel, least_seconds=LEAST_SECONDS)
    wet = read_audio(wet_path, channel=channel, least_seconds=LEAST_SECONDS)
    if dry.file_rate != wet.file_rate:
        raise BadInput(
            f"{wet_path}: is at {wet.file_rate} Hz but {dry_path.name} at {dry.file_rate} Hz; "
            "export both at the same rate."
        )
    _check_lengths(dry, wet)
    return dry, wet


def read_capture(
    dry_path: Path,
    wet_path: Path,
    *,
    channel: int | None = None,
    alignment: Alignment | None = None,
) -> Capture:
    """Reads, checks and aligns a pair.

    `alignment` takes over one that was measured on another pair from the same session (a test
    pair). Raises BadInput for what read_pair refuses, and for pairs that do not belong together,
    are silent or clipped.
    """
    dry, wet = read_pair(dry_path, wet_path, channel=channel)
    _check_sound(dry)
    _check_sound(wet)
    found = alignment or measure_alignment(dry.samples, wet.samples)
    if alignment is None and not found.found:
        raise BadInput(
            f"{wet_path}: does not sound like {dry_path.name} through gear, no common delay was "
            f"found (peak {found.peak:.0f}, needed 25; lead {found.lead:.1f}, needed 1.6); check "
            "that both files are from the same take."
        )
    upright = -wet.samples if found.inverted else wet.samples
    return Capture(*shifted(dry.samples, upright, found.shift), found, dry_path, wet_path, dry, wet)


def describe_alignment(alignment: Alignment) -> str:
    """One line for a person."""
    samples = abs(alignment.delay)
    if samples < 0.5:
        said = "wet and dry are in step"
    else:
        way = "comes after" if alignment.delay > 0 else "leads"
        said = f"wet {way} dry by {samples:.1f} samples ({1000 * samples / SAMPLE_RATE:.2f} ms)"
    return said + (", inverted; both are put right" if alignment.inverted else "")


def _check_lengths(dry: Audio, wet: Audio) -> None:
    difference = dry.seconds - wet.seconds
    if abs(difference) > _LENGTH_SLACK_S:
        raise BadInput(
            f"{wet.path}: is {wet.seconds:.2f} s long but {dry.path.name} {dry.seconds:.2f} s; "
            "export both from the same start to the same end."
        )
    if abs(difference) > 0.001:
        than = "shorter" if difference > 0 else "longer"
        notice(
            f"{wet.path.name}: is {abs(difference):.3f} s {than} than {dry.path.name}; "
            "the common part is used."
        )


def _check_sound(audio: Audio) -> None:
    samples = audio.samples
    if rms(samples) < _SILENT_RMS:
        raise BadInput(f"{audio.path}: is silent; check the input of the recording and play again.")
    share = clipped_share(samples)
    if share > _CLIPPED_SHARE:
        raise BadInput(
            f"{audio.path}: is clipped, {100 * share:.2f} % of its samples stick at full scale; "
            "turn the recording level down and play again."
        )
