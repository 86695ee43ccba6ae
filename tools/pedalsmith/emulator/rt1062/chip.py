# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The RT1062: memories and the peripherals of the audio path put together."""

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.codecs.sgtl5000 import Sgtl5000
from pedalsmith.emulator.i2c_bus import I2cBus
from pedalsmith.emulator.machine import EXECUTE, READ, Machine
from pedalsmith.emulator.memory_types import is_cached
from pedalsmith.emulator.rt1062.ccm import ROM_CORE_HZ, Analog, Ccm, Dcdc
from pedalsmith.emulator.rt1062.edma import Dmamux, Edma
from pedalsmith.emulator.rt1062.iomuxc import Gpr, Iomuxc
from pedalsmith.emulator.rt1062.lpi2c import Lpi2c
from pedalsmith.emulator.rt1062.sai import Sai

FLASH, FLASH_BYTES = 0x6000_0000, 0x80_0000
OCRAM2, OCRAM2_BYTES = 0x2020_0000, 0x8_0000
TCM_BYTES = 0x8_0000
"""FlexRAM: ITCM and DTCM share it; each is mapped whole here, GPR17 is not followed."""
REQUEST_RX, REQUEST_TX = 19, 20


class Rt1062:
    """The chip with an audio shield."""

    def __init__(self, name: str, *, codec_answers: bool = True) -> None:
        self.machine = machine = Machine(name, core_hz=ROM_CORE_HZ)
        machine.state.systick_reference = 158_400_000_000 // 100_000
        self.flash = machine.add_memory(FLASH, FLASH_BYTES, READ | EXECUTE)
        self.flash[:] = 0xFF
        machine.add_memory(0x0000_0000, TCM_BYTES)
        machine.add_memory(0x2000_0000, TCM_BYTES)
        machine.add_memory(OCRAM2, OCRAM2_BYTES)
        self.analog, self.dcdc = Analog(machine), Dcdc(machine)
        self.ccm = ccm = Ccm(machine, self.analog, self.dcdc)
        self.iomuxc, self.gpr = Iomuxc(machine), Gpr(machine)
        self.mux = Dmamux(machine)
        self.dma = self.mux.dma = Edma(machine, self.mux, self._reachable)
        ccm.gate(self.mux, 5, 3)
        ccm.gate(self.dma, 5, 3)
        self.audio = AudioPort(machine)
        self.sai = Sai(machine, ccm, self.iomuxc, self.gpr, self.audio)
        ccm.gate(self.sai, 5, 9)
        self.mux.connect(REQUEST_RX, self.sai.receiver)
        self.mux.connect(REQUEST_TX, self.sai.transmitter)
        self.i2c_bus = I2cBus()
        self.codec = Sgtl5000(self._codec_mclk_hz, present=codec_answers)
        self.i2c_bus.attach(self.codec)
        self.lpi2c = Lpi2c(machine, ccm, self.iomuxc, self.i2c_bus)
        ccm.gate(self.lpi2c, 2, 3)

    def _codec_mclk_hz(self) -> float:
        """MCLK reaches the codec when SAI1 has its clock and the pad its function and direction."""
        out = self.gpr["GPR1"] >> 19 & 1 and self.iomuxc.function("GPIO_AD_B1_09") == 3
        return self.sai.mclk_hz() if out and self.sai.clocked else 0.0

    def _reachable(self, address: int, count: int) -> str:
        """Why the eDMA cannot use a stretch of memory, or ''."""
        if address < TCM_BYTES or 0x2000_0000 <= address < 0x2000_0000 + TCM_BYTES:
            return ""
        if not OCRAM2 <= address <= OCRAM2 + OCRAM2_BYTES - count:
            return "the eDMA does not reach this memory"
        return ""

    def cached(self, address: int) -> bool:
        """The data cache may hold an address."""
        return is_cached(self.machine.state, address)
