# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What goes wrong on an emulated board, in one line each."""

from pedalsmith.errors import DeviceTrouble


class EmulationError(DeviceTrouble):
    """The firmware did what the hardware would not take: a wrong set-up, a fault, no audio."""


class Unmodelled(EmulationError):  # noqa: N818 - reads as what it says
    """The firmware touched a register, bit or address that the emulated board does not know."""


class LoaderEntered(EmulationError):  # noqa: N818 - reads as what it says
    """The firmware has handed over to a loader (ROM, Daisy bootloader, HalfKay), not emulated."""
