# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A bad cable: bytes flipped, lost, doubled and swapped, in both directions, and pulled plugs.

Time is the board's, so that the time-outs of the protocol pass at once. What the pedal logged is
held against what the tool was told: a request was done once, or not at all.
"""

import random
import zlib

import numpy as np
import pytest

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import bank, client
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client
from pedalsmith.link.line import Unplugged
from pedalsmith.link.refused import Refused
from pedalsmith.link.stream import compare, stream
from pedalsmith.link.upload import load
from pedalsmith.native.host_board import HostBoard

from .boards import GRU, LSTM, WIDE, BoardLine, in_its_time, session

KINDS = ("flip", "lose", "double", "swap", "burst")


class NoisyLine(BoardLine):
    """Damages one of so many bytes."""

    def __init__(self, board: HostBoard, seed: int, kind: str, one_of: int) -> None:
        super().__init__(board)
        self._random, self._kind, self._one_of = random.Random(seed), kind, one_of
        self.damaged = 0

    def _damage(self, data: bytes) -> bytes:
        made = bytearray()
        for byte in data:
            if self._random.randrange(self._one_of):
                made.append(byte)
                continue
            self.damaged += 1
            if self._kind == "flip":
                made.append(byte ^ 1 << self._random.randrange(8))
            elif self._kind == "double":
                made += bytes([byte, byte])
            elif self._kind == "swap":
                made[-1:] = bytes([byte, *made[-1:]])
            elif self._kind == "burst":
                made += self._random.randbytes(20)
        return bytes(made)

    def write(self, data: bytes) -> None:
        super().write(self._damage(data))

    def read(self, seconds: float) -> bytes:
        return self._damage(super().read(seconds))


def logged(talk: Client) -> dict[int, int]:
    """How often the pedal did what, by its own log."""
    raw = talk.ask_raw(p.Command.LOG, p.Log(0))
    head = p.LogAnswer.unpack(raw)
    counts: dict[int, int] = {}
    for index in range(head.count):
        event = p.Event.unpack(raw, p.LogAnswer.size() + index * p.Event.size())
        counts[event.kind] = counts.get(event.kind, 0) + 1
    return counts


@pytest.mark.parametrize("kind", KINDS)
def test_every_request_is_done_once_or_the_tool_says_so(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    done = damaged = resent = 0
    for seed in range(6):
        with HostBoard([LSTM]) as board:
            in_its_time(monkeypatch, board)
            line = NoisyLine(board, seed, kind, one_of=1_500)
            wanted = {p.EventKind.STORED: 0, p.EventKind.NAMED: 0, p.EventKind.ERASED: 0}
            doubtful = dict(wanted)
            try:
                noisy = Client(line, "the board", quiet)
            except DeviceTrouble:
                continue
            steps = (
                (p.EventKind.STORED, lambda noisy=noisy: load(noisy, GRU, ignore, slot=2)),
                (p.EventKind.NAMED, lambda noisy=noisy: bank.rename(noisy, 2, "Clean")),
                (p.EventKind.STORED, lambda noisy=noisy: load(noisy, WIDE, ignore, slot=0)),
                (p.EventKind.ERASED, lambda noisy=noisy: bank.erase(noisy, 2)),
            )
            for event, step in steps:
                try:
                    step()
                    wanted[event] += 1
                    done += 1
                except Refused:
                    pass
                except DeviceTrouble:
                    doubtful[event] += 1
            damaged += line.damaged
            resent += noisy.resent
            with Client(BoardLine(board), "the board", quiet) as clean:
                counts = logged(clean)
                for event, count in wanted.items():
                    assert count <= counts.get(event, 0) <= count + doubtful[event], event.name
                known = {zlib.crc32(blob) for blob in (LSTM, GRU, WIDE)}
                assert {one.crc for one in bank.slots(clean)} <= known
                model = clean.ask(p.Command.STATS, p.Stats).model
                assert model.state == p.ModelState.PLAYS
    assert damaged > 10 and resent > 5, "the cable was not bad"
    assert done > 12, "the protocol gives up too soon"


def ignore(what: str, share: float) -> None:
    pass


def quiet(line: str) -> None:
    pass


def test_a_stream_over_a_bad_cable_has_every_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    words = np.random.default_rng(3).integers(-(2**23), 2**23, 30_000, np.int32)
    with HostBoard([LSTM]) as board:
        in_its_time(monkeypatch, board)
        line = NoisyLine(board, 1, "flip", one_of=15_000)
        with Client(line, "the board", quiet) as noisy:
            played = stream(noisy, words, ignore)
        assert line.damaged > 5 and noisy.resent > 5
    assert compare(LSTM, "lstm", words, played.samples) is None


def test_a_lost_answer_is_sent_again_and_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(BoardLine):
        lost = 0

        def read(self, seconds: float) -> bytes:
            said = super().read(seconds)
            if said and self.lost:
                self.lost -= 1
                return b""
            return said

    with HostBoard([LSTM]) as board:
        in_its_time(monkeypatch, board)
        line = Deaf(board)
        with Client(line, "the board", quiet) as talk:
            load(talk, GRU, ignore, slot=0)
            line.lost = 2
            bank.rename(talk, 0, "Clean")
            line.lost = 3
            bank.erase(talk, 0)
            assert talk.resent >= 2
            counts = logged(talk)
            assert counts[p.EventKind.NAMED] == counts[p.EventKind.ERASED] == 1


def test_a_session_that_ended_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with HostBoard([LSTM]) as board, session(monkeypatch, board) as talk:
        board.wait(p.SESSION_MS + 100)
        assert len(bank.slots(talk)) == 1
        # What was in the middle is refused, not half done.
        blob_crc = zlib.crc32(GRU)
        talk.ask(p.Command.LOAD_BEGIN, p.LoadAnswer, p.Load(0, 1, 0, len(GRU), blob_crc, "late"))
        board.wait(p.SESSION_MS + 100)
        with pytest.raises(Refused) as refused:
            talk.ask(p.Command.LOAD_CHUNK, p.ProgressAnswer, p.Chunk(0).pack() + GRU[:1024])
        assert refused.value.status == p.Status.NOT_LOADING
        assert len(bank.slots(talk)) == 1


def test_a_plug_pulled_at_any_write_leaves_the_old_model_or_the_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Pulled(BoardLine):
        left = 0

        def write(self, data: bytes) -> None:
            self.left -= 1
            if self.left < 0:
                raise Unplugged("the board: unplugged")
            super().write(data)

    ends = set()
    for writes in range(1, 11):
        with HostBoard([LSTM]) as board:
            in_its_time(monkeypatch, board)
            line = Pulled(board)
            line.left = writes
            told = False
            try:
                with Client(line, "the board", quiet) as talk:
                    load(talk, GRU, ignore, slot=0)
                told = True
            except Unplugged:
                pass
            board.wait(p.SESSION_MS + 500)
            with Client(BoardLine(board), "the board", quiet) as clean:
                model = clean.ask(p.Command.STATS, p.Stats).model
                assert model.state == p.ModelState.PLAYS
                assert model.crc == zlib.crc32(GRU) if told else True
                ends.add(model.crc)
    assert ends == {zlib.crc32(LSTM), zlib.crc32(GRU)}


def test_a_stopped_load_leaves_the_pedal_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(what: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with HostBoard([LSTM]) as board, session(monkeypatch, board) as talk:
        with pytest.raises(KeyboardInterrupt):
            load(talk, GRU, stop, slot=0)
        assert [one.slot for one in bank.slots(talk)] == [p.IMAGE_SLOT]
        load(talk, GRU, ignore, slot=0)
        assert len(bank.slots(talk)) == 2


def test_a_busy_pedal_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with HostBoard([LSTM]) as board, session(monkeypatch, board) as talk:
        load(talk, GRU, ignore, slot=0)
        hello = talk.hello
        # Another program began a change and went away; its session is this one's predecessor.
        sequence = talk._sequence + 1 & 0xFFFF
        header = p.Header(p.Command.BANK_SELECT, 0, sequence)
        talk._line.write(client.encode(header, p.Select(p.IMAGE_SLOT, 0).pack()))
        talk._sequence = sequence
        assert talk.ask(p.Command.STATS, p.Stats).model.state == p.ModelState.PLAYS
        assert talk.hello == hello
