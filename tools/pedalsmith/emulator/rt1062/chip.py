# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The RT1062 with its flash chip: memories and peripherals put together."""

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.codecs.sgtl5000 import Sgtl5000
from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.faults import LoaderEntered
from pedalsmith.emulator.i2c_bus import I2cBus
from pedalsmith.emulator.knobs import Knobs
from pedalsmith.emulator.machine import EXECUTE, READ, Machine
from pedalsmith.emulator.rt1062 import rom
from pedalsmith.emulator.rt1062.adc import Adc
from pedalsmith.emulator.rt1062.ccm import ROM_CORE_HZ, Analog, Ccm, Dcdc
from pedalsmith.emulator.rt1062.edma import Dmamux, Edma
from pedalsmith.emulator.rt1062.flexram import FlexRam
from pedalsmith.emulator.rt1062.flexspi import FUNCTION, PADS, Flexspi
from pedalsmith.emulator.rt1062.gpio import Gpio
from pedalsmith.emulator.rt1062.iomuxc import Gpr, Iomuxc
from pedalsmith.emulator.rt1062.lpi2c import Lpi2c
from pedalsmith.emulator.rt1062.lpuart import Lpuart
from pedalsmith.emulator.rt1062.sai import Sai
from pedalsmith.emulator.rt1062.system import SOFTWARE, WATCHDOG, Ocotp, Src
from pedalsmith.emulator.rt1062.tempmon import Tempmon
from pedalsmith.emulator.rt1062.usb import Usb, Usbphy
from pedalsmith.emulator.rt1062.watchdog import Watchdog
from pedalsmith.emulator.spi_flash import SpiFlash

FLASH = rom.FLASH
OCRAM2, OCRAM2_BYTES = 0x2020_0000, 0x8_0000
ROM_STACK = OCRAM2 + 0x8000
"""The ROM works at the beginning of OCRAM2."""
HALFKAY = 251
"""The breakpoint at which the Teensy's second chip takes over"""
REQUEST_RX, REQUEST_TX = 19, 20


class Rt1062:
    """The chip with an audio shield, `flash_bytes` of flash, a console at `baud`."""

    def __init__(
        self,
        name: str,
        *,
        flash_bytes: int = 0x80_0000,
        baud: int = 115_200,
        crystal: bool = True,
        codec_answers: bool = True,
    ) -> None:
        self.machine = machine = Machine(name, core_hz=ROM_CORE_HZ)
        machine.state.systick_reference = 158_400_000_000 // 100_000
        self.flash = machine.add_memory(FLASH, flash_bytes, READ | EXECUTE)
        self.flash[:] = 0xFF
        machine.add_memory(OCRAM2, OCRAM2_BYTES)
        self.analog, self.dcdc = Analog(machine, crystal=crystal), Dcdc(machine)
        self.ccm = ccm = Ccm(machine, self.analog, self.dcdc)
        self.iomuxc, self.gpr = Iomuxc(machine), Gpr(machine)
        self.flexram = FlexRam(machine, self.gpr)
        self.src = Src(machine)
        ccm.gate(Ocotp(machine), 2, 6)
        self.tempmon = Tempmon(machine)
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
        self.gpio = Gpio(machine, ccm, self.iomuxc, self.gpr)
        self.console = ConsolePort(machine, baud)
        self.lpuart = Lpuart(machine, ccm, self.iomuxc, self.console)
        ccm.gate(self.lpuart, 3, 3)
        self.knobs = Knobs()
        for index, gate in ((1, 8), (2, 4)):
            ccm.gate(Adc(machine, index, ccm, self.iomuxc, self.knobs), 1, gate)
        self.watchdog = Watchdog(machine, self._bitten)
        ccm.gate(self.watchdog, 3, 8)
        device = 0x15 if flash_bytes == 0x20_0000 else 0x17
        self.spi_flash = SpiFlash(
            self.flash,
            lambda: machine.seconds,
            lambda at, count: machine.changed(FLASH + at, count),
            identity=bytes([0xEF, 0x40, device]),
        )
        self.flexspi = Flexspi(machine, self.iomuxc, self.spi_flash, self._open_window)
        ccm.gate(self.flexspi, 6, 5)
        self.phy = Usbphy(machine)
        self.usb = Usb(machine, self.analog, self.phy, self._reachable)
        ccm.gate(self.phy, 6, 0)
        ccm.gate(self.usb, 6, 0)
        self._reset_flag = 0
        machine.on_reset = self._restart
        machine.on_breakpoint = self._breakpoint

    def power_up(self) -> None:
        """Power-on reset."""
        self.src.power_up()
        self._start()

    def _start(self) -> None:
        """The ROM: takes the image that the flash holds, or refuses it."""
        machine = self.machine
        machine.reset(FLASH)
        self.flexram.update()
        for pad in PADS:
            self.iomuxc[f"SW_MUX_CTL_PAD_{pad}"] = FUNCTION
        machine.start_at(rom.entry_of(machine.read, len(self.flash)), ROM_STACK)

    def _bitten(self) -> None:
        self._reset_flag = WATCHDOG
        self.machine.request_reset()

    def _restart(self) -> None:
        """A reset while running; what was the reason is in SRC.SRSR."""
        self.src.note(self._reset_flag or SOFTWARE)
        self._reset_flag = 0
        self._start()

    def _breakpoint(self, number: int) -> None:
        if number != HALFKAY:
            raise self.flexspi.error(f"bkpt #{number}, but no debugger is there")
        raise LoaderEntered(f"{self.machine.name}: the firmware has entered HalfKay, the loader.")

    def _open_window(self, reason: str) -> None:
        self.machine.locked_because[FLASH] = reason
        self.machine.protect(FLASH, 0 if reason else READ | EXECUTE)

    def _codec_mclk_hz(self) -> float:
        """MCLK reaches the codec when SAI1 has its clock and the pad its function and direction."""
        out = self.gpr["GPR1"] >> 19 & 1 and self.iomuxc.function("GPIO_AD_B1_09") == 3
        return self.sai.mclk_hz() if out and self.sai.clocked else 0.0

    def _reachable(self, address: int, count: int) -> str:
        """Why eDMA and USB cannot use a stretch of memory, or ''."""
        if self.flexram.holds(address, count):
            return ""
        if not OCRAM2 <= address <= OCRAM2 + OCRAM2_BYTES - count:
            return "the DMA does not reach this memory"
        if self.machine.is_cached(address, count):
            return "the data cache holds this memory, what the DMA moves would be missed"
        return ""
