# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The whole image on emulated Teensys: sound, controls, USB, flash, and what fails how."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.blobs import random_bytes
from pedalsmith.emulator.boards import Options, Result, assemble, run
from pedalsmith.emulator.faults import LoaderEntered
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.panel import parse_press, parse_turn
from pedalsmith.emulator.rt1062.board import EmulatedTeensy
from pedalsmith.emulator.usb_host import UsbHost
from pedalsmith.native.firmware import Image, build
from pedalsmith.native.pedal import HostPedal

from . import line as wire
from .conftest import COMPILERS, need
from .host import sine
from .line import Line
from .test_link_board import Cable, missed

BOARD = "teensy41"
FLASH = 0x6000_0000


@pytest.fixture(params=COMPILERS)
def playing(request: pytest.FixtureRequest, image_of: Callable[[str, str], Image]) -> Image:
    return image_of(BOARD, request.param)


@pytest.fixture(params=COMPILERS)
def pedal(request: pytest.FixtureRequest, pedal_of: Callable[[str, str], Image]) -> Image:
    return pedal_of(BOARD, request.param)


def power_up(image: Image, **options: object) -> EmulatedTeensy:
    emulated = assemble(BOARD, Options(**options))  # type: ignore[arg-type]
    assert isinstance(emulated, EmulatedTeensy)
    emulated.machine.load(read_image(image.bin, image.load))
    emulated.audio.play(sine(96_000), 480_000)
    emulated.power_up()
    return emulated


def heard(image: Image, seconds: float, **options: object) -> tuple[np.ndarray, Result]:
    audio = sine(round(48_000 * seconds), amplitude=0.25)
    result = run(image.bin, image.board, audio, options=Options(**options))  # type: ignore[arg-type]
    assert np.array_equal(result.samples, result.right), "both outputs play the same"
    return audio, result


def test_the_words_are_the_hosts(model: Path, playing: Image) -> None:
    audio, result = heard(playing, 0.25)
    assert np.array_equal(result.samples, HostPedal(model.read_bytes()).process(audio))
    assert result.sample_rate == 48_000
    assert result.latency == 2 * 48
    assert "pedalsmith on Teensy 4.1, codec SGTL5000, core 600 MHz, 48000 Hz" in result.console
    assert "self-test passed" in result.console
    assert "fault" not in result.console


def test_a_teensy_40_with_short_blocks_plays_the_same(model: Path, tmp_path: Path) -> None:
    image = build("teensy40", model, tmp_path, block=8)
    audio, result = heard(image, 0.1)
    assert result.latency == 2 * 8
    assert np.array_equal(result.samples, HostPedal(model.read_bytes()).process(audio))


def test_the_boot_blocks_are_the_vendors(playing: Image) -> None:
    data = playing.bin.read_bytes()
    wanted = {0x00: 0x42464346, 0x04: 0x56010000, 0x0C: 0x00020101, 0x44: 0x01060401}
    wanted |= {0x50: 0x00800000, 0x80: 0x0A1804EB, 0x84: 0x32041EFF, 0x88: 0x00002601}
    wanted |= {0x1C0: 256, 0x1C4: 4096, 0x1C8: 1, 0x1D0: 0x10000}
    for at in range(0, 512, 4):
        assert struct.unpack_from("<I", data, at)[0] == wanted.get(at, 0), hex(at)
    table = struct.unpack_from("<8I", data, 0x1000)
    entry, boot_data = table[1], table[4] - FLASH
    assert table == (0x432000D1, entry, 0, 0, FLASH + boot_data, FLASH + 0x1000, 0, 0)
    assert entry & 1
    assert struct.unpack_from("<3I", data, boot_data) == (FLASH, len(data), 0)


def test_knobs_and_switches(pedal: Image) -> None:
    presses = (parse_press("fs2@0.8s"),)
    turns = (parse_turn("gate=0"), parse_turn("level=0@1.3s"))
    # Times count from power-up; the codec takes half a second to start.
    audio, result = heard(pedal, 1.0, controls="pedal", presses=presses, turns=turns)
    before = slice(4_800, 10_000)
    ratio = result.samples[before].astype(float).std() / audio[before].std()
    assert 20 * np.log10(ratio) == pytest.approx(0, abs=0.01), "knobs at the centre"
    assert not result.samples[21_500:28_000].any(), "the second model is silent"
    assert result.console.count("model: ") == 2
    assert any(light == 1 for _, light, _ in result.lights), "it counts the models"


def test_a_long_press_enters_the_loader(pedal: Image) -> None:
    presses = (parse_press("fs1@0.1s:3.9s"),)
    with pytest.raises(LoaderEntered):
        heard(pedal, 3.9, controls="pedal", presses=presses)


def test_usb_is_a_serial_port_and_134_baud_enters_the_loader(playing: Image) -> None:
    emulated = power_up(playing)
    machine = emulated.machine
    try:
        machine.run(0.7)
        host = UsbHost(machine, emulated.usb)
        host.connect()
        emulated.usb.suspend()
        machine.run(0.02)
        emulated.usb.resume()
        emulated.usb.unplug()
        before = emulated.audio.frames_out
        machine.run(0.1)
        assert emulated.audio.frames_out - before >= 0.099 * 48_000, "the sound does not mind"
        emulated.usb.plug()
        again = UsbHost(machine, emulated.usb)
        again.connect()
        assert "load: mean" in again.read(1.1).decode()
        with pytest.raises(LoaderEntered):
            again.set_line(134)
            machine.run(0.2)
    finally:
        machine.close()


@pytest.mark.parametrize("compiler", COMPILERS)
def test_flash_is_written_while_the_sound_goes_on(compiler: str, tmp_path: Path) -> None:
    need(compiler)
    main = Path(__file__).parent / "store" / "main.c"
    image = build(BOARD, None, tmp_path, compiler, main=main)
    audio = sine(48_000)
    result = run(image.bin, BOARD, audio, options=Options())
    for what in ("open", "erase", "write", "read", "sound went on"):
        assert f"{what}: yes\r\n" in result.console, result.console
    assert "write over it: no" in result.console, "bits that are 0 stay 0, and that is noticed"
    assert np.array_equal(result.samples, audio)


def test_a_model_is_loaded_over_usb_and_no_block_is_missed(playing: Image) -> None:
    emulated = power_up(playing)
    try:
        emulated.machine.run(0.7)
        line = Line(Cable(emulated))
        body = line.hello()
        assert body[36:44] == BOARD.encode()
        assert struct.unpack_from("<I", body, 216)[0] == zlib.crc32(playing.bin.read_bytes())
        blob = random_bytes(2, kind="lstm", hidden=(16,), golden_frames=100)
        assert line.load(blob, slot=0, name="loaded").status == wire.OK
        assert line.model().crc == zlib.crc32(blob)
        assert missed(line) == (0, 0)
    finally:
        emulated.machine.close()


def test_after_failed_starts_it_stays_dry(playing: Image) -> None:
    emulated = assemble(BOARD, Options())
    machine = emulated.machine
    try:
        machine.load(read_image(playing.bin, playing.load))
        # What three resets by a fault leave (firmware/mcu/cortex_m7/faults.h).
        record = np.array([0x50534631, 3, 3, 0x00001234, 0, 0, 3], "<u4").tobytes()
        emulated.power_up()
        machine.write(playing.board.memories["KEPT"].origin, record)
        machine.run(0.7)
        assert "model: held back after failed starts" in emulated.console.text
        assert "last run ended by hard fault at 0x00001234" in emulated.console.text
    finally:
        machine.close()
