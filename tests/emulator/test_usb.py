# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""OTG_FS and the host: a small device stack, polled from outside, is enumerated and echoes."""

import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.serial_pty import SerialPty, UsbLine
from pedalsmith.emulator.stm32h750.chip import Stm32h750
from pedalsmith.emulator.usb_host import Answer, UsbHost, find_serial

from .by_hand import clocks
from .test_audio_path import sleep

DEVICE = bytes.fromhex("12010002ef0201400912010000010001 0201".replace(" ", ""))
CONFIGURATION = bytes.fromhex(
    "09024300020100803209040000010202000005240010010424020205240600010524010001"
    "0705820308001009040100020a0000000705010240000007058102400000".replace(" ", "")
)
EPENA, CNAK, STALL = 1 << 31, 1 << 26, 1 << 21


class Device:
    """A CDC device that sends back what it gets, written against the registers."""

    def __init__(self, chip: Stm32h750, **wrong: int) -> None:
        self.chip, self.usb = chip, chip.usb
        self.setup = self.data = b""
        self.line = b""
        self.address = 0
        self.sent = 0
        sleep(chip, 0)
        clocks(chip)
        chip.pwr.write(0x0C, 4, 0x0100_0002)
        chip.rcc.write(0x54, 4, wrong.get("clock", 1 << 20))
        chip.rcc.write(0xE0, 4, 1)
        chip.gpio.ports["A"].write(0x24, 4, 0x000A_A000)
        chip.gpio.ports["A"].write(0x00, 4, 0xAABF_FFFF)
        chip.rcc.write(0xD8, 4, 1 << 27)
        for name, value in (
            ("GUSBCFG", 0x4000_1840), ("GCCFG", 0x0021_0000), ("DCFG", 0x0220_0003),
            ("GRXFSIZ", 128), ("DIEPTXF0_HNPTXFSIZ", wrong.get("fifo", 64 << 16 | 128)),
            ("DIEPTXF[0]", 128 << 16 | 192), ("DIEPTXF[1]", 16 << 16 | 320), ("GINTMSK", 0x3010),
            ("DCTL", 0),
        ):  # fmt: skip
            self.put(name, value)
        self.poll()

    def put(self, name: str, value: int) -> None:
        self.usb.write(self.usb._by_name[name].offset, 4, value)

    def get(self, name: str) -> int:
        return self.usb.read(self.usb._by_name[name].offset, 4)

    def send(self, endpoint: int, data: bytes) -> None:
        packets = max((len(data) + 63) // 64, 1)
        self.put(f"DIEPTSIZ[{endpoint}]", packets << 19 | len(data))
        control = self.usb[f"DIEPCTL[{endpoint}]"]
        self.put(f"DIEPCTL[{endpoint}]", control | EPENA | CNAK)
        for at in range(0, len(data), 4):
            word = int.from_bytes(data[at : at + 4], "little")
            self.usb.write(0x1000 + 0x1000 * endpoint, 4, word)

    def expect(self, endpoint: int) -> None:
        setups = 3 << 29 if endpoint == 0 else 0
        self.put(f"DOEPTSIZ[{endpoint}]", setups | 1 << 19 | 64)
        control = self.usb[f"DOEPCTL[{endpoint}]"]
        self.put(f"DOEPCTL[{endpoint}]", control | EPENA | CNAK)

    def poll(self) -> None:
        status = self.get("GINTSTS")
        if status & 1 << 12:
            self.put("GINTSTS", 1 << 12)
            self.put("DAINTMSK", 0x1_0001)
            self.put("DCFG", 0x0220_0003)
            self.expect(0)
        if status & 1 << 13:
            self.put("GINTSTS", 1 << 13)
        while self.get("GINTSTS") & 1 << 4:
            word = self.get("GRXSTSP")
            endpoint, count, kind = word & 15, word >> 4 & 0x7FF, word >> 17 & 15
            words = [self.usb.read(0x1000, 4) for _ in range((count + 3) // 4)]
            data = b"".join(w.to_bytes(4, "little") for w in words)[:count]
            if kind == 6:
                self.setup = data
            elif kind == 4:
                self.answer()
            elif kind == 2 and endpoint == 1:
                self.send(1, data.upper())
            elif kind == 2 and count:
                self.line = data
                self.send(0, b"")
            elif kind == 3:
                self.expect(endpoint)
        self.chip.machine.after(50e-6, self.poll)

    def answer(self) -> None:
        kind, request = self.setup[0], self.setup[1]
        value, count = self.setup[2] | self.setup[3] << 8, self.setup[6] | self.setup[7] << 8
        if request == 6:
            data = {1: DEVICE, 2: CONFIGURATION}.get(value >> 8)
            if data is None:
                self.put("DIEPCTL[0]", self.usb["DIEPCTL[0]"] | STALL)
                return
            self.send(0, data[:count])
            self.expect(0)
        elif kind & 0x80 == 0 and count:
            self.expect(0)
        else:
            if request == 5:
                self.put("DCFG", 0x0220_0003 | value << 4)
            if request == 9:
                self.put("DIEPCTL[1]", 1 << 15 | 2 << 18 | 1 << 22 | 64)
                self.put("DOEPCTL[1]", 1 << 15 | 2 << 18 | 64)
                self.expect(1)
            self.send(0, b"")


def test_the_host_enumerates_and_moves_data(chip: Stm32h750) -> None:
    device = Device(chip)
    host = UsbHost(chip.machine, chip.usb)
    host.connect()
    assert host.serial is not None
    assert (host.serial.data_in, host.serial.data_out, host.serial.packet) == (1, 1, 64)
    assert device.line[:4] == (115_200).to_bytes(4, "little")
    host.write(b"hello, pedal")
    assert host.read() == b"HELLO, PEDAL"
    host.write(bytes(range(97, 97 + 26)) * 2)
    assert host.read() == bytes(range(65, 65 + 26)) * 2


def test_a_stalled_request_and_a_deaf_device_are_told(chip: Stm32h750) -> None:
    Device(chip)
    host = UsbHost(chip.machine, chip.usb)
    host.connect()
    with pytest.raises(EmulationError, match="is stalled"):
        host.descriptor(3, 1)
    host._address = 9
    with pytest.raises(EmulationError, match="is not answered"):
        host.descriptor(1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"clock": 2 << 20}, "kernel clock of 0 MHz, 48 is needed"),
        ({"fifo": 64 << 16 | 100}, "FIFOs overlap: 128 words from 0 on, the next at 100"),
    ],
)
def test_a_wrong_set_up_does_not_connect(
    chip: Stm32h750, wrong: dict[str, int], words: str
) -> None:
    with pytest.raises(EmulationError, match=words):
        Device(chip, **wrong)


