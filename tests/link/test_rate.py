# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How fast `verify` and `load` are over USB at full speed, by calculation from the real frames."""

from pedalsmith.link import protocol as p
from pedalsmith.link.body import Body
from pedalsmith.link.frame import encode

BITS_PER_SECOND = 12e6
PACKET_BYTES, PACKET_OVERHEAD = 64, 13
"""Bulk at full speed, and what each packet takes besides (USB 2.0, table 5-9)"""
FRAME_SECONDS = 1e-3
SAMPLE_RATE = 48_000


def line_seconds(head: Body, tail: int) -> float:
    """A frame with that head and so many bytes on the bus, whatever is in them."""
    header = p.Header(p.Command.STREAM_DATA, 0, 1)
    # COBS takes most room where there is no zero.
    longest = max(len(encode(header, head.pack() + bytes([v]) * tail)) for v in (0, 1, 255))
    packets = -(-longest // PACKET_BYTES)
    # A host that asks late, or sends the request in the next frame only.
    waiting = 2 * FRAME_SECONDS
    return 8 * (longest + packets * PACKET_OVERHEAD) / BITS_PER_SECOND + waiting


def test_verify_streams_at_a_quarter_of_real_time() -> None:
    audio = p.STREAM_SAMPLES / SAMPLE_RATE
    both_ways = 2 * line_seconds(p.Stream(0, 0), 4 * p.STREAM_SAMPLES)
    # A model that fills the processor takes as long as its audio lasts.
    assert audio / (both_ways + audio) >= 0.25


def test_a_model_of_30_kb_is_on_the_line_for_less_than_half_a_second() -> None:
    chunks = -(-30_000 // p.CHUNK_BYTES)
    chunk = line_seconds(p.Chunk(0), p.CHUNK_BYTES) + line_seconds(p.ProgressAnswer(0), 0)
    assert chunks * chunk < 0.5
