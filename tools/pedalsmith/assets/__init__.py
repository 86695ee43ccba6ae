# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The capture that the package ships: 36 s of guitar through a diode overdrive.

Both sides are the project's own and can be remade to the last bit: captures/overdrive. Mono,
48 kHz, 24 bit. The test part is other playing of the same kinds and no part of the training.
"""

from pathlib import Path

TEST_SECONDS = (30.0, 36.0)
"""From, to; s. What is kept for measuring; everything before it is for training."""

_HERE = Path(__file__).resolve().parent


def dry_path() -> Path:
    """The guitar, as it enters the pedal; peak -3 dBFS."""
    return _HERE / "overdrive_dry.flac"


def wet_path() -> Path:
    """What the overdrive makes of it, sample for sample aligned."""
    return _HERE / "overdrive_wet.flac"
