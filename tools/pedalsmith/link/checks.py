# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What `pedalsmith doctor` looks at, each with the fix when it is not right."""

import getpass
import importlib.metadata
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pedalsmith.errors import PedalsmithError
from pedalsmith.link import permission, ports, usb_bus
from pedalsmith.link.client import Client
from pedalsmith.link.ports import Kind, Seen

Grade = Literal["good", "note", "bad"]

_PACKAGES = ("pyserial", "pyusb", "libusb-package", "hidapi", "ziglang", "cmake", "unicorn")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    grade: Grade
    found: str
    fix: str = ""
    """What to do, a command where there is one"""


def examine() -> list[Finding]:
    """Looks at everything; what goes wrong in a check is its finding."""
    found: list[Finding] = []
    for check in (packages, usb_library, udev_rules, modem_manager, devices):
        try:
            found += check()
        except PedalsmithError as error:
            found.append(Finding(check.__name__.replace("_", " "), "bad", str(error)))
    return found


def packages() -> list[Finding]:
    """The Python packages that the cable and the build need."""
    versions, missing = [], []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        fix = f"{sys.executable} -m pip install {' '.join(missing)}"
        return [Finding("packages", "bad", f"missing: {', '.join(missing)}", fix)]
    return [Finding("packages", "good", ", ".join(versions))]


def usb_library() -> list[Finding]:
    """libusb, which DFU goes through."""
    if usb_bus.backend() is None:
        fix = f"{sys.executable} -m pip install --force-reinstall libusb-package"
        return [Finding("libusb", "bad", "does not load", fix)]
    return [Finding("libusb", "good", "loads")]


def udev_rules() -> list[Finding]:
    """Who may open the boards: a matter of udev on Linux, of drivers on Windows."""
    if sys.platform == "win32":
        return [
            Finding(
                "drivers",
                "note",
                "a running pedal and a Teensy need none; a Daisy in DFU needs WinUSB",
                "with the Daisy in DFU, install WinUSB for 'DFU in FS Mode' with Zadig",
            )
        ]
    if sys.platform == "darwin":
        return [Finding("drivers", "good", "macOS needs none")]
    if not permission.has_udev():
        return [Finding("udev rules", "note", "this system has no udev (a container?)")]
    if permission.rules_installed():
        return [Finding("udev rules", "good", "installed")]
    if os.geteuid() == 0:
        return [Finding("udev rules", "note", "not installed; root needs none for itself")]
    return [Finding("udev rules", "bad", "not installed", permission.install_line())]


def modem_manager() -> list[Finding]:
    """ModemManager opens new serial ports and sends modem commands, unless rules forbid it."""
    if not sys.platform.startswith("linux"):
        return []
    if not _runs("ModemManager"):
        return [Finding("ModemManager", "good", "does not run")]
    if permission.rules_installed():
        return [Finding("ModemManager", "good", "runs, and the rules keep it off the boards")]
    return [
        Finding(
            "ModemManager",
            "bad",
            "runs and may hold a new port for 30 s",
            permission.install_line(),
        )
    ]


def _runs(name: str) -> bool:
    """Whether a process of that name runs."""
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text(encoding="utf-8", errors="replace").strip() == name[:15]:
                return True
        except OSError:
            continue
    return False


def devices() -> list[Finding]:
    """Every board that is plugged in."""
    found = [_device(one) for one in ports.look()]
    return found or [
        Finding(
            "boards",
            "note",
            "none is plugged in",
            "use a USB cable that carries data, not only power; a Daisy Seed needs its loader the "
            "first time: hold BOOT, tap RESET, let go of BOOT",
        )
    ]


def _device(seen: Seen) -> Finding:
    if seen.denied:
        fix = permission.install_line() if permission.has_udev() else "close what has it open"
        if sys.platform.startswith("linux") and not permission.has_udev():
            fix = f"sudo chmod a+rw {seen.where}"
        return Finding("board", "bad", f"{seen}: {_user()} may not open it", fix)
    if seen.kind is Kind.PEDAL:
        return _pedal(seen)
    if seen.kind is Kind.OTHER:
        fix = "`pedalsmith flash` replaces it" if seen.restarts else "start its loader by hand"
        return Finding("board", "note", f"{seen}: runs other firmware", fix)
    return Finding("board", "good", f"{seen}: waits in its loader", "`pedalsmith flash` fills it")


def _pedal(seen: Seen) -> Finding:
    """Says hello."""
    try:
        with Client.open(seen.where, on_text=lambda line: None) as client:
            hello = client.hello
    except PedalsmithError as error:
        return Finding("pedal", "bad", f"{seen}: {error}", _holder(seen.where))
    return Finding(
        "pedal",
        "good",
        f"{seen}: pedalsmith {hello.firmware} on {hello.board}, codec {hello.codec}, "
        f"{hello.sample_rate} Hz, block {hello.block}",
    )


def _holder(port: str) -> str:
    """The program that has the port open, where the system tells."""
    if shutil.which("fuser") is None:
        return ""
    done = subprocess.run(["fuser", port], capture_output=True, text=True, check=False)
    numbers = done.stdout.split()
    return f"close the program with process number {', '.join(numbers)}" if numbers else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "this user"
