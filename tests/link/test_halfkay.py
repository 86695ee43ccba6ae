# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""HalfKay against a Teensy of software, through the calls of hidapi."""

import random

import pytest

from link.fake_hid import FakeHid, HalfKayDevice
from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import halfkay

IMAGE = random.Random(7).randbytes(9_000) + b"\xff" * 8_192 + random.Random(8).randbytes(1_500)


def silent(what: str, share: float) -> None:
    assert 0 <= share <= 1, what


def opened(monkeypatch: pytest.MonkeyPatch, device: HalfKayDevice) -> halfkay.HalfKay:
    monkeypatch.setattr(halfkay, "hid", FakeHid(device))
    (found,) = halfkay.find()
    assert (found.usage, found.serial) == (device.usage, device.serial)
    return halfkay.HalfKay(found)


def test_an_image_is_written_without_its_blank_blocks_and_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = HalfKayDevice()
    with opened(monkeypatch, device) as loader:
        loader.write(halfkay.FLASH, IMAGE, silent)
        loader.start()
    assert device.flash[: len(IMAGE)] == IMAGE
    assert set(device.flash[len(IMAGE) :]) == {0xFF}
    assert device.started
    assert device.refusals_left == 0
    written = -(-len(IMAGE) // 1024) - len(device.blocks)
    assert written == 7, "blank blocks are left out"


def test_what_is_beyond_the_flash_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halfkay, "ERASE_SECONDS", 0.05)
    device = HalfKayDevice(flash_bytes=4096)
    with (
        opened(monkeypatch, device) as loader,
        pytest.raises(DeviceTrouble, match="does not take the block at 0x60001000"),
    ):
        loader.write(halfkay.FLASH, IMAGE, silent)
    for address, data in ((0x08000000, b"x"), (halfkay.FLASH + 3, b"x"), (0x60FFFC00, bytes(2048))):
        with (
            opened(monkeypatch, HalfKayDevice()) as loader,
            pytest.raises(DeviceTrouble, match=f"does not take 0x{address:08x}"),
        ):
            loader.write(address, data, silent)


def test_an_unplugged_teensy_ends_in_one_line_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    device = HalfKayDevice()
    device.unplug_at_block = 4
    with (
        opened(monkeypatch, device) as loader,
        pytest.raises(DeviceTrouble, match="the Teensy is gone; plug it in"),
    ):
        loader.write(halfkay.FLASH, IMAGE, silent)


def test_without_permission_the_rules_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    device = HalfKayDevice()
    device.denied = True
    with pytest.raises(DeviceTrouble, match=r"60-pedalsmith\.rules"):
        opened(monkeypatch, device)
