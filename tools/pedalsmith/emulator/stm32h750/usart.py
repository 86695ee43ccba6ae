# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""USART1 with its FIFO: the console. A character takes its time at the baud rate set."""

from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc
from pedalsmith.emulator.uart import Uart

IRQ = 37
FUNCTION = 7
_TX_PINS, _RX_PINS = ("PB6", "PA9"), ("PB7", "PA10")
_FIFO = 16
RXNE, TC, TXNF = 1 << 5, 1 << 6, 1 << 7
OVERRUN = 1 << 3


class Usart(Uart):
    """USART1. `port.baud` is what the terminal at the other end uses: 8 bits, no parity."""

    def __init__(self, machine: Machine, rcc: Rcc, gpio: Gpio, port: ConsolePort) -> None:
        super().__init__(machine, "USART1", 0x4001_1000, port)
        self._rcc, self._gpio = rcc, gpio
        self.add("CR1", 0x00, writable=0xFFFF_FFFF, on_write=self._write_cr1)
        self.add("CR2", 0x04, writable=0x3000, on_write=self._write_control)
        self.add("CR3", 0x08, writable=0xFF80_1001, on_write=self._write_control)
        self.add("BRR", 0x0C, writable=0xFFFF, on_write=self._write_brr)
        self.add("GTPR", 0x10, writable=0xFFFF)
        self.add("RTOR", 0x14, writable=0xFFFF_FFFF)
        self.add("RQR", 0x18, writable=0x1F, stored=False)
        self.add("ISR", 0x1C, reset=0x0080_00C0, read_only=0xFFFF_FFFF)
        self.add("ICR", 0x20, writable=0x12_3BDF, stored=False, on_write=self._clear)
        self.add("RDR", 0x24, read_only=0x1FF, on_read=self._read_rdr)
        self.add("TDR", 0x28, writable=0x1FF, stored=False, on_write=self._write_tdr)
        self.add("PRESC", 0x2C, writable=0xF, on_write=self._write_brr)

    def _write_control(self, value: int, before: int) -> None:
        if self["CR1"] & 1 and value != before:
            raise self.error("CR2 or CR3 changes while the USART is on")

    def _write_brr(self, value: int, before: int) -> None:
        if self["CR1"] & 1:
            raise self.error("BRR or PRESC changes while the USART is on")

    def _write_cr1(self, value: int, before: int) -> None:
        if value & 1 and not before & 1:
            if value & (1 << 28 | 1 << 12 | 1 << 10 | 1 << 15):
                raise self.error("CR1 asks for another format than 8N1, 16 times oversampling")
            wanted, baud = self._port.baud, self.baud()
            if not 0.98 < baud / wanted < 1.02:
                raise self.error(f"BRR makes {baud:.0f} baud, the console has {wanted}")
        if value & 1 and value & 8:
            if not any(self._gpio.function(pin) == FUNCTION for pin in _TX_PINS):
                raise self.error("the transmitter is on, but no pin is set to USART1_TX")
            self["ISR"] |= 1 << 21
        if value & 1 and value & 4:
            self["ISR"] |= 1 << 22
        self._update()

    def baud(self) -> float:
        """Bits a second, from the kernel clock and BRR."""
        divisor = (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)[min(self["PRESC"], 11)]
        return self._rcc.usart16_hz() / divisor / max(self["BRR"], 1)

    def _write_tdr(self, value: int, before: int) -> None:
        if self["CR1"] & 9 != 9:
            raise self.error("TDR is written while the transmitter is off")
        if len(self._out) >= self._depth():
            raise self.error("TDR is written while it is full: the character is lost")
        self._out.append(value & 0xFF)
        self._update()
        self._start()

    def _depth(self) -> int:
        return _FIFO if self["CR1"] >> 29 & 1 else 1

    def _receive(self, character: int) -> None:
        if self["CR1"] & 5 != 5 or not any(
            self._gpio.function(pin) == FUNCTION for pin in _RX_PINS
        ):
            return
        if len(self._in) >= self._depth():
            self["ISR"] |= OVERRUN
        else:
            self._in.append(character)
        self._update()

    def _read_rdr(self) -> int:
        character = self._in.popleft() if self._in else self["RDR"]
        self["RDR"] = character
        self._update()
        return character

    def _clear(self, value: int, before: int) -> None:
        self["ISR"] &= ~(value & 0x1F)
        self._update()

    def _update(self) -> None:
        isr = self["ISR"] & ~(RXNE | TC | TXNF | 1 << 23)
        isr |= RXNE if self._in else 0
        isr |= TXNF if len(self._out) < self._depth() else 0
        isr |= 1 << 23 if not self._out else 0
        isr |= TC if not self._out and not self._sending else 0
        self["ISR"] = isr
        cr1 = self["CR1"]
        self.machine.set_line(IRQ, bool(isr & cr1 & (RXNE | TC | TXNF)))
