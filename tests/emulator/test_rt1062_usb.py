# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""USB1 and the host: a small device stack, polled from outside, is enumerated and echoes."""

import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.rt1062.chip import Rt1062
from pedalsmith.emulator.usb_host import Answer, UsbHost

from .by_hand_rt1062 import asleep, put, take
from .test_usb import CONFIGURATION, DEVICE

HEADS, TRANSFERS, BUFFERS = 0x2020_0000, 0x2020_1000, 0x2020_2000
ACTIVE, IOC = 0x80, 1 << 15
IN = 16


class Device:
    """A CDC device that sends back what it gets, written against the registers."""

    def __init__(self, chip: Rt1062, **wrong: int) -> None:
        self.chip, self.usb, self.machine = chip, chip.usb, chip.machine
        self.line = b""
        self.waits_for_line = False
        asleep(chip)
        chip.flexram.update()
        put(chip.ccm, "CCGR6", 0xFFFF_FFFF)
        for name, value in (("PLL_USB1_SET", 0x3000), ("PLL_USB1_CLR", 0x1_0000),
                            ("PLL_USB1_SET", wrong.get("clocks", 0x40)),
                            ("REG_3P0", wrong.get("supply", 0xF61))):  # fmt: skip
            put(chip.analog, name, value)
        self.machine.run(1e-3)
        put(chip.phy, "CTRL_CLR", 0xC000_0000)
        put(chip.phy, "PWD", wrong.get("power", 0))
        put(chip.usb, "USBMODE", wrong.get("mode", 0xA))
        for bit, size in ((0, 64), (IN, 64), (2, 64), (3 + IN, 64)):
            self.word(self.head(bit), 1 << 29 | size << 16 | (IOC if bit == 0 else 0))
            self.word(self.head(bit) + 8, 1)
        put(chip.usb, "ENDPTLISTADDR", HEADS)
        put(chip.usb, "USBINTR", 0x143)
        put(chip.usb, "PORTSC1", 1 << 24)
        put(chip.usb, "USBCMD", 1)
        self.poll()

    def head(self, bit: int) -> int:
        return HEADS + 64 * (2 * (bit & 15) + bit // IN)

    def word(self, address: int, value: int) -> None:
        self.machine.write(address, value.to_bytes(4, "little"))

    def transfer(self, bit: int, count: int, data: bytes = b"") -> None:
        """One dTD, primed."""
        at, buffer = TRANSFERS + 32 * bit, BUFFERS + 0x200 * bit
        self.machine.write(buffer, data)
        self.word(at, 1)
        self.word(at + 4, count << 16 | IOC | ACTIVE)
        for n in range(5):
            self.word(at + 8 + 4 * n, buffer if n == 0 else (buffer & ~0xFFF) + 0x1000 * n)
        self.word(self.head(bit) + 8, at)
        self.word(self.head(bit) + 12, 0)
        put(self.usb, "ENDPTPRIME", 1 << bit)

    def received(self, bit: int, room: int) -> bytes:
        left = int.from_bytes(self.machine.read(TRANSFERS + 32 * bit + 4, 4), "little") >> 16
        return self.machine.read(BUFFERS + 0x200 * bit, room - left)

    def poll(self) -> None:
        status = take(self.usb, "USBSTS")
        put(self.usb, "USBSTS", status)
        if status & 1 << 6:
            put(self.usb, "ENDPTSETUPSTAT", take(self.usb, "ENDPTSETUPSTAT"))
            put(self.usb, "ENDPTCOMPLETE", take(self.usb, "ENDPTCOMPLETE"))
            put(self.usb, "ENDPTFLUSH", 0xFFFF_FFFF)
        if take(self.usb, "ENDPTSETUPSTAT") & 1:
            put(self.usb, "ENDPTSETUPSTAT", 1)
            put(self.usb, "ENDPTFLUSH", 0x1_0001)
            self.answer(self.machine.read(HEADS + 0x28, 8))
        done = take(self.usb, "ENDPTCOMPLETE")
        put(self.usb, "ENDPTCOMPLETE", done)
        if done & 1 and self.waits_for_line:
            self.waits_for_line = False
            self.line = self.received(0, 64)
            self.transfer(IN, 0)
        if done & 1 << 2:
            data = self.received(2, 64)
            self.transfer(3 + IN, len(data), data.upper())
            self.transfer(2, 64)
        self.machine.after(50e-6, self.poll)

    def answer(self, setup: bytes) -> None:
        kind, request = setup[0], setup[1]
        value, count = setup[2] | setup[3] << 8, setup[6] | setup[7] << 8
        if request == 6:
            data = {1: DEVICE, 2: CONFIGURATION}.get(value >> 8)
            if data is None:
                put(self.usb, "ENDPTCTRL0", 0x1_0001)
                return
            self.transfer(IN, len(data[:count]), data[:count])
            self.transfer(0, 64)
        elif kind & 0x80 == 0 and count:
            self.waits_for_line = True
            self.transfer(0, 64)
        else:
            if request == 5:
                put(self.usb, "DEVICEADDR", value << 25 | 1 << 24)
            if request == 9:
                put(self.usb, "ENDPTCTRL2", 0x0008_0088)
                put(self.usb, "ENDPTCTRL3", 0x0088_0008)
                self.transfer(2, 64)
            self.transfer(IN, 0)


@pytest.fixture
def host(teensy: Rt1062) -> UsbHost:
    """A host with the device plugged in; its bulk endpoints are 2 out and 3 in."""
    Device(teensy)
    return UsbHost(teensy.machine, teensy.usb)


@pytest.fixture(autouse=True)
def endpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration of test_usb with endpoints 2 OUT and 3 IN instead of 1 and 1."""
    moved = CONFIGURATION.replace(b"\x07\x05\x01", b"\x07\x05\x02")
    moved = moved.replace(b"\x07\x05\x81\x02\x40", b"\x07\x05\x83\x02\x40")
    monkeypatch.setitem(globals(), "CONFIGURATION", moved)


def test_the_host_enumerates_and_moves_data(host: UsbHost) -> None:
    host.connect()
    assert host.serial is not None
    assert (host.serial.data_in, host.serial.data_out, host.serial.packet) == (3, 2, 64)
    host.write(b"hello, pedal")
    assert host.read() == b"HELLO, PEDAL"
    host.write(bytes(range(97, 97 + 26)) * 2)
    assert host.read() == bytes(range(65, 65 + 26)) * 2


def test_the_line_coding_arrives(teensy: Rt1062) -> None:
    device = Device(teensy)
    host = UsbHost(teensy.machine, teensy.usb)
    host.connect()
    host.set_line(134)
    assert device.line == (134).to_bytes(4, "little") + b"\x00\x00\x08"


def test_a_stalled_request_is_told_and_the_next_setup_ends_the_stall(host: UsbHost) -> None:
    host.connect()
    with pytest.raises(EmulationError, match="is stalled"):
        host.descriptor(3, 1)
    assert host.descriptor(1) == DEVICE


def test_an_unplugged_device_is_gone_and_comes_back(teensy: Rt1062, host: UsbHost) -> None:
    host.connect()
    teensy.usb.unplug()
    assert take(teensy.usb, "PORTSC1") & 1 << 7, "suspended"
    assert teensy.usb.setup(5, bytes(8)) is Answer.NOTHING
    teensy.usb.plug()
    host.connect()
    host.write(b"again")
    assert host.read() == b"AGAIN"


def test_a_transfer_crosses_pages(teensy: Rt1062) -> None:
    device = Device(teensy)
    UsbHost(teensy.machine, teensy.usb).connect()
    at, buffer = TRANSFERS + 32 * 19, 0x2020_4FF0
    data = bytes(range(48))
    device.machine.write(buffer, data[:16])
    device.machine.write(0x2020_7000, data[16:])
    device.word(at, 1)
    device.word(at + 4, 48 << 16 | IOC | ACTIVE)
    device.word(at + 8, buffer)
    device.word(at + 12, 0x2020_7000)
    device.word(device.head(3 + IN) + 8, at)
    put(device.usb, "ENDPTPRIME", 1 << 3 + IN)
    device.machine.run(1e-5)
    assert teensy.usb.take_in(5, 3) == data


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"clocks": 0}, "EN_USB_CLKS is off"),
        ({"supply": 0xF60}, "supply PMU.REG_3P0 is off"),
        ({"power": 0x400}, "PWD has parts powered down"),
        ({"mode": 0x8}, "USBMODE.CM not device"),
    ],
)
def test_a_wrong_set_up_does_not_connect(teensy: Rt1062, wrong: dict[str, int], words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        Device(teensy, **wrong)


def test_what_the_book_forbids_is_refused(teensy: Rt1062) -> None:
    device = Device(teensy)
    with pytest.raises(EmulationError, match="the receive side is left of type control"):
        put(device.usb, "ENDPTCTRL4", 0x00C8_0000)
    put(device.usb, "ENDPTPRIME", 1 << 4)
    with pytest.raises(EmulationError, match="endpoint 4 is primed, but not enabled"):
        device.machine.run(1e-4)


def test_transfers_behind_the_data_cache_are_refused(teensy: Rt1062) -> None:
    Device(teensy)
    teensy.machine.state.ccr |= 1 << 16
    with pytest.raises(EmulationError, match="the data cache holds this memory"):
        UsbHost(teensy.machine, teensy.usb).connect()
