# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A USB host for emulated boards: enumerates a device, opens its CDC serial port, moves data.

The controller of the chip is reached through UsbPort; the host's calls let virtual time pass until
the device has answered, or raise EmulationError.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Protocol

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.machine import Machine


class Answer(Enum):
    """What a device puts on the wires instead of data."""

    ACK = "ack"
    NAK = "nak"
    STALL = "stall"
    NOTHING = "nothing"


class UsbPort(Protocol):
    """The device controller as seen from the cable."""

    def attached(self) -> bool:
        """The pull-up is on."""

    def bus_reset(self) -> None:
        """Reset signalling, with the enumeration of the speed."""

    def setup(self, address: int, data: bytes) -> Answer:
        """A SETUP transaction on endpoint 0."""

    def out(self, address: int, endpoint: int, data: bytes) -> Answer:
        """An OUT transaction."""

    def take_in(self, address: int, endpoint: int) -> bytes | Answer:
        """An IN transaction."""

    def suspend(self) -> None:
        """Three milliseconds without a frame."""

    def resume(self) -> None:
        """The frames go on."""

    def unplug(self) -> None:
        """The cable is pulled."""

    def plug(self) -> None:
        """The cable is back."""


Attempt = Callable[[], bytes | Answer]


@dataclass(frozen=True)
class SerialPort:
    """A CDC ACM function found in the configuration descriptor."""

    control_interface: int
    data_in: int
    data_out: int
    packet: int


