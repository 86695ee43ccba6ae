# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Blobs that lie: fields and tensors changed, the CRC set right again."""

import struct
import zlib

import numpy as np

from .blobs import random_bytes

INTERESTING = (0, 1, 2, 3, 4, 7, 31, 32, 63, 64, 65, 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF)
WIDE = (*INTERESTING, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC, 0x40000000, 1 << 24)


def signed_off(data: bytes) -> bytes:
    """The blob with its length and CRC fields set right."""
    body = bytearray(data)
    if len(body) >= 16:
        body[8:12] = struct.pack("<I", len(body))
        body[12:16] = bytes(4)
        body[12:16] = struct.pack("<I", zlib.crc32(body))
    return bytes(body)


def field_attacks(data: bytes) -> list[bytes]:
    """Every 16-bit field of header and first record header at every interesting value, and every
    32-bit one likewise."""
    attacks = []
    for at in range(0, 64 + 16, 2):
        for value in INTERESTING:
            body = bytearray(data)
            body[at : at + 2] = struct.pack("<H", value)
            attacks.append(signed_off(bytes(body)))
    for at in range(0, 64 + 16, 4):
        for value in WIDE:
            body = bytearray(data)
            body[at : at + 4] = struct.pack("<I", value)
            attacks.append(signed_off(bytes(body)))
    return attacks


def random_attacks(count: int, seed: int = 0, sources: list[bytes] | None = None) -> list[bytes]:
    """Random changes anywhere: bytes, words at the extremes, cuts, growth, sections swapped.

    Of `sources`; of recurrent networks unless given.
    """
    rng = np.random.default_rng(seed)
    sources = sources or [
        random_bytes(1, hidden=(2,)),
        random_bytes(2, kind="gru", hidden=(3,), knobs=2),
        random_bytes(3, hidden=(2, 3), int8=True),
        random_bytes(4, kind="gru", hidden=(1, 2), extreme=True),
        random_bytes(5, hidden=(4,), knobs=4, extreme=True, dense=(3, 1)),
    ]
    attacks = []
    for index in range(count):
        body = bytearray(sources[index % len(sources)])
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(0, len(body)))
            match int(rng.integers(0, 5)):
                case 0:
                    body[at] = int(rng.integers(0, 256))
                case 1:
                    word = int(rng.choice(WIDE))
                    body[at & ~3 : (at & ~3) + 4] = struct.pack("<I", word)
                case 2:
                    body[at & ~1 : (at & ~1) + 2] = struct.pack("<H", int(rng.choice(INTERESTING)))
                case 3:
                    del body[at : at + int(rng.integers(1, 9))]
                case _:
                    body[at:at] = bytes(int(rng.integers(1, 9)))
            if len(body) < 64:
                body += bytes(64 - len(body))
        attacks.append(signed_off(bytes(body)))
    return attacks
