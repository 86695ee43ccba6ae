# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The flash chip and its controller: commands, times, power cuts, worn sectors, the window."""

from collections.abc import Callable

import numpy as np
import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.spi_flash import PowerLost
from pedalsmith.emulator.stm32h750.chip import Stm32h750

from .by_hand import clocks
from .test_audio_path import sleep

CR, DCR, SR, FCR, DLR, CCR, AR, ABR, DR, PSMKR, PSMAR, PIR = range(0, 0x30, 4)
ADDRESS = 1 << 10 | 2 << 12
READ, POLL, MAPPED = 1 << 26, 2 << 26, 3 << 26
ONE_LINE, FOUR_LINES = 1 << 24, 3 << 24


@pytest.fixture
def flash(chip: Stm32h750) -> "Flash":
    return Flash(chip)


class Flash:
    """The commands of a driver, register by register."""

    def __init__(self, chip: Stm32h750) -> None:
        self.chip = chip
        sleep(chip, 0)
        clocks(chip)
        chip.rcc.write(0xE0, 4, 0x60)
        chip.rcc.write(0xD4, 4, 1 << 14)
        f, g = chip.gpio.ports["F"], chip.gpio.ports["G"]
        f.write(0x20, 4, 0x9900_0000)
        f.write(0x24, 4, 0x0000_09AA)
        f.write(0x00, 4, 0xFFEA_AFFF)
        g.write(0x20, 4, 0x0A00_0000)
        g.write(0x00, 4, 0xFFFF_EFFF)
        self.write(CR, 0x0100_0001)
        self.write(DCR, 0x0016_0100)

    def write(self, offset: int, value: int, size: int = 4) -> None:
        self.chip.quadspi.write(offset, size, value)

    def wait(self) -> None:
        self.chip.machine.run(1e-4)
        assert not self.chip.quadspi.read(SR, 4) & 0x20, "still busy"
        self.write(FCR, 0x1B)

    def command(self, code: int, address: int | None = None, data: bytes = b"") -> None:
        if data:
            self.write(DLR, len(data) - 1)
        lines = (ADDRESS if address is not None else 0) | (ONE_LINE if data else 0)
        self.write(CCR, code | 1 << 8 | lines)
        if address is not None:
            self.write(AR, address)
        for byte in data:
            self.write(DR, byte, 1)
        self.wait()

    def poll_until_ready(self, seconds: float) -> None:
        self.write(PSMAR, 0)
        self.write(PSMKR, 1)
        self.write(PIR, 0x10)
        self.write(CR, 0x0140_0001)
        self.write(DLR, 0)
        self.write(CCR, 0x05 | 1 << 8 | ONE_LINE | POLL)
        self.chip.machine.run(seconds)
        assert self.chip.quadspi.read(SR, 4) & 8, "not ready in time"
        self.write(FCR, 0x1B)
        self.write(CR, 0x0100_0001)

    def prepare(self) -> None:
        """Reset, quad enable, read parameters."""
        self.command(0x66)
        self.command(0x99)
        self.command(0x06)
        self.command(0x01, data=b"\x40")
        self.poll_until_ready(0.003)
        self.command(0xC0, data=b"\xf0")

    def erase(self, address: int) -> None:
        self.command(0x06)
        self.command(0xD7, address)
        self.poll_until_ready(0.12)

    def program(self, address: int, data: bytes) -> None:
        self.command(0x06)
        self.command(0x02, address, data)
        self.poll_until_ready(0.001)

    def open_window(self) -> None:
        self.write(ABR, 0xA0)
        self.write(CCR, 0x1F18EDEB)


def test_erase_and_program_and_the_window(flash: Flash) -> None:
    flash.prepare()
    flash.program(0x1000, b"first")
    flash.erase(0x1000)
    flash.program(0x10FE, b"wrap")
    flash.open_window()
    chip = flash.chip
    assert chip.machine.read(0x9000_10FE, 2) == b"wr"
    assert chip.machine.read(0x9000_1000, 4) == b"ap\xff\xff", "a program stays in its page"
    assert chip.spi_flash.operations[1] == ("erase", 0x1000, 4096)


def test_an_indirect_read_gives_bytes_and_words(flash: Flash) -> None:
    flash.chip.spi_flash.content[0x2000:0x2008] = np.arange(1, 9)
    flash.write(DLR, 7)
    flash.write(CCR, 0x03 | 1 << 8 | ADDRESS | ONE_LINE | READ)
    flash.write(AR, 0x2000)
    flash.chip.machine.run(1e-4)
    quadspi = flash.chip.quadspi
    assert quadspi.read(SR, 4) >> 8 & 0x3F == 8
    assert quadspi.read(DR, 4) == 0x04030201
    assert [quadspi.read(DR, 1) for _ in range(4)] == [5, 6, 7, 8]
    flash.wait()


@pytest.mark.parametrize(
    ("misuse", "words"),
    [
        (lambda f: f.command(0x02, 0, b"x"), "without write enable"),
        (lambda f: (f.command(0x06), f.command(0xD7, 0), f.command(0x06)), "while busy"),
        (lambda f: f.open_window(), "QE bit is not set"),
        (lambda f: (f.prepare(), f.open_window(), f.command(0x06)), "abort it first"),
        (lambda f: (f.prepare(), f.write(CCR, 0x0F14EDEB)), "5 dummy cycles; the chip takes"),
        (lambda f: f.write(CCR, 0x77 | 1 << 8), "command 0x77 is not modelled"),
        (lambda f: (f.write(DCR, 0x00150100), f.command(0x06)), "FSIZE"),
        (lambda f: (f.write(CR, 1), f.command(0x06)), "240 MHz, at most 133"),
    ],
)
def test_misuse_is_named(flash: Flash, misuse: object, words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        misuse(flash)  # type: ignore[operator]


def test_the_window_is_closed_outside_memory_mapped_mode(run: Callable[[str], object]) -> None:
    with pytest.raises(EmulationError, match="read of 0x90000000, which is locked"):
        run("void program(void) { RESULT(0) = REG(0x90000000); }")


def test_power_lost_in_a_program_leaves_some_bits(flash: Flash) -> None:
    flash.prepare()
    flash.erase(0)
    flash.chip.spi_flash.power_cut_after = 0
    data = bytes(range(256))
    with pytest.raises(PowerLost):
        flash.program(0, data)
    left = flash.chip.spi_flash.content[:256]
    wanted = np.frombuffer(data, np.uint8)
    assert not np.array_equal(left, wanted)
    assert np.any(left != 0xFF)
    assert np.array_equal(left & wanted, wanted), "no bit went to 0 that should not"


def test_a_worn_sector_keeps_its_bits(flash: Flash) -> None:
    flash.prepare()
    flash.chip.spi_flash.worn.add(0x3000)
    flash.program(0x3000, b"lost")
    assert (flash.chip.spi_flash.content[0x3000:0x3004] == 0xFF).all()


def test_content_outlives_a_reset(flash: Flash) -> None:
    flash.prepare()
    flash.program(0x4000, b"kept")
    sleep(flash.chip, 0)
    assert flash.chip.spi_flash.content[0x4000:0x4004].tobytes() == b"kept"
