# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Every command against the pedal that runs as a process, over a pseudo-terminal."""

import csv
import json
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pedalsmith.audio import write_wav
from pedalsmith.link import protocol as p
from pedalsmith.link import watching
from pedalsmith.link.client import Client
from pedalsmith.native.host_board import End, HostBoard

from .boards import GRU, LSTM, WIDE, wait_for
from .images import daisy
from .plugged import Plugged, Run


@pytest.fixture
def blobs(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name, blob in (("lstm", LSTM), ("gru", GRU), ("wide", WIDE)):
        made[name] = tmp_path / f"{name}.psm"
        made[name].write_bytes(blob)
    return made


@pytest.fixture
def pedal(plugged: Plugged) -> Iterator[HostBoard]:
    """A pedal with one model in its image, found like any other."""
    with HostBoard([LSTM], serial="X1") as board, board.on_pty() as path:
        plugged.port(path, serial="X1")
        yield board


def models(run: Run) -> dict[str, dict[str, Any]]:
    code, out, err = run("bank", "--json")
    assert (code, err) == (0, "")
    return {one["slot"]: one for one in json.loads(out)["models"]}


def test_models_are_loaded_listed_named_selected_and_erased(
    pedal: HostBoard, run: Run, blobs: dict[str, Path]
) -> None:
    assert models(run)["b1"]["plays"] and models(run)["b1"]["read_only"]
    code, out, err = run("load", blobs["gru"], "--name", "Clean")
    assert (code, err) == (0, "")
    assert "slot 1: Clean, " in out and out.endswith("plays\n")
    code, out, _ = run("load", blobs["wide"], "--slot", "7", "--keep", "--json")
    assert code == 0 and json.loads(out)["slot"] == "7"
    found = models(run)
    assert found["1"]["plays"] and found["1"]["at_start"] and found["1"]["name"] == "Clean"
    assert not found["7"]["plays"]
    assert found["7"]["crc32"] == f"{zlib.crc32(WIDE):08x}"
    assert run("bank", "rename", "7", "Fat \u266f")[0] == 0
    assert run("bank", "select", "7", "--once")[0] == 0
    found = models(run)
    watched = run("monitor", "--interval", "0.05", "--seconds", "0.1")[1]
    assert "slot 7 Fat \u266f, plays" in watched
    assert found["7"]["name"] == "Fat \u266f" and found["7"]["plays"]
    assert not found["7"]["at_start"] and found["1"]["at_start"]
    code, out, err = run("bank", "erase", "7", "--yes")
    assert code == 0 and "Clean" in out and "Fat" not in out
    assert "1 of 16 slots are used" in err
    assert set(models(run)) == {"b1", "1"}


def test_a_loaded_model_is_there_after_the_power_was_away(
    plugged: Plugged, run: Run, blobs: dict[str, Path]
) -> None:
    with HostBoard([LSTM]) as board:
        with board.on_pty() as path:
            assert run("load", blobs["gru"], "--port", path)[0] == 0
        kept = board.flash.copy()
    with HostBoard([LSTM], kept) as board, board.on_pty() as path:
        code, out, _ = run("bank", "--port", path, "--json")
        assert code == 0
        playing = [one for one in json.loads(out)["models"] if one["plays"]]
        assert [one["crc32"] for one in playing] == [f"{zlib.crc32(GRU):08x}"]


def test_what_the_pedal_refuses_is_told_with_a_remedy(
    pedal: HostBoard, run: Run, blobs: dict[str, Path], tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.psm"
    damaged.write_bytes(GRU[:500] + bytes([GRU[500] ^ 1]) + GRU[501:])
    for line, code, said in (
        (("bank", "select", "3"), 3, "`pedalsmith bank` lists"),
        (("bank", "erase", "3", "--yes"), 3, "`pedalsmith bank` lists"),
        (("bank", "erase", "b1", "--yes"), 3, "part of the image"),
        (("bank", "rename", "b1", "x"), 3, "part of the image"),
        (("bank", "select", "17"), 2, "slots are 1 to 16, b1 to b1"),
        (("bank", "select", "0"), 2, "slots are 1 to 16"),
        (("bank", "select", "b2"), 2, "slots are 1 to 16"),
        (("bank", "rename", "1", "x" * 33), 2, "1 to 32 bytes"),
        (("bank", "rename", "1"), 2, "a name goes with rename"),
        (("bank", "select"), 2, "say which slot"),
        (("bank", "erase", "1"), 2, "add --yes"),
        (("load", damaged), 2, "convert the model again"),
        (("load", tmp_path / "none.psm"), 2, "pedalsmith convert"),
        (("load", blobs["gru"], "--slot", "b1"), 2, "slots are 1 to 16."),
        (("verify", blobs["gru"]), 3, "add --load"),
    ):
        found, out, err = run(*line)
        assert (found, out) == (code, ""), line
        assert said in err and err.count("\n") == 1, line
    assert models(run)["b1"]["plays"]


def test_a_pedal_without_a_store_says_how_models_get_in(
    plugged: Plugged, run: Run, blobs: dict[str, Path]
) -> None:
    with HostBoard([LSTM], store=False) as board, board.on_pty() as path:
        code, _, err = run("load", blobs["gru"], "--port", path)
    assert code == 3
    assert "pedalsmith build --model" in err


def test_verify_finds_no_difference(
    pedal: HostBoard, run: Run, blobs: dict[str, Path], tmp_path: Path
) -> None:
    noise = np.random.default_rng(6).uniform(-1, 1, 5_000)
    write_wav(tmp_path / "in.wav", noise)
    code, out, err = run("verify", blobs["lstm"], tmp_path / "in.wav", "--no-cpu")
    assert (code, out, err) == (0, "0 of 5,000 samples differ\n", "")
    code, out, _ = run("verify", blobs["wide"], tmp_path / "in.wav", "--no-cpu", "--load", "--json")
    assert code == 0
    figures = json.loads(out)
    assert (figures["samples"], figures["differing"]) == (5_000, 0)
    # The model that played before does again when another one was only selected.
    assert run("verify", blobs["lstm"], tmp_path / "in.wav", "--no-cpu")[0] == 0
    assert models(run)["1"]["plays"]


def test_verify_shows_the_first_difference(
    pedal: HostBoard, run: Run, blobs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Client.ask_raw

    def one_bit(self: Client, command: p.Command, body: Any = b"") -> bytes:
        raw = honest(self, command, body)
        if command is p.Command.STREAM_DATA and p.Stream.unpack(raw).position == 512:
            at = p.Stream.size() + 4 * 100
            raw = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        return raw

    monkeypatch.setattr(Client, "ask_raw", one_bit)
    code, out, err = run("verify", blobs["lstm"], "--seconds", "0.1", "--no-cpu")
    assert code == 1
    assert "1 of 4,800 samples differ, the first at 612" in err
    rows = out.splitlines()
    assert rows[0] == "1 of 4,800 samples differ"
    marked = next(row for row in rows if row.endswith("<-"))
    assert marked.split()[0] == "612"
    assert abs(int(marked.split()[2]) - int(marked.split()[3])) == 1
    assert any(row.strip().startswith("unit 0: state ") for row in rows)


def test_verify_measures_the_load(pedal: HostBoard, run: Run, blobs: dict[str, Path]) -> None:
    code, out, err = run("verify", blobs["lstm"], "--seconds", "0.1")
    assert code == 0
    assert "CPU load: measured 20.0 %" in out
    assert "cannot be predicted: no board 'host'" in err


def test_monitor_prints_lines_of_every_kind(pedal: HostBoard, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "gig.csv"
    fast = ("--interval", "0.05", "--seconds", "0.3", "--csv", file)
    code, out, err = run("monitor", *fast, "--json")
    assert (code, err) == (0, "")
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) >= 2
    assert {line["cpu_mean"] for line in lines} == {20.0}
    assert lines[0]["slot"] == "b1" and lines[0]["state"] == "plays"
    assert lines[0]["model"] == "random 1"
    with file.open(newline="") as stored:
        rows = list(csv.DictReader(stored))
    assert [row["cpu_max"] for row in rows] == ["20.0"] * len(lines)
    code, out, _ = run("monitor", *fast, "--plot")
    assert code == 0
    for line in out.splitlines():
        pairs = dict(part.split(":") for part in line.split(","))
        assert float(pairs["cpu_mean"]) == 20.0 and "output_dbfs" in pairs
    code, out, _ = run("monitor", *fast, "--svg", tmp_path / "board.svg")
    picture = (tmp_path / "board.svg").read_text()
    assert "plays" in picture and "http" not in picture.replace("http://www.w3.org", "")
    assert code == 0 and out.startswith("CPU 20.0 % p99 20 % max 20.0 %")


def test_monitor_ends_with_1_at_the_alarm(pedal: HostBoard, run: Run) -> None:
    code, _, err = run("monitor", "--interval", "0.05", "--alarm-cpu", "19.5")
    assert code == 1
    assert "a block took 20.0 % of its time, more than 19.5 %" in err
    assert run("monitor", "--interval", "0.05", "--seconds", "0.2", "--alarm-cpu", "20")[0] == 0


def test_monitor_waits_for_a_pedal_that_was_unplugged(
    plugged: Plugged, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_AGAIN_SECONDS", 0.05)

    def unplug_and_plug_in() -> None:
        with HostBoard([LSTM]) as board, board.on_pty() as path:
            plugged.port(path)
            ready.set()
            stop.wait(0.4)
        plugged.serial_ports.clear()
        stop.wait(0.3)
        with HostBoard([GRU]) as board, board.on_pty() as path:
            plugged.port(path)
            stop.wait(10)

    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=unplug_and_plug_in)
    thread.start()
    ready.wait()
    try:
        code, out, _ = run("monitor", "--interval", "0.05", "--seconds", "2", "--json")
    finally:
        stop.set()
        thread.join()
    assert code == 0
    lines = [json.loads(line) for line in out.splitlines()]
    kinds = ["reading" if "cpu_mean" in line else "trouble" for line in lines]
    first = kinds.index("trouble")
    assert 0 < first < len(kinds) - 1 - kinds[::-1].index("trouble") + 1
    assert kinds[-1] == "reading"
    assert "unplugged" in lines[first]["trouble"] or "no pedal" in lines[first]["trouble"]


@pytest.mark.parametrize("other_bytes", [False, True])
def test_a_running_pedal_is_restarted_into_its_loader_flashed_and_says_hello(
    plugged: Plugged, run: Run, tmp_path: Path, other_bytes: bool
) -> None:
    image = daisy(tmp_path / "a.bin", text=b"pedalsmith on \0Daisy Seed\0")

    def cable() -> None:
        with HostBoard([LSTM]) as board, board.on_pty() as path:
            plugged.port(path)
            ready.set()
            wait_for(lambda: board.end is not End.RUNS)
            ended.append(board.end)
        plugged.serial_ports.clear()
        device = plugged.dfu(on_leave=lambda address: left.set())
        left.wait(10)
        written.append(device.memory(0x08000000, 9_001))
        with HostBoard([GRU] if other_bytes else []) as board, board.on_pty() as path:
            plugged.port(path)
            done.wait(10)

    ready, left, done = threading.Event(), threading.Event(), threading.Event()
    ended: list[End] = []
    written: list[bytes] = []
    thread = threading.Thread(target=cable)
    thread.start()
    ready.wait()
    try:
        code, _, err = run("flash", image)
        assert code == 2, "the image is for a Daisy, the pedal is none"
        assert "is for Daisy Seed, but the pedal is a host" in err and "--force" in err
        code, out, err = run("flash", image, "--force")
    finally:
        left.set()
        done.set()
        thread.join()
    assert ended == [End.LOADER]
    assert written == [image.read_bytes()]
    if other_bytes:
        assert code == 3
        assert "its flash holds other bytes" in err and "flash it again" in err
        return
    assert (code, err) == (0, "")
    assert "read back" in out and "runs, codec none, 48000 Hz, block 48" in out
