# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The whole way: the image that is flashed, played in the emulated board, equals the host."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.blobs import random_blob, random_bytes
from engine.wavenets import Shape, wavenet_blob
from pedalsmith.audio import Q23_ONE, read_audio, to_q23
from pedalsmith.cycles.image import Image as Elf
from pedalsmith.emulator.boards import Options, run
from pedalsmith.emulator.faults import EmulationError, LoaderEntered
from pedalsmith.emulator.panel import Press, Turn, parse_press, parse_turn
from pedalsmith.emulator.session import board_figures, play_on_board
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import board_names, load_board
from pedalsmith.native.firmware import build
from pedalsmith.native.pedal import HostPedal
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob

Words = np.ndarray


def guitar(seconds: float) -> Words:
    """Decaying chords with silence between them, from full scale down; fixed."""
    n = np.arange(round(seconds * 48_000))
    t = n / 48_000
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (82.4, 123.5, 164.8, 247.0)) / 4
    envelope = np.exp(-3 * (t % 0.8)) * (t % 1.6 < 0.8)
    return np.clip(np.rint(chord * envelope * Q23_ONE), -Q23_ONE, Q23_ONE - 1).astype(np.int32)


def write_lstm(path: Path, hidden: int) -> Path:
    """An LSTM with weights of a fixed seed."""
    path.write_bytes(random_bytes(5, hidden=(hidden,)))
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An LSTM of 16 with weights of a fixed seed."""
    return write_lstm(tmp_path_factory.mktemp("model") / "lstm16.psm", hidden=16)


@pytest.fixture(scope="module")
def image(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Daisy Seed's image with it."""
    return build("daisy_seed", model, tmp_path_factory.mktemp("image")).bin


def test_every_sample_equals_the_host(model: Path, image: Path) -> None:
    words = guitar(2.0)
    done = run(image, "daisy_seed", words)
    wanted = HostPedal(model.read_bytes()).process(words)
    assert np.array_equal(done.samples, wanted)
    assert np.array_equal(done.right, wanted)
    assert np.ptp(wanted) > 1000, "the comparison must not be of silence"
    assert done.sample_rate == pytest.approx(48_000, rel=1e-6)
    assert "self-test passed" in done.console
    assert done.latency == 2 * done.block == 96


@pytest.mark.parametrize("image_kind", ["flash", "bootloader"])
@pytest.mark.parametrize(
    "blob",
    [
        random_blob(3, kind="gru", hidden=(9, 12), state=2),
        random_blob(4, kind="lstm", hidden=(16,), state=2),
        wavenet_blob(Shape(1, (16, 14), 16, taps=5, wide_at=(1,), activation=2, converted=True)),
        wavenet_blob(Shape(4, (18,), 3, layers=2)),
    ],
    ids=["stacked", "lstm", "large", "in C"],
)
def test_code_behind_the_cache_equals_the_host(blob: Blob, image_kind: str, tmp_path: Path) -> None:
    """What a Daisy runs from there: see engine/cold.h."""
    path, words = tmp_path / "model.psm", guitar(0.03)
    path.write_bytes(psm.encode(blob))
    built = build("daisy_seed", path, tmp_path / "image", image=image_kind)
    wanted = HostPedal(path.read_bytes()).process(words)
    assert np.ptp(wanted) > 1000, "the comparison must not be of silence"
    assert np.array_equal(run(built.bin, "daisy_seed", words).samples, wanted)


def test_a_line_that_the_run_cuts_is_not_shown(image: Path) -> None:
    done = run(image, "daisy_seed", guitar(0.05))
    whole = done.console[: done.console.rindex("\n") + 1]
    figures = board_figures("daisy_seed", replace(done, console=whole + "load: mean 8"))
    assert figures["console"] == whole.splitlines()


@pytest.mark.parametrize("hidden", [40, 48])
def test_a_network_near_the_limit_is_not_taken_for_an_overload(hidden: int, tmp_path: Path) -> None:
    model = write_lstm(tmp_path / "lstm.psm", hidden)
    words = guitar(0.5)
    done = run(build("daisy_seed", model, tmp_path / "image").bin, "daisy_seed", words)
    assert np.array_equal(done.samples, HostPedal(model.read_bytes()).process(words))


