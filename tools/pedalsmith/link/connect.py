# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From what the user said of the port to a session with the pedal."""

from pedalsmith.console import talk
from pedalsmith.link import ports
from pedalsmith.link.client import Client


def connect(port: str | None, serial: str | None) -> Client:
    """A session with the one pedal that is connected, or the one named. Raises DeviceTrouble."""
    return Client.open(ports.find_pedal(port, serial).where, on_text=_show)


def _show(line: str) -> None:
    talk.print(f"pedal: {line}", markup=False, style="dim", soft_wrap=True)
