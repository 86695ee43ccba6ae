# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WM8731 (Daisy Seed revision 5): nine-bit registers over I2C; it plays when they are right."""

ADDRESS = 0x1A
_RESET = {
    0: 0x097,
    1: 0x097,
    2: 0x079,
    3: 0x079,
    4: 0x00A,
    5: 0x008,
    6: 0x09F,
    7: 0x00A,
    8: 0,
    9: 0,
}


class Wm8731:
    """`present` False: it acknowledges nothing."""

    address = ADDRESS

    def __init__(self, *, present: bool = True) -> None:
        self.present = present
        self.registers = dict(_RESET)
        self._bytes: list[int] = []

    def start(self, *, read: bool) -> bool:
        """See I2cDevice; the chip cannot be read."""
        self._bytes.clear()
        return self.present and not read

    def write(self, byte: int) -> bool:
        """See I2cDevice."""
        self._bytes.append(byte)
        if len(self._bytes) == 2:
            register = self._bytes[0] >> 1
            if register == 15:
                self.registers = dict(_RESET)
            elif register in self.registers:
                self.registers[register] = (self._bytes[0] & 1) << 8 | byte
            else:
                return False
        return len(self._bytes) <= 2

    def read(self) -> int:
        """See I2cDevice."""
        return 0xFF

    def stop(self) -> None:
        """See I2cDevice."""
        self._bytes.clear()

    def mute(self) -> str:
        """Why no sound would go through, or ''."""
        value = self.registers
        checks = (
            (value[9] != 1, "is not active (register 9)"),
            (value[6] & 0x9D, "is powered down in part (register 6)"),
            (value[4] & 0x1C != 0x10, "has not the DAC alone at its output, or not the line input"),
            (value[5] & 8, "has its DAC muted (register 5)"),
            (value[0] & 0x80 or value[1] & 0x80, "has its line inputs muted (registers 0, 1)"),
            (value[7] & 0x4F != 0x09, "is not a left-justified 24-bit slave (register 7)"),
            (value[8] & 0x3F, "is set for another rate than 48 kHz at 256 fs (register 8)"),
        )
        return next((f"the WM8731 {text}" for wrong, text in checks if wrong), "")
