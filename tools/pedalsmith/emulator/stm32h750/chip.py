# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The STM32H750: memories and peripherals put together."""

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.i2c_bus import I2cBus
from pedalsmith.emulator.knobs import Knobs
from pedalsmith.emulator.machine import EXECUTE, READ, WRITE, Machine
from pedalsmith.emulator.spi_flash import SpiFlash
from pedalsmith.emulator.stm32h750.adc import Adc
from pedalsmith.emulator.stm32h750.dma import Dma, Dmamux
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.i2c import I2c
from pedalsmith.emulator.stm32h750.iwdg import RESET_FLAG, Iwdg
from pedalsmith.emulator.stm32h750.otg import Otg
from pedalsmith.emulator.stm32h750.quadspi import Quadspi
from pedalsmith.emulator.stm32h750.rcc import HSI_HZ, Rcc
from pedalsmith.emulator.stm32h750.sai import CodecWires, Sai
from pedalsmith.emulator.stm32h750.system import Dbgmcu, FlashInterface, Pwr, Syscfg
from pedalsmith.emulator.stm32h750.thermometer import POINTS, Thermometer
from pedalsmith.emulator.stm32h750.usart import Usart

FLASH, FLASH_BYTES = 0x0800_0000, 0x2_0000
QSPI, QSPI_BYTES = 0x9000_0000, 0x80_0000
D2_SRAM, D2_SRAM_BYTES = 0x3000_0000, 0x4_8000
BACKUP, BACKUP_BYTES = 0x3880_0000, 0x1000
_MEMORIES = (
    (0x0000_0000, 0x1_0000), (0x2000_0000, 0x2_0000), (0x2400_0000, 0x8_0000),
    (D2_SRAM, D2_SRAM_BYTES), (0x3800_0000, 0x1_0000), (BACKUP, BACKUP_BYTES),
)  # fmt: skip
_IDENTITY_PAGE, _UNIQUE_ID = 0x1FF1_E000, 0x800
_SOFTWARE_RESET_FLAG = 1 << 24
_DMA_REACHES = ((0x2400_0000, 0x8_0000), (D2_SRAM, D2_SRAM_BYTES), (0x3800_0000, 0x1_0000))


