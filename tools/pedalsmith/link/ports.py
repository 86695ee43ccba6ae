# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is plugged in: running pedals, and boards that wait in a loader.

A running pedal is a serial port with the USB ids of a folder under boards/ and the name of that
board; ids alone prove nothing, because makers of chips lend theirs to everyone.
"""

import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from serial.tools import list_ports

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link import dfuse, halfkay, usb_bus
from pedalsmith.native.boards import Board, board_names, load_board
from pedalsmith.native.image_file import Target, all_targets

_MAKER = "pedalsmith"


class Kind(Enum):
    """What a device is."""

    PEDAL = "pedal"
    OTHER = "other firmware"
    DFU = "DFU"
    HALFKAY = "HalfKay"


@dataclass(frozen=True)
class Seen:
    """A device that is plugged in."""

    kind: Kind
    where: str
    """The port to open, or where on the bus it is"""
    board: str | None = None
    """Folder under boards/, when the device says it"""
    serial: str = ""
    product: str = ""
    """What it says of itself"""
    denied: bool = False
    """This user may not open it"""
    restarts: bool = False
    """Whatever firmware runs, 134 baud restart it into its loader"""
    handle: Any = field(default=None, compare=False)
    """pyusb's device, or halfkay.Found"""

    def __str__(self) -> str:
        number = f", serial number {self.serial}" if self.serial else ""
        return f"{self.product or self.kind.value} at {self.where}{number}"


def look() -> list[Seen]:
    """All that is there: pedals first."""
    return [*serial_ports(), *loaders()]


def serial_ports() -> list[Seen]:
    """Serial ports with the USB ids of a board, running our firmware or another."""
    boards = [load_board(name) for name in board_names()]
    found = []
    for port in sorted(list_ports.comports(), key=lambda one: one.device):
        alike = [board for board in boards if usb_ids(board) == (port.vid, port.pid)]
        if port.vid is None or not alike:
            continue
        named = [board for board in alike if board.name == port.product]
        # Windows does not tell the strings: then hello has to.
        ours = bool(named) or port.manufacturer == _MAKER or port.product is None
        only = named or (alike if len(alike) == 1 and ours else [])
        found.append(
            Seen(
                Kind.PEDAL if ours else Kind.OTHER,
                port.device,
                only[0].folder if only else None,
                port.serial_number or "",
                port.product or "",
                denied=not _may_open(port.device),
                restarts=ours or any(map(_is_teensy, alike)),
            )
        )
    return sorted(found, key=lambda one: one.kind is not Kind.PEDAL)


def loaders() -> list[Seen]:
    """Boards that wait for an image."""
    found = []
    for device in usb_bus.devices(dfuse.VENDOR, dfuse.PRODUCT):
        where = f"USB bus {device.bus} device {device.address}"
        if not usb_bus.readable(device):
            found.append(Seen(Kind.DFU, where, denied=True, handle=device))
            continue
        names = [memory.layout.name for memory in dfuse.memories(device)]
        number = usb_bus.text(device, device.iSerialNumber) or ""
        product = f"DFU ({', '.join(names)})" if names else "DFU"
        found.append(Seen(Kind.DFU, where, None, number, product, handle=device))
    for one in halfkay.find():
        found.append(
            Seen(
                Kind.HALFKAY,
                one.path.decode(errors="replace"),
                next((t.board.folder for t in all_targets() if is_usage(t, one.usage)), None),
                one.serial,
                denied=not _may_open(one.path.decode(errors="replace")),
                handle=one,
            )
        )
    return found


def is_usage(target: Target, usage: int) -> bool:
    """Whether a Teensy in HalfKay is that board."""
    loader = target.image.loader
    return loader is not None and loader.kind == "halfkay" and loader.usage == usage


def _is_teensy(board: Board) -> bool:
    loaders = (image.loader for image in board.images.values())
    return any(loader is not None and loader.kind == "halfkay" for loader in loaders)


def usb_ids(board: Board) -> tuple[int, int]:
    """Vendor and product of a running pedal, out of the options of board.json."""
    options = board.options
    return int(options.get("usb_vendor", "-1"), 0), int(options.get("usb_product", "-1"), 0)


def find_pedal(port: str | None, serial: str | None) -> Seen:
    """The one running pedal. Raises DeviceTrouble: none, several, not to be opened."""
    if port:
        return next((one for one in serial_ports() if one.where == port), Seen(Kind.PEDAL, port))
    pedals = [one for one in serial_ports() if one.kind is Kind.PEDAL]
    if serial:
        pedals = [one for one in pedals if one.serial == serial]
    if not pedals:
        raise DeviceTrouble(_none(serial))
    return only(pedals)


def only(found: list[Seen]) -> Seen:
    """The single one. Raises DeviceTrouble when there are several."""
    if len(found) > 1:
        raise DeviceTrouble(
            f"{len(found)} boards are connected: {'; '.join(map(str, found))}; "
            "say which with --port or --serial."
        )
    return found[0]


def _none(serial: str | None) -> str:
    if serial:
        return f"no pedal with serial number {serial} is connected; `pedalsmith doctor` lists all."
    waiting = loaders()
    if waiting:
        return (
            f"no pedal runs, but a board waits in its loader ({waiting[0]}): "
            "`pedalsmith flash` fills it, RESET starts what is on it."
        )
    return (
        "no pedal is connected; plug one in with a USB cable that carries data, or see "
        "`pedalsmith doctor`."
    )


def _may_open(path: str) -> bool:
    """Whether the node of the device may be read and written; true where it is no file."""
    return not Path(path).exists() or os.access(path, os.R_OK | os.W_OK)
