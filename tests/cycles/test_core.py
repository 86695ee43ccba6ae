# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Branches, caches and the account of a trace."""

import importlib
import pkgutil
from itertools import pairwise
from pathlib import Path

import pytest

from pedalsmith import emulator
from pedalsmith.cycles import chips
from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import Access, Cache, tightly_coupled
from pedalsmith.cycles.report import by_function, listing
from pedalsmith.cycles.rules import MISPREDICT, MISPREDICT_EARLY_FLAGS
from pedalsmith.emulator.bare import BareMachine

from .snippets import BUFFER, LINE_FILL, assemble, cached, run

FUNCTIONS = {
    # 100 turns of a loop whose branch goes back, after a distance that hides nothing.
    "loop": "movw r4, #100\n1: subs.w r4, r4, #1\n bne.w 1b",
    # A branch that is taken every second time: r5 holds alternating bits.
    "late_flags": "movw r4, #400\n mov.w r5, #0x55555555\n 1: ror.w r5, r5, #1\n"
    " nop.w\n nop.w\n nop.w\n nop.w\n nop.w\n nop.w\n nop.w\n"
    " tst.w r5, #1\n beq.w 2f\n nop.w\n 2: sub.w r4, r4, #1\n cmp.w r4, #0\n bne.w 1b",
    "early_flags": "movw r4, #400\n mov.w r5, #0x55555555\n 1: ror.w r5, r5, #1\n"
    " tst.w r5, #1\n nop.w\n nop.w\n nop.w\n nop.w\n nop.w\n nop.w\n nop.w\n"
    " beq.w 2f\n nop.w\n 2: sub.w r4, r4, #1\n cmp.w r4, #0\n bne.w 1b",
    "reader": ".rept 64\n ldr.w r4, [r0], #4\n .endr",
    "kernel": "movw r4, #50\n1: ldr.w r5, [r0], #4\n ldr.w r6, [r1], #8\n smlad r7, r5, r6, r7\n"
    " cmp.w r5, r6\n ite ne\n addne.w r8, r8, r7, lsl #1\n ldreq.w r8, [r1]\n"
    " strh.w r7, [r0, #64]\n subs.w r4, r4, #1\n bne.w 1b",
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return assemble(FUNCTIONS, tmp_path_factory.mktemp("functions"))


def test_a_predicted_loop_is_nearly_free(image: Image) -> None:
    timing = run(image, "loop", Core(image.read, tightly_coupled()))
    # 2 instructions a turn, one cycle; the exit is mispredicted once.
    assert 100 <= timing.cycles <= 100 + 5 * MISPREDICT


def test_flags_set_early_make_a_misprediction_cheaper(image: Image) -> None:
    late = run(image, "late_flags", Core(image.read, tightly_coupled()))
    early = run(image, "early_flags", Core(image.read, tightly_coupled()))
    assert late.instructions == early.instructions
    mispredicted = (late.cycles - early.cycles) / (MISPREDICT - MISPREDICT_EARLY_FLAGS)
    # Taken every second time, it is what a two-bit counter guesses wrong every time.
    assert mispredicted == pytest.approx(400, abs=4)


def test_a_line_is_filled_once(image: Image) -> None:
    quick = Core(image.read, tightly_coupled())
    plain, again = run(image, "reader", quick), run(image, "reader", quick)
    core = Core(image.read, cached(BUFFER))
    cold = run(image, "reader", core)
    warm = run(image, "reader", core)
    # The frame's push and pop are on the stack, outside the cached memory. 64 words are 8 lines.
    assert cold.cycles - plain.cycles == pytest.approx(8 * LINE_FILL, abs=8)
    assert warm.cycles == again.cycles
    core.forget()
    emptied = run(image, "reader", core)
    assert emptied.cycles - warm.cycles == pytest.approx(8 * LINE_FILL, abs=8)


def test_a_least_recently_used_line_goes_first() -> None:
    cache = Cache(size=2 * 32, ways=2)
    assert [cache.touch(line * 32) for line in (0, 1, 0, 2, 0, 1)] == [
        *(False, False, True, False, True, False),
    ]


def test_code_behind_the_cache_waits_for_its_lines(image: Image) -> None:
    plain = run(image, "reader", Core(image.read, tightly_coupled())).cycles
    cold = run(image, "reader", Core(image.read, cached(0))).cycles
    lines = (4 * 64 + 8) / 32
    assert (lines - 1) * LINE_FILL <= cold - plain <= (lines + 2) * LINE_FILL


CHIPS = [info.name for info in pkgutil.iter_modules(chips.__path__)]


@pytest.mark.parametrize("name", CHIPS)
def test_the_memories_of_a_chip_do_not_overlap(name: str) -> None:
    memory = importlib.import_module(f"pedalsmith.cycles.chips.{name}").memory()
    spans = sorted((region.start, region.start + region.size) for region in memory.regions)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    for address in (0x0000_0400, 0x2000_0400):
        assert memory.fetch_cost(address) == 0
        assert memory.data_cost(address, Access.LOAD, now=0) == 0
    assert not memory.immediate


def test_every_emulated_chip_has_its_memories_priced() -> None:
    emulated = {path.parent.name for path in Path(emulator.__path__[0]).glob("*/board.py")}
    assert emulated <= set(CHIPS)
    assert emulated


def issue_everything(image: Image, function: str) -> int:
    """The cycles of a function with no account looked up: every instruction issued."""
    core = Core(image.read, tightly_coupled())
    before, core._accounts = core._accounts, _Forgetful()
    assert not before
    return run(image, function, core).cycles


class _Forgetful(dict):  # type: ignore[type-arg]
    def __setitem__(self, key: object, value: object) -> None:
        """Keeps nothing."""


@pytest.mark.parametrize("function", FUNCTIONS)
def test_looking_an_account_up_is_exact(image: Image, function: str) -> None:
    looked_up = run(image, function, Core(image.read, tightly_coupled()))
    assert looked_up.cycles == issue_everything(image, function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_parts_sum_to_the_whole(image: Image, function: str) -> None:
    timing = run(image, function, Core(image.read, tightly_coupled()))
    costs = by_function(timing, image.function_at)
    assert [cost.name for cost in costs] == [function]
    assert costs[0].cycles == timing.cycles
    assert costs[0].instructions == timing.instructions
    listed = listing(timing, *image.extent(function)).splitlines()[1:]
    assert sum(int(line.split()[0]) for line in listed) == timing.instructions


def test_a_function_that_is_not_there_is_named(image: Image) -> None:
    with pytest.raises(Exception, match="no function nothing"):
        image.extent("nothing")


def test_a_file_that_is_no_program_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.elf"
    file.write_bytes(b"no")
    with pytest.raises(Exception, match=r"a\.elf: is no ELF file"):
        Image(file)


def test_the_bare_machine_returns_r0(image: Image) -> None:
    machine = BareMachine((start, data) for start, data, _ in image.segments)
    assert machine.call(image.extent("reader")[0], BUFFER) == BUFFER + 256
