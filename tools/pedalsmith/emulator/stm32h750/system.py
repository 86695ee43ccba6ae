# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""PWR, SYSCFG, the flash interface and the debug identity: small, and tied to the clock tree."""

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import Peripheral
from pedalsmith.emulator.stm32h750.rcc import Rcc

_VOLTAGE_SECONDS = 100e-6


class Pwr(Peripheral):
    """Supply and core voltage."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "PWR", 0x5802_4800)
        self.add("CR1", 0x00, reset=0xF000_C000, writable=0x0007_C3F1, read_only=0xF000_0000)
        self.add("CSR1", 0x04, reset=0x4000 | 1 << 13, read_only=0x1_E010)
        self.add("CR2", 0x08, writable=0x11, read_only=0xF1_0000)
        self.add("CR3", 0x0C, reset=0x6, writable=0x0300_0307, read_only=1 << 26,
                 on_write=self._write_cr3)  # fmt: skip
        self.add("CPUCR", 0x10, writable=0xE07, read_only=0x60)
        self.add("D3CR", 0x18, reset=0x4000, writable=0xC000, read_only=0x2000,
                 on_write=self._write_d3cr)  # fmt: skip
        self.add("WKUPCR", 0x20, writable=0x3F, stored=False)
        self.add("WKUPFR", 0x24, read_only=0x3F)
        self.add("WKUPEPR", 0x28, writable=0x0FFF_3F3F)
        self._supply_written = False

    def reset(self) -> None:
        supply = self["CR3"] & 7
        super().reset()
        if self._supply_written:
            # The supply field is lost only with the power.
            self["CR3"] = supply
        self.settle()

    def settle(self) -> None:
        """The voltage follows what was asked for; VOSRDY says when."""

        def ready() -> None:
            if self._supply_written:
                self["D3CR"] |= 0x2000

        self["D3CR"] &= ~0x2000
        self.machine.after(_VOLTAGE_SECONDS, ready)

    def _write_cr3(self, value: int, before: int) -> None:
        if (value ^ before) & 7:
            if self._supply_written:
                # Writable once after power-up; later writes are lost.
                self["CR3"] = value & ~7 | before & 7
                return
            if value & 7 != 2:
                raise self.error("the supply field of CR3 is not LDO, which is what the board has")
        ready = 1 << 26 if value & 1 << 24 else 0
        self["CR3"] = self["CR3"] & ~(1 << 26) | ready
        if not self._supply_written:
            self._supply_written = True
            self.settle()

    def _write_d3cr(self, value: int, before: int) -> None:
        if (value ^ before) & 0xC000:
            self["CSR1"] = self["CSR1"] & ~0xC000 | value & 0xC000
            self.settle()


class Syscfg(Peripheral):
    """Overdrive to voltage scale 0; EXTICR and the rest are plain storage."""

    def __init__(self, machine: Machine, pwr: Pwr) -> None:
        super().__init__(machine, "SYSCFG", 0x5800_0400)
        self._pwr = pwr
        self.add("PMCR", 0x04, writable=0x00FE_F3FF | 0xF00_0000)
        for n in range(4):
            self.add(f"EXTICR[{n}]", 0x08 + 4 * n, writable=0xFFFF)
        self.add("PWRCR", 0x2C, writable=1, on_write=self._write_pwrcr)

    def _write_pwrcr(self, value: int, before: int) -> None:
        if value & 1 and self._pwr["D3CR"] & 0xC000 != 0xC000:
            raise self.error("ODEN is set before the voltage is at scale 1")
        if value != before:
            self._pwr.settle()


class FlashInterface(Peripheral):
    """Wait states. Programming is not modelled: the only sector holds the code."""

    def __init__(self, machine: Machine, rcc: Rcc) -> None:
        super().__init__(machine, "FLASH", 0x5200_2000)
        self._rcc = rcc
        self.add("ACR", 0x00, reset=0x37, writable=0x3F, on_write=self._write_acr)

    def _write_acr(self, value: int, before: int) -> None:
        self._rcc.check_limits()


class Dbgmcu(Peripheral):
    """Identity of the silicon: STM32H750, revision V."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "DBGMCU", 0x5C00_1000)
        self.add("IDCODE", 0x00, reset=0x2003_6450)
        self.add("CR", 0x04, writable=0x1067_0187 | 0x7)
