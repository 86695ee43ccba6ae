# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""firmware/link on the host board: every command, what it refuses, and that sound goes on."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest

from engine.blobs import random_bytes
from pedalsmith.native.host import HostEngine
from pedalsmith.native.host_board import End, HostBoard
from pedalsmith.native.pedal import HostPedal

from . import line as wire
from .host import sine
from .line import Line, answers, frame, model

BLOBS = [random_bytes(seed, kind="lstm", hidden=(8 + seed,)) for seed in range(3)]


@pytest.fixture
def board() -> Iterator[HostBoard]:
    with HostBoard([BLOBS[0]]) as made:
        yield made


@pytest.fixture
def line(board: HostBoard) -> Line:
    made = Line(board)
    made.hello()
    return made


def test_hello_says_who_is_there(board: HostBoard) -> None:
    body = Line(board).hello()
    assert struct.unpack_from("<HH", body) == (1, 1)
    firmware, name, image, controls, codec, serial = (
        body[at : at + 32].rstrip(b"\0").decode() for at in range(4, 196, 32)
    )
    from importlib.metadata import version

    assert firmware == version("pedalsmith")
    assert (name, image, controls, codec, serial) == ("host", "program", "none", "none", "HOST")
    core, rate, block, _, size, crc, slot_bytes = struct.unpack_from("<7I", body, 196)
    assert (core, rate, block, slot_bytes) == (480_000_000, 48_000, 48, 1 << 17)
    whole = BLOBS[0] + bytes(-len(BLOBS[0]) % 8)
    assert (size, crc) == (len(whole), zlib.crc32(whole))
    assert tuple(body[224:227]) == (16, 1, 0)


def test_text_is_silent_while_a_tool_talks_and_comes_back(board: HostBoard) -> None:
    board.wait(2_100)
    assert board.receive().count(b"load: ") == 2
    line = Line(board)
    line.hello()
    for _ in range(5):
        board.wait(1_000)
        line.good(wire.STATS)
    assert b"load" not in line.text
    board.wait(6_000)
    said = board.receive()
    assert b"\0" not in said
    assert said.count(b"load: ") == 3, "the session ends after three seconds"
    board.send(b"\r")
    board.wait(1)
    assert b"pedalsmith on this computer" in board.receive(), "Enter shows who is there"


def test_a_request_is_done_once_however_often_it_comes(board: HostBoard, line: Line) -> None:
    first = line.ask(wire.SET, struct.pack("<HhhhBB4H", 8, 0, 0, 0, 1, 0, 0, 0, 0, 0))
    assert line.send(line.sent[-1]) == first
    board.wait(10)
    stats = line.ask(wire.STATS)
    old, latest = line.sent[1], line.sent[-1]
    late = line.send(old)
    assert (late.status, late.detail) == (wire.OUT_OF_ORDER, line.sequence + 1)
    board.wait(10)
    assert line.send(latest) == stats, "kept, and not asked anew"
    far = line.send(frame(wire.SET, line.sequence + 7, bytes(18)))
    assert far.status == wire.OUT_OF_ORDER


def test_without_hello_nothing_is_done(board: HostBoard) -> None:
    answer = Line(board).ask(wire.STATS)
    assert answer.status == wire.NO_SESSION
    assert "hello" in answer.reason


def test_unknown_commands_and_lengths_are_refused(line: Line) -> None:
    assert line.ask(0x7F).status == wire.UNKNOWN
    assert line.ask(wire.STATS, b"x").status == wire.BAD_LENGTH
    assert line.ask(wire.SET, bytes(17)).status == wire.BAD_LENGTH
    assert line.ask(wire.CHUNK, bytes(4)).status == wire.BAD_LENGTH
    line.good(wire.STATS)


