# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Clocks of the RT1062: CCM, its PLLs and the core voltage (i.MX RT1060 Reference Manual, 14)."""

from collections.abc import Callable

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.twins import add_with_twins

CRYSTAL_HZ = 24e6
ROM_CORE_HZ = 396e6
"""What the ROM leaves the core at; used until PLL_ARM has been set."""
_LOCK = 1 << 31
_BYPASS, _ENABLE, _POWERDOWN = 1 << 16, 1 << 13, 1 << 12
_LOCK_SECONDS = 50e-6
_GATES_RESET = (
    ALL,
    0xFFFC_CCFF,
    0xFC3F_FF3F,
    ALL,
    0xFF00_FFFF,
    0xFFF3_FF3F,
    0x03FC_FF3C,
    0xFFFF_FFF3,
)


class Analog(Peripheral):
    """CCM_ANALOG and PMU: each register has SET, CLR and TOG twins behind it."""

    def __init__(self, machine: Machine, *, crystal: bool = True) -> None:
        super().__init__(machine, "CCM_ANALOG", 0x400D_8000, 0x180)
        self._crystal = crystal
        self.on_change: Callable[[], None] = lambda: None
        for name, offset, reset in (
            ("PLL_ARM", 0x00, 0x0001_3042), ("PLL_USB1", 0x10, 0x0001_2000),
            ("PLL_USB2", 0x20, 0x0001_2000), ("PLL_SYS", 0x30, 0x0001_3001),
            ("PLL_AUDIO", 0x70, 0x0001_1006), ("PLL_VIDEO", 0xA0, 0x0001_100C),
            ("PLL_ENET", 0xE0, 0x0001_1001), ("PFD_480", 0xF0, 0x1311_100C),
            ("PFD_528", 0x100, 0x1018_101B), ("MISC0", 0x150, 0x0400_0000),
            ("MISC1", 0x160, 0), ("MISC2", 0x170, 0x0027_2727),
        ):  # fmt: skip
            self._add_twins(name, offset, reset)
        self.add("PLL_AUDIO_NUM", 0x80, reset=0x05F5_E100, writable=0x3FFF_FFFF)
        self.add("PLL_AUDIO_DENOM", 0x90, reset=0x2964_619C, writable=0x3FFF_FFFF)
        self._add_twins("REG_3P0", 0x120, 0x0F74, "PMU.REG_3P0")

    def _add_twins(self, name: str, offset: int, reset: int, full_name: str = "") -> None:
        add_with_twins(
            self, name, offset, reset=reset, full_name=full_name or f"{self.name}.{name}",
            read_only=_LOCK, on_change=lambda: self._written(name),
        )  # fmt: skip

    def _written(self, name: str) -> None:
        if name.startswith("PLL"):
            powered = self[name] & _POWERDOWN if name == "PLL_USB1" else not self[name] & _POWERDOWN
            if not powered:
                self[name] &= ~_LOCK
            elif self._crystal and not self[name] & _LOCK:
                self.machine.after(_LOCK_SECONDS, lambda: self._locked(name))
        self.on_change()

    def _locked(self, name: str) -> None:
        self[name] |= _LOCK
        self.on_change()

    def _runs(self, name: str) -> bool:
        return bool(self[name] & _LOCK and self[name] & _ENABLE and not self[name] & _BYPASS)

    def arm_hz(self) -> float:
        """PLL_ARM: 24 MHz times DIV_SELECT, 54 to 108, over 2."""
        if not self._runs("PLL_ARM"):
            return CRYSTAL_HZ if self["PLL_ARM"] & _BYPASS else 0.0
        divisor = self["PLL_ARM"] & 0x7F
        if not 54 <= divisor <= 108:
            raise self.error(f"PLL_ARM.DIV_SELECT is {divisor}, it must be 54 to 108")
        return CRYSTAL_HZ * divisor / 2

    def audio_hz(self) -> float:
        """PLL_AUDIO after its post-dividers."""
        if not self._runs("PLL_AUDIO"):
            return 0.0
        word, denominator = self["PLL_AUDIO"], self["PLL_AUDIO_DENOM"]
        divisor = word & 0x7F
        if not 27 <= divisor <= 54 or not denominator or self["PLL_AUDIO_NUM"] >= denominator:
            raise self.error("PLL_AUDIO: DIV_SELECT must be 27 to 54 and NUM below DENOM")
        hz = CRYSTAL_HZ * (divisor + self["PLL_AUDIO_NUM"] / denominator)
        if not 650e6 <= hz <= 1300e6:
            raise self.error(f"PLL_AUDIO would run at {hz / 1e6:g} MHz, it can 650 to 1300")
        post = (4, 2, 1, 0)[word >> 19 & 3]
        more = {0: 1, 1: 2, 3: 4}.get(self["MISC2"] >> 15 & 1 | self["MISC2"] >> 22 & 2, 0)
        if not post or not more:
            raise self.error("PLL_AUDIO: a reserved post-divider is set")
        return hz / post / more

    def usb_ready(self) -> str:
        """Why the USB controller and its transceiver have no clock or supply, or ''."""
        if not self._runs("PLL_USB1") or not self["PLL_USB1"] & _POWERDOWN:
            return "PLL_USB1 does not run"
        if not self["PLL_USB1"] >> 6 & 1:
            return "PLL_USB1.EN_USB_CLKS is off"
        return "" if self["REG_3P0"] & 1 else "its supply PMU.REG_3P0 is off"

    def usb1_hz(self) -> float:
        """PLL3, 480 MHz when it is locked; the ROM leaves it running."""
        return 480e6


