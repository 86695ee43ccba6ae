# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A block of samples on a board: the real image, as started by the emulated board, priced.

The emulated board boots the image up to its first audio. Then the memories are copied into a bare
machine, where the handler that works on a block is called with sound in the DMA buffers, and what
it executes is priced with the chip's memories: everything that the pedal does to a block.
"""

import importlib
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import Memory
from pedalsmith.cycles.price import Price, Words, price
from pedalsmith.emulator.bare import BareMachine, Trace
from pedalsmith.emulator.boards import Options, assemble, flash_image
from pedalsmith.emulator.faults import EmulationError
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board
from pedalsmith.native.firmware import FlashFull, build
from pedalsmith.native.firmware import Image as BoardImage

BLOCK_HANDLER = "pendsv_handler"
"""Every board's audio driver works on a block in PendSV."""

STACK_TOP = "stack_top"
"""Where the linker script puts the end of the stack."""
MODEL_START = "model_start"
"""Where an image has its models (firmware/model.h)."""
MODEL_PERCENT = "model_percent"
"""The share of the block time from which on the board refuses a model (there, too)."""
_ANY_PERCENT = (100_000).to_bytes(4, "little")
ENGINE_PROCESS = "engine_process"
"""The engine's part of a block."""

_SLICE_BLOCKS = 0.2
"""The boot is followed in steps of so much of a block, to stop before the first block is done: a
model that is too slow is turned off after it."""
_LONGEST_BOOT_SECONDS = 5.0


class BoardBlocks:
    """Plays blocks by calling the block handler of a booted image."""

    def __init__(
        self, board: Board, elf: Path, model: bytes = b"", block: int = 0, controls: str = "none"
    ) -> None:
        """Boots the image, with `model` written over the start of what it keeps for models.

        `block` and `controls` are what it was built with; 0: the board's own. Raises EmulationError
        when it does not come up to its audio.
        """
        self.block = block or board.block
        image = Image(elf)
        self._handler = image.extent(BLOCK_HANDLER)[0]
        self._dma = board.memories["DMA"]
        memories = [*board.memories.values(), board.images[board.usual_image].code]
        emulated = assemble(board, Options(controls=controls))
        machine = emulated.machine
        try:
            patches = {image.symbols[MODEL_PERCENT]: _ANY_PERCENT}
            if model:
                patches[image.symbols[MODEL_START]] = model
            flash_image(emulated, board, elf, patches)
            emulated.audio.play(np.zeros(self.block, np.int32), 2 * self.block)
            emulated.power_up()
            step = _SLICE_BLOCKS * self.block / board.sample_rate
            while emulated.audio.frames_out == 0:
                if machine.seconds > _LONGEST_BOOT_SECONDS:
                    raise EmulationError(f"{board.folder}: no audio after the start; see emulate.")
                machine.run(step)
            contents = [(one.origin, machine.read(one.origin, one.bytes)) for one in memories]
        finally:
            machine.close()
        regions = ((one.origin, one.bytes) for one in memories)
        self._machine = BareMachine(contents, regions, image.symbols[STACK_TOP])

    def play(self, words: Words) -> None:
        """Plays one block."""
        self._receive(words)
        self._machine.call(self._handler)

    def record(self, words: Words) -> Trace:
        """Plays one block and returns what was executed."""
        self._receive(words)
        return self._machine.record(self._handler)[0]

    def _receive(self, words: Words) -> None:
        """Fills the DMA's memory with the words, two channels, wherever the buffers are in it."""
        frames = np.repeat(words, 2).astype("<i4").tobytes()
        copies = self._dma.bytes // len(frames)
        self._machine.write(self._dma.origin, frames * copies)


def load_of(
    image: BoardImage, model: bytes, name: str, block: int = 0, controls: str = "none"
) -> float:
    """Share of the block time, 1 = all of it, that the worst block takes with a model in an image.

    The model is written over the first one that the image was built with, which is not smaller.
    """
    board = image.board
    player = BoardBlocks(board, image.elf, model, block, controls)
    cost = price_blocks(board, player, image.elf, name)
    return cost.load(board.clock_hz, board.sample_rate, worst=True)


def chip_memory(board: Board) -> Memory:
    """The memories of the board's chip with empty caches. Raises BadInput for an unknown chip."""
    try:
        chip = importlib.import_module(f"pedalsmith.cycles.chips.{board.mcu}")
    except ModuleNotFoundError:
        raise BadInput(
            f"{board.folder}: what the memories of a {board.mcu} cost is not known."
        ) from None
    memory: Memory = chip.memory()
    return memory


def price_blob_on_board(board: Board, blob: bytes) -> tuple[Price, BoardImage]:
    """As price_on_board, for a blob that is no file."""
    with TemporaryDirectory(prefix="pedalsmith-") as folder:
        path = Path(folder) / "model.psm"
        path.write_bytes(blob)
        return price_on_board(board, path)


def price_on_board(board: Board, blob: Path) -> tuple[Price, BoardImage]:
    """Builds the board's image with a model, boots it and prices a block; the image, too, whose
    files are gone. It is of the first kind whose flash holds the model.

    Raises BadInput when the model cannot be used or does not fit.
    """
    last = list(board.images)[-1]
    with TemporaryDirectory(prefix="pedalsmith-") as folder:
        for kind in board.images:
            try:
                built = build(board, blob, Path(folder), image=kind)
                break
            except FlashFull:
                if kind == last:
                    raise
        return price_blocks(board, BoardBlocks(board, built.elf), built.elf, str(blob)), built


def price_blocks(board: Board, player: BoardBlocks, elf: Path, model: str) -> Price:
    """Prices a block of a booted image; `model` is the name of what it plays.

    Raises EmulationError when the engine does not play.
    """
    image = Image(elf)
    core = Core(image.read, chip_memory(board))
    cost = price(player, core, image, player.block)
    if not any(function.name == ENGINE_PROCESS for function in cost.functions):
        raise EmulationError(
            f"{board.folder}: the board starts but does not play {model}; `pedalsmith emulate "
            f"{model} IN OUT --on {board.folder} --block {player.block}` shows what it says."
        )
    return cost