BLOCKS = [("daisy_seed", 8), ("daisy_seed", 24), ("teensy41", 16), ("teensy41", 32)]
if os.environ.get("PEDALSMITH_EVERY_BLOCK"):
    BLOCKS = [(board, block) for board in board_names() for block in (8, 16, 24, 32, 48)]


@pytest.mark.parametrize(("board", "block"), BLOCKS)
def test_latency_is_two_blocks(model: Path, tmp_path: Path, board: str, block: int) -> None:
    """Some of those in boards/*/README.md; tests/firmware has more with 48 and 8 samples."""
    image = build(board, model, tmp_path, block=block).bin
    words = guitar(0.2)
    done = run(image, board, words)
    assert (done.block, done.latency) == (block, 2 * block)
    assert np.array_equal(done.samples, HostPedal(model.read_bytes()).process(words))


def test_two_runs_are_equal_to_the_instruction(image: Path) -> None:
    first, second = (run(image, "daisy_seed", guitar(0.3)) for _ in range(2))
    assert first.instructions == second.instructions
    assert np.array_equal(first.block_instructions, second.block_instructions)
    assert first.console == second.console


def test_sixty_seconds_of_guitar_equal_the_host(model: Path, image: Path, shared: Path) -> None:
    paths = sorted((shared / "captures").glob("*/*dry.wav"))
    words = np.concatenate([to_q23(read_audio(path).samples) for path in paths])[: 60 * 48_000]
    assert len(words) == 60 * 48_000
    done = run(image, "daisy_seed", words)
    differ = np.count_nonzero(done.samples != HostPedal(model.read_bytes()).process(words))
    assert differ == 0, f"{differ} of {len(words)} samples differ"


@pytest.mark.parametrize("codec", ["pcm3060", "wm8731"])
def test_every_codec_plays(model: Path, image: Path, codec: str) -> None:
    words = guitar(0.3)
    done = run(image, "daisy_seed", words, options=Options(codec=codec))
    assert codec.upper() in done.console
    assert np.array_equal(done.samples, HostPedal(model.read_bytes()).process(words))


@pytest.mark.parametrize(
    ("built_for", "codec", "others"),
    [("WM8731", "", "pcm3060 or wm8731"), ("PCM3060", "ak4556", "pcm3060 or wm8731"),
     ("AK4556", "wm8731", "ak4556 or pcm3060")],
)  # fmt: skip
def test_an_image_for_another_codec_says_what_to_try(
    tmp_path: Path, built_for: str, codec: str, others: str
) -> None:
    image = build("daisy_seed", None, tmp_path, choices={"codec": built_for}).bin
    with pytest.raises(EmulationError, match=f"another codec: try --codec {others}"):
        run(image, "daisy_seed", guitar(0.01), options=Options(codec=codec))


