# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The wires of an I2C bus: what answers at an address, and a log of what was said."""

from typing import Protocol


class I2cDevice(Protocol):
    """A chip on the bus."""

    address: int
    """7 bits"""

    def start(self, *, read: bool) -> bool:
        """Addressed; whether it acknowledges."""

    def write(self, byte: int) -> bool:
        """A byte to it; whether it acknowledges."""

    def read(self) -> int:
        """A byte from it."""

    def stop(self) -> None:
        """The transaction is over."""


class I2cBus:
    """Devices by address. `log` holds (address, [bytes written]) of what was acknowledged."""

    def __init__(self) -> None:
        self.devices: dict[int, I2cDevice] = {}
        self.log: list[tuple[int, list[int]]] = []
        self.refused = 0
        """Transactions that nobody acknowledged."""
        self._device: I2cDevice | None = None

    def attach(self, device: I2cDevice) -> None:
        """Puts a chip on the bus."""
        self.devices[device.address] = device

    def start(self, address: int, *, read: bool) -> bool:
        """A start condition with an address; whether anybody acknowledges."""
        device = self.devices.get(address)
        if device is None or not device.start(read=read):
            self.refused += 1
            self._device = None
            return False
        self._device = device
        self.log.append((address, []))
        return True

    def write(self, byte: int) -> bool:
        """A byte to the chip addressed."""
        if self._device is None:
            return False
        self.log[-1][1].append(byte)
        return self._device.write(byte)

    def read(self) -> int:
        """A byte from the chip addressed; nobody pulls the wire low: 0xFF."""
        return self._device.read() if self._device else 0xFF

    def stop(self) -> None:
        """A stop condition."""
        if self._device:
            self._device.stop()
        self._device = None
