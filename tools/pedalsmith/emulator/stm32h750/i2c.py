# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""I2C2 as a master of 7-bit addresses, byte by byte with the time each takes on the wires."""

from collections.abc import Callable

from pedalsmith.emulator.i2c_bus import I2cBus
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc

FUNCTION = 4
_TXE, _TXIS, _RXNE, _NACKF, _STOPF, _TC, _BUSY = (1 << n for n in (0, 1, 2, 4, 5, 6, 15))
_READ, _START, _STOP, _AUTOEND = 1 << 10, 1 << 13, 1 << 14, 1 << 25


class I2c(Peripheral):
    """I2C2; `bus` holds what answers."""

    def __init__(
        self, machine: Machine, rcc: Rcc, gpio: Gpio, bus: I2cBus, pins: tuple[str, str]
    ) -> None:
        super().__init__(machine, "I2C2", 0x4000_5800)
        self._rcc, self._gpio, self._bus, self._pins = rcc, gpio, bus, pins
        self._left = 0
        self._epoch = 0
        self.add("CR1", 0x00, writable=0x00FF_DFFF, on_write=self._write_cr1)
        self.add("CR2", 0x04, writable=0x07FF_FFFF, on_write=self._write_cr2)
        self.add("OAR1", 0x08, writable=0x87FF)
        self.add("OAR2", 0x0C, writable=0x87FE)
        self.add("TIMINGR", 0x10, writable=0xF0FF_FFFF, on_write=self._write_timing)
        self.add("TIMEOUTR", 0x14, writable=0x8FFF_9FFF)
        self.add("ISR", 0x18, reset=_TXE, writable=0, read_only=ALL)
        self.add("ICR", 0x1C, writable=0x3F38, stored=False, on_write=self._clear)
        self.add("PECR", 0x20, read_only=0xFF)
        self.add("RXDR", 0x24, read_only=0xFF, on_read=self._read_data)
        self.add("TXDR", 0x28, writable=0xFF, stored=False, on_write=self._write_data)

    def scl_hz(self) -> float:
        """Rate of the clock line by TIMINGR, without rise and fall times."""
        timing = self["TIMINGR"]
        ticks = (timing & 0xFF) + (timing >> 8 & 0xFF) + 2
        return self._rcc.i2c123_hz() / ((timing >> 28) + 1) / ticks

    def _write_timing(self, value: int, before: int) -> None:
        if self["CR1"] & 1:
            raise self.error("TIMINGR changes while it is on")

    def _write_cr1(self, value: int, before: int) -> None:
        if value & ~0x1F01:
            raise self.error(f"CR1 {value:#x}: interrupts and DMA are not modelled")
        if not value & 1:
            # Off: the state machine is reset.
            self._epoch += 1
            self["ISR"] = _TXE
            self["CR2"] &= ~(_START | _STOP)

    def _write_cr2(self, value: int, before: int) -> None:
        if not value & _START or before & _START:
            return
        if not self["CR1"] & 1:
            raise self.error("START while it is off")
        if value & (1 << 11 | 1 << 24):
            raise self.error("CR2: 10-bit addresses and RELOAD are not modelled")
        self._check_wires()
        self._left = value >> 16 & 0xFF
        self["ISR"] |= _BUSY
        self._later(self._addressed)

    def _check_wires(self) -> None:
        for pin in self._pins:
            port, bit = self._gpio.pin(pin)
            if port.function(bit) != FUNCTION:
                raise self.error(f"START, but {pin} is not set to AF{FUNCTION}")
            if not port["OTYPER"] >> bit & 1:
                raise self.error(f"START, but {pin} is not open-drain")
        if not 50e3 < self.scl_hz() <= 520e3:
            raise self.error(f"TIMINGR makes {self.scl_hz() / 1e3:.0f} kHz; the codec takes 400")

    def _later(self, call: Callable[[], None]) -> None:
        epoch = self._epoch

        def due() -> None:
            if epoch == self._epoch:
                call()

        self.machine.after(9 / self.scl_hz(), due)

    def _addressed(self) -> None:
        control = self["CR2"]
        self["CR2"] = control & ~_START
        if not self._bus.start(control >> 1 & 0x7F, read=bool(control & _READ)):
            self._end(_NACKF)
        elif control & _READ:
            self._later(self._receive)
        else:
            self._next()

    def _next(self) -> None:
        if self._left and not self["ISR"] & _TXE:
            self._send()
        elif self._left:
            self["ISR"] |= _TXIS
        elif self["CR2"] & _AUTOEND:
            self._end(0)
        else:
            self["ISR"] |= _TC

    def _end(self, flags: int) -> None:
        self._bus.stop()
        self["ISR"] = self["ISR"] & ~(_BUSY | _TXIS) | _STOPF | _TXE | flags

    def _write_data(self, value: int, before: int) -> None:
        if not self["ISR"] & _TXE:
            raise self.error("TXDR is written while it is full")
        self["ISR"] &= ~_TXE
        self["TXDR"] = value
        # Written before the START it waits there; else the byte is being asked for.
        if self["ISR"] & _TXIS:
            self._send()

    def _send(self) -> None:
        value = self["TXDR"]
        self["ISR"] = self["ISR"] & ~_TXIS | _TXE
        self._left -= 1

        def sent() -> None:
            if self._bus.write(value):
                self._next()
            else:
                self._end(_NACKF)

        self._later(sent)

    def _receive(self) -> None:
        self["RXDR"] = self._bus.read()
        self._left -= 1
        self["ISR"] |= _RXNE

    def _read_data(self) -> int:
        if self["ISR"] & _RXNE:
            self["ISR"] &= ~_RXNE
            if self._left:
                self._later(self._receive)
            else:
                self._next()
        return self["RXDR"]

    def _clear(self, value: int, before: int) -> None:
        self["ISR"] &= ~(value & 0x3F38)
