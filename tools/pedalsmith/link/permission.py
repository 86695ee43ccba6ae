# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What stands between a Linux user and a board: the udev rules that we ship, and their line."""

import shutil
import sys
from pathlib import Path

from pedalsmith.errors import DeviceTrouble

RULES = Path(__file__).with_name("60-pedalsmith.rules")
"""Shipped; below 73, where systemd's uaccess gives devices to whoever sits at the machine."""

INSTALLED = (Path("/etc/udev/rules.d"), Path("/usr/lib/udev/rules.d"), Path("/lib/udev/rules.d"))


def install_line() -> str:
    """The one line that installs the rules."""
    return (
        f"sudo install -m 644 {RULES} /etc/udev/rules.d/ && "
        "sudo udevadm control --reload && sudo udevadm trigger"
    )


def rules_installed() -> bool:
    """Whether our rules are there, and the ones of this version."""
    ours = RULES.read_bytes()
    for folder in INSTALLED:
        path = folder / RULES.name
        if path.is_file() and path.read_bytes() == ours:
            return True
    return False


def has_udev() -> bool:
    """Whether this system has udev at all."""
    return sys.platform.startswith("linux") and shutil.which("udevadm") is not None


def no_permission(what: str) -> DeviceTrouble:
    """The error for a device that may not be opened."""
    if not sys.platform.startswith("linux"):
        return DeviceTrouble(
            f"{what}: permission denied; close other programs that use the board and try again."
        )
    return DeviceTrouble(
        f"{what}: permission denied; run this once, then plug the board in again:  {install_line()}"
    )
