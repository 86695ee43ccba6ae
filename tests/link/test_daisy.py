# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The tool against the emulated Daisy Seed: the image that is flashed, over its USB, register by
register. Time is the board's."""

import time
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from firmware.blobs import write_lstm
from pedalsmith.emulator.faults import LoaderEntered
from pedalsmith.emulator.plugged import PluggedBoard
from pedalsmith.link import bank, client, flashing, readings
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client
from pedalsmith.link.stream import compare, stream
from pedalsmith.link.upload import load
from pedalsmith.native.firmware import build

from .boards import GOLDEN, GRU, LSTM
from .plugged import Plugged, Run


class UsbTime:
    """Bytes over USB as a Line, and the board's seconds in the place of the module time."""

    def __init__(self, board: PluggedBoard) -> None:
        self.board = board
        board.host.connect()

    def monotonic(self) -> float:
        return self.board.seconds

    def sleep(self, seconds: float) -> None:
        self.board.run(seconds)

    def write(self, data: bytes) -> None:
        self.board.host.write(data)

    def read(self, seconds: float) -> bytes:
        until = self.monotonic() + seconds
        while True:
            said = self.board.host.read(0.001)
            if said or self.monotonic() >= until:
                return said

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def plugged_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A Daisy Seed with a model in its image, on USB, with guitar at its input."""
    image = build("daisy_seed", GOLDEN / "lstm-state-1.psm", tmp_path_factory.mktemp("image"))
    guitar = np.random.default_rng(1).integers(-(2**20), 2**20, 480_000, np.int32)
    with PluggedBoard(image.board, image.bin) as board, pytest.MonkeyPatch.context() as patch:
        board.play(guitar, len(guitar))
        line = UsbTime(board)
        patch.setattr(client, "time", line)
        patch.setattr(readings, "time", line)
        with Client(line, "the Daisy", on_text=lambda text: None) as talk:
            yield SimpleNamespace(talk=talk, line=line, image=image)


def ignore(what: str, share: float) -> None:
    pass


def test_hello_tells_the_image_that_was_flashed(plugged_in: SimpleNamespace) -> None:
    hello, image = plugged_in.talk.hello, plugged_in.image.bin.read_bytes()
    assert (hello.board, hello.image, hello.controls) == ("daisy_seed", "flash", "none")
    assert (hello.core_hz, hello.sample_rate, hello.block) == (480_000_000, 48_000, 48)
    assert (hello.image_bytes, hello.image_crc) == (len(image), zlib.crc32(image))


def test_a_model_is_loaded_verified_and_watched_while_guitar_plays(
    plugged_in: SimpleNamespace,
) -> None:
    talk = plugged_in.talk
    before = talk.ask(p.Command.STATS, p.Stats)
    slot, model = load(talk, GRU, ignore)
    assert (slot, model.crc, model.state) == (0, zlib.crc32(GRU), p.ModelState.PLAYS)
    assert [one.crc for one in bank.slots(talk)] == [zlib.crc32(LSTM), zlib.crc32(GRU)]
    words = np.random.default_rng(2).integers(-(2**23), 2**23, 2_000, np.int32)
    played = stream(talk, words, ignore)
    assert compare(GRU, "gru", words, played.samples) is None
    watch = readings.Readings(talk, 0.0)
    plugged_in.line.sleep(0.05)
    reading = watch.next()
    assert reading.state == "plays" and 0 < reading.cpu_mean <= reading.cpu_max < 20
    assert reading.input_dbfs == pytest.approx(-18.06, abs=0.1)
    after = talk.ask(p.Command.STATS, p.Stats)
    assert after.overruns == before.overruns == 0
    # Every block of the time was played: 48 samples a millisecond.
    blocks, passed = after.blocks - before.blocks, after.uptime_ms - before.uptime_ms
    assert abs(blocks - passed) <= 2
    assert after.link_errors == talk.resent == 0


def test_a_model_of_30_kb_is_loaded_within_2_s(
    plugged_in: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write_lstm(tmp_path_factory.mktemp("large") / "large.psm", 48, golden=2_500)
    blob = path.read_bytes()
    assert len(blob) >= 30_000
    began = plugged_in.line.monotonic()
    load(plugged_in.talk, blob, ignore)
    assert plugged_in.line.monotonic() - began < 2.0


def test_what_flash_writes_is_what_starts_and_says_hello(
    plugged_in: SimpleNamespace,
    plugged: Plugged,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    image, boards = plugged_in.image, []

    def start(address: int) -> None:
        flash = tmp_path / "flash.bin"
        flash.write_bytes(device.memory(0x08000000, image.board.images["flash"].code.bytes))
        boards.append(PluggedBoard(image.board, flash))
        line = UsbTime(boards[-1])
        monkeypatch.setattr(client, "time", line)
        talk = partial(Client, line, on_text=lambda text: None)
        monkeypatch.setattr(flashing.Client, "open", lambda port, on_text: talk(port))
        plugged.port("/dev/ttyACM0")

    device = plugged.dfu(on_leave=start)
    code, out, err = run("flash", image.bin)
    for board in boards:
        board.close()
    assert (code, err) == (0, "")
    count = image.bin.stat().st_size
    assert f"Daisy Seed: {count:,} bytes at 0x08000000, read back" in out
    assert "/dev/ttyACM0: pedalsmith 0.1.0 runs, codec AK4556, 48000 Hz, block 48" in out


def test_the_commands_reach_it_over_a_pseudo_terminal(
    plugged_in: SimpleNamespace, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(client, "time", time)
    gru = tmp_path / "gru.psm"
    gru.write_bytes(GRU)
    image = plugged_in.image
    with PluggedBoard(image.board, image.bin) as board:
        board.host.connect()
        with board.on_pty() as path:
            code, out, err = run("load", gru, "--port", path)
            assert code == 0, err
            assert "slot 1: random 1, 2,764 bytes" in out
            code, out, err = run("verify", gru, "--seconds", "0.1", "--no-cpu", "--port", path)
            assert (code, out) == (0, "0 of 4,800 samples differ\n"), err


def test_at_last_it_restarts_into_the_loader_in_rom(plugged_in: SimpleNamespace) -> None:
    with pytest.raises(LoaderEntered):
        plugged_in.talk.ask_raw(p.Command.REBOOT, p.Reboot(p.RebootInto.LOADER))
        plugged_in.line.sleep(1.0)