class Stm32h750:
    """The chip on a board whose codec has `wires` and whose console runs at `baud`."""

    def __init__(self, name: str, *, wires: CodecWires, baud: int, hse_hz: float) -> None:
        self.machine = machine = Machine(name, core_hz=HSI_HZ)
        machine.state.systick_reference *= 8  # HCLK / 8, replaced when the clocks change
        self.flash = machine.add_memory(FLASH, FLASH_BYTES, READ | EXECUTE)
        self.flash[:] = 0xFF
        for base, size in _MEMORIES:
            machine.add_memory(base, size)
        identity = machine.add_memory(_IDENTITY_PAGE, 0x1000, READ)
        identity[_UNIQUE_ID : _UNIQUE_ID + 12] = list(b"\x31\x00\x2d\x00\x0c\x51EMULATED"[:12])
        self.rcc = rcc = Rcc(machine, hse_hz=hse_hz)
        self.pwr = Pwr(machine)
        self.syscfg = Syscfg(machine, self.pwr)
        rcc.gate(self.syscfg, "APB4", 1)
        self.flash_interface = FlashInterface(machine, rcc)
        Dbgmcu(machine)
        rcc.voltage_scale = self._voltage_scale
        rcc.flash_wait_states = lambda: self.flash_interface["ACR"] & 15
        self.gpio = Gpio(machine, rcc)
        self.mux = Dmamux(machine)
        self.dma = {n: Dma(machine, n, self.mux, self._reachable) for n in (1, 2)}
        rcc.gate(self.dma[1], "AHB1", 0)
        rcc.gate(self.dma[2], "AHB1", 1)
        self.audio = AudioPort(machine)
        self.sai = Sai(machine, rcc, self.gpio, wires, self.audio)
        rcc.gate(self.sai, "APB2", 22)
        for request, letter in ((87, "A"), (88, "B")):
            self.mux.connect(request, self.sai.blocks[letter])
        self.console = ConsolePort(machine, baud)
        self.usart = Usart(machine, rcc, self.gpio, self.console)
        rcc.gate(self.usart, "APB2", 4)
        self.knobs = Knobs()
        self.adc = Adc(machine, rcc, self.gpio, self.knobs)
        rcc.gate(self.adc, "AHB1", 5)
        self.mux.connect(9, self.adc)
        self.thermometer = Thermometer(machine, rcc, self.gpio, self.knobs)
        rcc.gate(self.thermometer, "AHB4", 24)
        for at, (_, reading) in POINTS.items():
            identity[at : at + 2] = list(reading.to_bytes(2, "little"))
        self.i2c_bus = I2cBus()
        self.i2c = I2c(machine, rcc, self.gpio, self.i2c_bus, ("PH4", "PB11"))
        rcc.gate(self.i2c, "APB1L", 22)
        self.iwdg = Iwdg(machine, self._bitten)
        window = machine.add_memory(QSPI, QSPI_BYTES, 0)
        window[:] = 0xFF
        self.spi_flash = SpiFlash(
            window, lambda: machine.seconds, lambda at, count: machine.changed(QSPI + at, count)
        )
        self.quadspi = Quadspi(machine, rcc, self.gpio, self.spi_flash, self._map_flash)
        rcc.gate(self.quadspi, "AHB3", 14)
        self.usb = Otg(machine, rcc, self.gpio, lambda: bool(self.pwr["CR3"] >> 26 & 1))
        rcc.gate(self.usb, "AHB1", 27)
        self._reset_flag = 0
        machine.on_reset = self._restart
        for bit in (29, 30, 31):
            rcc.gate_call("AHB2", bit, lambda on: self._gate_d2_sram())
        rcc.gate_call("AHB4", 28, lambda on: self._gate_backup())

    def _voltage_scale(self) -> int:
        pwr = self.pwr
        if not pwr["D3CR"] & 0x2000 or pwr["CSR1"] & 0xC000 != 0xC000:
            return 1 if pwr["CSR1"] & 0xC000 == 0xC000 else 3
        return 0 if self.syscfg["PWRCR"] & 1 else 1

    def _bitten(self) -> None:
        self._reset_flag = RESET_FLAG
        self.machine.request_reset()

    def _restart(self) -> None:
        """A reset while running; what was the reason is in RCC.RSR."""
        self.rcc.flag_reset(self._reset_flag or _SOFTWARE_RESET_FLAG)
        self._reset_flag = 0
        self.power_up()

    def power_up(self) -> None:
        """Starts what is in flash: the vectors are at its beginning."""
        self.machine.reset(FLASH)

    def _map_flash(self, on: bool) -> None:
        self.machine.protect(QSPI, READ | EXECUTE if on else 0)

    def _gate_d2_sram(self) -> None:
        on = self.rcc["AHB2ENR"] >> 29 == 7
        self.machine.protect(D2_SRAM, READ | WRITE | EXECUTE if on else 0)

    def _gate_backup(self) -> None:
        on = self.rcc["AHB4ENR"] >> 28 & 1
        self.machine.protect(BACKUP, READ | WRITE if on else 0)

    def _reachable(self, address: int, count: int) -> str:
        """Why DMA1 and DMA2 cannot use a stretch of memory, or ''."""
        if not any(b <= address and address + count <= b + s for b, s in _DMA_REACHES):
            return "DMA1 and DMA2 do not reach this memory"
        if D2_SRAM <= address < D2_SRAM + D2_SRAM_BYTES and self.rcc["AHB2ENR"] >> 29 != 7:
            return "the clock of this memory is off"
        if self.machine.is_cached(address, count):
            return "the data cache holds this memory, what the DMA moves would be missed"
        return ""
