# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From an image to a pedal that runs it: find, enter the loader, write, check, start, say hello."""

import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pedalsmith.errors import BadInput, DeviceTrouble
from pedalsmith.link import ports
from pedalsmith.link import protocol as p
from pedalsmith.link.client import Client
from pedalsmith.link.line import touch
from pedalsmith.link.loader import place_for, write, wrong_loader
from pedalsmith.link.permission import no_permission
from pedalsmith.link.ports import Kind, Seen
from pedalsmith.link.progress import Tell
from pedalsmith.native.boards import load_board
from pedalsmith.native.firmware import build
from pedalsmith.native.image_file import Firmware, Target, all_targets, read_firmware

LOADER_SECONDS = 10.0
"""From the request to restart until the system shows the loader; Windows takes its time"""
HELLO_SECONDS = 20.0
"""From the start of the new firmware until it says hello"""
_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Wish:
    """What the user asked for."""

    image: Path | None = None
    """None: the firmware is built"""
    board: str | None = None
    models: Sequence[Path] = ()
    """To link into firmware that is built"""
    controls: str | None = None
    """Of firmware that is built; None: those of the pedal that runs"""
    port: str | None = None
    serial: str | None = None
    force: bool = False


@dataclass(frozen=True)
class Done:
    """What was flashed, and what runs now."""

    target: Target
    loader: str
    bytes: int
    crc: int
    hello: p.HelloAnswer | None
    """None: the firmware is not ours, or does not show up as a serial port"""
    port: str | None

    @property
    def read_back(self) -> bool:
        """The loader gave back what it wrote, which HalfKay cannot."""
        loader = self.target.image.loader
        return loader is not None and loader.kind == "dfuse"


def flash(wish: Wish, folder: Path, tell: Tell) -> Done:
    """Does it all; `folder` is for what is built. Raises BadInput, DeviceTrouble."""
    # What can be refused without a board is refused before one is restarted.
    firmware = read_firmware(wish.image) if wish.image else None
    wanted = _targets(firmware, wish) if firmware else None
    seen = _choose(wish)
    if seen.denied:
        raise no_permission(str(seen))
    running = None
    if seen.kind is Kind.PEDAL:
        with Client.open(seen.where, on_text=_ignore) as client:
            running = client.hello
            if firmware is None:
                firmware = _built(wish, running.board, running.image, running.controls, folder)
                wanted = _targets(firmware, wish)
            assert wanted is not None
            wanted = _for_pedal(firmware, wanted, running, wish)
            before = _loaders()
            client.ask_raw(p.Command.REBOOT, p.Reboot(p.RebootInto.LOADER))
        seen = _appearing(before, tell)
    elif seen.kind is Kind.OTHER:
        before = _loaders()
        touch(seen.where)
        seen = _appearing(before, tell)
    if firmware is None:
        target = _of_loader(seen, wish.board)
        firmware = _built(wish, target.board.folder, target.kind, "none", folder)
        wanted = [target]
    assert wanted is not None
    pedals = {one.where for one in ports.serial_ports()}
    target = write(firmware, wanted, seen, tell, force=wish.force)
    hello, port = _started(firmware, target, pedals, tell)
    return Done(target, str(seen), len(firmware.data), zlib.crc32(firmware.data), hello, port)


def _ignore(line: str) -> None:
    pass


def _built(wish: Wish, board: str, kind: str, controls: str, folder: Path) -> Firmware:
    if wish.board not in (None, board) and not wish.force:
        raise BadInput(f"--board {wish.board}: the board that is connected is {board}.")
    made = build(
        wish.board or board, wish.models, folder, image=kind, controls=wish.controls or controls
    )
    return read_firmware(made.bin)


def _targets(firmware: Firmware, wish: Wish) -> list[Target]:
    """What the firmware may be written to. Raises BadInput."""
    found = firmware.targets()
    if wish.board is None:
        if not found:
            raise BadInput(
                f"{firmware.path}: its first bytes are those of no board here; make an image with "
                "`pedalsmith build`, or name the board with --board and --force."
            )
        return found
    asked = load_board(wish.board)
    fitting = [target for target in found if target.board.folder == asked.folder]
    if not fitting and not wish.force:
        other = f"for {found[0].board.name}" if found else "for no board here"
        raise BadInput(
            f"{firmware.path}: is {other}, not for {asked.name}; build it with --board "
            f"{asked.folder}, or write it all the same with --force."
        )
    return fitting or [target for target in all_targets() if target.board == asked]


