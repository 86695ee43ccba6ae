# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Pin functions of the RT1062: IOMUXC and its general purpose registers."""

from collections.abc import Callable

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral

_MUX, _PAD, _SELECT = 0x14, 0x204, 0x3F4
_BANKS = (
    ("EMC", 42),
    ("AD_B0", 16),
    ("AD_B1", 16),
    ("B0", 16),
    ("B1", 16),
    ("SD_B0", 6),
    ("SD_B1", 12),
)
_SELECTS = {
    0x4CC: "LPI2C1_SCL_SELECT_INPUT", 0x4D0: "LPI2C1_SDA_SELECT_INPUT",
    0x550: "LPUART6_RX_SELECT_INPUT", 0x554: "LPUART6_TX_SELECT_INPUT",
    0x594: "SAI1_RX_DATA0_SELECT_INPUT",
}  # fmt: skip
_RESETS = {3: 0xF0F0, 10: 7, 16: 0x20_0003}
PADS = tuple(f"GPIO_{bank}_{n:02d}" for bank, count in _BANKS for n in range(count))


class Iomuxc(Peripheral):
    """Function (ALT), electrical settings and input selection of every pad."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "IOMUXC", 0x401F_8000, 0x800)
        for index, pad in enumerate(PADS):
            self.add(f"SW_MUX_CTL_PAD_{pad}", _MUX + 4 * index, reset=5, writable=0x1F)
            self.add(f"SW_PAD_CTL_PAD_{pad}", _PAD + 4 * index, reset=0x10B0, writable=0x1_F8F9)
        for offset in range(_SELECT, 0x660, 4):
            name = _SELECTS.get(offset, f"SELECT_INPUT_{offset:03X}")
            self.add(name, offset, writable=7)

    pads = PADS

    def pulls_up(self, pad: str) -> bool:
        """A pull-up is on: PKE, PUE and a PUS that pulls to the supply."""
        word = self[f"SW_PAD_CTL_PAD_{pad}"]
        return word >> 12 & 3 == 3 and word >> 14 & 3 != 0

    def holds(self, pad: str) -> bool:
        """A keeper or a pull is on, which would bend an analog voltage."""
        return bool(self[f"SW_PAD_CTL_PAD_{pad}"] >> 12 & 1)

    def function(self, pad: str) -> int:
        """ALT number of a pad such as GPIO_B1_01."""
        return self[f"SW_MUX_CTL_PAD_{pad}"] & 7

    def open_drain(self, pad: str) -> bool:
        """ODE."""
        return bool(self[f"SW_PAD_CTL_PAD_{pad}"] >> 11 & 1)


class Gpr(Peripheral):
    """IOMUXC_GPR: directions of MCLK, FlexRAM banks (flexram.py), fast GPIO (gpio.py)."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "IOMUXC_GPR", 0x400A_C000, 0x400)
        self.on_flexram: Callable[[], None] = lambda: None
        for n in range(35):
            on_write = self._flexram_written if n in {14, 16, 17} else None
            self.add(f"GPR{n}", 4 * n, reset=_RESETS.get(n, 0), writable=ALL, on_write=on_write)

    def _flexram_written(self, value: int, before: int) -> None:
        self.on_flexram()
