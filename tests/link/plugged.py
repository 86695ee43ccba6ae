# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is plugged in, as the tool sees it: ports, DFU devices, Teensys, all of software."""

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from pedalsmith import cli
from pedalsmith.link import dfuse, halfkay, ports, usb_bus

from .fake_hid import FakeHid, HalfKayDevice
from .fake_usb import DfuDevice, FakeBus


class Plugged:
    """Replaces the three lists that the operating system gives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bus, self.hid = FakeBus(), FakeHid()
        self.serial_ports: list[Any] = []
        monkeypatch.setattr(usb_bus, "backend", lambda: self.bus)
        monkeypatch.setattr(halfkay, "hid", self.hid)
        monkeypatch.setattr(ports.list_ports, "comports", lambda: list(self.serial_ports))
        monkeypatch.setattr(dfuse, "POLL_MOST_SECONDS", 0.0)

    def dfu(self, *strings: str, **more: Any) -> DfuDevice:
        """Adds a DFU device; the loader in the ROM of a Daisy Seed unless told otherwise."""
        device = DfuDevice(strings, **more) if strings else DfuDevice(**more)
        self.bus.devices.append(device)
        return device

    def teensy(self, usage: int = 0x24, **more: Any) -> HalfKayDevice:
        """Adds a Teensy in HalfKay."""
        device = HalfKayDevice(usage, **more)
        self.hid.devices.append(device)
        return device

    def port(
        self,
        device: str,
        ids: tuple[int, int] = (0x0483, 0x5740),
        product: str | None = "Daisy Seed",
        manufacturer: str | None = "pedalsmith",
        serial: str = "39FFD9055642",
    ) -> None:
        """Adds a serial port."""
        self.serial_ports.append(
            SimpleNamespace(
                device=device,
                vid=ids[0],
                pid=ids[1],
                product=product,
                manufacturer=manufacturer,
                serial_number=serial,
            )
        )


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Plugged:
    return Plugged(monkeypatch)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("PEDALSMITH_DEBUG", "1")

    def invoke(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pedalsmith", *map(str, words)])
        capsys.readouterr()
        try:
            cli.main()
            code: Any = 0
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        return int(code or 0), said.out, said.err

    return invoke
