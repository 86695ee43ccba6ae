# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What fails, and what the pedal then does: both boards, the images of both compilers.

Sound or silence, never noise, and a word about it. The tables of boards/*/README.md say the same.
"""

import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from engine.blobs import random_bytes
from pedalsmith.emulator.boards import Options, Result, run
from pedalsmith.emulator.panel import parse_turn
from pedalsmith.emulator.plugged import PluggedBoard
from pedalsmith.emulator.spi_flash import PowerLost
from pedalsmith.native.firmware import Image
from pedalsmith.native.host_board import FLASH_BYTES, HostBoard
from pedalsmith.native.pedal import HostPedal

from . import line as wire
from .blobs import write_lstm
from .conftest import BOARDS, COMPILERS, MODEL, PEDALS
from .host import sine
from .line import Line, frame
from .test_link_board import LARGE, Cable, missed

BOOT = {"daisy_seed": 0.25, "teensy41": 0.7}
"""Seconds from power-up until a model plays; the Teensy's codec starts slowly."""
CODEC_ON_I2C = {"daisy_seed": "wm8731", "teensy41": "sgtl5000"}
STORE = {"daisy_seed": 0x10_0000, "teensy41": 0x59_E000}
"""Where in the flash chip models are kept"""
EVERY = int(os.environ.get("PEDALSMITH_CUT_EVERY", "32"))
"""Of the flash's operations one in so many loses the power."""
FEW = random_bytes(2, kind="lstm", hidden=(16,), golden_frames=100)


@pytest.fixture(params=[(b, c) for b in BOARDS for c in COMPILERS], ids="-".join)
def playing(request: pytest.FixtureRequest, image_of: Callable[[str, str], Image]) -> Image:
    """Each board by each compiler."""
    return image_of(*request.param)


def heard(image: Image, seconds: float, **options: object) -> tuple[np.ndarray, Result]:
    """What a host makes of the input, and the run."""
    audio = sine(round(48_000 * seconds), amplitude=0.25)
    result = run(image.bin, image.board, audio, options=Options(**options))  # type: ignore[arg-type]
    return HostPedal(MODEL).process(audio), result


def plugged(image: Image, **options: object) -> PluggedBoard:
    return PluggedBoard(image.board, image.bin, options=Options(**options))  # type: ignore[arg-type]


def put_into_store(board: PluggedBoard, blob: bytes) -> None:
    """A model into slot 0, as if it had been loaded before the power came."""
    at = STORE[board.board.folder]
    with HostBoard() as other:
        line = Line(other)
        line.hello()
        assert line.load(blob, slot=0, play=False).status == wire.OK
        board.emulated.spi_flash.content[at : at + FLASH_BYTES] = other.flash


@pytest.fixture
def board(playing: Image) -> Iterator[PluggedBoard]:
    with plugged(playing) as made:
        made.play(sine(480_000, amplitude=0.25), 960_000)
        made.run(BOOT[playing.board.folder])
        yield made


def test_a_codec_that_does_not_acknowledge_is_told_and_the_rest_runs(playing: Image) -> None:
    codec = CODEC_ON_I2C[playing.board.folder]
    wanted, result = heard(playing, 0.1, codec=codec, codec_answers=False)
    assert f"fault: codec {codec.upper()} does not acknowledge" in result.console
    assert np.array_equal(result.samples, wanted), "the converters run by themselves"


def test_without_a_crystal_it_plays_on_or_is_silent_and_says_so(playing: Image) -> None:
    if playing.board.folder == "daisy_seed":
        wanted, result = heard(playing, 0.1, crystal=False)
        assert np.array_equal(result.samples, wanted)
        assert "fault: crystal does not start, running on the internal oscill" in result.console
        assert abs(result.sample_rate - 48_000) < 1
        return
    # All clocks of the RT1062 come from it, and so a real one does not even start; here its PLLs do
    # not lock.
    with plugged(playing, crystal=False) as silent:
        silent.run(2.0)
        said = silent.emulated.console.text
        assert "fault: audio clock (PLL_AUDIO) does not lock: no sound" in said
        assert said.count("pedalsmith on") == 1, "it does not start again and again"
        assert silent.emulated.audio.frames_out == 0


@pytest.mark.parametrize("late", [200e-6, 800e-6])
def test_a_dma_that_tells_late_changes_no_sample(playing: Image, late: float) -> None:
    """Up to a block less what its processing takes."""
    at = BOOT[playing.board.folder] - 0.1
    wanted, result = heard(playing, 0.4, dma_late=(at, late))
    assert np.array_equal(result.samples, wanted)


def test_a_dma_that_tells_later_than_a_block_leads_to_dry(board: PluggedBoard) -> None:
    """One block is missed, which is an overload; the next are in time again."""
    audio = board.emulated.audio
    audio.late_by = 1.3e-3
    board.run(1.1)
    said = "overload: a block was not done in time, the input passes dry"
    assert said in board.emulated.console.text
    end = audio.frames_out - 96
    dry = sine(480_000, amplitude=0.25)[end - 2_400 : end]
    assert np.array_equal(audio.left()[-2_400:], dry)


def test_a_dma_that_tells_when_it_is_too_late_leads_to_silence(board: PluggedBoard) -> None:
    """Until two seconds of blocks are done in time again."""
    audio = board.emulated.audio
    audio.late_by = 0.9995e-3
    board.run(1.1)
    said = "audio: each block comes too late, even dry: silence"
    assert said in board.emulated.console.text
    assert not audio.left()[-48_000:].any()
    audio.late_by = 0.0
    board.run(1.9)
    assert not audio.left()[-480:].any()
    board.run(0.3)
    assert audio.left()[-480:].any()


def test_a_model_that_is_too_slow_is_refused_before_it_is_heard(
    playing: Image, tmp_path: Path
) -> None:
    layers = {"daisy_seed": 1, "teensy41": 2}[playing.board.folder]
    heavy = write_lstm(tmp_path / "heavy.psm", 64, layers, golden=16).read_bytes()
    with plugged(playing) as board:
        put_into_store(board, heavy)
        board.play(sine(96_000, amplitude=0.25), 96_000)
        board.run(BOOT[playing.board.folder])
        line = Line(Cable(board.emulated))
        line.hello()
        before = line.model().crc
        answer = line.ask(wire.SELECT, bytes(4))
        assert answer.status == wire.REFUSED
        assert re.fullmatch(
            r"the model is too slow for this board: it needs \d{3,4} % of the block time",
            answer.reason,
        )
        assert before == line.model().crc != zlib.crc32(heavy)
        assert missed(line) == (0, 0), "not one block"


def test_a_core_that_becomes_too_slow_leads_to_dry_and_is_told(
    playing: Image, tmp_path: Path
) -> None:
    name, audio = playing.board.folder, sine(96_000, amplitude=0.25)
    heavy = write_lstm(tmp_path / "heavy.psm", 40, golden=16).read_bytes()
    with plugged(playing) as board:
        put_into_store(board, heavy)
        board.play(audio, 96_000)
        board.run(BOOT[name])
        line = Line(Cable(board.emulated))
        line.hello()
        line.good(wire.SELECT, bytes(4))
        assert line.model().crc == zlib.crc32(heavy)
        assert missed(line) == (0, 0)
        board.machine.set_core_hz(board.machine.core_hz, slowness=4.0)
        board.run(0.1)
        overruns, _ = missed(line)
        assert 0 < overruns <= 8, "it does not crackle on"
        board.run(0.1)
        assert missed(line)[0] == overruns
        end = board.emulated.audio.frames_out - 96
        played = board.emulated.audio.left()[-2_400:]
        assert np.array_equal(played, audio[end - 2_400 : end]), "dry from then on"


def test_a_watchdog_that_is_not_fed_starts_again_and_says_why(board: PluggedBoard) -> None:
    """The tick of the milliseconds dies; the audio alone must not keep the watchdog fed."""
    board.machine.state.systick_ctrl &= ~2
    board.run(1.6 + BOOT[board.board.folder])
    said = board.emulated.console.text
    assert said.count("self-test passed") == 2, said
    assert "last run ended by the watchdog" in said
    before = board.emulated.audio.frames_out
    board.run(0.1)
    assert board.emulated.audio.frames_out > before + 4_000, "it plays again"


def test_audio_that_stands_still_is_started_again(board: PluggedBoard) -> None:
    board.machine.hold_frames(10.0)
    board.run(0.1)
    before = board.emulated.audio.frames_out
    board.run(0.1)
    assert board.emulated.audio.frames_out > before + 4_000
    assert board.emulated.console.text.count("self-test passed") == 1


def test_audio_that_no_start_helps_ends_in_the_watchdog(board: PluggedBoard) -> None:
    for _ in range(400):
        board.machine.hold_frames(10.0)
        board.run(0.005)
        if "the watchdog" in board.emulated.console.text:
            break
    assert "last run ended by the watchdog" in board.emulated.console.text


def test_worn_flash_is_told_and_the_old_model_plays_on(board: PluggedBoard) -> None:
    at = STORE[board.board.folder]
    board.emulated.spi_flash.worn.update(range(at, at + FLASH_BYTES, 4096))
    line = Line(Cable(board.emulated))
    line.hello()
    answer = line.load(FEW, slot=0)
    assert answer.status == wire.STORE_FAILED
    assert "flash" in answer.reason
    assert line.model().crc == zlib.crc32(MODEL)
    assert missed(line) == (0, 0)


def test_the_cable_pulled_within_a_transfer_costs_no_block(board: PluggedBoard) -> None:
    line = Line(Cable(board.emulated))
    line.hello()
    line.device.send(frame(wire.STREAM, 2, bytes(1_000))[:500])
    board.unplug()
    board.run(0.1)
    board.plug()
    again = Line(Cable(board.emulated))
    again.hello(session=2)
    assert again.load(FEW, slot=0).status == wire.OK
    assert missed(again) == (0, 0)


class CutEverywhere:
    """Lets the power go in each `every`th operation of the flash, in a copy of this process.

    The copy's board is powered on again with scrambled RAM; what then plays is counted here.
    """

    def __init__(self, board: PluggedBoard, every: int) -> None:
        self.board, self.every = board, every
        self.operations = 0
        self.is_copy = False
        self.ends = {0: 0, 1: 0}
        """0: the old model plays, 1: the new one"""
        # Of each operation the flash asks whether the power goes now.
        board.emulated.spi_flash._power_goes = self.power_goes

    def power_goes(self) -> bool:
        self.operations += 1
        if self.is_copy or self.operations % self.every:
            return False
        child = os.fork()
        if child == 0:
            self.is_copy = True
            return True
        _, status = os.waitpid(child, 0)
        end = os.waitstatus_to_exitcode(status)
        assert end in self.ends, f"operation {self.operations} leaves neither model"
        self.ends[end] += 1
        return False

    def finish_copy(self) -> NoReturn:
        """Powers up and ends the copy with what plays."""
        end = 9
        try:
            self.board.power_cycle()
            told, text = len(self.board.emulated.console.text), ""
            give_up = self.board.seconds + BOOT[self.board.board.folder]
            while "self-test passed" not in text and self.board.seconds < give_up:
                self.board.run(0.01)
                text = self.board.emulated.console.text[told:]
            if "self-test passed" in text:
                end = 0 if "model: random 1," in text else 1 if "model: random 2," in text else 8
        finally:
            os._exit(end)


def test_power_lost_in_any_operation_leaves_a_model_that_plays(
    board: PluggedBoard, capsys: pytest.CaptureFixture[str]
) -> None:
    """One in EVERY of a load of 30 KB; the host board tries them all, before, within and behind."""
    line = Line(Cable(board.emulated))
    line.hello()
    cuts = CutEverywhere(board, EVERY)
    try:
        assert line.load(LARGE, slot=0).status == wire.OK
    except PowerLost:
        cuts.finish_copy()
    assert cuts.operations > len(LARGE) / 256
    tried = sum(cuts.ends.values())
    assert tried == cuts.operations // EVERY
    assert cuts.ends[0]
    with capsys.disabled():
        print(f"\n{cuts.operations} operations, {tried} cuts: {cuts.ends[0]} left the old")
        print(f"model, {cuts.ends[1]} the new one")


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", BOARDS)
def test_noise_of_the_knobs_is_not_heard(
    name: str, compiler: str, pedal_of: Callable[[str, str], Image]
) -> None:
    """Nearly four steps of 12 bits to each side: what a periodic input gives stays periodic."""
    turns = tuple(map(parse_turn, ("gain=0.7", "level=0.6", "gate=0")))
    audio = sine(72_000, hz=480.0, amplitude=0.1)
    options = Options(controls=PEDALS[name], knob_noise=60, turns=turns)
    played = run(pedal_of(name, compiler).bin, name, audio, options=options).samples[48_000:]
    assert np.ptp(played) > 1 << 20
    assert np.array_equal(played[100:], played[:-100])
