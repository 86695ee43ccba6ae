# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The whole image on an emulated Daisy Seed: sound, controls, and what fails with what outcome."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.emulator.boards import Options, Result, assemble, run
from pedalsmith.emulator.faults import LoaderEntered
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.panel import parse_press, parse_turn
from pedalsmith.native.firmware import Image, build
from pedalsmith.native.pedal import HostPedal

from .conftest import COMPILERS, need
from .host import sine

BOARD = "daisy_seed"


@pytest.fixture(params=COMPILERS)
def playing(request: pytest.FixtureRequest, image_of: Callable[[str, str], Image]) -> Image:
    return image_of(BOARD, request.param)


@pytest.fixture(params=COMPILERS)
def pedal(request: pytest.FixtureRequest, pedal_of: Callable[[str, str], Image]) -> Image:
    return pedal_of(BOARD, request.param)


def heard(image: Image, seconds: float, **options: object) -> tuple[np.ndarray, Result]:
    audio = sine(round(48_000 * seconds), amplitude=0.25)
    result = run(image.bin, BOARD, audio, options=Options(**options))  # type: ignore[arg-type]
    assert np.array_equal(result.samples, result.right), "both outputs play the same"
    return audio, result


@pytest.mark.parametrize("codec", ["ak4556", "pcm3060", "wm8731"])
def test_every_codec_is_found_and_passes_sound(image: Image, codec: str) -> None:
    audio, result = heard(image, 0.1, codec=codec)
    assert np.array_equal(result.samples, audio)
    assert f"codec {codec.upper()}," in result.console
    assert "fault" not in result.console
    assert abs(result.sample_rate - 48_000) < 0.01


def test_latency_is_two_blocks_and_the_words_are_the_hosts(model: Path, playing: Image) -> None:
    audio, result = heard(playing, 0.25)
    assert result.latency == 2 * 48
    assert np.array_equal(result.samples, HostPedal(model.read_bytes()).process(audio))
    assert "self-test passed" in result.console


@pytest.mark.parametrize("compiler", COMPILERS)
def test_an_image_for_the_bootloader_runs_from_sram(
    model: Path, tmp_path: Path, compiler: str
) -> None:
    need(compiler)
    image = build(BOARD, model, tmp_path, compiler, image="bootloader")
    assert image.load == 0x9004_0000
    code = image.board.images["bootloader"].code
    emulated = assemble(BOARD, Options())
    machine = emulated.machine
    try:
        audio = sine(4_800)
        machine.load(read_image(image.bin, code.origin))
        emulated.audio.play(audio, len(audio))
        machine.reset(code.origin)
        machine.run(0.3)
        assert "self-test passed" in emulated.console.text
        assert emulated.audio.frames_out >= len(audio)
    finally:
        machine.close()


def test_a_damaged_model_in_flash_is_refused_and_the_input_passes(
    model: Path, playing: Image, tmp_path: Path
) -> None:
    data = bytearray(playing.bin.read_bytes())
    data[data.index(model.read_bytes()) + 500] ^= 0x10
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(data)
    audio = sine(4_800, amplitude=0.25)
    result = run(damaged, BOARD, audio)
    assert np.array_equal(result.samples, audio)
    assert "model: refused (" in result.console


def test_knobs_at_the_centre_pass_the_sound_and_the_level_knob_mutes(pedal: Image) -> None:
    turns = (parse_turn("gate=0"), parse_turn("level=0@0.4s"))
    audio, result = heard(pedal, 0.8, controls="terrarium", turns=turns)
    before = slice(4_800, 12_000)
    # The DC blocker moves the phase of the sine a little.
    ratio = result.samples[before].astype(float).std() / audio[before].std()
    assert 20 * np.log10(ratio) == pytest.approx(0, abs=0.01)
    assert not result.samples[-2_400:].any()


def test_switches_bypass_and_change_the_model(pedal: Image) -> None:
    presses = (parse_press("fs2@0.4s"), parse_press("fs1@0.8s"))
    turns = (parse_turn("gate=0"),)
    # Times count from power-up, samples from the start of the audio, at most 0.2 s later.
    audio, result = heard(pedal, 1.1, controls="terrarium", presses=presses, turns=turns)
    assert result.samples[4_800:7_000].any(), "the first model lets the sound through"
    assert not result.samples[21_500:28_000].any(), "the second is silent"
    assert np.array_equal(result.samples[-7_000:], audio[-7_000:]), "bypassed"
    assert result.console.count("model: ") == 2


def test_a_long_press_enters_the_loader(pedal: Image) -> None:
    presses = (parse_press("fs1@0.1s:3.5s"),)
    with pytest.raises(LoaderEntered):
        heard(pedal, 3.5, controls="terrarium", presses=presses)


def test_after_failed_starts_it_stays_dry(playing: Image) -> None:
    image = playing
    emulated = assemble(BOARD, Options())
    machine = emulated.machine
    try:
        machine.load(read_image(image.bin, image.load))
        # What three resets by a fault leave in backup SRAM (firmware/mcu/cortex_m7/faults.h).
        record = np.array([0x50534631, 3, 3, 0x08001234, 0, 0], "<u4").tobytes()
        emulated.power_up()
        machine.write(image.board.memories["KEPT"].origin, record)
        machine.run(0.5)
        assert "model: held back after failed starts" in emulated.console.text
        assert "last run ended by hard fault at 0x08001234" in emulated.console.text
    finally:
        machine.close()
