# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Pedals of software: in the time of the test, or plugged in as a port."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pedalsmith.link import client
from pedalsmith.link.client import Client
from pedalsmith.native.host_board import End, HostBoard

GOLDEN = Path(__file__).parents[1] / "engine/golden"
LSTM, GRU, WIDE = (
    (GOLDEN / f"{name}.psm").read_bytes()
    for name in ("lstm-state-1", "gru-state-1", "lstm-state-2")
)


class BoardLine:
    """The line to a host board whose time passes only while the tool waits."""

    def __init__(self, board: HostBoard) -> None:
        self.board = board
        self.closed = False

    def write(self, data: bytes) -> None:
        self.board.send(data)

    def read(self, seconds: float) -> bytes:
        for _ in range(max(round(seconds * 1000), 1)):
            said = self.board.receive()
            if said or self.board.end is not End.RUNS:
                return said
            self.board.wait(1)
        return b""

    def close(self) -> None:
        self.closed = True


class BoardTime:
    """In the place of the module time: the board's milliseconds."""

    def __init__(self, board: HostBoard) -> None:
        self._board = board
        self._ended = 0.0

    def monotonic(self) -> float:
        if self._board.end is not End.RUNS:
            self._ended += 0.01
        return self._board.milliseconds / 1000 + self._ended

    def sleep(self, seconds: float) -> None:
        self._board.wait(round(seconds * 1000))


def in_its_time(monkeypatch: pytest.MonkeyPatch, board: HostBoard) -> None:
    monkeypatch.setattr(client, "time", BoardTime(board))


@contextmanager
def session(monkeypatch: pytest.MonkeyPatch, board: HostBoard) -> Iterator[Client]:
    """A client of the board, in the board's time."""
    in_its_time(monkeypatch, board)
    with Client(BoardLine(board), "the board", on_text=lambda line: None) as opened:
        yield opened


def wait_for(what: object, seconds: float = 5.0) -> None:
    """Waits until the function says yes."""
    until = time.monotonic() + seconds
    assert callable(what)
    while not what():
        assert time.monotonic() < until
        time.sleep(0.01)
