# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""LPUART6, the console (Serial1 of a Teensy), with its FIFOs of four characters."""

from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL
from pedalsmith.emulator.rt1062.ccm import Ccm
from pedalsmith.emulator.rt1062.iomuxc import Iomuxc
from pedalsmith.emulator.uart import Uart

IRQ = 25
FUNCTION = 2
TX_PAD, RX_PAD = "GPIO_AD_B0_02", "GPIO_AD_B0_03"
_FIFO = 4
_TDRE, _TC, _RDRF, _OVERRUN = 1 << 23, 1 << 22, 1 << 21, 1 << 19
_TE, _RE = 1 << 19, 1 << 18
_FLAGS = 0xC01F_C000
"""Cleared by writing ones"""


class Lpuart(Uart):
    """`port.baud` is what the terminal at the other end uses: 8 bits, no parity."""

    def __init__(self, machine: Machine, ccm: Ccm, iomuxc: Iomuxc, port: ConsolePort) -> None:
        super().__init__(machine, "LPUART6", 0x4019_8000, port)
        self._ccm, self._iomuxc = ccm, iomuxc
        self.add("VERID", 0x00, reset=0x0401_0003)
        self.add("PARAM", 0x04, reset=0x202)
        self.add("GLOBAL", 0x08, writable=2, on_write=self._write_global)
        self.add("PINCFG", 0x0C, writable=3)
        self.add("BAUD", 0x10, reset=0x0F00_0004, writable=0xDF02_3FFF, on_write=self._setting)
        self.add("STAT", 0x14, reset=0x00C0_0000, writable=ALL, stored=False,
                 on_read=self._status, on_write=self._clear)  # fmt: skip
        self.add("CTRL", 0x18, writable=0x0FFF_FFE7, on_write=self._write_control)
        self.add("DATA", 0x1C, writable=0x3FF, stored=False, on_read=self._read_data,
                 on_write=self._write_data)  # fmt: skip
        self.add("MATCH", 0x20, writable=0x3FF_03FF)
        self.add("MODIR", 0x24, writable=0)
        self.add("FIFO", 0x28, writable=ALL, stored=False, on_read=self._fifo_status,
                 on_write=self._write_fifo)  # fmt: skip
        self.add("WATER", 0x2C, writable=0x3_0003, read_only=ALL, on_read=self._water)

    def reset(self) -> None:
        super().reset()
        self["FIFO"] = 0

    def _write_global(self, value: int, before: int) -> None:
        if value & 2:
            self.reset()
            self["GLOBAL"] = 2

    def _setting(self, value: int, before: int) -> None:
        if self["CTRL"] & (_TE | _RE) and value != before:
            raise self.error("BAUD changes while it is on")

    def baud(self) -> float:
        """Bits a second, from the clock, OSR and SBR."""
        word = self["BAUD"]
        return self._ccm.uart_hz() / max(word & 0x1FFF, 1) / ((word >> 24 & 31) + 1)

    def _write_control(self, value: int, before: int) -> None:
        if value & (_TE | _RE) and not before & (_TE | _RE):
            if value & 0x97 or self["BAUD"] >> 29 & 1 or self["BAUD"] >> 13 & 1:
                raise self.error("CTRL or BAUD asks for another format than 8N1")
            if not 0.98 < self.baud() / self._port.baud < 1.02:
                raise self.error(
                    f"BAUD makes {self.baud():.0f} baud, the console has {self._port.baud}"
                )
        if value & _TE and self._iomuxc.function(TX_PAD) != FUNCTION:
            raise self.error(f"the transmitter is on, but {TX_PAD} is not set to ALT{FUNCTION}")
        self._update()

    def _listens(self) -> bool:
        return (
            bool(self["CTRL"] & _RE)
            and self._iomuxc.function(RX_PAD) == FUNCTION
            and self._iomuxc["LPUART6_RX_SELECT_INPUT"] == 1
        )

    def _depth(self, bit: int) -> int:
        return _FIFO if self["FIFO"] >> bit & 1 else 1

    def _status(self) -> int:
        water = self["WATER"]
        status = self["STAT"] & _FLAGS
        status |= _TDRE if len(self._out) <= (water & 3 if self["FIFO"] >> 7 & 1 else 0) else 0
        status |= _TC if not self._out and not self._sending else 0
        above = water >> 16 & 3 if self["FIFO"] >> 3 & 1 else 0
        return status | (_RDRF if len(self._in) > above else 0)

    def _clear(self, value: int, before: int) -> None:
        self["STAT"] = before & ~(value & _FLAGS)
        self._update()

    def _fifo_status(self) -> int:
        empty = (0 if self._in else 1 << 22) | (0 if self._out else 1 << 23)
        return self["FIFO"] & 0x3_1F88 | 0x11 | empty

    def _write_fifo(self, value: int, before: int) -> None:
        if (value ^ before) & 0x88 and self["CTRL"] & (_TE | _RE):
            raise self.error("FIFO is switched while it is on")
        if value & 1 << 14:
            self._in.clear()
        if value & 1 << 15:
            self._out.clear()
        self["FIFO"] = value & 0x1F88 | before & 0x3_0000 & ~value
        self._update()

    def _water(self) -> int:
        return self["WATER"] & 0x3_0003 | len(self._out) << 8 | len(self._in) << 24

    def _write_data(self, value: int, before: int) -> None:
        if not self["CTRL"] & _TE:
            raise self.error("DATA is written while the transmitter is off")
        if len(self._out) >= self._depth(7):
            raise self.error("DATA is written while it is full: the character is lost")
        self._out.append(value & 0xFF)
        self._start()
        self._update()

    def _receive(self, character: int) -> None:
        if not self._listens():
            return
        if len(self._in) >= self._depth(3):
            self["STAT"] |= _OVERRUN
        else:
            self._in.append(character)
        self._update()

    def _read_data(self) -> int:
        character = self._in.popleft() if self._in else 0x1000
        self._update()
        return character

    def _update(self) -> None:
        flags = self._status() & (_TDRE | _TC | _RDRF)
        wanted = self["CTRL"] & (_TDRE | _TC | _RDRF)
        overrun = self["STAT"] & _OVERRUN and self["CTRL"] >> 27 & 1
        self.machine.set_line(IRQ, bool(flags & wanted or overrun))
