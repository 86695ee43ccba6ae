# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""USB and the flash chip of an emulated Daisy Seed, by the image's own drivers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedalsmith.emulator.boards import Options, assemble
from pedalsmith.emulator.faults import LoaderEntered
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.stm32h750.board import EmulatedDaisy
from pedalsmith.emulator.usb_host import UsbHost
from pedalsmith.native.firmware import Image, build
from pedalsmith.native.host_board import FLASH_BYTES, HostBoard

from .blobs import write_lstm
from .host import sine
from .line import Line

BOARD = "daisy_seed"
SECTOR = 4096
STORE = 0x10_0000

VENDOR_DIFFERS: dict[str, tuple[int | None, str]] = {
    "GINTMSK": (0x800C3814, "host and isochronous events cannot happen"),
    "DIEPTXF[1]": (0x00100140, "the vendor gives its notification endpoint no memory at all"),
    "DIEPMSK": (0x1, "no time-outs on interrupt and bulk endpoints"),
    "DOEPMSK": (0x9, "SETUP done and transfer complete tell all"),
}
"""Registers of OTG_FS whose final value is not the vendor's, ours, and the reason."""

STATUS_BITS = {
    "GINTSTS",
    "GRSTCTL",
    "DCTL",
    "DIEPCTL[0]",
    "DOEPCTL[0]",
    "DOEPTSIZ[0]",
    "DOEPTSIZ[1]",
    "DIEPTSIZ[1]",
}
"""What was sent last and not how the controller is set up."""

COMMAND_BITS = 0x03FDFFFF
"""Of DxEPCTL: the rest is enable, acknowledge and data toggle, which change with each packet."""


def power_up(image: Image, **options: object) -> EmulatedDaisy:
    emulated = assemble(BOARD, Options(**options))  # type: ignore[arg-type]
    assert isinstance(emulated, EmulatedDaisy)
    emulated.machine.load(read_image(image.bin, image.load))
    return emulated


@pytest.fixture
def board(dry: Image) -> Iterator[EmulatedDaisy]:
    emulated = power_up(dry)
    emulated.machine.writes.on = True
    emulated.audio.play(sine(480_000), 480_000)
    emulated.power_up()
    yield emulated
    emulated.machine.close()


@pytest.fixture
def host(board: EmulatedDaisy) -> UsbHost:
    board.machine.run(0.2)
    host = UsbHost(board.machine, board.usb)
    host.connect()
    return host


def test_134_baud_enters_the_loader(board: EmulatedDaisy, host: UsbHost) -> None:
    with pytest.raises(LoaderEntered):
        host.set_line(134)
        board.machine.run(0.1)


def test_pulling_the_plug_or_suspending_does_not_touch_the_sound(
    board: EmulatedDaisy, host: UsbHost
) -> None:
    board.usb.suspend()
    board.machine.run(0.02)
    board.usb.resume()
    host.write(b"hello")
    board.usb.unplug()
    before = board.audio.frames_out
    board.machine.run(0.1)
    assert board.audio.frames_out - before >= 0.099 * 48_000
    board.usb.plug()
    again = UsbHost(board.machine, board.usb)
    again.connect()
    text = again.read(1.1).decode()
    assert "load: mean" in text
    assert "overruns 0, faults 0" in text


def test_the_controller_is_set_up_as_the_vendors(
    shared: Path, board: EmulatedDaisy, host: UsbHost
) -> None:
    reference = shared / "reference" / "registers" / "daisy_usb.json"
    wanted = json.loads(reference.read_text())["final"]
    ours = board.machine.writes.final()
    wrong = []
    for name, text in wanted.items():
        unit, _, register = name.partition(".")
        index = int(register.split("[")[1][:-1]) if "[" in register else 0
        if unit != "OTG_FS" or register in STATUS_BITS or "INT[" in register or index > 2:
            continue
        mask = COMMAND_BITS if "EPCTL" in register else 0xFFFFFFFF
        mask = ~(0x7F << 4) & mask if register == "DCFG" else mask  # the address
        expected: int | None = int(text, 16) & mask
        if register in VENDOR_DIFFERS:
            assert VENDOR_DIFFERS[register][0] != expected, f"{register}: reason out of date"
            expected = VENDOR_DIFFERS[register][0]
        value = int(ours[name], 16) & mask if name in ours else 0
        if value != expected:
            wrong.append(f"{register}: {value:#x} and not {expected:#x}")
    assert not wrong, "\n".join(wrong)


def test_models_in_the_flash_chip_are_in_the_bank(dry: Image, tmp_path: Path) -> None:
    emulated = power_up(dry)
    try:
        with HostBoard() as other:
            line = Line(other)
            line.hello()
            line.load(write_lstm(tmp_path / "kept.psm", 8).read_bytes())
            emulated.spi_flash.content[STORE : STORE + FLASH_BYTES] = other.flash
        emulated.power_up()
        emulated.machine.run(0.3)
        assert "model: kept, 48000 Hz" in emulated.console.text
    finally:
        emulated.machine.close()


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The program store/main.c in place of the pedal."""
    main = Path(__file__).parent / "store" / "main.c"
    return build(BOARD, None, tmp_path_factory.mktemp("writer"), main=main)


def test_the_flash_chip_is_erased_written_and_read_back(writer: Image) -> None:
    emulated = power_up(writer)
    try:
        content = emulated.spi_flash.content[STORE:]
        content[SECTOR * 2 : SECTOR * 5] = 0x55
        emulated.power_up()
        emulated.machine.run(0.7)
        said = emulated.console.text
        assert "open: yes\r\nerase: yes\r\nwrite: yes\r\nread: yes\r\n" in said
        assert "write over it: no" in said, "bits that are 0 stay 0, and that is noticed"
        assert "sound went on: yes" in said
        assert (content[SECTOR * 2 : SECTOR * 3] == 0x55).all(), "the sector before"
        assert (content[SECTOR * 4 : SECTOR * 5] == 0x55).all(), "the sector behind"
    finally:
        emulated.machine.close()


def test_a_worn_sector_is_noticed(writer: Image) -> None:
    emulated = power_up(writer)
    try:
        worn = STORE + SECTOR * 3
        emulated.spi_flash.content[worn : worn + SECTOR] = 0
        emulated.spi_flash.worn.add(worn)
        emulated.power_up()
        emulated.machine.run(0.7)
        assert "erase: no\r\nwrite: no\r\n" in emulated.console.text
    finally:
        emulated.machine.close()
