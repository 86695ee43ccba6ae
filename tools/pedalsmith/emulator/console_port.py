# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The far end of a serial console: what the board sent, and what is typed to it."""

from collections.abc import Callable
from functools import partial

from pedalsmith.emulator.machine import Machine


class ConsolePort:
    """Keeps what the board sends; `type` sends to it, character by character at the baud rate."""

    def __init__(self, machine: Machine, baud: int) -> None:
        self._machine, self.baud = machine, baud
        self.sent = bytearray()
        self.on_receive: Callable[[int], None] = lambda character: None
        self.on_sent: Callable[[int], None] | None = None

    @property
    def text(self) -> str:
        """What was sent so far."""
        return self.sent.decode("utf-8", errors="replace")

    def put(self, character: int) -> None:
        """The board has sent a character."""
        self.sent.append(character)
        if self.on_sent:
            self.on_sent(character)

    def type(self, data: bytes) -> None:
        """Sends characters to the board, from now on."""
        for index, character in enumerate(data):
            seconds = (index + 1) * 10 / self.baud
            self._machine.after(seconds, partial(self._arrive, character))

    def _arrive(self, character: int) -> None:
        self.on_receive(character)
