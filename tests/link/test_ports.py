# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Ports that are not a pedal, or not to be opened; several of them, and none."""

import fcntl
import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import dfuse, halfkay, line, permission, ports, protocol
from pedalsmith.link.client import Client
from pedalsmith.link.frame import Frame, Splitter, encode
from pedalsmith.link.ports import Kind
from pedalsmith.native.boards import board_names, load_board

from .plugged import Plugged, Run


@pytest.fixture
def pty(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, str]]:
    """The far end of a serial port, and the port to open."""
    monkeypatch.setattr(protocol, "REPLY_MS", 40)
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_a_silent_port_is_no_pedal(plugged: Plugged, run: Run, pty: tuple[int, str]) -> None:
    code, _, err = run("bank", "--port", pty[1])
    assert code == 3
    assert "no pedalsmith firmware answers; is it the right port?" in err
    sent = os.read(pty[0], 4096)
    frames = [found for found in Splitter().feed(sent) if isinstance(found, Frame)]
    assert len(frames) == protocol.TRIES
    assert frames[0] == frames[3], "a hello is sent again as it was"


def test_garbage_and_text_are_told_apart(plugged: Plugged, pty: tuple[int, str]) -> None:
    def chatter() -> None:
        os.read(pty[0], 1)
        hello = encode(protocol.Header(0x81, 0, 1), bytes(10))
        os.write(pty[0], b"Teensy says hi\r\n\0\x07\xff\xfe\0" + hello[:-3] + b"\0" + hello)

    told: list[str] = []
    thread = threading.Thread(target=chatter)
    thread.start()
    with pytest.raises(DeviceTrouble, match="only garbage comes"):
        Client.open(pty[1], on_text=told.append)
    thread.join()
    assert told == ["Teensy says hi"]


def test_a_pedal_of_another_version_says_what_to_update(pty: tuple[int, str]) -> None:
    for version, remedy in ((0, "pedal's firmware"), (2, "pedalsmith on this computer")):

        def answer(version: int = version) -> None:
            splitter = Splitter()
            while True:
                for found in splitter.feed(os.read(pty[0], 4096)):
                    if isinstance(found, Frame):
                        header = protocol.Header(0x81, 0, found.header.sequence)
                        body = version.to_bytes(2, "little") + bytes(300)
                        os.write(pty[0], encode(header, body))
                        return

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DeviceTrouble, match=f"update the {remedy}"):
            Client.open(pty[1], print)
        thread.join()


def test_a_port_that_another_program_has_is_told(run: Run, pty: tuple[int, str]) -> None:
    with Path(pty[1]).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        code, _, err = run("bank", "--port", pty[1])
    assert code == 3
    assert "another program has it open" in err


def test_ports_that_are_none(run: Run, tmp_path: Path) -> None:
    code, _, err = run("bank", "--port", "/dev/ttyNONE")
    assert code == 3 and "there is no such port" in err
    (tmp_path / "file").write_text("x")
    code, _, err = run("bank", "--port", tmp_path / "file")
    assert code == 3 and "is no serial port" in err


def test_a_port_without_permission_names_the_rules(
    plugged: Plugged, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(line.serial, "Serial", refuse)
    plugged.port("/dev/ttyACM9")
    code, _, err = run("bank")
    assert code == 3
    assert "sudo install" in err and "60-pedalsmith.rules" in err


def test_a_pedal_is_found_by_ids_and_name(plugged: Plugged) -> None:
    plugged.port("/dev/ttyUSB0", (0x1A86, 0x7523), "CH340", None)
    plugged.port("/dev/ttyACM1", (0x0483, 0x5740), "GenericSTM32 VCP", "ST")
    plugged.port("/dev/ttyACM2", (0x16C0, 0x0483), "USB Serial", "Teensyduino")
    plugged.port("/dev/ttyACM3")
    plugged.port("COM7", product=None, manufacturer="Microsoft")
    found = {one.where: one for one in ports.serial_ports()}
    assert "/dev/ttyUSB0" not in found
    assert found["/dev/ttyACM1"].kind is Kind.OTHER and not found["/dev/ttyACM1"].restarts
    assert found["/dev/ttyACM2"].kind is Kind.OTHER and found["/dev/ttyACM2"].restarts
    assert (found["/dev/ttyACM3"].kind, found["/dev/ttyACM3"].board) == (Kind.PEDAL, "daisy_seed")
    assert found["COM7"].kind is Kind.PEDAL, "Windows tells no names: hello has to"


def test_several_pedals_have_to_be_named(plugged: Plugged, run: Run) -> None:
    plugged.port("/dev/ttyACM0", serial="AAA")
    plugged.port("/dev/ttyACM1", serial="BBB")
    code, _, err = run("load", "--help")
    assert code == 0
    code, _, err = run("bank")
    assert code == 3
    assert "2 boards are connected" in err and "AAA" in err and "/dev/ttyACM1" in err
    assert ports.find_pedal(None, "BBB").where == "/dev/ttyACM1"
    with pytest.raises(DeviceTrouble, match="serial number CCC"):
        ports.find_pedal(None, "CCC")


def test_a_board_that_waits_in_its_loader_is_named(plugged: Plugged, run: Run) -> None:
    assert run("bank")[0] == 3
    plugged.dfu()
    code, _, err = run("bank")
    assert code == 3
    assert "waits in its loader" in err and "`pedalsmith flash`" in err


def test_the_rules_cover_every_board() -> None:
    rules = permission.RULES.read_text()
    for name in board_names():
        vendor, product = ports.usb_ids(load_board(name))
        line = f'ATTRS{{idVendor}}=="{vendor:04x}", ATTRS{{idProduct}}=="{product:04x}"'
        assert any(line in one and "ID_MM_DEVICE_IGNORE" in one for one in rules.splitlines())
    for vendor, product in ((dfuse.VENDOR, dfuse.PRODUCT), (halfkay.VENDOR, halfkay.PRODUCT)):
        assert f'{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}"' in rules
    assert permission.RULES.name < "73", "after that number uaccess has no effect"
