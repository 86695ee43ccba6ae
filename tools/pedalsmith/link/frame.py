# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Frames of the protocol, and the text between them, out of a stream of bytes."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from cobs import cobs

from pedalsmith.link.protocol import BODY_BYTES, Header

_CRC_BYTES = 4
_MOST_TEXT = 1 << 16
"""What has no zero byte for so long is dropped"""


@dataclass(frozen=True)
class Frame:
    """A frame whose CRC is right."""

    header: Header
    body: bytes


def encode(header: Header, body: bytes) -> bytes:
    """The bytes on the line, zeros at both ends."""
    data = header.pack() + body
    stuffed: bytes = cobs.encode(data + zlib.crc32(data).to_bytes(_CRC_BYTES, "little"))
    return b"\0" + stuffed + b"\0"


def decode(part: bytes) -> Frame | None:
    """The frame between two zero bytes; None when it is none."""
    if len(part) > cobs.max_encoded_length(Header.size() + BODY_BYTES + _CRC_BYTES):
        return None
    try:
        data = cobs.decode(part)
    except cobs.DecodeError:
        return None
    if len(data) < Header.size() + _CRC_BYTES:
        return None
    data, crc = data[:-_CRC_BYTES], data[-_CRC_BYTES:]
    if zlib.crc32(data).to_bytes(_CRC_BYTES, "little") != crc:
        return None
    return Frame(Header.unpack(data), data[Header.size() :])


class Splitter:
    """Takes bytes as they come; gives frames, and lines of text."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self.damaged = 0
        """Parts that were neither a frame nor text"""

    def feed(self, data: bytes) -> Iterator[Frame | str]:
        """Yields what is complete with these bytes."""
        self._pending += data
        *parts, rest = self._pending.split(b"\0")
        self._pending = bytearray() if len(rest) > _MOST_TEXT else rest
        for part in parts:
            if not part:
                continue
            frame = decode(bytes(part))
            if frame is not None:
                yield frame
                continue
            lines = _text(bytes(part))
            if lines is None:
                self.damaged += 1
            else:
                yield from lines


def _text(part: bytes) -> list[str] | None:
    """Its lines; None when it is no text."""
    try:
        text = part.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(ord(sign) < 32 and sign not in "\r\n\t" for sign in text):
        return None
    return [line for line in text.splitlines() if line.strip()]