def test_a_full_transmit_fifo_and_a_forgotten_packet_are_refused(chip: Stm32h750) -> None:
    device = Device(chip)
    with pytest.raises(EmulationError, match="transmit FIFO of endpoint 2 overflows"):
        for _ in range(17):
            device.usb.write(0x3000, 4, 0)
    chip.usb.bus_reset()
    chip.machine.run(0.02)
    chip.machine._events.clear()
    assert chip.usb.setup(0, bytes(8)) is Answer.ACK
    device.get("GRXSTSP")
    with pytest.raises(EmulationError, match="before the data of the packet before was"):
        device.get("GRXSTSP")


def test_a_configuration_without_a_serial_port_is_told() -> None:
    with pytest.raises(EmulationError, match="no CDC serial port"):
        find_serial(CONFIGURATION[:40])


def test_a_pseudo_terminal_talks_to_the_board(chip: Stm32h750) -> None:
    import os

    Device(chip)
    host = UsbHost(chip.machine, chip.usb)
    host.connect()
    with SerialPty(UsbLine(host)) as pty, pty.running() as path:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
        os.write(terminal, b"anybody there?")
        heard = b""
        while len(heard) < 14:
            heard += os.read(terminal, 64)
        os.close(terminal)
    assert heard == b"ANYBODY THERE?"
