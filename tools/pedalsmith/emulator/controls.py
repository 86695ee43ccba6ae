# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The pedal around a board: knobs, footswitches and lights at the pins that board.json names."""

from functools import partial
from typing import Protocol

from pedalsmith.emulator.boards import Options
from pedalsmith.emulator.knobs import Knobs
from pedalsmith.emulator.machine import Machine
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board


class Pins(Protocol):
    """The pins of a chip."""

    def drive(self, name: str, level: bool | None) -> None:
        """Drives a pin from outside; None lets it go."""

    def changes_of(self, name: str) -> list[tuple[float, bool]]:
        """(virtual seconds, level) of each change that the firmware made."""


class Controls:
    """Wires the controls that `options` name, and plays its turns and presses."""

    def __init__(
        self, machine: Machine, board: Board, options: Options, pins: Pins, knobs: Knobs
    ) -> None:
        self._pins = pins
        controls = board.controls_of(options.controls)
        self._light_pins = [board.header[place] for place in controls.lights]
        if not self._light_pins and "led" in board.pins:
            # The board's own shows what light 1 would.
            self._light_pins = [board.pins["led"]]
        knob_pins = [board.header[place] for place in controls.knobs]
        switches = [board.header[place] for place in controls.switches]
        knobs.noise = options.knob_noise
        knobs.levels = dict.fromkeys(knob_pins, 0.5)
        what = f"{board.folder}: {options.controls} has no"
        for turn in options.turns:
            if turn.knob >= len(knob_pins):
                raise BadInput(f"{what} knob {turn.knob + 1}; name the pedal with --controls.")
            call = partial(knobs.levels.__setitem__, knob_pins[turn.knob], turn.value)
            machine.script.append((turn.at, call))
        for press in options.presses:
            if press.switch >= len(switches):
                raise BadInput(
                    f"{what} footswitch {press.switch + 1}; name the pedal with --controls."
                )
            pin = switches[press.switch]
            machine.script.append((press.at, partial(pins.drive, pin, False)))
            machine.script.append((press.at + press.seconds, partial(pins.drive, pin, None)))

    def lights(self) -> list[tuple[float, int, bool]]:
        """See EmulatedBoard."""
        return sorted(
            (at, index, level)
            for index, pin in enumerate(self._light_pins)
            for at, level in self._pins.changes_of(pin)
        )
