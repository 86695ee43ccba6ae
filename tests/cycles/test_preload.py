# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a PLD hides of a line fill, and what it does not."""

import pytest

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import tightly_coupled
from pedalsmith.emulator.bare import BareMachine

from .snippets import BUFFER, LINE_FILL, assemble, cached, run

_LINES = 8
_WORK = ".rept 40\n smlad r5, r6, r7, r5\n .endr"
"""40 cycles, more than a line fill."""


def _walk(before: str) -> str:
    return f".rept {_LINES}\n{before}\n ldr.w r4, [r0], #32\n{_WORK}\n .endr"


FUNCTIONS = {
    "walk": _walk("nop.w"),
    "ahead": _walk("pld [r0, #32]"),
    "behind": _walk("pld [r0, #-4]"),
    "late": _walk("pld [r0, #4]"),
    "many": "pld [r0]\n pld [r0, #32]\n pld [r0, #64]\n pld [r0, #96]",
    "other": "pld [r0]\n ldr.w r4, [r0, #32]",
    "predicated": "cmp.w r0, #0\n it eq\n pldeq [r0]\n it ne\n pldne [r0, #64]",
    "indexed": "mov.w r4, #32\n pld [r0, r4]",
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return assemble(FUNCTIONS, tmp_path_factory.mktemp("functions"))


def waits(image: Image, function: str) -> int:
    """Cycles more than with all memory tightly coupled."""
    slow = run(image, function, Core(image.read, cached(BUFFER)))
    return slow.cycles - run(image, function, Core(image.read, tightly_coupled())).cycles


def test_a_line_that_is_preloaded_in_time_costs_nothing(image: Image) -> None:
    assert waits(image, "walk") == pytest.approx(_LINES * LINE_FILL, abs=_LINES)
    # But for the first line, which is asked for behind the second one.
    assert waits(image, "ahead") == pytest.approx(2 * LINE_FILL, abs=4)


def test_a_preload_of_what_is_there_or_needed_at_once_hides_nothing(image: Image) -> None:
    assert waits(image, "behind") == pytest.approx(_LINES * LINE_FILL, abs=_LINES)
    assert waits(image, "late") == pytest.approx(_LINES * LINE_FILL, abs=2 * _LINES)


def test_two_fills_may_be_under_way_one_after_the_other(image: Image) -> None:
    assert waits(image, "many") == pytest.approx(2 * LINE_FILL, abs=4)
    assert waits(image, "other") == pytest.approx(2 * LINE_FILL, abs=4)


def test_the_trace_has_what_is_preloaded(image: Image) -> None:
    machine = BareMachine((start, data) for start, data, _ in image.segments)

    def preloaded(function: str) -> list[int]:
        trace, _ = machine.record(image.extent(function)[0], BUFFER, BUFFER)
        touched = [at for made in trace.accesses.values() for at, _ in made]
        return [at - BUFFER for at in touched if BUFFER <= at < BUFFER + 4096]

    assert preloaded("many") == [0, 32, 64, 96]
    assert preloaded("predicated") == [64]
    assert preloaded("indexed") == []  # nobody writes that form: its hint counts for nothing