def test_settings_are_set_and_read_back(board: HostBoard, line: Line) -> None:
    knobbed = random_bytes(9, kind="lstm", hidden=(8,), knobs=2)
    assert line.load(knobbed).status == wire.OK
    wanted = (1 + 2 + 4 + 16 + 32 + 64, -600, 1_200, -5_000, 0, 1, 1_000, 32_767, 0, 0)
    body = line.good(wire.SET, struct.pack("<HhhhBB4H", *wanted))
    assert struct.unpack("<HhhhBB4H", body) == (wanted[0] + 8, *wanted[1:])
    assert line.good(wire.SETTINGS) == body
    mute = struct.pack("<HhhhBB4H", 2 + 4, 0, -32_768, -32_768, 0, 0, 0, 0, 0, 0)
    line.good(wire.SET, mute)
    board.wait(400)
    assert not board.play(sine(4_800)).any(), "mute"
    line.good(wire.SET, struct.pack("<HhhhBB4H", 8, 0, 0, 0, 1, 0, 0, 0, 0, 0))
    board.wait(20)
    assert np.array_equal(board.play(sine(4_800)), sine(4_800)), "bypassed"
    for which, values, at in (
        (1, (3_601, 0, 0, 0, 0, 0, 0, 0, 0), 2),
        (2, (0, -9_601, 0, 0, 0, 0, 0, 0, 0), 4),
        (4, (0, 0, 1, 0, 0, 0, 0, 0, 0), 6),
        (8, (0, 0, 0, 2, 0, 0, 0, 0, 0), 8),
        (16, (0, 0, 0, 0, 2, 0, 0, 0, 0), 9),
        (64, (0, 0, 0, 0, 0, 0, 32_768, 0, 0), 12),
        (128, (0, 0, 0, 0, 0, 0, 0, 0, 0), 0),
    ):
        answer = line.ask(wire.SET, struct.pack("<HhhhBB4H", which, *values))
        assert (answer.status, answer.detail) == (wire.BAD_VALUE, at)


def test_stats_count_and_maxima_begin_anew(board: HostBoard, line: Line) -> None:
    audio = sine(4_800, amplitude=0.5)
    audio[100] = -(1 << 23)
    board.play(audio)
    names = "<7I2i2Ii4IiI"
    first = struct.unpack_from(names, line.good(wire.STATS))
    assert first[0] >= 100
    assert first[6] == 480_000
    assert first[7] == 1 << 23
    assert first[9] == 1, "one clip"
    assert first[11] == -(2**31), "no sensor"
    body = line.good(wire.STATS)
    again = struct.unpack_from(names, body)
    assert again[7] == 0
    assert again[9] == 1
    steps = struct.unpack_from("<101I", body, 172)
    assert sum(steps) == again[1] == steps[20]


def test_a_model_is_loaded_played_kept_and_found_after_a_restart(
    board: HostBoard, line: Line
) -> None:
    answer = line.load(BLOBS[1], slot=3, name="täst")
    assert answer.status == wire.OK, answer.reason
    found = model(answer.body)
    assert (found.state, found.slot, found.crc) == (wire.PLAYS, 3, zlib.crc32(BLOBS[1]))
    assert line.model() == found
    slots = line.slots()
    assert slots[3] == ("täst", 1 + 4, zlib.crc32(BLOBS[1]))
    assert slots[wire.IMAGE_SLOT][1] == 2, "read-only"
    board.wait(100)
    assert np.array_equal(heard(board), expected(BLOBS[1]))
    with HostBoard([BLOBS[0]], board.flash) as later:
        assert np.array_equal(heard(later), expected(BLOBS[1]))
        other = Line(later)
        other.hello()
        assert other.slots() == slots
    with HostBoard([BLOBS[2]], board.flash) as flashed:
        assert np.array_equal(heard(flashed), expected(BLOBS[2])), "a new image plays its own"


def heard(board: HostBoard) -> np.ndarray:
    """The pedal's answer to a tone, once what was before has died away."""
    board.wait(1_000)
    return board.play(sine(4_800))


def expected(blob: bytes) -> np.ndarray:
    pedal = HostPedal(blob)
    pedal.process(np.zeros(48_000, np.int32))
    return pedal.process(sine(4_800))


