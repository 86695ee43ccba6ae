# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""DfuSe, ST's way of USB DFU: the loader in the ROM of an STM32, and the Daisy bootloader.

Requests, states and the functional descriptor: USB Device Firmware Upgrade 1.1, chapters 3 to 6.
Commands in block 0 and addresses of blocks from 2 on: AN3156 and UM0424. What dfu-util's users
complain of is settled here: a device that starts its program right after the leave request need not
answer any more, and that is no error.
"""

import contextlib
import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import usb.core
import usb.util

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import usb_bus
from pedalsmith.link.layout import Layout, parse_layout
from pedalsmith.link.progress import Tell

VENDOR, PRODUCT = 0x0483, 0xDF11

_DNLOAD, _UPLOAD, _GETSTATUS, _CLRSTATUS, _ABORT = 1, 2, 3, 4, 6
_TO_DEVICE, _FROM_DEVICE = 0x21, 0xA1
_SET_ADDRESS, _ERASE = 0x21, 0x41
_FIRST_DATA_BLOCK = 2
_FUNCTIONAL = 0x21

REQUEST_MS = 3000
"""A control transfer may take so long."""
ERASE_SECONDS = 30.0
"""A sector may take so long; the 128 KB of an STM32H7 take 4 s at most by its data sheet."""
WRITE_SECONDS = 5.0
"""A block may take so long."""
POLL_MOST_SECONDS = 2.0
"""No wait between two polls is longer, whatever a device asks for."""


class State(IntEnum):
    """bState, chapter 6.1.2."""

    APP_IDLE = 0
    APP_DETACH = 1
    IDLE = 2
    DNLOAD_SYNC = 3
    DNBUSY = 4
    DNLOAD_IDLE = 5
    MANIFEST_SYNC = 6
    MANIFEST = 7
    MANIFEST_WAIT_RESET = 8
    UPLOAD_IDLE = 9
    ERROR = 10


_ERRORS = {
    0x01: "the image is for another target",
    0x02: "the image is not accepted",
    0x03: "the memory does not take the data",
    0x04: "the memory does not erase",
    0x05: "the memory is not blank after it was erased",
    0x06: "writing failed",
    0x07: "what was written does not read back",
    0x08: "the address is not writable",
    0x0A: "the image is not whole",
    0x0B: "its flash is write protected, or its program is damaged",
    0x0E: "an unexpected error",
    0x0F: "it stalled an unexpected request",
}


@dataclass(frozen=True)
class Status:
    """The answer to GETSTATUS."""

    error: int
    poll_seconds: float
    state: int


class DfuSe:
    """One memory of one device. Use it as a context. Everything raises DeviceTrouble."""

    def __init__(self, device: Any, interface: int, alternate: int, layout: Layout) -> None:
        self._device, self._interface, self._alternate = device, interface, alternate
        self.layout = layout
        self.block = _transfer_size(device)
        """Bytes of a block"""
        self._claimed = False

    @property
    def name(self) -> str:
        """For messages."""
        return f"DFU, {self.layout.name}"

    def __enter__(self) -> "DfuSe":
        with usb_bus.told(self.name):
            usb_bus.configure(self._device)
            usb.util.claim_interface(self._device, self._interface)
            self._claimed = True
            self._device.set_interface_altsetting(self._interface, self._alternate)
        self._to_idle()
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(usb.core.USBError):
            if self._claimed:
                usb.util.release_interface(self._device, self._interface)
        usb.util.dispose_resources(self._device)

    def write(self, address: int, data: bytes, tell: Tell) -> None:
        """Erases the sectors under `data`, writes it, reads it back and compares."""
        if not self.layout.takes(address, len(data)):
            raise DeviceTrouble(
                f"{self.name}: does not take 0x{address:08x} to 0x{address + len(data) - 1:08x}."
            )
        sectors = self.layout.sectors(address, len(data))
        for number, sector in enumerate(sectors):
            tell("erasing", number / len(sectors))
            self._command(_ERASE, sector, ERASE_SECONDS)
        self._command(_SET_ADDRESS, address, WRITE_SECONDS)
        for number, at in enumerate(range(0, len(data), self.block)):
            tell("writing", at / len(data))
            with self._told("writing", address + at):
                self._download(_FIRST_DATA_BLOCK + number, data[at : at + self.block])
            self._settle(f"writing 0x{address + at:08x}", WRITE_SECONDS)
        self._compare(address, data, tell)

    def read(self, address: int, count: int, tell: Tell) -> bytes:
        """Reads memory."""
        self._command(_SET_ADDRESS, address, WRITE_SECONDS)
        self._abort()
        received = bytearray()
        while len(received) < count:
            tell("reading back", len(received) / count)
            number = _FIRST_DATA_BLOCK + len(received) // self.block
            wanted = min(self.block, count - len(received))
            with self._told("reading", address + len(received)):
                got = self._device.ctrl_transfer(
                    _FROM_DEVICE, _UPLOAD, number, self._interface, wanted, REQUEST_MS
                )
            received += bytes(got)
            if len(got) < wanted:
                break
        self._abort()
        return bytes(received)

    def leave(self, address: int) -> None:
        """Starts the program at the address; the device goes away, with or without an answer."""
        self._command(_SET_ADDRESS, address, WRITE_SECONDS)
        try:
            self._download(_FIRST_DATA_BLOCK, b"")
            self._status()
        except usb.core.USBError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise

    def _compare(self, address: int, data: bytes, tell: Tell) -> None:
        there = self.read(address, len(data), tell)
        if there == data:
            return
        first = next(
            (at for at, (one, other) in enumerate(zip(there, data, strict=False)) if one != other),
            len(there),
        )
        raise DeviceTrouble(
            f"{self.name}: 0x{address + first:08x} does not read back as it was written; "
            "write again, and when that fails again the flash of the board is worn out."
        )

    def _command(self, command: int, address: int, seconds: float) -> None:
        what = "erasing" if command == _ERASE else "setting the address"
        with self._told(what, address):
            self._download(0, bytes([command]) + address.to_bytes(4, "little"))
        self._settle(f"{what} 0x{address:08x}", seconds)

    def _download(self, block: int, data: bytes) -> None:
        self._device.ctrl_transfer(_TO_DEVICE, _DNLOAD, block, self._interface, data, REQUEST_MS)

    def _status(self) -> Status:
        got = bytes(
            self._device.ctrl_transfer(_FROM_DEVICE, _GETSTATUS, 0, self._interface, 6, REQUEST_MS)
        )
        if len(got) < 6:
            raise DeviceTrouble(f"{self.name}: its status is cut; reset the board and try again.")
        return Status(got[0], int.from_bytes(got[1:4], "little") / 1000, got[4])

    def _settle(self, what: str, seconds: float) -> None:
        """Polls until the device has done it. The first poll is what makes it begin."""
        until = time.monotonic() + seconds
        while True:
            with self._told(what):
                status = self._status()
            if status.state == State.ERROR or status.error:
                self._clear()
                reason = _ERRORS.get(status.error, f"error {status.error}")
                raise DeviceTrouble(f"{self.name}: {what}: {reason}.")
            if status.state not in (State.DNBUSY, State.DNLOAD_SYNC):
                return
            if time.monotonic() > until:
                raise DeviceTrouble(
                    f"{self.name}: {what}: not done after {seconds:.0f} s; reset the board."
                )
            time.sleep(min(status.poll_seconds, POLL_MOST_SECONDS))

    def _abort(self) -> None:
        with self._told("going idle"):
            self._device.ctrl_transfer(_TO_DEVICE, _ABORT, 0, self._interface, b"", REQUEST_MS)

    def _clear(self) -> None:
        with contextlib.suppress(usb.core.USBError):
            self._device.ctrl_transfer(_TO_DEVICE, _CLRSTATUS, 0, self._interface, b"", REQUEST_MS)

    def _to_idle(self) -> None:
        """Takes a device that another program left in the middle of something back to idle."""
        for _ in range(3):
            with self._told("asking for its state"):
                state = self._status().state
            if state == State.IDLE:
                return
            if state == State.ERROR:
                self._clear()
            else:
                self._abort()
        raise DeviceTrouble(f"{self.name}: does not become idle; reset the board into it again.")

    @contextmanager
    def _told(self, what: str, address: int | None = None) -> Iterator[None]:
        place = "" if address is None else f" 0x{address:08x}"
        with usb_bus.told(f"{self.name}: {what}{place}"):
            yield


def memories(device: Any) -> list[DfuSe]:
    """The memories of a DFU device; none when its strings may not be read."""
    found = []
    for configuration in device:
        for interface in configuration:
            if (interface.bInterfaceClass, interface.bInterfaceSubClass) != (0xFE, 1):
                continue
            layout = parse_layout(usb_bus.text(device, interface.iInterface) or "")
            if layout:
                number, alternate = interface.bInterfaceNumber, interface.bAlternateSetting
                found.append(DfuSe(device, number, alternate, layout))
    return found


def _transfer_size(device: Any) -> int:
    """wTransferSize of the functional descriptor; 64 when there is none."""
    for configuration in device:
        for interface in configuration:
            extra = bytes(interface.extra_descriptors)
            while len(extra) >= 2 and extra[0] >= 2:
                if extra[1] == _FUNCTIONAL and len(extra) >= 7:
                    return max(int.from_bytes(extra[5:7], "little"), 1)
                extra = extra[extra[0] :]
    return 64
