# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a pedal says no with, and what to do about it."""

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link.protocol import Command, Status
from pedalsmith.remedies import SMALLER

_ADVICE: dict[int, str] = {
    Status.UNKNOWN_COMMAND: "flash the pedal with this version of pedalsmith",
    Status.NO_STORE: "link the model into the image: `pedalsmith build --model`",
    Status.NO_SUCH_SLOT: "`pedalsmith bank` lists those that there are",
    Status.TOO_LARGE: SMALLER,
    Status.BAD_CRC: "load it again",
    Status.INCOMPLETE: "load it again",
    Status.NOT_LOADING: "load it again",
    Status.REFUSED: "convert the model again",
    Status.STORE_FAILED: "load it again, into another slot when that fails too",
    Status.NO_MODEL: "`pedalsmith load tone.psm` gives it one",
}


class Refused(DeviceTrouble):
    """The pedal answered no, and nothing was done."""

    def __init__(self, where: str, command: Command, status: int, detail: int, reason: str) -> None:
        self.command, self.status, self.detail = command, status, detail
        said = reason or f"status {status}"
        advice = "take a smaller model" if "RAM" in reason else _ADVICE.get(status)
        super().__init__(f"{where}: {said}{f'; {advice}' if advice else ''}.")


class SessionLost(Exception):  # noqa: N818 - never reaches a user
    """The pedal knows of no session: it was restarted, or nothing came for too long."""

    def __init__(self, *, maybe_done: bool) -> None:
        super().__init__()
        self.maybe_done = maybe_done
        """An earlier copy of the request may have been done"""
