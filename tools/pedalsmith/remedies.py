# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What to do, in the words that several errors end with."""

from pathlib import Path

SMALLER = "take a smaller model or, of an LSTM or GRU, int8 weights"
"""For a model that has too many bytes; a convolution has no int8 weights."""

_MAGIC = b"PSMB"


def convert(data: bytes, name: str) -> str:
    """For what the engine refuses: `data` is what `name` holds, most often a path."""
    path = Path(name)
    if data.startswith(_MAGIC) or path.suffix.lower() in ("", ".psm"):
        return "convert the model again"
    return f"convert it first: pedalsmith convert {name} -o {path.with_suffix('.psm').name}"
