# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""FlexRAM: 16 banks of 32 KB that are ITCM, DTCM or OCRAM, as IOMUXC_GPR says.

GPR17 has two bits a bank (1 OCRAM, 2 DTCM, 3 ITCM), taken when GPR16.FLEXRAM_BANK_CFG_SEL is set;
GPR14 tells the core how much of each it may use. Before that the fuses decide.
"""

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.rt1062.iomuxc import Gpr

BANK = 0x8000
ALL_BANKS = 16 * BANK
ITCM, DTCM, OCRAM = 0x0000_0000, 0x2000_0000, 0x2028_0000
_KINDS = {OCRAM: 1, DTCM: 2, ITCM: 3}
_FUSES = 0x5555_AAFF
"""128 KB each of ITCM and DTCM, 256 KB of OCRAM"""


class FlexRam:
    """The three windows onto the banks."""

    def __init__(self, machine: Machine, gpr: Gpr) -> None:
        self._machine, self._gpr = machine, gpr
        self.sizes: dict[int, int] = {}
        """Bytes by base address"""
        for base in _KINDS:
            machine.add_memory(base, ALL_BANKS)
        gpr.on_flexram = self.update

    def _core_takes(self, shift: int) -> int:
        """GPR14: what the core may use of a TCM; 0 leaves it as the fuses have it."""
        code = self._gpr["GPR14"] >> shift & 15
        return 512 << code if code else ALL_BANKS

    def update(self) -> None:
        """Makes the memories as large as the registers say."""
        control = self._gpr["GPR16"]
        banks = self._gpr["GPR17"] if control & 4 else _FUSES
        kinds = [banks >> 2 * bank & 3 for bank in range(16)]
        self.sizes = {base: BANK * kinds.count(kind) for base, kind in _KINDS.items()}
        self.sizes[ITCM] = min(self.sizes[ITCM], self._core_takes(16)) if control & 1 else 0
        self.sizes[DTCM] = min(self.sizes[DTCM], self._core_takes(20)) if control & 2 else 0
        for base, size in self.sizes.items():
            self._machine.resize(base, size)

    def holds(self, address: int, count: int) -> bool:
        """A stretch of memory lies in one of the three."""
        return any(base <= address and address + count <= base + size
                   for base, size in self.sizes.items())  # fmt: skip