class UsbHost:
    """One host with one device on its only port."""

    RETRY_SECONDS = 100e-6
    TIMEOUT_SECONDS = 0.5

    def __init__(self, machine: Machine, port: UsbPort) -> None:
        self._machine, self._port = machine, port
        self._address = 0
        # 64 is a guess: of a device with smaller packets only the first is read, which tells.
        self._ep0_packet = 64
        self.serial: SerialPort | None = None

    def _until(self, what: str, attempt: Attempt) -> bytes | Answer:
        begin = self._machine.seconds
        while True:
            answer = attempt()
            if answer is not Answer.NAK and answer is not Answer.NOTHING:
                return answer
            if self._machine.seconds - begin > self.TIMEOUT_SECONDS:
                raise EmulationError(f"{self._machine.name}: USB: {what} is not answered.")
            self._machine.run(self.RETRY_SECONDS)

    def control(self, kind: int, request: int, value: int, index: int, data: bytes | int) -> bytes:
        """A control transfer; `data` are the bytes to send or how many to ask for.

        Raises EmulationError on a STALL.
        """
        count = data if isinstance(data, int) else len(data)
        words = b"".join(word.to_bytes(2, "little") for word in (value, index, count))
        setup = bytes([kind, request]) + words
        what = f"control request {kind:#04x} {request:#04x}"
        self._until(what, lambda: self._port.setup(self._address, setup))
        if isinstance(data, int) and kind & 0x80:
            received = self._read_packets(what, 0, count, self._ep0_packet)
            self._status(what, lambda: self._port.out(self._address, 0, b""))
            return received
        sent = data if isinstance(data, bytes) else b""
        for at in range(0, len(sent), self._ep0_packet):
            packet = sent[at : at + self._ep0_packet]
            self._status(what, partial(self._port.out, self._address, 0, packet))
        self._status(what, lambda: self._port.take_in(self._address, 0))
        return b""

    def _status(self, what: str, attempt: Attempt) -> None:
        if self._until(what, attempt) is Answer.STALL:
            raise EmulationError(f"{self._machine.name}: USB: {what} is stalled.")

    def _read_packets(self, what: str, endpoint: int, count: int, packet: int) -> bytes:
        received = b""
        while len(received) < count:
            got = self._until(what, lambda: self._port.take_in(self._address, endpoint))
            if not isinstance(got, bytes):
                raise EmulationError(f"{self._machine.name}: USB: {what} is stalled.")
            received += got
            if len(got) < packet:
                break
        return received

    def descriptor(self, kind: int, index: int = 0, count: int = 255) -> bytes:
        """GET_DESCRIPTOR."""
        language = 0x0409 if kind == 3 and index else 0
        return self.control(0x80, 6, kind << 8 | index, language, count)

    def is_connected(self) -> bool:
        """The device has been enumerated and has not gone since."""
        if not self._port.attached():
            self.serial = None
        return self.serial is not None

    def wait_and_connect(self, seconds: float) -> None:
        """Lets the board run for that long, then enumerates a device that is there."""
        self._machine.run(seconds)
        if self._port.attached():
            self.connect()

    def connect(self) -> None:
        """Waits for the device, resets the bus and enumerates it; opens its serial port."""
        begin = self._machine.seconds
        while not self._port.attached():
            if self._machine.seconds - begin > 2.0:
                raise EmulationError(f"{self._machine.name}: USB: no device attaches in 2 s.")
            self._machine.run(1e-3)
        self._machine.run(0.1)
        self._reset()
        self._ep0_packet = self.descriptor(1, count=64)[7]
        self._reset()
        self.control(0x00, 5, 5, 0, b"")
        self._machine.run(2e-3)
        self._address = 5
        device = self.descriptor(1, count=18)
        if len(device) != 18:
            raise EmulationError(f"{self._machine.name}: USB: device descriptor is cut.")
        head = self.descriptor(2, count=9)
        configuration = self.descriptor(2, count=int.from_bytes(head[2:4], "little"))
        self.control(0x00, 9, configuration[5], 0, b"")
        self.serial = find_serial(configuration)
        self.set_line(115_200)
        self.control(0x21, 0x22, 3, self.serial.control_interface, b"")

    def _reset(self) -> None:
        self._address = 0
        self._port.bus_reset()
        self._machine.run(0.02)

    def _demand_serial(self) -> SerialPort:
        if self.serial is None:
            raise EmulationError(f"{self._machine.name}: USB: connect first.")
        return self.serial

    def set_line(self, baud: int) -> None:
        """SET_LINE_CODING, 8N1."""
        interface = self._demand_serial().control_interface
        self.control(0x21, 0x20, 0, interface, baud.to_bytes(4, "little") + b"\x00\x00\x08")

    def write(self, data: bytes) -> None:
        """Sends to the serial port, in packets, until all is taken."""
        serial = self._demand_serial()
        for at in range(0, len(data), serial.packet):
            packet = data[at : at + serial.packet]
            self._status(
                "bulk OUT", partial(self._port.out, self._address, serial.data_out, packet)
            )

    def read(self, seconds: float = 0.05) -> bytes:
        """What the serial port sends within that much virtual time."""
        serial = self._demand_serial()
        until, received = self._machine.seconds + seconds, b""
        while self._machine.seconds < until:
            got = self._port.take_in(self._address, serial.data_in)
            if isinstance(got, bytes):
                received += got
            else:
                self._machine.run(self.RETRY_SECONDS)
        return received


def find_serial(configuration: bytes) -> SerialPort:
    """The CDC ACM function in a configuration descriptor. Raises EmulationError: there is none."""
    at, interface, interface_class = 0, 0, 0
    control, data_in, data_out, packet = -1, -1, -1, 0
    while at + 2 <= len(configuration) and configuration[at]:
        entry = configuration[at : at + configuration[at]]
        if entry[1] == 4:
            interface, interface_class = entry[2], entry[5]
            if interface_class == 2:
                control = interface
        elif entry[1] == 5 and interface_class == 10 and entry[3] & 3 == 2:
            packet = int.from_bytes(entry[4:6], "little")
            if entry[2] & 0x80:
                data_in = entry[2] & 15
            else:
                data_out = entry[2]
        at += configuration[at]
    if min(control, data_in, data_out) < 0:
        raise EmulationError("USB: the configuration has no CDC serial port")
    return SerialPort(control, data_in, data_out, packet)