@pytest.fixture(scope="module")
def pedal_image(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in a pedal with knobs and switches."""
    folder = tmp_path_factory.mktemp("pedal")
    return build("daisy_seed", model, folder, controls="terrarium").bin


def test_a_footswitch_bypasses_and_the_light_says_so(pedal_image: Path) -> None:
    words = guitar(1.0)
    options = Options(controls="terrarium", presses=(Press(0, 0.4),))
    done = run(pedal_image, "daisy_seed", words, options=options)
    assert np.array_equal(done.samples[-12_000:], words[-12_000:]), "bypassed: dry"
    assert not np.array_equal(done.samples[:12_000], words[:12_000])
    changes = [(at, lit) for at, light, lit in done.lights if light == 0]
    assert [lit for _, lit in changes] == [True, False]
    assert 0.4 < changes[1][0] < 0.45


def test_a_knob_at_zero_is_silence(pedal_image: Path) -> None:
    options = Options(controls="terrarium", turns=(Turn(1, 0.0),))
    done = run(pedal_image, "daisy_seed", guitar(1.0), options=options)
    assert not done.samples[-12_000:].any()


def test_the_held_footswitch_leads_into_the_loader(pedal_image: Path) -> None:
    options = Options(controls="terrarium", presses=(Press(0, 0.1, 4.0),))
    with pytest.raises(LoaderEntered):
        run(pedal_image, "daisy_seed", guitar(5.0), options=options)


def test_all_register_writes_can_be_kept(image: Path) -> None:
    options = Options(codec="wm8731", log_writes=True)
    done = run(image, "daisy_seed", guitar(0.1), options=options)
    assert ("RCC.PLL3DIVR", "0x1F031F25", 0) in done.writes
    assert done.final["SAI1_A.FRCR"] == "0x00031F3F"
    assert done.i2c[0] == (0x1A, (0x1E, 0x00))


def test_bad_images_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such image"):
        run(tmp_path / "none.bin", "daisy_seed", guitar(0.1))
    (tmp_path / "text.elf").write_text("no ELF")
    with pytest.raises(BadInput, match="is no image"):
        run(tmp_path / "text.elf", "daisy_seed", guitar(0.1))


def test_a_cut_elf_is_one_line_and_beside_a_bin_it_does_not_matter(
    image: Path, tmp_path: Path
) -> None:
    whole = image.with_suffix(".elf").read_bytes()
    for count in (4, 40, 60, 30_000):
        (tmp_path / "cut.elf").write_bytes(whole[:count])
        with pytest.raises(BadInput, match=r"cut\.elf: is .*(damaged|no image)"):
            run(tmp_path / "cut.elf", "daisy_seed", guitar(0.01))
    for count in (4, 300_000):
        (tmp_path / "cut.elf").write_bytes(whole[:count])
        copy = tmp_path / "cut.bin"
        copy.write_bytes(image.read_bytes())
        assert run(copy, "daisy_seed", guitar(0.01)).block == 48


def test_what_is_no_image_of_the_board_is_refused_before_it_runs(
    model: Path, image: Path, tmp_path: Path
) -> None:
    (tmp_path / "sound.bin").write_bytes(b"RIFF" + bytes(100))
    (tmp_path / "zeros.bin").write_bytes(bytes(1000))
    (tmp_path / "large.bin").write_bytes(image.read_bytes() + bytes(131_072))
    other = build("teensy40", None, tmp_path / "teensy40")
    for path, board, said in (
        (model, "daisy_seed", "is a model, no image"),
        (tmp_path / "sound.bin", "teensy41", "is sound, no image"),
        (tmp_path / "zeros.bin", "daisy_seed", "is no image for Daisy Seed; name one of"),
        (tmp_path / "large.bin", "daisy_seed", r"Daisy Seed takes 131,072"),
        (image, "teensy41", "is no image for Teensy 4.1 but for Daisy Seed; name one of"),
        (image.with_suffix(".hex"), "teensy40", "but for Daisy Seed"),
        (other.bin, "daisy_seed", "but for Teensy 4.0"),
        (other.elf, "teensy41", "but for Teensy 4.0"),
    ):
        with pytest.raises(BadInput, match=f"{path}: .*{said}"):
            play_on_board(board, model, guitar(0.01), lambda *_: None, image=path)


@pytest.mark.parametrize(("board", "kind"), [("daisy_seed", "bootloader"), ("teensy41", "flash")])
def test_every_file_of_an_image_plays_the_same(
    model: Path, tmp_path: Path, board: str, kind: str
) -> None:
    built, words = build(board, model, tmp_path, image=kind), guitar(0.05)
    runs = [run(path, board, words) for path in (built.bin, built.elf, built.hex)]
    assert np.array_equal(runs[0].samples, HostPedal(model.read_bytes()).process(words))
    assert len({done.instructions for done in runs}) == 1


def test_a_silent_board_says_what_its_light_shows(
    image: Path, pedal_image: Path, tmp_path: Path
) -> None:
    for whole, controls, part in (
        (image, "none", "code_packed"),
        (pedal_image, "terrarium", "code_packed"),
        (pedal_image, "terrarium", "cached_packed"),
    ):
        packed = Elf(whole.with_suffix(".elf")).symbols[part]
        content = bytearray(whole.read_bytes())
        content[packed - load_board("daisy_seed").images["flash"].load + 1000] ^= 0x40
        (tmp_path / "damaged.bin").write_bytes(content)
        with pytest.raises(EmulationError, match="light 1 flickers: the image is damaged"):
            options = Options(controls=controls)
            run(tmp_path / "damaged.bin", "daisy_seed", guitar(0.01), options=options)
    still = content[:8] + b"\xfe\xe7" * 0x8000  # b . wherever it begins
    (tmp_path / "still.bin").write_bytes(still)
    with pytest.raises(EmulationError, match=r"console says .nothing.; build the image again\."):
        run(tmp_path / "still.bin", "daisy_seed", guitar(0.01))


def test_options_of_the_panel_are_parsed() -> None:
    assert parse_turn("gain=0.7") == Turn(0, 0.7)
    assert parse_turn("knob6=1@2.5s") == Turn(5, 1.0, 2.5)
    assert parse_press("fs2@2.0s:0.5s") == Press(1, 2.0, 0.5)
    for text in ("gain=2", "volume=1", "gain", "gain=1.2.3"):
        with pytest.raises(BadInput):
            parse_turn(text)
    for text in ("fs3@1s", "fs1", "fs1@1.2.3s"):
        with pytest.raises(BadInput):
            parse_press(text)


def test_controls_come_with_the_first_pedal_of_the_board() -> None:
    from pedalsmith.commands.emulate import _pedal

    assert _pedal("daisy_seed", wanted=True) == "terrarium"
    assert _pedal("daisy_seed", wanted=False) == _pedal("host", wanted=True) == "none"


def command(*words: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pedalsmith", "emulate", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def test_the_command_compares_and_an_image_of_another_model_differs(
    model: Path, image: Path, tmp_path: Path
) -> None:
    from pedalsmith.audio import from_q23, write_wav

    dry, out = tmp_path / "dry.wav", tmp_path / "out.wav"
    write_wav(dry, from_q23(guitar(0.3)))
    done = command(model, dry, out, "--on", "daisy_seed", "--image", image, "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["differing"], figures["latency_samples"]) == (0, 96)
    assert out.is_file()
    other = write_lstm(tmp_path / "other.psm", hidden=8)
    done = command(other, dry, out, "--on", "daisy_seed", "--image", image)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("pedalsmith: daisy_seed:")
    assert len(done.stderr.strip().splitlines()) == 1
    slow = write_lstm(tmp_path / "slow.psm", hidden=64)
    done = command(slow, dry, out, "--on", "daisy_seed", "--image", "bootloader")
    assert done.returncode == 1
    assert "refused (the model is too slow for this board: it needs 1" in done.stderr
    for words, said in (
        (("--on", "no_board"), "no board 'no_board'; there is daisy_seed, teensy40, teensy41."),
        (("--on", "host", "--knob", "gain=1"), "--knob: the host has none; name a board with it"),
        (("--on", "daisy_seed", "--image", image, "--block", 32), "is built with its own; leave"),
        (("--channel", 0), "Invalid value for '--channel'"),
    ):
        done = command(model, dry, out, *words)
        assert done.returncode == 2
        assert said in done.stderr


def test_the_command_says_why_an_image_plays_dry(model: Path, tmp_path: Path) -> None:
    from pedalsmith.audio import from_q23, write_wav

    dry, out, nameless = tmp_path / "dry.wav", tmp_path / "out.wav", tmp_path / "nameless.psm"
    write_wav(dry, from_q23(guitar(0.1)))
    nameless.write_bytes(psm.encode(replace(random_blob(5, hidden=(64,)), metadata={})))
    none = build("daisy_seed", None, tmp_path / "none").bin
    for blob, image, said in (
        (nameless, "bootloader", "model: refused (the model is too slow for this board: it needs "),
        (model, none, "the image holds no model, the input passes dry; build it with --model."),
    ):
        done = command(blob, dry, out, "--on", "daisy_seed", "--image", image)
        assert done.returncode == 1
        assert done.stderr.strip().startswith(f"pedalsmith: daisy_seed: {said}")


def test_an_empty_blob_is_refused_and_no_blob_plays_dry() -> None:
    with pytest.raises(BadInput, match=r"e\.psm: is empty; convert"):
        HostPedal(b"", "e.psm")
    words = guitar(0.01)
    assert np.array_equal(HostPedal(None).process(words), words)
