# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""FlexSPI: IP commands of the lookup table, times, power cuts, worn sectors, the window."""

from collections.abc import Callable

import numpy as np
import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.rt1062.chip import FLASH, Rt1062
from pedalsmith.emulator.spi_flash import PowerLost

from .by_hand_rt1062 import asleep, put, take

ENABLE, ERASE, PROGRAM, STATUS, IDENTITY = (
    (0x0000_0406, 0), (0x0818_0420, 0), (0x0818_0432, 0x2201), (0x2401_0405, 0), (0x2403_049F, 0),
)  # fmt: skip
PLACE = 0x4_0000


class Driver:
    """The steps of a flash driver, register by register."""

    def __init__(self, chip: Rt1062) -> None:
        self.chip, self.spi = chip, chip.flexspi
        asleep(chip)

    def command(self, sequence: tuple[int, int], address: int = 0, count: int = 0) -> None:
        """Puts the sequence into the table and starts it."""
        put(self.spi, "LUTKEY", 0x5AF0_5AF0)
        put(self.spi, "LUTCR", 2)
        for n, word in enumerate((*sequence, 0, 0)):
            put(self.spi, f"LUT[{60 + n}]", word)
        put(self.spi, "IPCR0", address)
        put(self.spi, "IPCR1", 15 << 16 | count)
        put(self.spi, "IPCMD", 1)

    def wait(self) -> None:
        self.chip.machine.run(1e-4)
        assert take(self.spi, "INTR") & 1, "not done"
        put(self.spi, "INTR", 1)

    def status(self) -> int:
        put(self.spi, "IPRXFCR", 1)
        self.command(STATUS, count=1)
        self.wait()
        return take(self.spi, "RFDR[0]") & 0xFF

    def erase(self, address: int) -> None:
        self.command(ENABLE)
        self.wait()
        self.command(ERASE, address)
        self.wait()

    def program(self, address: int, data: bytes) -> None:
        self.command(ENABLE)
        self.wait()
        put(self.spi, "IPTXFCR", 1)
        self.command(PROGRAM, address, len(data))
        padded = data + bytes(-len(data) % 8)
        for at in range(0, len(padded), 8):
            assert take(self.spi, "INTR") & 0x40
            put(self.spi, "TFDR[0]", int.from_bytes(padded[at : at + 4], "little"))
            put(self.spi, "TFDR[1]", int.from_bytes(padded[at + 4 : at + 8], "little"))
            put(self.spi, "INTR", 0x40)
        self.wait()

    def settle(self, seconds: float = 0.12) -> None:
        """Until the chip is ready and the controller has forgotten what it read."""
        self.chip.machine.run(seconds)
        assert not self.status() & 1
        put(self.spi, "MCR0", take(self.spi, "MCR0") | 1)


@pytest.fixture
def driver(teensy: Rt1062) -> Driver:
    return Driver(teensy)


def test_erase_and_program(driver: Driver) -> None:
    flash = driver.chip.spi_flash
    driver.program(PLACE, b"first")
    driver.settle()
    driver.erase(PLACE)
    driver.settle()
    driver.program(PLACE + 0xFE, b"wrap")
    driver.settle()
    assert flash.content[PLACE + 0xFE : PLACE + 0x100].tobytes() == b"wr"
    assert flash.content[PLACE : PLACE + 3].tobytes() == b"ap\xff", "a program stays in its page"
    assert [kind for kind, _, _ in flash.operations] == ["program", "erase", "program"]


def test_the_identity_is_that_of_the_board_s_chip(driver: Driver) -> None:
    driver.command(IDENTITY, count=3)
    driver.wait()
    assert take(driver.spi, "RFDR[0]") == 0x17_40EF, "W25Q64JV"


def test_status_tells_of_busy_and_enabled(driver: Driver) -> None:
    driver.command(ENABLE)
    driver.wait()
    assert driver.status() == 2
    driver.erase(PLACE)
    assert driver.status() & 1
    driver.chip.machine.run(0.12)
    assert driver.status() == 0