def test_models_are_selected_named_and_erased(board: HostBoard, line: Line) -> None:
    for blob in BLOBS[1:]:
        line.load(blob, play=False)
    slots = line.slots()
    assert sorted(slots) == [0, 1, 128]
    assert slots[128][1] == 1 + 2 + 4, "the image's plays, at the start too"
    found = model(line.good(wire.SELECT, struct.pack("<BBH", 1, 1, 0)))
    assert (found.state, found.slot) == (wire.PLAYS, 1)
    assert line.slots()[1][1] == 1 + 4
    line.good(wire.NAME, struct.pack("<B3x32s", 1, b"crunch"))
    assert line.slots()[1][0] == "crunch"
    for command, body, status in (
        (wire.NAME, struct.pack("<B3x32s", 2, b"x"), wire.NO_SUCH_SLOT),
        (wire.NAME, struct.pack("<B3x32s", 1, b""), wire.BAD_VALUE),
        (wire.NAME, struct.pack("<B3x32s", 1, b"a\nb"), wire.BAD_VALUE),
        (wire.NAME, struct.pack("<B3x32s", 128, b"x"), wire.READ_ONLY),
        (wire.ERASE, struct.pack("<B3x", 128), wire.READ_ONLY),
        (wire.ERASE, struct.pack("<B3x", 9), wire.NO_SUCH_SLOT),
        (wire.SELECT, struct.pack("<BBH", 9, 0, 0), wire.NO_SUCH_SLOT),
        (wire.SELECT, struct.pack("<BBH", 1, 2, 0), wire.BAD_VALUE),
    ):
        assert line.ask(command, body).status == status
    line.good(wire.ERASE, struct.pack("<B3x", 1))
    board.wait(200)
    assert line.model().slot == 128, "the first of the bank"
    assert sorted(line.slots()) == [0, 128]


def test_the_last_model_may_go(board: HostBoard) -> None:
    with HostBoard() as empty:
        line = Line(empty)
        line.hello()
        assert line.ask(wire.SELF_TEST).status == wire.NO_MODEL
        assert line.load(BLOBS[0]).status == wire.OK
        line.good(wire.ERASE, struct.pack("<B3x", 0))
        empty.wait(100)
        assert line.model().state == 0
        assert np.array_equal(empty.play(sine(480)), sine(480))


def test_a_bank_that_is_full_says_so_and_takes_a_model_in_place(line: Line) -> None:
    for _ in range(16):
        assert line.load(BLOBS[1], play=False).status == wire.OK
    answer = line.load(BLOBS[2], play=False)
    assert (answer.status, answer.reason) == (wire.NO_SUCH_SLOT, "all slots are full; erase one")
    assert line.load(BLOBS[2], slot=7, play=False).status == wire.OK
    assert [slot for slot, kept in line.slots().items() if kept[2] == zlib.crc32(BLOBS[2])] == [7]


def test_loads_that_go_wrong_are_refused_and_the_model_plays_on(
    board: HostBoard, line: Line
) -> None:
    blob = BLOBS[1]
    head = struct.pack("<BBHII32s", 0, 1, 0, len(blob), zlib.crc32(blob), b"")
    assert line.ask(wire.COMMIT).status == wire.NOT_LOADING
    assert line.ask(wire.CHUNK, bytes(4) + blob[:256]).status == wire.NOT_LOADING
    line.good(wire.BEGIN, head)
    line.good(wire.CHUNK, struct.pack("<I", 0) + blob[:256])
    answer = line.ask(wire.CHUNK, struct.pack("<I", 0) + blob[:256])
    assert (answer.status, answer.detail) == (wire.NOT_NEXT, 256)
    assert line.ask(wire.CHUNK, struct.pack("<I", 256) + blob[256:300]).status == wire.BAD_LENGTH
    answer = line.ask(wire.COMMIT)
    assert (answer.status, answer.detail) == (wire.INCOMPLETE, 256)
    line.good(wire.ABORT)
    assert line.ask(wire.COMMIT).status == wire.NOT_LOADING
    for field, value, status in (
        ("slot", 16, wire.NO_SUCH_SLOT),
        ("slot", 128, wire.NO_SUCH_SLOT),
        ("play", 2, wire.BAD_VALUE),
        ("bytes", 63, wire.BAD_VALUE),
        ("bytes", (1 << 17) + 1, wire.TOO_LARGE),
    ):
        fields = {"slot": 0, "play": 1, "bytes": len(blob)} | {field: value}
        body = struct.pack("<BBHII32s", fields["slot"], fields["play"], 0, fields["bytes"], 0, b"")
        assert line.ask(wire.BEGIN, body).status == status
    line.good(wire.BEGIN, struct.pack("<BBHII32s", 0, 1, 0, len(blob), 1, b""))
    for at in range(0, len(blob), 1024):
        line.good(wire.CHUNK, struct.pack("<I", at) + blob[at : at + 1024])
    assert line.ask(wire.COMMIT).status == wire.BAD_CRC
    assert line.model().slot == wire.IMAGE_SLOT
    assert list(line.slots()) == [wire.IMAGE_SLOT]


