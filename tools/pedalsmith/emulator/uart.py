# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the UARTs of both chips share: characters wait, and each takes its time at the baud rate."""

from abc import abstractmethod
from collections import deque

from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import Peripheral


class Uart(Peripheral):
    """`port.baud` is what the terminal at the other end uses: 8 bits, no parity."""

    def __init__(self, machine: Machine, name: str, base: int, port: ConsolePort) -> None:
        super().__init__(machine, name, base)
        self._port = port
        self._out: deque[int] = deque()
        self._in: deque[int] = deque()
        self._sending = False
        port.on_receive = self._receive

    def reset(self) -> None:
        super().reset()
        self._out.clear()
        self._in.clear()
        self._sending = False

    @abstractmethod
    def baud(self) -> float:
        """Bits a second, as it is set."""

    @abstractmethod
    def _receive(self, character: int) -> None:
        """A character has arrived."""

    @abstractmethod
    def _update(self) -> None:
        """Characters came or went: status and interrupt."""

    def _start(self) -> None:
        """Sends what waits, unless that is going on."""
        if not self._sending:
            self._sending = True
            self._next()

    def _next(self) -> None:
        if not self._out:
            self._sending = False
            self._update()
            return
        character = self._out.popleft()
        self._update()

        def sent() -> None:
            self._port.put(character)
            self._next()

        self.machine.after(10 / self.baud(), sent)
