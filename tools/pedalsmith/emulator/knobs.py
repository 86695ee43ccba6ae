# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Knobs as a converter sees them: voltages at pins, with the noise that a test asks for."""


class Knobs:
    """`levels` maps a pin to 0..1 of the supply; a pin without a knob is at 0."""

    def __init__(self) -> None:
        self.levels: dict[str, float] = {}
        self.noise = 0
        """Largest deviation of a reading, in counts of 65536; it follows a fixed sequence."""
        self._random = 1

    def reading(self, pin: str) -> int:
        """0 to 65535."""
        value = self.levels.get(pin, 0.0) * 65535
        if self.noise:
            self._random = self._random * 1103515245 + 12345 & 0x7FFF_FFFF
            value += self.noise * (self._random / 0x3FFF_FFFF - 1)
        return min(max(round(value), 0), 65535)
