# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""RCC: oscillators, PLLs, clock tree, gates and resets of the STM32H750.

A setting outside what RM0433 and the data sheet allow is refused: input or VCO frequency of a PLL,
a bus above its limit for the core voltage, too few flash wait states, a PLL changed while it runs.
"""

from collections.abc import Callable
from functools import partial

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral

HSI_HZ, CSI_HZ, HSI48_HZ, HSE_HZ = 64_000_000, 4_000_000, 48_000_000, 16_000_000
_READY_SECONDS = {0: 2e-6, 7: 2e-6, 12: 5e-6, 16: 2e-3, 24: 50e-6, 26: 50e-6, 28: 50e-6}
"""Bit of CR that switches a source on: time until the ready bit is set (HSE 2 ms, PLL 50 us)."""
_READY_BIT = {0: 2, 7: 8, 12: 13, 16: 17, 24: 25, 26: 27, 28: 29}
_PLL_ON_BIT = {1: 24, 2: 26, 3: 28}
_INPUT_RANGE = ((1e6, 2e6), (2e6, 4e6), (4e6, 8e6), (8e6, 16e6))
_AHB_DIVISOR = {8: 2, 9: 4, 10: 8, 11: 16, 12: 64, 13: 128, 14: 256, 15: 512}
_APB_DIVISOR = {4: 2, 5: 4, 6: 8, 7: 16}
_HIGHEST = {0: (480e6, 240e6, 120e6), 1: (400e6, 200e6, 100e6), 3: (200e6, 100e6, 100e6)}
"""Voltage scale: highest core, AHB and APB clock (data sheet, rev. V silicon)."""
_WAIT_STATES = ((70e6, 0), (140e6, 1), (210e6, 2), (225e6, 3), (240e6, 4))
_ENABLES = {
    "AHB3": (0xD4, 0x7C, 0x0001_5031), "AHB1": (0xD8, 0x80, 0x1E03_8023),
    "AHB2": (0xDC, 0x84, 0xE000_0271), "AHB4": (0xE0, 0x88, 0x1328_07FF),
    "APB3": (0xE4, 0x8C, 0x0000_0048), "APB1L": (0xE8, 0x90, 0xE8FF_CBFF),
    "APB1H": (0xEC, 0x94, 0x0000_0136), "APB2": (0xF0, 0x98, 0x31D7_3033),
    "APB4": (0xF4, 0x9C, 0x0021_DEAA),
}  # fmt: skip
_LOW_POWER = {
    "AHB3": 0xFC, "AHB1": 0x100, "AHB2": 0x104, "AHB4": 0x108, "APB3": 0x10C, "APB1L": 0x110,
    "APB1H": 0x114, "APB2": 0x118, "APB4": 0x11C,
}  # fmt: skip


class Rcc(Peripheral):
    """Reset and clock control; `hse_hz` 0 stands for a crystal that does not start."""

    def __init__(self, machine: Machine, *, hse_hz: float = HSE_HZ) -> None:
        super().__init__(machine, "RCC", 0x5802_4400)
        self.hse_hz = hse_hz
        self.voltage_scale: Callable[[], int] = lambda: 3
        self.flash_wait_states: Callable[[], int] = lambda: 7
        self.on_change: list[Callable[[], None]] = []
        self._gates: dict[tuple[str, int], list[Callable[[bool], None]]] = {}
        self._resets: dict[tuple[str, int], list[Callable[[], None]]] = {}
        self._fraction = {1: 0, 2: 0, 3: 0}
        add = self.add
        add("CR", 0x00, reset=0xC025, writable=0x150B_12BB, read_only=0x2A00_E124 | 1 << 17,
            on_write=self._write_cr)  # fmt: skip
        add("HSICFGR", 0x04, reset=0x4000_0000, writable=0x7F00_0000, read_only=0xFFF)
        add("CRRCR", 0x08, read_only=0x3FF)
        add("CSICFGR", 0x0C, reset=0x2000_0000, writable=0x3F00_0000, read_only=0xFF)
        add("CFGR", 0x10, writable=0xFFFC_FFC7, read_only=0x38, on_write=self._write_cfgr)
        add("D1CFGR", 0x18, writable=0xF7F, on_write=self._changed)
        add("D2CFGR", 0x1C, writable=0x770, on_write=self._changed)
        add("D3CFGR", 0x20, writable=0x70, on_write=self._changed)
        add("PLLCKSELR", 0x28, reset=0x0202_0200, writable=0x03F3_F3F3, on_write=self._write_source)
        add("PLLCFGR", 0x2C, reset=0x01FF_0000, writable=0x01FF_0FFF, on_write=self._write_pllcfgr)
        for n in (1, 2, 3):
            add(f"PLL{n}DIVR", 0x28 + 8 * n, reset=0x0101_0280, writable=0x7F7F_FFFF,
                on_write=partial(self._write_divr, n))  # fmt: skip
            add(f"PLL{n}FRACR", 0x2C + 8 * n, writable=0xFFF8)
        for name, offset, mask in (
            ("D1CCIPR", 0x4C, 0x3001_0033), ("D2CCIP1R", 0x50, 0xB137_71C7),
            ("D2CCIP2R", 0x54, 0x70F0_333F), ("D3CCIPR", 0x58, 0x7FE3_FF07),
        ):  # fmt: skip
            add(name, offset, writable=mask, on_write=self._changed)
        add("CIER", 0x60, writable=0x3FF)
        add("CIFR", 0x64, read_only=0x7FF)
        add("CICR", 0x68, writable=0x7FF, stored=False)
        add("BDCR", 0x70, writable=0x1_C37D, read_only=0x2)
        add("CSR", 0x74, writable=1, read_only=2)
        add("GCR", 0xA0, writable=1)
        add("D3AMR", 0xA8, writable=0x3021_DEA9)
        add(
            "RSR",
            0xD0,
            reset=0x00E8_0000,
            writable=1 << 16,
            read_only=ALL,
            on_write=self._clear_reset_flags,
        )
        self._reset_flags = 0x00E8_0000
        for bus, (enable, reset, mask) in _ENABLES.items():
            add(f"{bus}ENR", enable, writable=mask,
                on_write=partial(self._write_enables, bus))  # fmt: skip
            add(f"{bus}RSTR", reset, writable=mask,
                on_write=partial(self._write_resets, bus))  # fmt: skip
            add(f"{bus}LPENR", _LOW_POWER[bus], reset=mask, writable=ALL)

    def reset(self) -> None:
        super().reset()
        self["RSR"] = self._reset_flags
        self._fraction = {1: 0, 2: 0, 3: 0}
        for (bus, bit), calls in self._gates.items():
            for call in calls:
                call(bool(self[f"{bus}ENR"] >> bit & 1))
        self.machine.set_core_hz(HSI_HZ)

    def flag_reset(self, bits: int) -> None:
        """Notes why the chip was reset: bits of RSR."""
        self._reset_flags |= bits

    def gate(self, peripheral: Peripheral, bus: str, bit: int) -> None:
        """Lets a bit of an enable register switch a peripheral's clock; its reset bit resets it."""
        peripheral.clock_name = f"RCC.{bus}ENR bit {bit}"
        self._gates.setdefault((bus, bit), []).append(peripheral.set_clock)
        self._resets.setdefault((bus, bit), []).append(peripheral.reset)
        peripheral.set_clock(False)

    def gate_call(self, bus: str, bit: int, call: Callable[[bool], None]) -> None:
        """Calls `call(on)` when an enable bit changes."""
        self._gates.setdefault((bus, bit), []).append(call)

    # Frequencies

    def pll_hz(self, n: int, output: str) -> float:
        """Frequency of output P, Q or R of PLL n; 0 when it is off."""
        enable = 16 + 3 * (n - 1) + "PQR".index(output)
        if not self["CR"] >> (_PLL_ON_BIT[n] + 1) & 1 or not self["PLLCFGR"] >> enable & 1:
            return 0.0
        divisor = (self[f"PLL{n}DIVR"] >> {"P": 9, "Q": 16, "R": 24}[output] & 0x7F) + 1
        return self._vco_hz(n) / divisor

    def _pll_input_hz(self, n: int) -> float:
        selector = self["PLLCKSELR"]
        divisor = selector >> (4 + 8 * (n - 1)) & 0x3F
        source = (self._hsi_hz(), CSI_HZ, self.hse_hz, 0)[selector & 3]
        return source / divisor if divisor else 0.0

    def _vco_hz(self, n: int) -> float:
        whole = (self[f"PLL{n}DIVR"] & 0x1FF) + 1
        return self._pll_input_hz(n) * (whole + self._fraction[n] / 8192)

    def _hsi_hz(self) -> float:
        return HSI_HZ / (1 << (self["CR"] >> 3 & 3))

    def core_hz(self) -> float:
        """Clock of the core, from the switch and D1CPRE."""
        source = self["CFGR"] >> 3 & 7
        system = (self._hsi_hz(), CSI_HZ, self.hse_hz, self.pll_hz(1, "P"))[source & 3]
        return system / _AHB_DIVISOR.get(self["D1CFGR"] >> 8 & 15, 1)

    def bus_hz(self, bus: str) -> float:
        """Clock of AHB, APB1, APB2, APB3 or APB4."""
        ahb = self.core_hz() / _AHB_DIVISOR.get(self["D1CFGR"] & 15, 1)
        register, shift = {
            "AHB": ("D1CFGR", 32), "APB1": ("D2CFGR", 4), "APB2": ("D2CFGR", 8),
            "APB3": ("D1CFGR", 4), "APB4": ("D3CFGR", 4),
        }[bus]  # fmt: skip
        return ahb / _APB_DIVISOR.get(self[register] >> shift & 7, 1)

    def sai1_hz(self) -> float:
        """Kernel clock of SAI1."""
        source = self["D2CCIP1R"] & 7
        return (self.pll_hz(1, "Q"), self.pll_hz(2, "P"), self.pll_hz(3, "P"), 0.0)[min(source, 3)]

    def adc_hz(self) -> float:
        """Kernel clock of ADC1, before its prescaler."""
        return (self.pll_hz(2, "P"), self.pll_hz(3, "R"), 0.0, 0.0)[self["D3CCIPR"] >> 16 & 3]

    def usb_hz(self) -> float:
        """Kernel clock of the USB cores."""
        hsi48 = HSI48_HZ if self["CR"] >> 13 & 1 else 0.0
        sources = (0.0, self.pll_hz(1, "Q"), self.pll_hz(3, "Q"), hsi48)
        return sources[self["D2CCIP2R"] >> 20 & 3]

    def usart16_hz(self) -> float:
        """Kernel clock of USART1 and 6."""
        source = self["D2CCIP2R"] >> 3 & 7
        if source == 0:
            return self.bus_hz("APB2")
        others = {1: self.pll_hz(2, "Q"), 2: self.pll_hz(3, "Q"), 3: self._hsi_hz(), 4: CSI_HZ}
        return others.get(source, 0.0)

    def i2c123_hz(self) -> float:
        """Kernel clock of I2C1 to 3."""
        source = self["D2CCIP2R"] >> 12 & 3
        return (self.bus_hz("APB1"), self.pll_hz(3, "R"), self._hsi_hz(), CSI_HZ)[source]

    # Writes

    def _write_cr(self, value: int, before: int) -> None:
        for bit, ready in _READY_BIT.items():
            if value >> bit & 1 and not before >> bit & 1:
                self._switch_on(bit, ready)
            elif before >> bit & 1 and not value >> bit & 1:
                self._check_unused(bit)
                self["CR"] &= ~(1 << ready)
        self._changed(value, before)

    def _switch_on(self, bit: int, ready: int) -> None:
        if bit == 16 and not self.hse_hz:
            return
        for n, on_bit in _PLL_ON_BIT.items():
            if on_bit == bit:
                self._check_pll(n)

        def now_ready() -> None:
            if self["CR"] >> bit & 1:
                self["CR"] |= 1 << ready
                self._changed(0, 0)

        self.machine.after(_READY_SECONDS[bit], now_ready)

    def _check_unused(self, bit: int) -> None:
        source = {0: 0, 7: 1, 16: 2, 24: 3}.get(bit)
        if source is not None and self["CFGR"] >> 3 & 7 == source:
            raise self.error("switches off the clock that the core runs on")

    def _check_pll(self, n: int) -> None:
        source = self["PLLCKSELR"] & 3
        ready = (2, 8, 17, None)[source]
        if ready is None or not self["CR"] >> ready & 1:
            raise self.error(f"PLL{n} is switched on before its source is ready")
        hz, chosen = self._pll_input_hz(n), self["PLLCFGR"] >> (2 + 4 * (n - 1)) & 3
        lowest, highest = _INPUT_RANGE[chosen]
        if not lowest <= hz <= highest:
            raise self.error(f"PLL{n} gets {hz / 1e6:g} MHz, PLLCFGR says {lowest / 1e6:g} to "
                             f"{highest / 1e6:g} MHz")  # fmt: skip
        medium = self["PLLCFGR"] >> (1 + 4 * (n - 1)) & 1
        low, high = (150e6, 420e6) if medium else (192e6, 960e6)
        if not low <= self._vco_hz(n) <= high:
            raise self.error(f"the VCO of PLL{n} would run at {self._vco_hz(n) / 1e6:g} MHz, "
                             f"it can {low / 1e6:g} to {high / 1e6:g} MHz")  # fmt: skip

    def _any_pll_on(self) -> list[int]:
        return [n for n, bit in _PLL_ON_BIT.items() if self["CR"] >> bit & 1]

    def _write_source(self, value: int, before: int) -> None:
        for n in self._any_pll_on():
            if (value ^ before) & (3 | 0x3F << (4 + 8 * (n - 1))):
                raise self.error(f"PLLCKSELR changes PLL{n} while it is on")

    def _write_divr(self, n: int, value: int, before: int) -> None:
        if value != before and n in self._any_pll_on():
            raise self.error(f"PLL{n}DIVR changes while PLL{n} is on")

    def _write_pllcfgr(self, value: int, before: int) -> None:
        for n in (1, 2, 3):
            bit = 4 * (n - 1)
            # The fraction is taken over on the rising edge of FRACEN.
            if value >> bit & 1 and not before >> bit & 1:
                self._fraction[n] = self[f"PLL{n}FRACR"] >> 3
            elif not value >> bit & 1:
                self._fraction[n] = 0
            if n in self._any_pll_on() and (value ^ before) & 0xE << bit:
                raise self.error(f"PLLCFGR changes the range of PLL{n} while it is on")
        self._changed(value, before)

    def _write_cfgr(self, value: int, before: int) -> None:
        source = value & 7
        ready = {0: 2, 1: 8, 2: 17, 3: 25}.get(source)
        if ready is None or not self["CR"] >> ready & 1:
            raise self.error("CFGR.SW chooses a clock that is not ready")
        self["CFGR"] = value & ~0x38 | source << 3
        self._changed(value, before)

    def _changed(self, value: int, before: int) -> None:
        hz = self.core_hz()
        if not hz:
            raise self.error("the core has lost its clock")
        if hz != self.machine.core_hz:
            self.machine.set_core_hz(hz)
        self.check_limits()
        for call in self.on_change:
            call()

    def check_limits(self) -> None:
        """Refuses a bus faster than the core voltage or the flash wait states allow."""
        scale = self.voltage_scale()
        clocks = {"the core": self.core_hz(), "AHB": self.bus_hz("AHB")}
        clocks |= {f"APB{n}": self.bus_hz(f"APB{n}") for n in (1, 2, 3, 4)}
        core, ahb, apb = _HIGHEST[scale if scale in _HIGHEST else 3]
        for name, hz in clocks.items():
            highest = {"the core": core, "AHB": ahb}.get(name, apb)
            if hz > highest:
                raise self.error(f"{name} would run at {hz / 1e6:g} MHz, at most {highest / 1e6:g} "
                                 f"at voltage scale {scale}")  # fmt: skip
        needed = next(states for hz, states in _WAIT_STATES if clocks["AHB"] <= hz)
        if self.flash_wait_states() < needed:
            raise self.error(f"{self.flash_wait_states()} flash wait states at AHB "
                             f"{clocks['AHB'] / 1e6:g} MHz, {needed} are needed")  # fmt: skip

    def _write_enables(self, bus: str, value: int, before: int) -> None:
        for bit in range(32):
            if (value ^ before) >> bit & 1:
                for call in self._gates.get((bus, bit), ()):
                    call(bool(value >> bit & 1))

    def _write_resets(self, bus: str, value: int, before: int) -> None:
        for bit in range(32):
            if value >> bit & 1 and not before >> bit & 1:
                for call in self._resets.get((bus, bit), ()):
                    call()

    def _clear_reset_flags(self, value: int, before: int) -> None:
        if value & 1 << 16:
            self._reset_flags = 0
            self["RSR"] = 0
