# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""SGTL5000 of the audio shield: 16-bit registers over I2C, deaf until its master clock runs."""

from collections.abc import Callable

ADDRESS = 0x0A
_RESET = {
    0x00: 0xA011, 0x02: 0, 0x04: 0x0008, 0x06: 0x0130, 0x0A: 0x0010, 0x0E: 0x020C, 0x10: 0x3C3C,
    0x14: 0x015F, 0x20: 0, 0x22: 0x1818, 0x24: 0x0111, 0x26: 0, 0x28: 0, 0x2A: 0, 0x2C: 0,
    0x2E: 0x0404, 0x30: 0x7060, 0x32: 0x5000, 0x34: 0, 0x36: 0x0017, 0x38: 0x0000, 0x3A: 0x0000,
    0x3C: 0, 0x3E: 0,
}  # fmt: skip
LEAST_MCLK_HZ = 8e6


class Sgtl5000:
    """`mclk_hz` gives the clock at its pin; `present` False: it acknowledges nothing."""

    address = ADDRESS

    def __init__(self, mclk_hz: Callable[[], float], *, present: bool = True) -> None:
        self.registers = dict(_RESET)
        self.present = present
        self._mclk_hz = mclk_hz
        self._pointer, self._bytes = 0, list[int]()
        self._give: list[int] = []

    def start(self, *, read: bool) -> bool:
        """See I2cDevice."""
        if not self.present or self._mclk_hz() < LEAST_MCLK_HZ:
            return False
        self._bytes = []
        if read:
            value = self.registers.get(self._pointer, 0)
            self._give = [value >> 8, value & 0xFF]
        return True

    def write(self, byte: int) -> bool:
        """See I2cDevice."""
        self._bytes.append(byte)
        if len(self._bytes) == 2:
            self._pointer = self._bytes[0] << 8 | self._bytes[1]
            return self._pointer in self.registers
        if len(self._bytes) == 4:
            self.registers[self._pointer] = self._bytes[2] << 8 | self._bytes[3]
        return True

    def read(self) -> int:
        """See I2cDevice."""
        return self._give.pop(0) if self._give else 0xFF

    def stop(self) -> None:
        """See I2cDevice."""

    def mute(self) -> str:
        """Why no sound would go through, or ''."""
        value = self.registers
        checks = (
            (value[0x02] & 0x63 != 0x63, "has parts powered down (CHIP_DIG_POWER)"),
            (not value[0x30] & 0x4000 or value[0x30] & 0xEB != 0xEB, "has parts powered down "
             "(CHIP_ANA_POWER)"),
            (value[0x0E] & 0x0C, "has its DAC muted (CHIP_ADCDAC_CTRL)"),
            (value[0x0A] & 0x33 != 0x10, "does not join ADC to I2S and I2S to DAC (CHIP_SSS_CTRL)"),
            (not value[0x24] & 4, "has not line in selected (CHIP_ANA_CTRL)"),
            (value[0x24] & 0x101, "has its ADC or line output muted (CHIP_ANA_CTRL)"),
        )  # fmt: skip
        return next((f"the SGTL5000 {text}" for wrong, text in checks if wrong), "")
