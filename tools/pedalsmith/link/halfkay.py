# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""HalfKay, the loader of a Teensy 4: a HID device that takes blocks and nothing else.

A report is 64 bytes of header, the first three the offset of the block in flash, little-endian, and
1,024 bytes of data; the offset 0xFFFFFF starts the program. The first block erases the whole
program area. HalfKay cannot read back: who wants to know asks the started pedal for its CRC.
"""

import time
from dataclasses import dataclass
from typing import Any

import hid

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link.permission import no_permission
from pedalsmith.link.progress import Tell

VENDOR, PRODUCT = 0x16C0, 0x0478
USAGE_PAGE = 0xFF9C
FLASH = 0x60000000
"""Where the processor sees offset 0"""

BLOCK = 1024
_HEADER = 64
_START = b"\xff\xff\xff"
_OFFSET_LIMIT = 1 << 24

ERASE_SECONDS = 45.0
"""The first blocks may take so long: HalfKay erases meanwhile."""
ERASING_BLOCKS = 5
BLOCK_SECONDS = 1.0
_RETRY_SECONDS = 0.02


@dataclass(frozen=True)
class Found:
    """A Teensy in HalfKay."""

    path: bytes
    usage: int
    """Its model: 0x24 Teensy 4.0, 0x25 Teensy 4.1; 0 where the system does not tell"""
    serial: str


def find() -> list[Found]:
    """The Teensys in HalfKay."""
    return [
        Found(one["path"], one.get("usage") or 0, one.get("serial_number") or "")
        for one in hid.enumerate(VENDOR, PRODUCT)
        if one.get("usage_page") in (None, 0, USAGE_PAGE)
    ]


class HalfKay:
    """One Teensy in HalfKay. Use it as a context. Everything raises DeviceTrouble."""

    def __init__(self, found: Found) -> None:
        self._device: Any = hid.device()
        self._path = found.path
        try:
            self._device.open_path(found.path)
        except OSError:
            raise no_permission("HalfKay") from None

    def __enter__(self) -> "HalfKay":
        return self

    def __exit__(self, *error: object) -> None:
        self._device.close()

    def write(self, address: int, data: bytes, tell: Tell) -> None:
        """Writes `data` (n,) at the address, in whole blocks; blank ones are left out."""
        offset = address - FLASH
        if offset < 0 or offset % BLOCK or offset + len(data) > _OFFSET_LIMIT:
            raise DeviceTrouble(f"HalfKay: does not take 0x{address:08x}.")
        data += b"\xff" * (-len(data) % BLOCK)
        sent = 0
        for at in range(0, len(data), BLOCK):
            block = data[at : at + BLOCK]
            if sent and block == b"\xff" * BLOCK:
                continue
            tell("writing" if sent else "erasing", at / len(data))
            seconds = ERASE_SECONDS if sent < ERASING_BLOCKS else BLOCK_SECONDS
            self._send((offset + at).to_bytes(3, "little"), block, seconds)
            sent += 1

    def start(self) -> None:
        """Starts the program; HalfKay goes away."""
        self._send(_START, bytes(BLOCK), BLOCK_SECONDS)

    def _send(self, place: bytes, block: bytes, seconds: float) -> None:
        # The first byte is the number of the report, 0, as hidapi wants it.
        report = b"\0" + place + bytes(_HEADER - len(place)) + block
        until = time.monotonic() + seconds
        while True:
            # While HalfKay erases, it refuses; the block is sent again, which it may be.
            try:
                if self._device.write(report) == len(report):
                    return
            except OSError:
                pass
            if all(one.path != self._path for one in find()):
                raise DeviceTrouble("HalfKay: the Teensy is gone; plug it in and begin again.")
            if time.monotonic() > until:
                raise DeviceTrouble(
                    "HalfKay: does not take the block at "
                    f"0x{FLASH + int.from_bytes(place, 'little'):08x} within {seconds:.0f} s; "
                    "press the button on the Teensy and run the command again."
                )
            time.sleep(_RETRY_SECONDS)