def _choose(wish: Wish) -> Seen:
    """The one device to flash. Raises DeviceTrouble."""
    if wish.port:
        return ports.find_pedal(wish.port, None)
    found = [one for one in ports.look() if one.kind is not Kind.OTHER or one.restarts]
    if wish.serial:
        found = [one for one in found if one.serial == wish.serial]
    if wish.board and len(found) > 1:
        found = [one for one in found if one.board in (None, wish.board)]
    if not found:
        ways = [
            f"{target.board.name}: {target.image.loader.enter}"
            for target in all_targets()
            if target.image.loader and wish.board in (None, target.board.folder)
        ]
        raise DeviceTrouble(
            "no board is connected that can be flashed; use a USB cable that carries data, and "
            f"when the board runs no pedalsmith yet, start its loader ({'; '.join(ways)})."
        )
    return ports.only(found)


def _for_pedal(
    firmware: Firmware, wanted: list[Target], running: p.HelloAnswer, wish: Wish
) -> list[Target]:
    """Those of the board that runs; refuses before it is restarted."""
    if wish.force:
        return wanted
    same = [target for target in wanted if target.board.folder == running.board]
    if not same:
        raise BadInput(
            f"{firmware.path}: is for {wanted[0].board.name}, but the pedal is a {running.board}; "
            f"build it with --board {running.board}, or write it all the same with --force."
        )
    kinds = [target for target in same if target.kind == running.image]
    if not kinds:
        why = f"the pedal runs an image of the kind {running.image!r}"
        raise wrong_loader(firmware, same[0], why)
    return kinds


def _loaders() -> set[str]:
    return {one.where for one in ports.loaders()}


def _appearing(before: set[str], tell: Tell) -> Seen:
    """The loader that was not there before."""
    begun = time.monotonic()
    while True:
        taken = time.monotonic() - begun
        tell("waiting for the loader", min(taken / LOADER_SECONDS, 1.0))
        # It may take a moment until udev has given the device to the user.
        new = [one for one in ports.loaders() if one.where not in before]
        ready = [one for one in new if not one.denied]
        if ready:
            return ready[0]
        if taken > LOADER_SECONDS:
            if new:
                raise no_permission(str(new[0]))
            raise DeviceTrouble(
                "the pedal restarted, but its loader does not show up on USB; start the loader by "
                "hand (`pedalsmith flash --help`) and run this again."
            )
        time.sleep(_LOOK_SECONDS)


def _of_loader(seen: Seen, board: str | None) -> Target:
    """The board that waits in that loader, for firmware that is yet to be built."""
    found = [
        target
        for target in all_targets()
        if board in (None, target.board.folder) and place_for(target, seen, 1) is not None
    ]
    boards = sorted({target.board.folder for target in found})
    if not boards:
        raise DeviceTrouble(f"{seen}: is the loader of no board here; name one with --board.")
    if len(boards) > 1:
        raise BadInput(f"{seen}: may be {' or '.join(boards)}; say which with --board.")
    return found[0]


def _started(
    firmware: Firmware, target: Target, before: set[str], tell: Tell
) -> tuple[p.HelloAnswer | None, str | None]:
    """Waits for the new firmware and lets it tell what it is."""
    if not firmware.ours:
        return None, None
    begun = time.monotonic()
    while (taken := time.monotonic() - begun) < HELLO_SECONDS:
        tell("waiting for hello", taken / HELLO_SECONDS)
        for one in ports.serial_ports():
            if one.where in before or one.kind is not Kind.PEDAL:
                continue
            hello = None
            with suppress(DeviceTrouble), Client.open(one.where, on_text=_ignore) as client:
                hello = client.hello
            if hello:
                _demand_same(firmware, hello)
                return hello, one.where
        time.sleep(_LOOK_SECONDS)
    raise DeviceTrouble(
        f"{target.board.name}: the image is on it and was checked, but nothing says hello on USB "
        f"after {HELLO_SECONDS:.0f} s; press RESET, and see `pedalsmith doctor`."
    )


def _demand_same(firmware: Firmware, hello: p.HelloAnswer) -> None:
    """HalfKay cannot read back; the chip itself says what is in its flash."""
    crc = zlib.crc32(firmware.data[: hello.image_bytes])
    if hello.image_bytes and hello.image_crc != crc:
        raise DeviceTrouble(
            f"{hello.board}: runs, but its flash holds other bytes than {firmware.path} (CRC "
            f"{hello.image_crc:08x} instead of {crc:08x}); flash it again."
        )
