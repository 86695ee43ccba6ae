# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Requests to a running pedal: each is done once or refused, whatever the line does to it."""

import secrets
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import protocol as p
from pedalsmith.link.body import Body
from pedalsmith.link.frame import Frame, Splitter, encode
from pedalsmith.link.line import Line, SerialLine
from pedalsmith.link.refused import Refused, SessionLost

_Answer = TypeVar("_Answer", bound=Body)

_MS = {
    p.Command.LOAD_CHUNK: p.CHUNK_MS,
    p.Command.LOAD_COMMIT: p.CHANGE_MS,
    p.Command.BANK_LIST: p.CHANGE_MS,
    p.Command.BANK_SELECT: p.CHANGE_MS,
    p.Command.BANK_NAME: p.CHANGE_MS,
    p.Command.BANK_ERASE: p.CHANGE_MS,
    p.Command.SELF_TEST: p.CHANGE_MS,
    p.Command.STREAM_BEGIN: p.CHANGE_MS,
    p.Command.STREAM_DATA: p.STREAM_MS,
}
"""Time-outs that are not REPLY_MS."""

_HARMLESS = {p.Command.STATS, p.Command.LOG, p.Command.SETTINGS, p.Command.SET, p.Command.BANK_LIST}
"""Done twice, they do what they do once."""

_RESEND_MS = p.REPLY_MS
"""A request that is waited for longer is sent again: should it be lost, the session lives on."""

_BUSY_SECONDS = 0.05


class Client:
    """A session with a pedal. Use it as a context."""

    def __init__(self, line: Line, where: str, on_text: Callable[[str], None]) -> None:
        """`where` begins every error; `on_text` gets the lines that come between frames."""
        self._line, self.where = line, where
        self._on_text = on_text
        self._splitter = Splitter()
        self._frames: deque[Frame] = deque()
        self._sequence = 0
        self.resent = 0
        """Requests that had to be sent again"""
        try:
            line.write(b"\0")
            self.hello = self._say_hello()
        except BaseException:
            line.close()
            raise

    @classmethod
    def open(cls, port: str, on_text: Callable[[str], None]) -> "Client":
        """Opens the port and says hello. Raises DeviceTrouble."""
        return cls(SerialLine(port), port, on_text)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the port."""
        self._line.close()

    @property
    def damaged(self) -> int:
        """Parts received that were neither a frame nor text."""
        return self._splitter.damaged

    def ask(self, command: p.Command, answer: type[_Answer], body: Body | bytes = b"") -> _Answer:
        """Sends a request and returns the answer's body. Raises Refused, DeviceTrouble."""
        return self._unpack(answer, self.ask_raw(command, body), command)

    def ask_raw(self, command: p.Command, body: Body | bytes = b"") -> bytes:
        """As `ask`, with the bytes of the answer."""
        sent = body.pack() if isinstance(body, Body) else body
        try:
            return self._once(command, sent)
        except SessionLost as lost:
            # It was not done; begun anew, it is asked once more, unless an earlier copy of it may
            # have been done.
            self.hello = self._say_hello()
            if lost.maybe_done and command not in _HARMLESS:
                raise DeviceTrouble(
                    f"{self.where}: the line broke in the middle; whether the pedal did it, "
                    "`pedalsmith bank` tells."
                ) from None
            try:
                return self._once(command, sent)
            except SessionLost:
                raise self._silent() from None

    def _say_hello(self) -> p.HelloAnswer:
        session = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        raw = self._once(p.Command.HELLO, p.Hello(p.VERSION, 0, session).pack())
        version = int.from_bytes(raw[:2], "little")
        if version != p.VERSION:
            newer = "pedal's firmware" if version < p.VERSION else "pedalsmith on this computer"
            raise DeviceTrouble(
                f"{self.where}: the pedal speaks version {version} of the protocol, this program "
                f"{p.VERSION}; update the {newer} (`pedalsmith flash` writes new firmware)."
            )
        return self._unpack(p.HelloAnswer, raw, p.Command.HELLO)

    def _once(self, command: p.Command, body: bytes) -> bytes:
        """One request, sent again with its own sequence until it is answered."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        data = encode(p.Header(command, 0, self._sequence), body)
        wait = min(_MS.get(command, p.REPLY_MS), _RESEND_MS) / 1000
        whole = _MS.get(command, p.REPLY_MS) / 1000
        busy_until = time.monotonic() + whole * p.TRIES
        sent = 0
        while sent < p.TRIES:
            self._line.write(data)
            sent += 1
            frame = self._wait(command, whole if sent == p.TRIES else wait)
            if frame is None:
                self.resent += 1
                continue
            status = frame.header.status
            if status == p.Status.OK:
                return frame.body
            if status == p.Status.BUSY and time.monotonic() < busy_until:
                # An earlier request still works, or an earlier copy of this one.
                time.sleep(_BUSY_SECONDS)
                sent -= 1
                continue
            if status in (p.Status.NO_SESSION, p.Status.OUT_OF_ORDER):
                raise SessionLost(maybe_done=sent > 1)
            raise self._refusal(command, frame)
        raise self._silent()

    def _wait(self, command: p.Command, seconds: float) -> Frame | None:
        """The answer to the last request; other frames are late ones and dropped."""
        until = time.monotonic() + seconds
        while True:
            while self._frames:
                frame = self._frames.popleft()
                header = frame.header
                if (header.command, header.sequence) == (command | p.ANSWER, self._sequence):
                    return frame
            left = until - time.monotonic()
            if left <= 0:
                return None
            for found in self._splitter.feed(self._line.read(left)):
                if isinstance(found, str):
                    self._on_text(found)
                else:
                    self._frames.append(found)

    def _unpack(self, kind: type[_Answer], raw: bytes, command: p.Command) -> _Answer:
        try:
            return kind.unpack(raw)
        except struct.error:
            raise DeviceTrouble(
                f"{self.where}: its answer to {command.name} is cut short; flash the pedal with "
                "this version of pedalsmith."
            ) from None

    def _refusal(self, command: p.Command, frame: Frame) -> Refused:
        try:
            refusal = p.Refusal.unpack(frame.body)
        except struct.error:
            refusal = p.Refusal(0, "")
        return Refused(self.where, command, frame.header.status, refusal.detail, refusal.reason)

    def _silent(self) -> DeviceTrouble:
        heard = ", only garbage comes" if self._splitter.damaged else ""
        return DeviceTrouble(
            f"{self.where}: no pedalsmith firmware answers{heard}; is it the right port? "
            "RESET starts the pedal anew, `pedalsmith doctor` lists what is plugged in."
        )
