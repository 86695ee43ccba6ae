# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the command line of `pedalsmith train` asks for."""

from dataclasses import dataclass
from pathlib import Path

from pedalsmith_trainer.settings import Settings


@dataclass(frozen=True)
class Request:
    """The command line."""

    output: Path
    settings: Settings
    dry: Path | None = None
    wet: Path | None = None
    captures: Path | None = None
    """A TOML list instead of one pair: a model with knobs."""
    test_dry: Path | None = None
    test_wet: Path | None = None
    test_seconds: float = 0.0
    channel: int | None = None
    name: str | None = None
    gear: str | None = None
    input_dbu: float | None = None
    output_dbu: float | None = None
    fit: str | None = None
    """Board for which kind and size of the network are chosen."""
    max_cpu: float = 60.0
    """Percent of that board's time."""
    tensorboard: Path | None = None
    """Folder for TensorBoard's files."""
    resume: bool = False
    as_json: bool = False
