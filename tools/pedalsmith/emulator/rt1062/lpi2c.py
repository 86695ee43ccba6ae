# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""LPI2C1 as a master, by commands in its transmit FIFO."""

from collections import deque

from pedalsmith.emulator.i2c_bus import I2cBus
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.ccm import Ccm
from pedalsmith.emulator.rt1062.iomuxc import Iomuxc

PADS = {"SDA": "GPIO_AD_B1_01", "SCL": "GPIO_AD_B1_00"}
FUNCTION = 3
FIFO = 4
_TDF, _RDF, _EPF, _SDF, _NDF, _MBF, _BBF = (1 << n for n in (0, 1, 8, 9, 10, 24, 25))
_SEND, _RECEIVE, _STOP, _START = 0, 1, 2, 4


class Lpi2c(Peripheral):
    """LPI2C1; a command takes as long as its bits on the wires."""

    def __init__(self, machine: Machine, ccm: Ccm, iomuxc: Iomuxc, bus: I2cBus) -> None:
        super().__init__(machine, "LPI2C1", 0x403F_0000, 0x400)
        self._ccm, self._iomuxc, self._bus = ccm, iomuxc, bus
        self._commands: deque[tuple[int, int]] = deque()
        self._received: deque[int] = deque()
        self._working = self._open = False
        self.add("VERID", 0x00, reset=0x0100_0003)
        self.add("PARAM", 0x04, reset=0x202)
        self.add("MCR", 0x10, writable=0x30F, on_write=self._write_mcr)
        self.add("MSR", 0x14, reset=_TDF, stored=False, writable=ALL, on_read=self._status,
                 on_write=self._clear)  # fmt: skip
        self.add("MIER", 0x18, writable=0)
        for name, offset, mask in (
            ("MDER", 0x1C, 0), ("MCFGR0", 0x20, 0x307), ("MCFGR1", 0x24, 0x0707_0707),
            ("MCFGR2", 0x28, 0x0F0F_0FFF), ("MCFGR3", 0x2C, 0x000F_FF00), ("MDMR", 0x40, 0),
            ("MCCR0", 0x48, 0x3F3F_3F3F), ("MCCR1", 0x50, 0x3F3F_3F3F), ("MFCR", 0x58, 0x3_0003),
        ):  # fmt: skip
            self.add(name, offset, writable=mask)
        self.add("MFSR", 0x5C, on_read=lambda: len(self._received) << 16 | len(self._commands))
        self.add("MTDR", 0x60, stored=False, writable=0x7FF, on_write=self._write_command)
        self.add("MRDR", 0x70, on_read=self._read_data)

    def scl_hz(self) -> float:
        """Rate of the clock line."""
        timing, prescale = self["MCCR0"], self["MCFGR1"] & 7
        ticks = (timing & 0x3F) + (timing >> 8 & 0x3F) + 2
        return self._ccm.lpi2c_hz() / (1 << prescale) / ticks

    def _write_mcr(self, value: int, before: int) -> None:
        if value & 2:
            self._commands.clear()
            self._received.clear()
            self._working = self._open = False
            self["MSR"] = _TDF
        self["MCR"] = value & ~0x300

    def _status(self) -> int:
        status = self["MSR"] & ~(_TDF | _RDF | _MBF | _BBF)
        status |= _TDF if len(self._commands) <= self["MFCR"] & 3 else 0
        status |= _RDF if len(self._received) > self["MFCR"] >> 16 & 3 else 0
        return status | (_MBF | _BBF if self._open else 0)

    def _clear(self, value: int, before: int) -> None:
        self["MSR"] &= ~(value & 0x7F00)

    def _write_command(self, value: int, before: int) -> None:
        if not self["MCR"] & 1:
            raise self.error("MTDR is written while it is off (MCR.MEN)")
        if len(self._commands) >= FIFO:
            raise self.error("MTDR is written while its FIFO is full")
        self._commands.append((value >> 8, value & 0xFF))
        if not self._working:
            self._working = True
            self._next()

    def _next(self) -> None:
        if not self._commands or self["MSR"] & _NDF:
            self._working = False
            return
        command, data = self._commands[0]
        bits = 9 * ((data + 1) if command == _RECEIVE else 1)
        self._check_wires()
        self.machine.after(bits / self.scl_hz(), self._done)

    def _check_wires(self) -> None:
        for signal, pad in PADS.items():
            if self._iomuxc.function(pad) != FUNCTION or not self._iomuxc.open_drain(pad):
                raise self.error(f"{pad} is not set to ALT{FUNCTION}, open-drain ({signal})")
        if (
            self._iomuxc["LPI2C1_SDA_SELECT_INPUT"] != 1
            or self._iomuxc["LPI2C1_SCL_SELECT_INPUT"] != 1
        ):
            raise self.error("its inputs are not selected (SELECT_INPUT 1)")
        if not 10e3 < self.scl_hz() <= 420e3:
            raise self.error(f"SCL would run at {self.scl_hz() / 1e3:.0f} kHz; the codec takes 400")

    def _done(self) -> None:
        if not self._commands:
            self._working = False
            return
        command, data = self._commands.popleft()
        if command == _START:
            self._open = True
            if not self._bus.start(data >> 1, read=bool(data & 1)):
                self._refused()
        elif command == _SEND:
            if not self._bus.write(data):
                self._refused()
        elif command == _RECEIVE:
            self._received.extend(self._bus.read() for _ in range(data + 1))
        elif command == _STOP:
            self._bus.stop()
            self._open = False
            self["MSR"] |= _SDF | _EPF
        else:
            raise self.error(f"MTDR command {command} is not modelled")
        self._next()

    def _refused(self) -> None:
        self["MSR"] |= _NDF
        self._commands.clear()
        self._bus.stop()
        self._open = False

    def _read_data(self) -> int:
        return self._received.popleft() if self._received else 1 << 14
