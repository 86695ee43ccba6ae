# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith doctor`: what it finds, and that each fix is a line to copy."""

import json
import sys
from pathlib import Path

import pytest

from pedalsmith.link import checks, permission

from .plugged import Plugged, Run


@pytest.fixture(autouse=True)
def plain_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Linux with udev, without our rules, without ModemManager, for a user that is not root."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(permission, "INSTALLED", (tmp_path,))
    monkeypatch.setattr(permission, "has_udev", lambda: True)
    monkeypatch.setattr(checks.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(checks, "_runs", lambda name: False)
    return tmp_path


def findings(run: Run) -> tuple[int, dict[str, dict[str, str]]]:
    code, out, _ = run("doctor", "--json")
    return code, {one["subject"]: one for one in json.loads(out)}


def test_missing_rules_are_bad_and_installed_ones_good(
    plugged: Plugged, run: Run, plain_linux: Path
) -> None:
    code, found = findings(run)
    assert code == 1
    assert found["udev rules"]["grade"] == "bad"
    fix = found["udev rules"]["fix"]
    assert fix.startswith("sudo install") and Path(fix.split()[4]).read_bytes()
    (plain_linux / permission.RULES.name).write_bytes(permission.RULES.read_bytes())
    code, found = findings(run)
    assert (code, found["udev rules"]["grade"]) == (0, "good")
    (plain_linux / permission.RULES.name).write_text("# of an older version")
    assert findings(run)[1]["udev rules"]["grade"] == "bad"


def test_modem_manager_matters_without_the_rules(
    plugged: Plugged, run: Run, plain_linux: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_runs", lambda name: name == "ModemManager")
    assert findings(run)[1]["ModemManager"]["grade"] == "bad"
    (plain_linux / permission.RULES.name).write_bytes(permission.RULES.read_bytes())
    assert findings(run)[1]["ModemManager"]["grade"] == "good"


def test_boards_are_listed_with_what_they_do(plugged: Plugged, run: Run) -> None:
    plugged.port("/dev/ttyACM1", (0x16C0, 0x0483), "USB Serial", "Teensyduino")
    plugged.dfu()
    plugged.dfu().denied = True
    plugged.teensy()
    out = run("doctor", "--json")[1]
    told = " ".join(f"{one['found']} {one['fix']}" for one in json.loads(out))
    assert "USB Serial at /dev/ttyACM1, serial number 39FFD9055642: runs other firmware" in told
    assert "DFU (Internal Flash, Option Bytes)" in told and "waits in its loader" in told
    assert "may not open it" in told and "sudo install" in told
    assert "HalfKay" in told


def test_a_port_that_does_not_answer_is_bad(plugged: Plugged, run: Run) -> None:
    plugged.port("/dev/ttyNONE")
    code, found = findings(run)
    assert code == 1
    assert found["pedal"]["grade"] == "bad" and "no such port" in found["pedal"]["found"]


@pytest.mark.parametrize(("platform", "said"), [("darwin", "needs none"), ("win32", "Zadig")])
def test_other_systems_get_other_advice(
    plugged: Plugged, run: Run, monkeypatch: pytest.MonkeyPatch, platform: str, said: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    code, found = findings(run)
    assert code == 0
    drivers = found["drivers"]
    assert said in drivers["found"] + drivers["fix"]
    assert "udev rules" not in found and "ModemManager" not in found


def test_a_missing_library_is_told(
    plugged: Plugged, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks.usb_bus, "backend", lambda: None)
    code, found = findings(run)
    assert code == 1
    assert "libusb-package" in found["libusb"]["fix"]
    assert found["devices"]["grade"] == "bad"


def test_a_person_reads_a_table_and_lines_to_copy(plugged: Plugged, run: Run) -> None:
    code, out, err = run("doctor")
    assert code == 1 and out == ""
    assert any(line.startswith("udev rules: sudo install") for line in err.splitlines())
    assert "to be fixed: udev rules" in err
    code, out, _ = run("doctor", "--udev-rules")
    assert (code, out) == (0, permission.RULES.read_text())