def test_a_model_whose_golden_vector_differs_is_refused_and_the_old_one_comes_back(
    board: HostBoard, line: Line
) -> None:
    forged = bytearray(BLOBS[1])
    golden, frames = struct.unpack_from("<II", forged, 44)
    forged[golden + 4 * frames] ^= 1
    # The CRC counts its own field as 0 (firmware/engine/README.md, Blob).
    forged[12:16] = bytes(4)
    struct.pack_into("<I", forged, 12, zlib.crc32(forged))
    answer = line.load(bytes(forged))
    assert answer.status == wire.REFUSED
    assert "golden" in answer.reason
    board.wait(100)
    assert np.array_equal(heard(board), expected(BLOBS[0]))
    assert list(line.slots()) == [wire.IMAGE_SLOT]


def test_self_test_plays_the_golden_vector_and_sound_comes_back(
    board: HostBoard, line: Line
) -> None:
    body = line.good(wire.SELF_TEST)
    passed, frames = struct.unpack_from("<II", body)
    assert (passed, frames) == (1, struct.unpack_from("<I", BLOBS[0], 48)[0])
    assert model(body, 8).state == wire.PLAYS
    assert np.array_equal(heard(board), expected(BLOBS[0]))


def test_a_self_test_that_fails_leaves_the_pedal_dry(board: HostBoard, line: Line) -> None:
    line.load(BLOBS[1], slot=0)
    at = board.flash.tobytes().index(BLOBS[1])
    golden, frames = struct.unpack_from("<II", BLOBS[1], 44)
    board.flash[at + golden + 4 * frames] ^= 1
    body = line.good(wire.SELF_TEST)
    assert struct.unpack_from("<I", body) == (0,)
    assert model(body, 8).state == 1
    assert np.array_equal(board.play(sine(480)), sine(480))
    # Damaged in flash only: another load mends it.
    assert line.load(BLOBS[1], slot=0).status == wire.OK
    assert line.model().state == wire.PLAYS


def test_a_stream_is_the_engine_to_the_word_while_the_input_passes_dry(
    board: HostBoard, line: Line
) -> None:
    audio = np.random.default_rng(1).integers(-(1 << 23), 1 << 23, 1_000).astype(np.int32)
    wanted = HostEngine(BLOBS[0]).process(audio)
    for _ in range(2):
        found = model(line.good(wire.STREAM_BEGIN, struct.pack("<4H", *[65_535] * 4)))
        assert found.flags == 8
        got = []
        for at in range(0, len(audio), 256):
            part = audio[at : at + 256]
            body = line.good(wire.STREAM, struct.pack("<II", at, 0) + part.astype("<i4").tobytes())
            assert struct.unpack_from("<I", body) == (at,)
            got.append(np.frombuffer(body, "<i4", offset=8))
            assert np.array_equal(board.play(sine(480)), sine(480)), "dry"
        assert np.array_equal(np.concatenate(got), wanted)
    answer = line.ask(wire.STREAM, struct.pack("<II", 0, 0) + bytes(4))
    assert (answer.status, answer.detail) == (wire.NOT_NEXT, 1_000)
    line.good(wire.STREAM_END)
    assert np.array_equal(heard(board), expected(BLOBS[0]))
    assert line.ask(wire.STREAM, struct.pack("<II", 0, 0) + bytes(4)).status == wire.NOT_STREAMING


