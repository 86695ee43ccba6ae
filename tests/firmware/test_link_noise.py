# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Damage on the line and in models: nothing is done twice, nothing wrong is done, sound goes on."""

import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.blobs import random_bytes
from pedalsmith.native import host_board
from pedalsmith.native.compiler import run_compiler, zig_cc
from pedalsmith.native.host_board import BLOCK, End, HostBoard
from pedalsmith.source import firmware_dir

from . import line as wire
from .host import sine
from .line import Line, answers

FIRST = random_bytes(1, kind="lstm", hidden=(4,), golden_frames=8)
OTHER = random_bytes(2, kind="lstm", hidden=(4,), golden_frames=8)
SET_BYPASS = struct.pack("<HhhhBB4H", 8, 0, 0, 0, 1, 0, 0, 0, 0, 0)


def session(line: Line) -> None:
    """Some of every kind, with a load in the middle."""
    line.hello()
    line.good(wire.SETTINGS)
    line.load(OTHER, slot=2, play=False, name="other", most=512)
    line.good(wire.NAME, struct.pack("<B3x32s", 2, b"renamed"))
    line.good(wire.SELECT, struct.pack("<BBH", 2, 1, 0))
    line.good(wire.SET, SET_BYPASS)
    line.good(wire.STREAM_BEGIN, struct.pack("<4H", *[65_535] * 4))
    line.good(wire.STREAM, struct.pack("<II5i", 0, 0, *range(5)))
    line.good(wire.STREAM_END)
    line.good(wire.STATS)


@pytest.fixture(scope="module")
def recorded() -> list[bytes]:
    """The frames of a session, as the tool sent them."""
    with HostBoard([FIRST]) as board:
        line = Line(board)
        session(line)
        return line.sent


def changes(board: HostBoard) -> list[tuple[int, int, int]]:
    """What was done to the pedal so far: kind, slot and detail of every event but hellos."""
    line = Line(board, sequence=40_000)
    line.hello(session=2)
    body = line.good(wire.LOG, struct.pack("<I", 0))
    events = (struct.unpack_from("<IBBHI", body, at) for at in range(12, len(body), 12))
    return [(kind, slot, detail) for _, kind, slot, _, detail in events if kind not in (10, 11)]


def damaged(data: bytes) -> Iterator[bytes]:
    """Every bit flipped, every byte dropped, doubled and swapped with the one behind it."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        yield data[:at] + data[at + 1 :]
        yield data[: at + 1] + data[at:]
        yield data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


def test_a_damaged_frame_does_nothing_and_sent_again_does_it_once(recorded: list[bytes]) -> None:
    """One session in which every frame comes damaged in every way before it comes whole."""
    with HostBoard([FIRST]) as plain:
        session(Line(plain))
        wanted = changes(plain)
    with HostBoard([FIRST]) as board:
        line, tried, refused = Line(board), 0, 0
        for whole in recorded:
            before = changes_in_flash(board)
            for wrong in damaged(whole):
                tried += 1
                board.send(b"\0" + wrong + b"\0")
                found, _ = answers(board.receive())
                # A zero too many or too few at the ends leaves the frame whole: then it is done,
                # and what follows are repeats.
                if found and whole.strip(b"\0") != wrong.strip(b"\0"):
                    refused += 1
                    assert all(answer.status != wire.OK for answer in found)
                if not found:
                    assert changes_in_flash(board) == before
                if found:
                    before = changes_in_flash(board)
            assert line.send(whole).status in (wire.OK, wire.BUSY)
            board.wait(30)
            board.receive()
        assert board.end is End.RUNS
        assert changes(board) == wanted
        assert tried > 11 * sum(map(len, recorded[:3]))
        print(f"{tried:,} damaged frames, {refused} of them answered by a refusal")


def changes_in_flash(board: HostBoard) -> int:
    return board.operations


def test_every_bit_of_a_model_and_every_length_is_refused_while_sound_goes_on() -> None:
    with HostBoard([FIRST]) as board:
        line = Line(board)
        line.hello()
        audio = sine(BLOCK * 5_000)
        with HostBoard([FIRST]) as alone:
            wanted = alone.play(audio)
        heard, at, told, refusals = [], 0, set(), 0
        before = board.milliseconds

        def refused(blob: bytes) -> None:
            nonlocal refusals
            answer = line.load(blob)
            assert answer.status in (wire.REFUSED, wire.BAD_VALUE), answer
            assert answer.reason
            told.add(answer.reason)
            refusals += 1

        for place in range(len(OTHER)):
            for bit in range(8):
                refused(OTHER[:place] + bytes([OTHER[place] ^ 1 << bit]) + OTHER[place + 1 :])
            refused(OTHER[:place])
            if place % 8 == 0:
                part = audio[at * BLOCK : (at + 1) * BLOCK]
                heard.append(board.play(part))
                at += 1
        # Nothing but the parts above was played: the answers came without a millisecond.
        assert board.milliseconds - before == at
        assert np.array_equal(np.concatenate(heard), wanted[: at * BLOCK])
        assert refusals == 9 * len(OTHER)
        assert list(line.slots()) == [wire.IMAGE_SLOT]
        assert line.model().crc == zlib.crc32(FIRST)
        assert len(told) >= 4, told


def test_bytes_without_sense_do_nothing() -> None:
    rng = np.random.default_rng(9)
    with HostBoard([FIRST]) as board:
        for _ in range(300):
            board.send(rng.bytes(int(rng.integers(1, 4_000))))
            board.wait(1)
        board.receive()
        assert board.operations == 0
        assert [kind for kind, _, _ in changes(board)] == [1, 3]


def test_a_million_random_frames_under_sanitizers(tmp_path: Path) -> None:
    folders = [firmware_dir() / name for name in ("engine", "pedal", "link", "application")]
    folders += [Path(host_board.__file__).with_suffix(""), Path(__file__).with_name("fuzz")]
    sources = [str(path) for folder in folders for path in sorted(folder.rglob("*.c"))]
    includes = [f"-I{folder}" for folder in (firmware_dir(), *folders)]
    # The wheel's compiler traps what is undefined; gcc, where it is there, watches memory as well.
    compiler, watch = zig_cc(), ["-fsanitize=undefined"]
    if shutil.which("gcc"):
        compiler, watch = ["gcc"], ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command = [*compiler, "-std=c11", "-O1", *watch, *includes, *sources]
    run_compiler([*command, "-o", str(tmp_path / "fuzz")], "fuzz")
    (tmp_path / "model.psm").write_bytes(FIRST)
    done = subprocess.run(
        [tmp_path / "fuzz", "1000000", tmp_path / "model.psm"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
