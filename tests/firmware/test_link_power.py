# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The store of firmware/link/slots.h when the power goes, or the flash wears out.

The power is cut in every operation of the flash: before it, behind it, and in the middle with some
of its bits done, while the operation's request is under way. What comes up again plays the old or
the new model, and takes another one.
"""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from engine.blobs import random_bytes
from pedalsmith.native.host_board import End, HostBoard

from . import line as wire
from .line import Line

OLD = random_bytes(1, kind="lstm", hidden=(8,))
NEW = random_bytes(2, kind="lstm", hidden=(56,), golden_frames=1_500)
SLOT = 4
SMALL = random_bytes(3, kind="lstm", hidden=(6,))

Act = Callable[[Line], object]


def begun(flash: np.ndarray | None = None, **options: int) -> tuple[HostBoard, Line]:
    board = HostBoard(flash=flash, **options)  # type: ignore[arg-type]
    line = Line(board)
    if board.end is End.RUNS:
        line.hello()
    return board, line


@pytest.fixture(scope="module")
def kept() -> np.ndarray:
    """A flash with the old model, whose directory sector is full: the next change erases one."""
    board, line = begun()
    line.load(OLD, slot=SLOT, name="old")
    for i in range(4):
        line.good(wire.NAME, struct.pack("<B3x32s", SLOT, b"old" if i == 3 else b"name"))
    content: np.ndarray = board.flash.copy()
    board.close()
    return content


def state(flash: np.ndarray) -> tuple[dict[int, tuple[str, int, int]], int, int]:
    """Slots, slot that plays, its CRC, as the next start finds them; it must take a model, too."""
    board, line = begun(flash)
    found = line.model()
    assert found.state in (0, wire.PLAYS)
    slots = line.slots()
    answer = line.load(SMALL, play=False)
    assert answer.status == wire.OK, answer.reason
    assert len(line.slots()) == len(slots) + 1
    board.close()
    return slots, found.slot, found.crc


def cut_everywhere(flash: np.ndarray, act: Act, seeds: tuple[int, ...]) -> tuple[int, int, int]:
    """(cuts, those that left the old state, the new one); any other state fails.

    `seeds`: 0 cuts before the operation, 1 behind it, the others within it.
    """
    board, line = begun(flash)
    before = board.operations
    act(line)
    count = board.operations - before
    old, new = state(flash), state(board.flash)
    board.close()
    assert old != new
    ends = {True: 0, False: 0}
    for operation in range(before, before + count):
        for seed in seeds:
            board, line = begun(
                flash, cut_at=operation, cut_seed=seed if seed < 2 else seed + operation
            )
            with pytest.raises(AssertionError, match="no answer"):
                line.wait_ms = 30
                act(line)
            assert board.end is End.POWER_LOST
            left = state(board.flash)
            board.close()
            assert left in (old, new), f"operation {operation}, seed {seed}"
            ends[left == new] += 1
    return count * len(seeds), ends[False], ends[True]


def test_a_load_leaves_the_old_or_the_new_model(
    kept: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    cuts, old, new = cut_everywhere(kept, lambda line: line.load(NEW, slot=SLOT), (1, 3))
    with capsys.disabled():
        print(f"\n{len(NEW):,} bytes: {cuts} cuts, {old} left the old model, {new} the new one")
    assert cuts >= 2 * (len(NEW) / 4096 + len(NEW) / 256)
    assert old
    assert new


@pytest.mark.parametrize(
    "act",
    [
        lambda line: line.ask(wire.NAME, struct.pack("<B3x32s", SLOT, b"new")),
        lambda line: line.ask(wire.ERASE, struct.pack("<B3x", SLOT)),
        lambda line: line.load(SMALL, slot=9, play=False),
    ],
    ids=["name", "erase", "load beside it"],
)
def test_every_change_is_whole_or_not_at_all(kept: np.ndarray, act: Act) -> None:
    cuts, old, new = cut_everywhere(kept, act, (0, 1, 3, 5))
    assert cuts == old + new
    assert new


def test_a_worn_area_is_told_and_the_next_load_takes_another(kept: np.ndarray) -> None:
    board, line = begun(kept)
    # The areas take turns by the number of changes, of which there were five.
    sector = 0x2000 + 5 * 0x2_0000 + 0x1000
    board.wear(sector)
    board.flash[sector] = 0
    answer = line.load(NEW, slot=SLOT + 1, play=False)
    assert (answer.status, answer.detail) == (wire.STORE_FAILED, sector)
    assert "flash" in answer.reason
    assert line.model().crc == zlib.crc32(OLD), "it plays on"
    assert line.load(NEW, slot=SLOT).status == wire.OK
    board.close()


def test_a_worn_directory_sector_keeps_what_there_is(kept: np.ndarray) -> None:
    board, line = begun(kept)
    board.wear(0x1000)
    answer = line.ask(wire.NAME, struct.pack("<B3x32s", SLOT, b"new"))
    assert answer.status in (wire.OK, wire.STORE_FAILED)
    left = state(board.flash)
    board.close()
    assert left[0][SLOT][0] == ("new" if answer.status == wire.OK else "old")


def test_flash_with_anything_in_it_is_an_empty_store() -> None:
    rng = np.random.default_rng(6)
    for content in (rng.integers(0, 256, 0x22_2000, dtype=np.uint8), np.zeros(0x22_2000, np.uint8)):
        slots, slot, _ = state(content)
        assert (slots, slot) == ({}, wire.NO_SLOT)
