# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Memory that changes behind the data cache: what the cache may still hold must not be read."""

from collections.abc import Callable

import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.stm32h750.chip import Stm32h750

PLACE = 0x2400_1000

PROGRAM = """
    void program(void) {{
        {before}
        RESULT(1) = REG({place} + 64);
        for (volatile int i = 0; i < 100000; i++) {{ }}
        {after}
        RESULT(2) = REG({place} + {offset});
    }}
"""
CACHE_ON = "REG(0xE000ED14) |= 1u << 16;"
DISCARD = "REG(0xE000EF5C) = {};"
NOT_CACHED = """
    REG(0xE000ED98) = 0; REG(0xE000ED9C) = 0x24000000; REG(0xE000EDA0) = 0x030C001D;
    REG(0xE000ED94) = 5; __asm__ volatile("dsb\\n isb");
"""


def read_after_a_change(
    chip: Stm32h750, run: Callable[..., list[int]], *, before: str, after: str = "", offset: int = 0
) -> int:
    """What is read at an offset after something has written two lines of the cache."""

    def change() -> None:
        chip.machine.write(PLACE, b"\x11" * 64)
        chip.machine.changed(PLACE, 64)

    chip.machine.script.append((1e-3, change))
    text = PROGRAM.format(place=f"{PLACE:#x}u", before=before, after=after, offset=offset)
    return run(text, 0.1)[2]


REFUSED = r"read of 0x24001000, of which the data cache may hold what was there before, at PC"


def test_what_changed_behind_the_cache_is_not_read(
    chip: Stm32h750, run: Callable[..., list[int]]
) -> None:
    with pytest.raises(EmulationError, match=REFUSED):
        read_after_a_change(chip, run, before=CACHE_ON)


def test_not_even_where_faults_go_to_the_firmware(
    chip: Stm32h750, run: Callable[..., list[int]]
) -> None:
    chip.machine.state.delivers_faults = 1
    with pytest.raises(EmulationError, match=REFUSED):
        read_after_a_change(chip, run, before=CACHE_ON)


def test_one_line_thrown_away_is_not_both(chip: Stm32h750, run: Callable[..., list[int]]) -> None:
    one = DISCARD.format(PLACE)
    with pytest.raises(EmulationError, match="of which the data cache may hold"):
        read_after_a_change(chip, run, before=CACHE_ON, after=one, offset=32)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CACHE_ON, DISCARD.format(PLACE) + DISCARD.format(PLACE + 32)),
        ("", ""),
        (CACHE_ON + NOT_CACHED, ""),
    ],
    ids=["thrown away", "no cache", "kept out by the MPU"],
)
def test_otherwise_the_new_is_read(
    chip: Stm32h750, run: Callable[..., list[int]], before: str, after: str
) -> None:
    assert read_after_a_change(chip, run, before=before, after=after) == 0x1111_1111