class Dcdc(Peripheral):
    """The core voltage."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "DCDC", 0x4008_0000, 0x400)
        self.add("REG0", 0x00, reset=0x1403_0111 | 1 << 31, writable=0x7FFF_FFFF, read_only=ALL)
        self.add("REG1", 0x04, reset=0x111B_A29C, writable=ALL)
        self.add("REG2", 0x08, reset=0x9, writable=ALL)
        self.add("REG3", 0x0C, reset=0x10E, writable=0x7F00_071F)

    def volts(self) -> float:
        """0.8 V and 25 mV a step."""
        return 0.8 + 0.025 * (self["REG3"] & 0x1F)


class Ccm(Peripheral):
    """Clock selection, dividers and gates."""

    def __init__(self, machine: Machine, analog: Analog, dcdc: Dcdc) -> None:
        super().__init__(machine, "CCM", 0x400F_C000, 0x400)
        self._analog, self._dcdc = analog, dcdc
        analog.on_change = self.update
        self._gates: dict[tuple[int, int], list[Peripheral]] = {}
        for name, offset, reset in (
            ("CACRR", 0x10, 0x1), ("CBCDR", 0x14, 0x000A_8300), ("CBCMR", 0x18, 0x2DAE_8324),
            ("CSCMR1", 0x1C, 0x0490_0000), ("CSCMR2", 0x20, 0x1319_2F06),
            ("CSCDR1", 0x24, 0x0649_0B00), ("CS1CDR", 0x28, 0x0EC1_02C1),
            ("CS2CDR", 0x2C, 0x0007_36C1), ("CDCDR", 0x30, 0x33F7_1F92),
            ("CSCDR2", 0x38, 0x0002_9150), ("CSCDR3", 0x3C, 0x0003_0841),
            ("CCOSR", 0x60, 0x000A_0001), ("CGPR", 0x64, 0xFE62),
        ):  # fmt: skip
            self.add(name, offset, reset=reset, writable=ALL, on_write=self._written)
        self.add("CDHIPR", 0x48)
        self.add("CLPCR", 0x54, reset=0x79, writable=ALL)
        for n, reset in enumerate(_GATES_RESET):
            self.add(f"CCGR{n}", 0x68 + 4 * n, reset=reset, writable=ALL, on_write=self._written)

    def reset(self) -> None:
        super().reset()
        self._switch_gates()
        self.machine.set_core_hz(ROM_CORE_HZ)

    def gate(self, peripheral: Peripheral, register: int, index: int) -> None:
        """Lets CCGR<register>, clock gate <index> (two bits each), switch a peripheral."""
        peripheral.clock_name = f"CCM.CCGR{register} bits {2 * index}, {2 * index + 1}"
        self._gates.setdefault((register, index), []).append(peripheral)
        peripheral.set_clock(False)

    def _switch_gates(self) -> None:
        for (register, index), peripherals in self._gates.items():
            for peripheral in peripherals:
                peripheral.set_clock(bool(self[f"CCGR{register}"] >> 2 * index & 3))

    def _written(self, value: int, before: int) -> None:
        self._switch_gates()
        self.update()

    def core_hz(self) -> float:
        """Clock of the core."""
        if self["CBCDR"] >> 25 & 1:
            source = self["CBCMR"] >> 12 & 3
            alternative = (self._analog.usb1_hz(), CRYSTAL_HZ, CRYSTAL_HZ, 0.0)[source]
            before_ahb = alternative / ((self["CBCDR"] >> 27 & 7) + 1)
        elif self["CBCMR"] >> 18 & 3 == 3 and self._analog.arm_hz() > CRYSTAL_HZ:
            before_ahb = self._analog.arm_hz() / ((self["CACRR"] & 7) + 1)
        else:
            return ROM_CORE_HZ
        return before_ahb / ((self["CBCDR"] >> 10 & 7) + 1)

    def ipg_hz(self) -> float:
        """Clock of the peripherals' bus."""
        return self.core_hz() / ((self["CBCDR"] >> 8 & 3) + 1)

    def sai1_hz(self) -> float:
        """MCLK of SAI1."""
        source = self["CSCMR1"] >> 10 & 3
        if source != 2:
            return 0.0
        word = self["CS1CDR"]
        return self._analog.audio_hz() / ((word >> 6 & 7) + 1) / ((word & 0x3F) + 1)

    def uart_hz(self) -> float:
        """Clock of the LPUARTs."""
        word = self["CSCDR1"]
        source = CRYSTAL_HZ if word >> 6 & 1 else self._analog.usb1_hz() / 6
        return source / ((word & 0x3F) + 1)

    def lpi2c_hz(self) -> float:
        """Clock of the LPI2Cs."""
        word = self["CSCDR2"]
        source = CRYSTAL_HZ if word >> 18 & 1 else self._analog.usb1_hz() / 8
        return source / ((word >> 19 & 0x3F) + 1)

    def update(self) -> None:
        """Takes over a new clock; refuses one that voltage and limits do not allow."""
        hz = self.core_hz()
        if not hz:
            raise self.error("the core has lost its clock")
        highest = 600e6 if self._dcdc.volts() >= 1.249 else 528e6
        if hz > highest:
            raise self.error(
                f"the core would run at {hz / 1e6:g} MHz, at most {highest / 1e6:g} at "
                f"{self._dcdc.volts():.3f} V (DCDC.REG3)"
            )
        if hz != ROM_CORE_HZ and self.ipg_hz() > 150e6:
            raise self.error(f"IPG would run at {self.ipg_hz() / 1e6:g} MHz, at most 150")
        if hz != self.machine.core_hz:
            self.machine.set_core_hz(hz)
