# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A USB bus of software for pyusb, with STM32 loaders on it that behave as AN3156 says.

pyusb itself runs on top, so that what is tested is what talks to a real device.
"""

import errno
from array import array
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from pedalsmith.link.dfuse import State
from pedalsmith.link.layout import Layout, parse_layout

ROM = ("@Internal Flash   /0x08000000/16*128Kg", "@Option Bytes   /0x5200201C/01*128 e")
BOOTLOADER = ("@Flash /0x90000000/64*4Kg/0x90040000/60*64Kg/0x90400000/60*64Kg",)
F4_ROM = ("@Internal Flash   /0x08000000/04*016Kg,01*064Kg,07*128Kg",)

ADDRESS, UNKNOWN, STALLED = 0x08, 0x0E, 0x0F


def usb_error(number: int) -> usb.core.USBError:
    return usb.core.USBError(errno.errorcode[number], errno=number)


class DfuDevice:
    """A loader: flash that must be erased, states, busy polls, and it is gone when it leaves."""

    block = 1024

    def __init__(
        self,
        strings: tuple[str, ...] = ROM,
        serial: str = "206E3365",
        busy_polls: int = 2,
        on_leave: Callable[[int], None] | None = None,
    ) -> None:
        self.strings = strings
        self.serial = serial
        self.busy_polls = busy_polls
        self.on_leave = on_leave
        self.layouts: list[Layout] = [found for found in map(parse_layout, strings) if found]
        self.flash: dict[int, bytearray] = {}
        self.state, self.error = State.IDLE, 0
        self.alternate, self.pointer = 0, 0
        self.todo: tuple[int, bytes] | None = None
        self.polls_left = 0
        self.unplugged = False
        self.denied = False
        self.requests = 0
        self.unplug_at = -1
        self.broken_bits: set[int] = set()
        """Addresses whose lowest bit stays 1"""
        self.log: list[str] = []

    def memory(self, address: int, count: int) -> bytes:
        """What is in flash, 0xFF where nothing was written."""
        found = bytearray(b"\xff" * count)
        for sector, data in self.flash.items():
            for at in range(max(address, sector), min(address + count, sector + len(data))):
                found[at - address] = data[at - sector]
        return bytes(found)

    def transfer(self, kind: int, request: int, value: int, data: Any) -> int:
        """A control transfer; an array is filled, bytes are taken."""
        if kind == 0x80 and request == 6:
            return self._string(value, data)
        self.requests += 1
        if self.requests == self.unplug_at:
            self.unplugged = True
        if self.unplugged:
            raise usb_error(errno.ENODEV)
        if (kind, request) == (0x21, 1):
            return self._download(value, bytes(data))
        if (kind, request) == (0xA1, 2):
            return self._upload(value, data)
        if (kind, request) == (0xA1, 3):
            return self._status(data)
        if (kind, request) == (0x21, 4):
            self.state, self.error = State.IDLE, 0
            return 0
        if (kind, request) == (0x21, 6):
            self.state = State.IDLE
            return 0
        raise self._stall()

    def _string(self, value: int, data: Any) -> int:
        if self.denied:
            raise usb_error(errno.EACCES)
        index = value & 0xFF
        texts = {1: "STMicroelectronics", 2: "DFU in FS Mode", 3: self.serial}
        texts |= {4 + number: text for number, text in enumerate(self.strings)}
        body = b"\x09\x04" if index == 0 else texts[index].encode("utf-16-le")
        whole = bytes([len(body) + 2, 3]) + body
        data[: len(whole)] = array("B", whole)
        return len(whole)

    def _stall(self) -> usb.core.USBError:
        self.state, self.error = State.ERROR, STALLED
        return usb_error(errno.EPIPE)

    def _download(self, block: int, data: bytes) -> int:
        if self.state not in (State.IDLE, State.DNLOAD_IDLE) or len(data) > self.block:
            raise self._stall()
        if not data:
            self.log.append(f"leave {self.pointer:08x}")
            self.state = State.MANIFEST_SYNC
            return 0
        self.todo, self.state = (block, data), State.DNLOAD_SYNC
        self.polls_left = self.busy_polls
        return len(data)

    def _status(self, data: Any) -> int:
        if self.state is State.MANIFEST_SYNC:
            # The program starts, the device is gone, the request never answered.
            self.unplugged = True
            if self.on_leave:
                self.on_leave(self.pointer)
            raise usb_error(errno.EIO)
        if self.state is State.DNLOAD_SYNC:
            self.state = State.DNBUSY
        elif self.state is State.DNBUSY:
            self.polls_left -= 1
            if self.polls_left <= 0:
                self._work()
        data[:] = array("B", bytes([self.error, 1, 0, 0, self.state, 0]))
        return 6

    def _work(self) -> None:
        assert self.todo
        block, data = self.todo
        self.todo, self.state = None, State.DNLOAD_IDLE
        if block >= 2:
            self._program(self.pointer + (block - 2) * self.block, data)
            return
        address = int.from_bytes(data[1:5], "little")
        area = self.layouts[self.alternate].at(address)
        if data[0] == 0x21:
            self.pointer = address
        elif data[0] == 0x41 and area and area.erasable:
            begin = address - (address - area.origin) % area.size
            self.flash[begin] = bytearray(b"\xff" * area.size)
            self.log.append(f"erase {begin:08x}")
        else:
            self.state, self.error = State.ERROR, ADDRESS

    def _program(self, address: int, data: bytes) -> None:
        for at, value in enumerate(data, address):
            sector = next((s for s in self.flash if s <= at < s + len(self.flash[s])), None)
            if sector is None or self.flash[sector][at - sector] != 0xFF:
                self.state, self.error = State.ERROR, UNKNOWN if sector else ADDRESS
                return
            self.flash[sector][at - sector] = value | (at in self.broken_bits)

    def _upload(self, block: int, data: Any) -> int:
        if self.state not in (State.IDLE, State.UPLOAD_IDLE) or block < 2:
            raise self._stall()
        self.state = State.UPLOAD_IDLE
        got = self.memory(self.pointer + (block - 2) * self.block, len(data))
        data[:] = array("B", got)
        return len(got)


class FakeBus(usb.backend.IBackend):  # type: ignore[misc]
    """pyusb's backend over the devices in `devices`."""

    def __init__(self, *devices: DfuDevice) -> None:
        self.devices = list(devices)

    def enumerate_devices(self) -> Any:
        return iter([one for one in self.devices if not one.unplugged])

    def get_parent(self, dev: DfuDevice) -> None:
        return None

    def get_device_descriptor(self, dev: DfuDevice) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0100, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=0x0483, idProduct=0xDF11,
            bcdDevice=0x0200, iManufacturer=1, iProduct=2, iSerialNumber=3, bNumConfigurations=1,
            address=self.devices.index(dev) + 4, bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: DfuDevice, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=36, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: DfuDevice, intf: int, alt: int, config: int) -> Any:
        if intf or alt >= len(dev.strings):
            raise IndexError
        last = alt == len(dev.strings) - 1
        functional = bytes([9, 0x21, 0x0B, 255, 0, *dev.block.to_bytes(2, "little"), 0x1A, 0x01])
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=alt,
            bNumEndpoints=0, bInterfaceClass=0xFE, bInterfaceSubClass=1, bInterfaceProtocol=2,
            iInterface=4 + alt, extra_descriptors=list(functional) if last else [],
        )  # fmt: skip

    def open_device(self, dev: DfuDevice) -> DfuDevice:
        if dev.denied:
            raise usb_error(errno.EACCES)
        if dev.unplugged:
            raise usb_error(errno.ENODEV)
        return dev

    def close_device(self, dev_handle: DfuDevice) -> None:
        pass

    def get_configuration(self, dev_handle: DfuDevice) -> int:
        return 1

    def set_configuration(self, dev_handle: DfuDevice, config_value: int) -> None:
        pass

    def claim_interface(self, dev_handle: DfuDevice, intf: int) -> None:
        pass

    def release_interface(self, dev_handle: DfuDevice, intf: int) -> None:
        pass

    def set_interface_altsetting(self, dev_handle: DfuDevice, intf: int, altsetting: int) -> None:
        dev_handle.alternate = altsetting

    def is_kernel_driver_active(self, dev_handle: DfuDevice, intf: int) -> bool:
        return False

    def ctrl_transfer(
        self, dev_handle: DfuDevice, bmRequestType: int, bRequest: int, wValue: int, wIndex: int,
        data: Any, timeout: int,
    ) -> int:  # fmt: skip
        return dev_handle.transfer(bmRequestType, bRequest, wValue, data)
