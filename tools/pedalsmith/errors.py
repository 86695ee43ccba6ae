# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Errors that reach a user, as one line each, with the exit code they end in."""


class PedalsmithError(Exception):
    """A failure that is told to the user in one line: what is wrong, where, what to do."""

    exit_code = 1


class NegativeResult(PedalsmithError):  # noqa: N818 - it is a result, not a fault
    """The work was done and the answer is no (exit code 1): words differ, a bound is missed."""

    exit_code = 1


class BadInput(PedalsmithError):  # noqa: N818 - reads as what it says
    """A file or an option cannot be used as it is (exit code 2)."""

    exit_code = 2


class DeviceTrouble(PedalsmithError):  # noqa: N818 - reads as what it says
    """A board, real or emulated, did not do what it should (exit code 3)."""

    exit_code = 3


class Interrupted(PedalsmithError):  # noqa: N818 - reads as what it says
    """The user pressed Ctrl-C (exit code 130), and there is something to say of what was done."""

    exit_code = 130
