# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Images with the right first bytes for a board, and the rest noise: quick to make."""

import random
from pathlib import Path

from pedalsmith.native.boards import load_board


def daisy(path: Path, kind: str = "flash", count: int = 9_001, text: bytes = b"") -> Path:
    """A .bin with a stack and a reset vector of that kind of image."""
    code = load_board("daisy_seed").images[kind].code
    vectors = (0x20020000).to_bytes(4, "little") + (code.origin + 0x401).to_bytes(4, "little")
    path.write_bytes(vectors + text + random.Random(count).randbytes(count - 8 - len(text)))
    return path


def teensy(path: Path, flash_bytes: int = 2 << 20, count: int = 9_001) -> Path:
    """A .bin that begins with the configuration of a flash chip of that size."""
    noise = bytearray(random.Random(count).randbytes(count))
    noise[:4] = b"FCFB"
    noise[0x50:0x54] = flash_bytes.to_bytes(4, "little")
    path.write_bytes(noise)
    return path
