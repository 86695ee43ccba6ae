# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A file with firmware: its bytes, its address, and the board that it is for."""

from dataclasses import dataclass
from pathlib import Path

import bincopy
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import Segment

from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board, ImageKind, board_names, load_board

_FLEXSPI_TAG = b"FCFB"
_FLEXSPI_SIZE_AT = 0x50
"""Where the configuration block of an i.MX RT1062 tells the size of its flash chip"""
_MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Target:
    """A board and a way to put an image on it."""

    board: Board
    kind: str
    """A key of the board's images"""

    @property
    def image(self) -> ImageKind:
        """The entry of board.json."""
        return self.board.images[self.kind]


@dataclass(frozen=True)
class Firmware:
    """What is to be flashed."""

    path: Path
    data: bytes
    address: int | None
    """Where its file says that it belongs; a .bin says nothing"""

    @property
    def ours(self) -> bool:
        """Whether it is pedalsmith's own firmware: it says so on its console."""
        return b"pedalsmith on \0" in self.data

    def targets(self) -> list[Target]:
        """The boards that it can be for, by its first bytes and its address, ours by their name."""
        found = [target for target in all_targets() if self._fits(target)]
        if self.data.startswith(_FLEXSPI_TAG) and found:
            # Of boards with one chip, the one that uses most of this flash.
            most = max(target.image.code.bytes for target in found)
            found = [target for target in found if target.image.code.bytes == most]
        named = [target for target in found if self._names(target.board)]
        return named or found

    def _fits(self, target: Target) -> bool:
        image = target.image
        if self.address not in (None, image.load, image.code.origin):
            return False
        if self.data.startswith(_FLEXSPI_TAG):
            size = int.from_bytes(self.data[_FLEXSPI_SIZE_AT : _FLEXSPI_SIZE_AT + 4], "little")
            halfkay = image.loader is not None and image.loader.kind == "halfkay"
            return halfkay and image.code.bytes <= size
        reset = int.from_bytes(self.data[4:8], "little")
        return bool(reset & 1) and image.code.origin <= reset < image.code.end

    def _names(self, board: Board) -> bool:
        """Our firmware holds the name of its board as a C string."""
        return f"\0{board.name}\0".encode() in self.data

    def demand_board(self, board: Board) -> None:
        """Raises BadInput when it is for no kind of the board's images, or larger than that."""
        targets = [Target(board, kind) for kind in board.images]
        fitting = [target for target in targets if self._fits(target)]
        if not fitting or (self.ours and not self._names(board)):
            names = dict.fromkeys(target.board.name for target in self.targets())
            others = f" but for {' or '.join(names)}" if names else ""
            raise BadInput(
                f"{self.path}: is no image for {board.name}{others}; "
                f"name one of `pedalsmith build --board {board.folder}`."
            )
        self.demand_room(fitting[0])

    def demand_room(self, target: Target) -> None:
        """Raises BadInput when the image is larger than the board's flash."""
        room = target.image.code.bytes
        if len(self.data) > room:
            raise BadInput(
                f"{self.path}: has {len(self.data):,} bytes, {target.board.name} takes {room:,}; "
                "build it with fewer or smaller models."
            )


def all_targets() -> list[Target]:
    """Every board with every kind of image that a loader takes."""
    boards = [load_board(name) for name in board_names()]
    return [
        Target(board, kind) for board in boards for kind in board.images if _loader(board, kind)
    ]


def _loader(board: Board, kind: str) -> bool:
    return board.images[kind].loader is not None


def read_firmware(path: Path) -> Firmware:
    """Reads a .bin, .hex or .elf, by its content. Raises BadInput."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(f"{path}: is larger than the flash of any board; name an image.")
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); make one with `pedalsmith build`."
        ) from None
    if content.startswith(b"\x7fELF"):
        return Firmware(path, *_from_elf(path))
    if content.startswith(b":") and content[1:9].isalnum():
        return Firmware(path, *_from_hex(path, content))
    if content[:4] in (b"PSM1", b"PSMB"):
        raise BadInput(
            f"{path}: is a model, no image; `pedalsmith build` makes an image with it, "
            "`pedalsmith load` puts a model into a running pedal."
        )
    if content[:4] in (b"RIFF", b"fLaC"):
        raise BadInput(f"{path}: is sound, no image; make one with `pedalsmith build`.")
    if len(content) < 8:
        raise BadInput(f"{path}: is no image, it has {len(content)} bytes; build it again.")
    return Firmware(path, content, None)


def _from_hex(path: Path, content: bytes) -> tuple[bytes, int]:
    file = bincopy.BinFile()
    try:
        file.add_ihex(content.decode("ascii"))
        return bytes(file.as_binary(padding=b"\xff")), int(file.minimum_address)
    except (bincopy.Error, UnicodeDecodeError, MemoryError, ValueError) as error:
        raise BadInput(f"{path}: is a damaged .hex file ({error}); build it again.") from None


def _content(segment: Segment) -> bytes:
    data = bytes(segment.data())
    if len(data) < segment["p_filesz"]:
        raise ValueError("it ends within a segment")
    return data


def _from_elf(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            parts = [
                (segment["p_paddr"], _content(segment))
                for segment in ELFFile(file).iter_segments("PT_LOAD")
                if segment["p_filesz"]
            ]
    except (ELFError, OSError, ValueError) as error:
        raise BadInput(f"{path}: is a damaged .elf file ({error}); build it again.") from None
    if not parts:
        raise BadInput(f"{path}: has nothing to flash in it.")
    origin = min(address for address, _ in parts)
    end = max(address + len(data) for address, data in parts)
    if end - origin > _MOST_BYTES:
        raise BadInput(f"{path}: spans more than the flash of any board.")
    image = bytearray(b"\xff" * (end - origin))
    for address, data in parts:
        image[address - origin : address - origin + len(data)] = data
    return bytes(image), origin
