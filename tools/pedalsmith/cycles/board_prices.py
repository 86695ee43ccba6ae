# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Many models on one board, priced with one image.

The image is built once, with all of its free flash kept for a model; each blob is written there
before the board is started. What a block costs follows from shapes and formats, so that a shape
is priced once: tests hold two models of a shape to the same cycles.
"""

from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from pedalsmith.cycles.board import BoardBlocks, price_blocks
from pedalsmith.cycles.price import Price
from pedalsmith.native.boards import Board, load_board
from pedalsmith.native.firmware import Image, NoRoom, build, placed
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.psm import encode
from pedalsmith.remedies import SMALLER

_MOST = 0x2_0000
"""Bytes of a model, as many as a slot of the pedal's flash has (firmware/link/slots.h). An image
that runs from RAM takes what it keeps for models from their histories."""


class BoardPrices:
    """Prices of models on one board. The image stays in a folder of its own until the end."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._folder = TemporaryDirectory(prefix="pedalsmith-")
        self._images: dict[str, tuple[Image, int]] = {}
        self._known: dict[Any, Price] = {}

    def price(self, blob: Blob, name: str) -> Price:
        """What a block costs with the model, in the first kind of image whose flash holds it.

        `name` begins the errors. Raises NoRoom when flash or RAM of the board cannot hold it.
        """
        data = encode(blob)
        image = self.holding(data, name)
        shape = shape_of(blob)
        if shape not in self._known:
            player = BoardBlocks(self._board, image.elf, data)
            self._known[shape] = price_blocks(self._board, player, image.elf, name)
        return self._known[shape]

    def holding(self, data: bytes, name: str) -> Image:
        """The first kind of image that holds the bytes of a blob. Raises NoRoom."""
        image = self._holding(len(data), name)
        placed(self._board, data, image.regions)
        return image

    def kind_for(self, blob: Blob, name: str) -> str:
        """The first of the board's kinds of image whose flash holds the model. Raises NoRoom."""
        return self._holding(len(encode(blob)), name).kind

    def _holding(self, count: int, name: str) -> Image:
        """The first kind of image that leaves so many bytes of flash, built."""
        room = 0
        for kind in self._board.images:
            image, room = self._image(kind)
            if count <= room:
                return image
        raise NoRoom(
            f"{name}: has {count:,} bytes, and the image leaves {room:,} of the "
            f"flash of {self._board.folder}; {SMALLER}."
        )

    def _image(self, kind: str) -> tuple[Image, int]:
        """An image with room for a model. It is built twice: only the first one tells how much."""
        if kind not in self._images:
            folder = Path(self._folder.name) / kind
            flash = build(self._board, None, folder, image=kind).use[0]
            room = min((flash.size - flash.used) & ~7, _MOST)
            self._images[kind] = build(self._board, None, folder, image=kind, room=room), room
        return self._images[kind]


@lru_cache(maxsize=4)
def prices_of(board: str) -> BoardPrices:
    """The prices of a board, whose image is built once a process. Raises BadInput."""
    return BoardPrices(load_board(board))


def shape_of(blob: Blob) -> Any:
    """All that decides which instructions the engine executes: everything but numbers in tensors,
    levels and what is not played."""
    return (blob.sample_rate, blob.knobs, bool(blob.skip), _shape(blob.layers), _shape(blob.rate))


def _shape(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape
    if is_dataclass(value):
        members = (_shape(getattr(value, field.name)) for field in fields(value))
        return type(value).__name__, *members
    return tuple(map(_shape, value)) if isinstance(value, tuple) else value
