# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""SAI, DMA and codec: sound only when all of it is right."""

import numpy as np
import pytest

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.boards import assemble
from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.stm32h750.chip import Stm32h750

from .by_hand import RING, WORDS, audio


def play(chip: Stm32h750, frames: int) -> AudioPort:
    """Lets the frame clock run with a sleeping core; samples count up from 1."""
    chip.audio.play(np.arange(1, frames + 1, dtype=np.int32), frames)
    return chip.audio


def sleep(chip: Stm32h750, seconds: float) -> None:
    """The core sleeps in an endless loop of WFI (bf30, e7fd)."""
    chip.machine.write(0x0800_0000, (0x20020000).to_bytes(4, "little"))
    chip.machine.write(0x0800_0004, (0x0800_0101).to_bytes(4, "little"))
    chip.machine.write(0x0800_0100, bytes.fromhex("30bffde7"))
    chip.machine.reset(0x0800_0000)
    chip.machine.run(1e-6)


def test_a_right_set_up_runs_at_48000_hz_and_moves_every_word(chip: Stm32h750) -> None:
    sleep(chip, 0)
    port = play(chip, 4800)
    audio(chip)
    chip.machine.run(0.0505)
    assert port.rate == pytest.approx(48_000, rel=1e-6)
    assert 2400 <= port.frames_out <= 2450
    received = np.frombuffer(chip.machine.read(RING + 4 * WORDS, 4 * WORDS), dtype="<u4")
    left, right = received[::2], received[1::2]
    assert sorted(left) == list(range(int(left.min()), int(left.min()) + WORDS // 2))
    assert not right.any(), "nothing is plugged into the right input"


def test_halves_of_the_ring_are_flagged_one_block_apart(chip: Stm32h750) -> None:
    sleep(chip, 0)
    port = play(chip, 4800)
    audio(chip)
    chip.machine.run(0.0205)
    frames = [mark.frame for mark in port.marks]
    assert set(np.diff(frames)) == {48}
    assert chip.dma[1]["LISR"] >> 6 & 0x3D == 0x30, "half and complete of stream 1"


def test_words_are_24_bits_right_aligned_without_sign(chip: Stm32h750) -> None:
    sleep(chip, 0)
    samples = np.array([-1, -(1 << 23), (1 << 23) - 1, 5] * 24, dtype=np.int32)
    chip.audio.play(samples, 200)
    audio(chip)
    chip.machine.run(0.0019)
    received = np.frombuffer(chip.machine.read(RING + 4 * WORDS, 32), dtype="<u4")[::2]
    assert [hex(word) for word in received] == ["0xffffff", "0x800000", "0x7fffff", "0x5"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"enables": 0}, "SAI1_A.CR1 while its clock is off|APB2ENR bit 22"),
        ({"dma": 0}, "DMA1_Stream0.CR while its clock is off"),
        ({"pins": 0x0666_6500}, "PE2 is not set to AF6"),
        ({"sram": 0xC000_0000}, "the clock of this memory is off"),
        ({"C0CR": 88}, "S0PAR is 0x40015820; the data of its request is at 0x40015840"),
        ({"C1CR": 0}, "no request of a peripheral"),
        ({"S0M0AR": 0x2000_0000}, "DMA1 and DMA2 do not reach this memory"),
        ({"S0M0AR": 0x3000_0002}, "not aligned"),
        ({"S0CR": 0x00025500}, "runs in the wrong direction"),
        ({"S1CR": 0x0002541E}, "not circular"),
        ({"S0NDTR": 0}, "NDTR 0"),
        ({"ACR1": 0x004002E0}, "DS is 32 bits, the codec has 24"),
        ({"ACR1": 0x004000C0}, "CKSTR"),
        ({"ACR1": 0x004002C1}, "block A receives, but is wired to the codec's data input"),
        ({"AFRCR": 0x00071F3F}, "FSOFF: data is one bit off"),
        ({"AFRCR": 0x00011F3F}, "FSPOL: left and right swap"),
        ({"AFRCR": 0x00031F1F}, "FRL: the frame is not 64 bits"),
        ({"BSLOTR": 0xFFFF0080}, "NBSLOT"),
        ({"BSLOTR": 0x00010180}, "SLOTEN"),
        ({"BCR1": 0x000002C1}, "block B is not the slave"),
    ],
)
def test_each_wrong_register_is_named(chip: Stm32h750, changes: dict[str, int], words: str) -> None:
    play(chip, 480)
    with pytest.raises(EmulationError, match=words):
        audio(chip, **changes)


def test_a_wrong_divider_shows_in_the_sample_rate(chip: Stm32h750) -> None:
    sleep(chip, 0)
    play(chip, 480)
    audio(chip, ACR1=0x002002C0)
    assert chip.audio.rate == pytest.approx(96_000, rel=1e-6)


def test_a_ring_behind_the_data_cache_is_refused(chip: Stm32h750) -> None:
    play(chip, 480)
    chip.machine.state.ccr |= 1 << 16
    with pytest.raises(EmulationError, match="the data cache holds this memory"):
        audio(chip)


def test_a_ring_that_the_mpu_keeps_out_of_the_cache_is_taken(chip: Stm32h750) -> None:
    play(chip, 480)
    state = chip.machine.state
    state.ccr |= 1 << 16
    state.mpu_rbar[0], state.mpu_rasr[0], state.mpu_ctrl = RING, 0x030C001D, 5
    audio(chip)
    assert chip.sai.running


def test_a_codec_in_reset_is_told() -> None:
    board = assemble("daisy_seed")
    assert isinstance(board, Stm32h750)
    board.machine.write(0x0800_0000, bytes.fromhex("00000220 09000008 fee7"))  # b .
    board.power_up()
    assert board.sai.codec_ready() == "the AK4556 stays in reset: PDN is not high"
    board.machine.close()
