# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Where the C sources and the board folders are: in the checkout or inside the wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def source_root() -> Path:
    """The folder that holds firmware/ and boards/.

    The wheel carries them as pedalsmith/_source; an editable install uses the checkout itself.
    """
    packaged = _PACKAGE / "_source"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1]


def firmware_dir() -> Path:
    """firmware/: the engine, the pedal, drivers, start-up code."""
    return source_root() / "firmware"


def boards_dir() -> Path:
    """boards/: one folder a board."""
    return source_root() / "boards"
