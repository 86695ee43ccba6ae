# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The serial line to a pedal: opened for this program alone, its loss told in one line."""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import serial

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link.permission import no_permission

_BAUD = 115200
_TOUCH_BAUD = 134
_TOUCH_SECONDS = 0.1
_WRITE_SECONDS = 5.0


class Unplugged(DeviceTrouble):
    """The port went away while it was open."""


class Line(Protocol):
    """Bytes to and from a pedal."""

    def write(self, data: bytes) -> None:
        """Sends all of it. Raises Unplugged."""

    def read(self, seconds: float) -> bytes:
        """What came, waiting at most so long for the first byte. Raises Unplugged."""

    def close(self) -> None:
        """Lets go of the port."""


class SerialLine:
    """A Line over a serial port. Raises DeviceTrouble when it cannot be opened."""

    def __init__(self, port: str) -> None:
        self._port = port
        with _told(port):
            # Without setting a rate that differs a Linux port keeps the last one, which after a
            # touch is the sign to restart.
            self._serial = serial.Serial(
                port, _BAUD, timeout=0, write_timeout=_WRITE_SECONDS, exclusive=True
            )

    def write(self, data: bytes) -> None:
        """See Line."""
        with _told(self._port):
            self._serial.write(data)

    def read(self, seconds: float) -> bytes:
        """See Line."""
        with _told(self._port):
            self._serial.timeout = seconds
            first = self._serial.read(1)
            self._serial.timeout = 0
            return bytes(first + self._serial.read(65536)) if first else b""

    def close(self) -> None:
        """See Line."""
        with suppress(OSError, serial.SerialException):
            self._serial.close()


def touch(port: str) -> None:
    """Asks firmware that knows Teensy's sign, 134 baud, to restart into its loader."""
    with _told(port), serial.Serial(port, _BAUD) as line, suppress(OSError, serial.SerialException):
        # The device may be gone before the call returns.
        line.baudrate = _TOUCH_BAUD
        time.sleep(_TOUCH_SECONDS)
        line.baudrate = _BAUD


@contextmanager
def _told(port: str) -> Iterator[None]:
    try:
        yield
    except serial.SerialTimeoutException:
        raise DeviceTrouble(
            f"{port}: takes no more bytes; unplug the pedal and plug it in again."
        ) from None
    except (serial.SerialException, OSError, TypeError) as error:
        # pyserial raises TypeError where another thread closed the port.
        number = getattr(error, "errno", None)
        if number in (errno.EACCES, errno.EPERM):
            raise no_permission(port) from None
        if number == errno.ENOENT or "FileNotFoundError" in str(error):
            raise DeviceTrouble(
                f"{port}: there is no such port; `pedalsmith doctor` lists them."
            ) from None
        if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in str(error):
            raise DeviceTrouble(
                f"{port}: another program has it open (a terminal, a monitor); close that one."
            ) from None
        if number in (errno.ENOTTY, errno.EINVAL) or "configure port" in str(error):
            raise DeviceTrouble(f"{port}: is no serial port.") from None
        raise Unplugged(f"{port}: the pedal was unplugged; plug it in again.") from None
