# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""DfuSe against loaders of software, through pyusb."""

import random

import pytest

from link.fake_usb import BOOTLOADER, ROM, DfuDevice, FakeBus
from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import dfuse, usb_bus
from pedalsmith.link.layout import parse_layout

IMAGE = random.Random(6).randbytes(70_001)


def silent(what: str, share: float) -> None:
    assert 0 <= share <= 1, what


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dfuse, "POLL_MOST_SECONDS", 0.0)


def opened(monkeypatch: pytest.MonkeyPatch, device: DfuDevice) -> dfuse.DfuSe:
    bus = FakeBus(device)
    monkeypatch.setattr(usb_bus, "backend", lambda: bus)
    (found,) = usb_bus.devices(dfuse.VENDOR, dfuse.PRODUCT)
    return dfuse.memories(found)[0]


@pytest.mark.parametrize(
    ("strings", "address", "sector"),
    [(ROM, 0x08000000, 0x20000), (BOOTLOADER, 0x90040000, 0x10000)],
)
def test_an_image_is_erased_written_read_back_and_started(
    monkeypatch: pytest.MonkeyPatch, strings: tuple[str, ...], address: int, sector: int
) -> None:
    started: list[int] = []
    device = DfuDevice(strings, on_leave=started.append)
    with opened(monkeypatch, device) as loader:
        loader.write(address, IMAGE, silent)
        loader.leave(address)
    assert device.memory(address, len(IMAGE)) == IMAGE
    assert started == [address]
    wanted = -(-len(IMAGE) // sector)
    assert [line for line in device.log if "erase" in line] == [
        f"erase {address + number * sector:08x}" for number in range(wanted)
    ]


def test_a_loader_that_another_program_left_in_an_error_is_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for state, error in (
        (dfuse.State.ERROR, 8),
        (dfuse.State.DNLOAD_IDLE, 0),
        (dfuse.State.UPLOAD_IDLE, 0),
    ):
        device = DfuDevice()
        device.state, device.error = state, error
        with opened(monkeypatch, device) as loader:
            loader.write(0x08000000, IMAGE[:5000], silent)
        assert device.memory(0x08000000, 5000) == IMAGE[:5000]


def test_an_address_that_is_not_there_is_refused_before_anything_is_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = DfuDevice()
    with (
        opened(monkeypatch, device) as loader,
        pytest.raises(DeviceTrouble, match="does not take 0x90040000"),
    ):
        loader.write(0x90040000, IMAGE, silent)
    assert device.log == []


def test_a_refused_command_says_what_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    device = DfuDevice()
    with opened(monkeypatch, device) as loader:
        loader.layout = parse_layout(BOOTLOADER[0]) or loader.layout
        with pytest.raises(DeviceTrouble, match=r"erasing 0x90040000: the address is not writable"):
            loader.write(0x90040000, IMAGE, silent)
        assert device.state == dfuse.State.IDLE


def test_a_bit_that_flash_does_not_keep_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    device = DfuDevice()
    even = next(at for at, byte in enumerate(IMAGE) if at > 3000 and byte % 2 == 0)
    device.broken_bits = {0x08000000 + even}
    with (
        opened(monkeypatch, device) as loader,
        pytest.raises(DeviceTrouble, match=f"0x{0x08000000 + even:08x} does not read back"),
    ):
        loader.write(0x08000000, IMAGE, silent)


def test_a_device_unplugged_at_any_request_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = DfuDevice()
    with opened(monkeypatch, whole) as loader:
        loader.write(0x08000000, IMAGE[:3000], silent)
    for at in range(1, whole.requests):
        device = DfuDevice()
        device.unplug_at = at
        with (
            pytest.raises(DeviceTrouble, match="the device is gone; plug it in again"),
            opened(monkeypatch, device) as loader,
        ):
            loader.write(0x08000000, IMAGE[:3000], silent)


def test_a_loader_that_stays_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dfuse, "ERASE_SECONDS", 0.02)
    device = DfuDevice(busy_polls=1 << 30)
    with (
        opened(monkeypatch, device) as loader,
        pytest.raises(DeviceTrouble, match="erasing 0x08000000: not done"),
    ):
        loader.write(0x08000000, IMAGE, silent)


def test_memory_maps_are_read() -> None:
    rom = parse_layout(ROM[0])
    assert rom and rom.name == "Internal Flash"
    assert rom.takes(0x08000000, 16 * 131072)
    assert not rom.takes(0x08000000, 16 * 131072 + 1)
    assert not rom.takes(0x90040000, 1)
    assert rom.sectors(0x08000000, 131073) == [0x08000000, 0x08020000]
    option_bytes = parse_layout(ROM[1])
    assert option_bytes and not option_bytes.takes(0x5200201C, 4)
    daisy = parse_layout(BOOTLOADER[0])
    assert daisy and daisy.takes(0x90000000, 0x7C0000)
    assert daisy.sectors(0x9003F000, 8192) == [0x9003F000, 0x90040000]
    mixed = parse_layout("@Internal Flash  /0x08000000/04*016Ka,01*064Kg, 07*128Kg")
    assert mixed and [area.size for area in mixed.areas] == [16384, 65536, 131072]
    assert not mixed.takes(0x08000000, 1)
    assert mixed.takes(0x08010000, 65537)
    for text in ("", "DFU in FS Mode", "@Flash", "@Flash /0x90000000/64*4Qg", "@/0x/1*1Kg"):
        assert parse_layout(text) is None
