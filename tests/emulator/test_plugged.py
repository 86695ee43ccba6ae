# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Boards on a USB host: pseudo-terminals, pulled cables, lost power, faults, the bootloader."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import serial

from pedalsmith.emulator.boards import Options, run
from pedalsmith.emulator.branch import in_a_copy
from pedalsmith.emulator.faults import EmulationError, LoaderEntered
from pedalsmith.emulator.panel import Press
from pedalsmith.emulator.plugged import PluggedBoard
from pedalsmith.emulator.spi_flash import PowerLost
from pedalsmith.native.firmware import build
from pedalsmith.native.pedal import HostPedal

from .test_boards import guitar, write_lstm

BOARDS = ("daisy_seed", "teensy41")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An LSTM of 8 with weights of a fixed seed."""
    return write_lstm(tmp_path_factory.mktemp("model") / "lstm8.psm", hidden=8)


@pytest.fixture(scope="module")
def images(model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An image with it for each board."""
    folder = tmp_path_factory.mktemp("images")
    return {board: build(board, model, folder).bin for board in BOARDS}


def noise(seconds: float) -> np.ndarray:
    """What never repeats, so that a block played twice shows."""
    samples = np.random.default_rng(1).integers(-(1 << 20), 1 << 20, round(48_000 * seconds))
    return samples.astype(np.int32)


@pytest.mark.parametrize("board", BOARDS)
def test_a_terminal_reads_the_console_over_usb(images: dict[str, Path], board: str) -> None:
    with PluggedBoard(board, images[board]) as plugged:
        plugged.host.connect()
        with plugged.on_pty() as path, serial.Serial(path, timeout=60) as port:
            said = port.read_until(b"load:")
    assert b"load:" in said


@pytest.mark.parametrize("board", BOARDS)
def test_pulling_the_cable_costs_no_block(images: dict[str, Path], board: str) -> None:
    with PluggedBoard(board, images[board]) as plugged:
        plugged.host.connect()
        plugged.run(0.3)
        plugged.play(noise(3.0), 200_000)
        first = len(plugged.emulated.audio.marks)
        plugged.host.read(0.05)
        plugged.unplug()
        plugged.run(0.1)
        assert not plugged.host.is_connected()
        plugged.plug()
        plugged.host.connect()
        plugged.host.read(0.05)
        blocks = len(plugged.emulated.audio.marks) - first
        assert (plugged.missed_blocks, blocks > 300) == (0, True)


def test_a_stalled_core_shows_as_missed_blocks(images: dict[str, Path]) -> None:
    with PluggedBoard("daisy_seed", images["daisy_seed"]) as plugged:
        plugged.run(0.2)
        plugged.play(noise(1.0), 100_000)
        plugged.run(0.1)
        assert plugged.missed_blocks == 0
        plugged.machine.set_register("PRIMASK", 1)
        plugged.run(0.01)
        assert 4 <= plugged.missed_blocks <= 10, "nothing processes blocks of 1 ms"


def test_a_copy_leaves_the_machine_as_it_was(images: dict[str, Path]) -> None:
    with PluggedBoard("daisy_seed", images["daisy_seed"]) as plugged:
        plugged.run(0.2)
        before = plugged.machine.instructions

        def on_for_a_while() -> tuple[int, str]:
            plugged.run(0.05)
            return plugged.machine.instructions, plugged.emulated.console.text

        assert in_a_copy(on_for_a_while) == in_a_copy(on_for_a_while)
        assert plugged.machine.instructions == before
        assert in_a_copy(on_for_a_while) == on_for_a_while()


def test_errors_come_back_from_a_copy() -> None:
    def fails() -> None:
        raise PowerLost("flash: the power went")

    with pytest.raises(PowerLost, match="the power went"):
        in_a_copy(fails)
    with pytest.raises(EmulationError, match="without an answer"):
        in_a_copy(lambda: os._exit(1))


@pytest.mark.parametrize("board", BOARDS)
def test_power_off_and_on_keeps_the_flash_only(images: dict[str, Path], board: str) -> None:
    with PluggedBoard(board, images[board]) as plugged:
        seconds = 0.15 if board == "daisy_seed" else 0.6
        plugged.run(seconds)
        flash = plugged.flash
        plugged.power_cycle()
        plugged.run(seconds)
        assert plugged.emulated.console.text.count("self-test passed") == 2
        assert np.array_equal(plugged.flash, flash)


@pytest.mark.parametrize(
    ("board", "kind", "at"),
    [("daisy_seed", "bus", 0.3), ("daisy_seed", "memory", 0.3), ("teensy41", "usage", 0.6)],
)
def test_a_fault_is_recorded_and_told_after_the_restart(
    images: dict[str, Path], board: str, kind: str, at: float
) -> None:
    with PluggedBoard(board, images[board], options=Options(faults=((at, kind),))) as plugged:
        plugged.run(2 * at + 0.1)
        said = plugged.emulated.console.text
    assert said.count("self-test passed") == 2, said
    assert "fault" in said.split("self-test passed")[1], said


@pytest.fixture(scope="module")
def bootloader_image(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image for the Daisy bootloader."""
    folder = tmp_path_factory.mktemp("bootloader")
    return build("daisy_seed", model, folder, image="bootloader").bin


def test_an_image_for_the_bootloader_equals_the_host(model: Path, bootloader_image: Path) -> None:
    words = guitar(0.3)
    done = run(bootloader_image, "daisy_seed", words)
    wanted = HostPedal(model.read_bytes()).process(words)
    assert np.array_equal(done.samples, wanted)
    elf = run(bootloader_image.with_suffix(".elf"), "daisy_seed", words)
    assert np.array_equal(done.samples, elf.samples)


def test_such_an_image_leads_back_into_the_bootloader(tmp_path: Path) -> None:
    dry = build("daisy_seed", None, tmp_path, image="bootloader", controls="terrarium").bin
    options = Options(controls="terrarium", presses=(Press(0, 0.1, 4.0),))
    with pytest.raises(LoaderEntered, match="Daisy bootloader"):
        run(dry, "daisy_seed", guitar(5.0), options=options)


def test_a_bootloader_without_an_image_says_so(tmp_path: Path) -> None:
    image = tmp_path / "none.bin"
    image.write_bytes(b"\xff" * 256)
    with pytest.raises(EmulationError, match="the bootloader finds no image at 0x90040000"):
        run(image, "daisy_seed", guitar(0.1))


def test_the_command_serves_a_serial_port(
    model: Path, images: dict[str, Path], tmp_path: Path
) -> None:
    from pedalsmith.audio import from_q23, write_wav

    dry, out = tmp_path / "dry.wav", tmp_path / "out.wav"
    write_wav(dry, from_q23(guitar(0.3)))
    command = [sys.executable, "-m", "pedalsmith", "emulate", model, dry, out, "--on", "teensy41",
               "--image", images["teensy41"], "--serial", "usb"]  # fmt: skip
    # Where the tests run in the background, SIGINT is ignored, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGINT, before)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        path = first.removeprefix("serial port: ").strip()
        with serial.Serial(path, timeout=15) as port:
            said = port.read_until(b"load:")
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert b"load:" in said, errors
    assert process.returncode == 0, errors
    assert "latency" in rest
    assert out.is_file()
