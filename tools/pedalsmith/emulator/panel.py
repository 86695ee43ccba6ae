# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The player's hands: knobs turned and footswitches pressed, at times counted from power-up."""

import re
from dataclasses import dataclass

from pedalsmith.errors import BadInput

KNOBS = ("gain", "level", "gate", "model1", "model2", "model3")
"""What the knobs 1 to 6 do (firmware/pedal/panel.h); knob1 to knob6 name them as well."""
SWITCHES = ("fs1", "fs2")
PRESS_SECONDS = 0.1


@dataclass(frozen=True)
class Turn:
    """A knob, 0 to 5, is at `value` 0..1 from `at` seconds on."""

    knob: int
    value: float
    at: float = 0.0


@dataclass(frozen=True)
class Press:
    """A footswitch, 0 or 1, is held from `at` for `seconds`."""

    switch: int
    at: float
    seconds: float = PRESS_SECONDS


def parse_turn(text: str) -> Turn:
    """`gain=0.7` or `knob1=0.7@2.5s`. Raises BadInput."""
    found = re.fullmatch(r"(\w+)=([\d.]+)(?:@([\d.]+)s?)?", text)
    names = {name: i for i, name in enumerate(KNOBS)} | {f"knob{i + 1}": i for i in range(6)}
    if not found or found[1] not in names:
        raise BadInput(f"--knob {text}: write {KNOBS[0]}=0.7, with one of {', '.join(KNOBS)}.")
    value = _number(found[2], "--knob", text)
    if not 0 <= value <= 1:
        raise BadInput(f"--knob {text}: the position must be 0 to 1.")
    return Turn(names[found[1]], value, _number(found[3] or "0", "--knob", text))


def parse_press(text: str) -> Press:
    """`fs1@2.0s` or, held for 2.5 s, `fs1@2.0s:2.5s`. Raises BadInput."""
    found = re.fullmatch(r"(\w+)@([\d.]+)s?(?::([\d.]+)s?)?", text)
    if not found or found[1] not in SWITCHES:
        raise BadInput(f"--press {text}: write fs1@2.0s, or fs1@2.0s:2.5s to hold it.")
    seconds = _number(found[3], "--press", text) if found[3] else PRESS_SECONDS
    return Press(SWITCHES.index(found[1]), _number(found[2], "--press", text), seconds)


def _number(text: str, option: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{option} {whole}: {text!r} is no number.") from None
