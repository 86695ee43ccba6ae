# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Resets from inside: by software and by the watchdog; RAM stays, RCC.RSR says which it was."""

from collections.abc import Callable

import pytest

from pedalsmith.emulator.faults import EmulationError

Run = Callable[..., list[int]]

WATCHDOG, SOFTWARE = 1 << 26, 1 << 24
START = """
    REG(0x58004800) = 0xCCCC; REG(0x58004800) = 0x5555; REG(0x58004808) = 100;
    REG(0x58004800) = 0xAAAA;
"""
PROGRAM = """
    void program(void) {{
        RESULT(0)++;
        RESULT(RESULT(0)) = REG(0x580244D0);
        REG(0x580244D0) = 1u << 16;
        if (RESULT(0) == 2) {{ end(); }}
        {body}
        for (;;) {{ }}
    }}
"""


def test_a_watchdog_that_is_not_fed_resets_the_chip(run: Run) -> None:
    words = run(PROGRAM.format(body=START), 0.03)
    assert words[0] == 2, "the program began twice"
    assert not words[1] & (WATCHDOG | SOFTWARE)
    assert words[2] & (WATCHDOG | SOFTWARE) == WATCHDOG


def test_a_watchdog_that_is_fed_does_not(run: Run) -> None:
    feed = """
        for (;;) {
            REG(0x58004800) = 0xAAAA;
            for (volatile int i = 0; i < 20000; i++) { }
        }
    """
    assert run(PROGRAM.format(body=START + feed), 0.03)[0] == 1


def test_a_reset_by_software_is_flagged_as_such(run: Run) -> None:
    words = run(PROGRAM.format(body="AIRCR = 0x05FA0004;"), 0.001)
    assert words[0] == 2
    assert words[2] & (WATCHDOG | SOFTWARE) == SOFTWARE


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("REG(0x58004808) = 100;", "without the key 0x5555"),
        ("REG(0x58004800) = 1;", "which is no key"),
    ],
)
def test_the_watchdog_wants_its_keys(run: Run, body: str, words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        run(PROGRAM.format(body=body))
