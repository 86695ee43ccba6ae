# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The serial port of an emulated board as a pseudo-terminal, which any terminal program opens.

POSIX only. The board runs while `step` is called; what is typed waits in between.
"""

import contextlib
import os
import threading
import time
import tty
from collections.abc import Callable, Iterator
from typing import Protocol

from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.usb_host import UsbHost

_STEP_SECONDS = 0.005


class Line(Protocol):
    """A serial line into a board: its UART console or its USB port."""

    def send(self, data: bytes) -> None:
        """Sends to the board."""

    def receive(self, seconds: float) -> bytes:
        """Lets the board run for that much virtual time; returns what it sent."""


class SerialPty:
    """A pseudo-terminal joined to a board's serial line. Use it as a context."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        """What to open, such as /dev/pts/3"""

    def close(self) -> None:
        """Takes the pseudo-terminal away."""
        for handle in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(handle)

    def __enter__(self) -> "SerialPty":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def step(self, seconds: float = _STEP_SECONDS) -> None:
        """Gives the board what was typed, lets it run, passes on what it says."""
        try:
            typed = os.read(self._master, 4096)
        except BlockingIOError:
            typed = b""
        if typed:
            self._line.send(typed)
        said = self._line.receive(seconds)
        # When nobody reads, the oldest is lost, as on a wire.
        with contextlib.suppress(BlockingIOError):
            os.write(self._master, said)

    def serve(self, is_over: Callable[[], bool]) -> None:
        """Steps until `is_over()`, no faster than a real board."""
        begin, steps = time.monotonic(), 0
        while not is_over():
            self.step()
            steps += 1
            time.sleep(max(begin + steps * _STEP_SECONDS - time.monotonic(), 0))

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Runs the board in a thread while the block runs; yields the path to open."""
        stop, failure = threading.Event(), []

        def work() -> None:
            try:
                self.serve(stop.is_set)
            except EmulationError as error:
                failure.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield self.path
        finally:
            stop.set()
            thread.join()
        if failure:
            raise failure[0]


class UartLine:
    """The UART console as a Line."""

    def __init__(self, machine: Machine, console: ConsolePort) -> None:
        self._machine, self._console = machine, console
        self._told = len(console.sent)

    def send(self, data: bytes) -> None:
        """See Line."""
        self._console.type(data)

    def receive(self, seconds: float) -> bytes:
        """See Line."""
        self._machine.run(seconds)
        said = bytes(self._console.sent[self._told :])
        self._told = len(self._console.sent)
        return said


class UsbLine:
    """The USB serial port as a Line; a device that comes back after a restart is enumerated."""

    def __init__(self, host: UsbHost) -> None:
        self._host = host

    def send(self, data: bytes) -> None:
        """See Line; to a device that is not there it is lost."""
        if self._host.is_connected():
            self._host.write(data)

    def receive(self, seconds: float) -> bytes:
        """See Line."""
        if self._host.is_connected():
            return self._host.read(seconds)
        self._host.wait_and_connect(seconds)
        return b""
