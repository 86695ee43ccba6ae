# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The tool's end of firmware/link/protocol.h for tests of the pedal's end, written apart."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import cobs.cobs

HELLO, STATS, LOG, SETTINGS, SET = 0x01, 0x02, 0x03, 0x10, 0x11
LIST, SELECT, NAME, ERASE = 0x20, 0x21, 0x22, 0x23
BEGIN, CHUNK, COMMIT, ABORT = 0x28, 0x29, 0x2A, 0x2B
SELF_TEST, STREAM_BEGIN, STREAM, STREAM_END, REBOOT = 0x30, 0x38, 0x39, 0x3A, 0x40
OK, UNKNOWN, BAD_LENGTH, BAD_VALUE, OUT_OF_ORDER, NO_SESSION, BUSY = range(7)
NO_STORE, NO_SUCH_SLOT, READ_ONLY, TOO_LARGE, NOT_LOADING, NOT_NEXT = range(7, 13)
INCOMPLETE, BAD_CRC, REFUSED, STORE_FAILED, NO_MODEL, NOT_STREAMING = range(13, 19)
NO_SLOT, IMAGE_SLOT = 255, 128
PLAYS = 3


class Device(Protocol):
    """A pedal on a line: HostBoard, or an emulated one."""

    def send(self, data: bytes) -> None: ...

    def receive(self) -> bytes: ...

    def wait(self, milliseconds: int) -> None: ...


def frame(command: int, sequence: int, body: bytes = b"") -> bytes:
    raw = struct.pack("<BBH", command, 0, sequence) + body
    return b"\0" + cobs.cobs.encode(raw + struct.pack("<I", zlib.crc32(raw))) + b"\0"


@dataclass(frozen=True)
class Answer:
    """A frame that came back."""

    command: int
    status: int
    sequence: int
    body: bytes

    @property
    def detail(self) -> int:
        """Of a refusal."""
        return int(struct.unpack_from("<I", self.body)[0])

    @property
    def reason(self) -> str:
        """Of a refusal."""
        return self.body[4:].rstrip(b"\0").decode()


@dataclass(frozen=True)
class Model:
    """struct link_model."""

    state: int
    slot: int
    flags: int
    engine_status: int
    bytes: int
    crc: int
    name: str


def model(body: bytes, at: int = 0) -> Model:
    state, slot, flags, status, size, crc = struct.unpack_from("<4B2I", body, at)
    name = body[at + 40 : at + 72].rstrip(b"\0").decode()
    return Model(state, slot, flags, status, size, crc, name)


def answers(said: bytes) -> tuple[list[Answer], bytes]:
    """What lies between zero bytes: good frames, and the rest as text."""
    found, text = [], b""
    for part in said.split(b"\0"):
        try:
            raw = cobs.cobs.decode(part)
        except cobs.cobs.DecodeError:
            raw = b""
        if len(raw) >= 8 and zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "little"):
            command, status, sequence = struct.unpack_from("<BBH", raw)
            found.append(Answer(command, status, sequence, raw[4:-4]))
        else:
            text += part
    return found, text


@dataclass
class Line:
    """Asks and waits for the answer."""

    device: Device
    sequence: int = 0
    wait_ms: int = 4_000
    text: bytes = b""
    sent: list[bytes] = field(default_factory=list)
    """Every frame, in order"""
    idle: Callable[[], None] = lambda: None

    def ask(self, command: int, body: bytes = b"") -> Answer:
        """Sends the next request and returns its answer."""
        self.sequence = (self.sequence + 1) & 0xFFFF
        return self.send(frame(command, self.sequence, body))

    def send(self, data: bytes) -> Answer:
        """Sends bytes and returns the first answer."""
        self.sent.append(data)
        self.device.send(data)
        said = b""
        for _ in range(self.wait_ms):
            said += self.device.receive()
            if said.count(b"\0") >= 2:
                found, text = answers(said)
                self.text += text
                if found:
                    return found[0]
            self.device.wait(1)
        raise AssertionError(f"no answer to {data[:16].hex()}; {said[:200]!r} came")

    def good(self, command: int, body: bytes = b"") -> bytes:
        """The body of an answer that must not be a refusal."""
        answer = self.ask(command, body)
        assert answer.status == OK, answer.reason
        assert (answer.command, answer.sequence) == (command + 0x80, self.sequence)
        return answer.body

    def hello(self, session: int = 1) -> bytes:
        return self.good(HELLO, struct.pack("<HHI", 1, 0, session))

    def load(
        self, blob: bytes, slot: int = NO_SLOT, play: bool = True, name: str = "", most: int = 1024
    ) -> Answer:
        """A whole load; returns the answer to the commit, or the first refusal."""
        text = name.encode().ljust(32, b"\0")
        head = struct.pack("<BBHII", slot, play, 0, len(blob), zlib.crc32(blob)) + text
        answer = self.ask(BEGIN, head)
        for at in range(0, len(blob), most):
            if answer.status == OK:
                answer = self.ask(CHUNK, struct.pack("<I", at) + blob[at : at + most])
        return self.ask(COMMIT) if answer.status == OK else answer

    def slots(self) -> dict[int, tuple[str, int, int]]:
        """Number: (name, flags, CRC) of all models there are."""
        body = self.good(LIST, struct.pack("<I", 0))
        first, count, total = struct.unpack_from("<HBB", body)
        assert (first, count) == (0, min(total, 20))
        assert len(body) == 4 + 48 * count
        found = {}
        for at in range(4, len(body), 48):
            slot, flags, _, _, crc, _ = struct.unpack_from("<BBHIII", body, at)
            found[slot] = (body[at + 16 : at + 48].rstrip(b"\0").decode(), flags, crc)
        return found

    def model(self) -> Model:
        """What plays."""
        return model(self.good(STATS), 100)
