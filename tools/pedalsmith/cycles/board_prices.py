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
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board, load_board
from pedalsmith.native.firmware import build, placed
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.psm import encode


class BoardPrices:
    """Prices of models on one board. The image stays in a folder of its own until the end."""

    def __init__(self, board: Board) -> None:
        """Builds the image, twice: only the first one tells how much flash is left."""
        self._board = board
        self._folder = TemporaryDirectory(prefix="pedalsmith-")
        folder = Path(self._folder.name)
        flash = build(board, None, folder).use[0]
        self._room = (flash.size - flash.used) & ~7
        self._image = build(board, None, folder, room=self._room)
        self._known: dict[Any, Price] = {}

    def price(self, blob: Blob, name: str) -> Price:
        """What a block costs with the model; `name` begins the errors.

        Raises BadInput when flash or RAM of the board cannot hold it.
        """
        data = encode(blob)
        if len(data) > self._room:
            raise BadInput(
                f"{name}: has {len(data):,} bytes, and the image leaves {self._room:,} of the "
                f"flash of {self._board.folder}; take a smaller model or int8 weights."
            )
        placed(self._board, data, self._image.regions)
        shape = shape_of(blob)
        if shape not in self._known:
            player = BoardBlocks(self._board, self._image.elf, data)
            self._known[shape] = price_blocks(self._board, player, self._image.elf, name)
        return self._known[shape]


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
