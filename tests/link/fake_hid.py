# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A Teensy in HalfKay for hidapi: erases at the first block, refuses what it must."""

from typing import Any

BLOCK, HEADER = 1024, 64


class HalfKayDevice:
    """The other end of the reports."""

    def __init__(self, usage: int = 0x24, flash_bytes: int = 2 << 20, serial: str = "0013D620"):
        self.usage, self.serial = usage, serial
        self.path = b"/dev/hidraw-of-a-test"
        self.flash = bytearray(b"\x5a" * flash_bytes)
        self.present = True
        self.denied = False
        self.started = False
        self.refusals_left = 3
        """While it erases, it refuses"""
        self.erased = False
        self.blocks: list[int] = []
        self.unplug_at_block = -1

    def take(self, report: bytes) -> int:
        if not self.present:
            raise OSError("read error")
        assert report[0] == 0, "hidapi wants the number of the report first"
        if len(report) != 1 + HEADER + BLOCK or any(report[4 : 1 + HEADER]):
            return -1
        offset, data = int.from_bytes(report[1:4], "little"), report[1 + HEADER :]
        if offset == 0xFFFFFF:
            self.present, self.started = False, True
            return len(report)
        if offset % BLOCK or offset + BLOCK > len(self.flash):
            return -1
        if not self.erased:
            self.flash[:] = b"\xff" * len(self.flash)
            self.erased = True
        if 0 < len(self.blocks) < 3 and self.refusals_left:
            self.refusals_left -= 1
            return -1
        if len(self.blocks) == self.unplug_at_block:
            self.present = False
            return -1
        self.blocks.append(offset)
        self.flash[offset : offset + BLOCK] = data
        return len(report)


class FakeHid:
    """In the place of the module hid."""

    def __init__(self, *devices: HalfKayDevice) -> None:
        self.devices = list(devices)

    def enumerate(self, vendor: int, product: int) -> list[dict[str, Any]]:
        assert (vendor, product) == (0x16C0, 0x0478)
        return [
            {
                "path": one.path,
                "usage_page": 0xFF9C,
                "usage": one.usage,
                "serial_number": one.serial,
            }
            for one in self.devices
            if one.present
        ]

    def device(self) -> "FakeHandle":
        return FakeHandle(self)


class FakeHandle:
    """What hid.device() gives."""

    def __init__(self, module: FakeHid) -> None:
        self._module = module
        self._device: HalfKayDevice | None = None

    def open_path(self, path: bytes) -> None:
        self._device = next(one for one in self._module.devices if one.path == path and one.present)
        if self._device.denied:
            raise OSError("open failed")

    def write(self, report: bytes) -> int:
        assert self._device
        return self._device.take(bytes(report))

    def close(self) -> None:
        self._device = None
