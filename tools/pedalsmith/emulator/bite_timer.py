# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The part that all watchdogs share: it bites when it was not fed in time."""

import math
from collections.abc import Callable

from pedalsmith.emulator.machine import Machine


class BiteTimer:
    """Calls `on_bite` when `feed` is not called within the seconds that the last call gave."""

    def __init__(self, machine: Machine, on_bite: Callable[[], None]) -> None:
        self._machine, self._on_bite = machine, on_bite
        self._bites_at = self._looks_at = math.inf

    def stop(self) -> None:
        """As after a reset, which ends all events."""
        self._bites_at = self._looks_at = math.inf

    def feed(self, seconds: float) -> None:
        """Holds it off for that long."""
        self._bites_at = self._machine.seconds + seconds
        # Feeding is frequent; one event at a time looks whether it was enough.
        if self._bites_at < self._looks_at:
            self._look_later()

    def _look_later(self) -> None:
        self._looks_at = self._bites_at
        self._machine.after(self._bites_at - self._machine.seconds, self._look)

    def _look(self) -> None:
        # A nanosecond: times are rounded to units.
        if self._machine.seconds >= self._bites_at - 1e-9:
            self._on_bite()
        else:
            self._look_later()