@pytest.mark.parametrize(
    ("misuse", "words"),
    [
        (lambda d: d.command(ERASE, 0), "without write enable"),
        (lambda d: (d.erase(0), d.command(ENABLE)), "while busy"),
        (lambda d: put(d.spi, "LUT[60]", 1), "LUT.60. is written while the table is locked"),
        (lambda d: (put(d.spi, "LUTKEY", 1), put(d.spi, "LUTCR", 2)), "without the key"),
        (lambda d: (d.command(STATUS, count=1), d.command(ENABLE)), "a command is carried out"),
        (lambda d: d.command((0x0818_0432, 0x2001), 0, 0), "chip takes 1 and 4"),
        (lambda d: d.command((0x0000_0606, 0)), "command byte on one line"),
        (lambda d: d.command((0x0000_0477, 0)), "command 0x77 is not modelled"),
    ],
)
def test_misuse_is_named(driver: Driver, misuse: Callable[[Driver], object], words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        misuse(driver)


def test_the_sequence_that_reads_the_window_is_not_overwritten(driver: Driver) -> None:
    driver.command(ENABLE)
    driver.wait()
    with pytest.raises(EmulationError, match="reads through the window"):
        put(driver.spi, "LUT[0]", 0)


READER = """
    static void command(uint32_t sequence, uint32_t address) {
        REG(0x402A8018) = 0x5AF05AF0; REG(0x402A801C) = 2;
        REG(0x402A82F0) = sequence; REG(0x402A82F4) = 0;
        REG(0x402A80A0) = address; REG(0x402A80A4) = 15u << 16; REG(0x402A80B0) = 1;
        while (!(REG(0x402A8014) & 1u)) { }
        REG(0x402A8014) = 1;
    }
    __attribute__((section(".fast"))) void copied(void) {
        command(0x406, 0); command(0x08180420, 0x40000);
        RESULT(1) = 1;
        %s
        RESULT(2) = REG(0x60040000);
        end();
    }
    void program(void) {
        const volatile uint8_t *from = (const volatile uint8_t *)0x60002000u;
        for (uint32_t i = 0; i < 2048; i++) { REG8(0x20010000u + i) = from[i]; }
        uint32_t at = ((uint32_t)(uintptr_t)copied & ~1u) - 0x60002000u + 0x20010000u;
        ((void (*)(void))(at | 1u))();
    }
"""
WAIT = "for (volatile int i = 0; i < 12000000; i++) { }"
FORGET = "REG(0x402A8000) |= 1u;"


def test_reading_through_the_window_waits_for_the_chip(run_teensy: Callable[..., object]) -> None:
    with pytest.raises(EmulationError, match="read of 0x60040000, but the flash chip is busy"):
        run_teensy(READER % "")


def test_reading_needs_the_controller_to_forget(run_teensy: Callable[..., object]) -> None:
    with pytest.raises(EmulationError, match=r"read of 0x60040000, but .*SWRESET must come first"):
        run_teensy(READER % WAIT, 0.5)


def test_reading_after_both_is_right(run_teensy: Callable[..., list[int]]) -> None:
    assert run_teensy(READER % (WAIT + FORGET), 0.5)[1:3] == [1, 0xFFFF_FFFF]


def test_power_lost_in_a_program_leaves_some_bits(driver: Driver) -> None:
    driver.chip.spi_flash.power_cut_after = 0
    data = bytes(range(128))
    with pytest.raises(PowerLost):
        driver.program(PLACE, data)
    left = driver.chip.spi_flash.content[PLACE : PLACE + 128]
    wanted = np.frombuffer(data, np.uint8)
    assert not np.array_equal(left, wanted)
    assert np.array_equal(left & wanted, wanted), "no bit went to 0 that should not"


def test_a_worn_sector_keeps_its_bits(driver: Driver) -> None:
    driver.chip.spi_flash.worn.add(PLACE)
    driver.program(PLACE, b"lost")
    assert (driver.chip.spi_flash.content[PLACE : PLACE + 4] == 0xFF).all()


def test_content_outlives_a_reset(driver: Driver) -> None:
    driver.program(PLACE, b"kept")
    asleep(driver.chip)
    assert driver.chip.machine.read(FLASH + PLACE, 4) == b"kept"