def test_a_tool_that_goes_away_leaves_a_pedal_that_plays(board: HostBoard, line: Line) -> None:
    line.good(wire.STREAM_BEGIN, struct.pack("<4H", *[65_535] * 4))
    line.ask(wire.BEGIN, struct.pack("<BBHII32s", 0, 1, 0, 5_000, 0, b""))
    board.wait(3_100)
    assert np.array_equal(heard(board), expected(BLOBS[0]))
    assert line.ask(wire.COMMIT).status == wire.NO_SESSION
    line.hello()
    assert line.ask(wire.COMMIT).status == wire.NOT_LOADING


def test_the_log_keeps_what_happened(line: Line) -> None:
    line.load(BLOBS[1], slot=2)
    body = line.good(wire.LOG, struct.pack("<I", 0))
    first, count, following = struct.unpack_from("<III", body)
    assert (first, following) == (0, count)
    events = [struct.unpack_from("<IBBHI", body, 12 + 12 * i)[1:3] for i in range(count)]
    # Started, plays, a tool, the new one is stored, plays.
    assert events == [(1, 255), (3, 128), (10, 255), (6, 2), (3, 2)]
    assert struct.unpack_from("<III", line.good(wire.LOG, struct.pack("<I", 99))) == (5, 0, 5)


def test_restarts(line: Line, board: HostBoard) -> None:
    assert line.ask(wire.REBOOT, struct.pack("<I", 2)).status == wire.BAD_VALUE
    line.good(wire.REBOOT, struct.pack("<I", 1))
    board.wait(200)
    assert board.end is End.LOADER


def test_without_a_store_all_but_the_bank_works() -> None:
    with HostBoard([BLOBS[0]], store=False) as board:
        line = Line(board)
        assert line.hello()[220:225] == bytes(5)
        assert line.load(BLOBS[1]).status == wire.NO_STORE
        assert line.ask(wire.ERASE, struct.pack("<B3x", 0)).status == wire.NO_STORE
        found = model(line.good(wire.SELECT, struct.pack("<BBH", 128, 1, 0)))
        assert found.state == wire.PLAYS


def test_safe_mode_stays_dry_until_a_model_is_chosen() -> None:
    with HostBoard([BLOBS[0]], safe_mode=True) as board:
        line = Line(board)
        line.hello()
        assert line.model().state == 2
        assert np.array_equal(board.play(sine(480)), sine(480))
        assert line.load(BLOBS[1]).status == wire.OK
        assert np.array_equal(heard(board), expected(BLOBS[1]))


def test_without_audio_what_needs_a_fade_is_refused_in_time(board: HostBoard, line: Line) -> None:
    board.stall()
    for command, body in (
        (wire.SELF_TEST, b""),
        (wire.STREAM_BEGIN, struct.pack("<4H", *[65_535] * 4)),
        (wire.SELECT, struct.pack("<BBH", 128, 0, 0)),
    ):
        answer = line.ask(command, body)
        assert answer.status == wire.NO_MODEL
        assert "audio stands still" in answer.reason
    assert line.load(BLOBS[1]).status == wire.NO_MODEL
    assert list(line.slots()) == [wire.IMAGE_SLOT]


def test_a_choice_that_cannot_be_kept_is_taken_back(board: HostBoard, line: Line) -> None:
    line.load(BLOBS[1], play=False)
    for _ in range(4):
        line.good(wire.NAME, struct.pack("<B3x32s", 0, b"name"))
    # The directory's sector is full, and the other one is worn.
    board.flash[0x1000] = 0
    board.wear(0x1000)
    assert line.ask(wire.SELECT, struct.pack("<BBH", 0, 1, 0)).status == wire.STORE_FAILED
    board.wait(100)
    assert line.model().crc == zlib.crc32(BLOBS[0])


def test_nobody_reads_and_sound_goes_on(board: HostBoard) -> None:
    line = Line(board)
    line.hello()
    for _ in range(200):
        line.sequence += 1
        board.send(frame(wire.STATS, line.sequence))
    assert board.end is End.RUNS
    assert np.array_equal(heard(board), expected(BLOBS[0]))
    found, _ = answers(board.receive())
    assert len(found) > 50, "those that were read in time"
