# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""FlexSPI with the flash chip that the board starts from: the window at 0x60000000, IP commands.

The ROM leaves it set up for reading through the window; firmware runs single sequences of the
lookup table. While the chip is busy, and until MCR0.SWRESET has thrown away what the controller
read before, the window is closed.
"""

from collections.abc import Callable
from functools import partial

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.iomuxc import Iomuxc
from pedalsmith.emulator.rt1062.rom import QUAD_READ
from pedalsmith.emulator.spi_flash import ERASES, PROGRAMS, READS, SpiFlash

CLOCK_HZ = 100e6
"""As the configuration block in the flash asks for"""
PADS = tuple(f"GPIO_SD_B1_{n:02d}" for n in range(6, 12))
FUNCTION = 1
_KEY = 0x5AF0_5AF0
_SWRESET, _MDIS = 1, 2
_DONE, _ERROR, _RX, _TX = 1, 1 << 3, 1 << 5, 1 << 6
_CMD, _RADDR, _MODE8, _WRITE, _READ, _DUMMY = 1, 2, 7, 8, 9, 12
_FIFO_BYTES = 128


class Flexspi(Peripheral):
    """`open_window(reason)`: '' opens it, anything else says why it is closed."""

    def __init__(
        self, machine: Machine, iomuxc: Iomuxc, flash: SpiFlash, open_window: Callable[[str], None]
    ) -> None:
        super().__init__(machine, "FLEXSPI", 0x402A_8000)
        self._iomuxc, self._flash, self._open_window = iomuxc, flash, open_window
        self._staged: dict[int, int] = {}
        self._out, self._in = bytearray(), bytearray()
        self._waiting = False
        self._stale = False
        self._locked = True
        add = self.add
        add("MCR0", 0x00, reset=0xFFFF_80C0, writable=ALL, on_write=self._write_mcr0)
        for name, offset, reset in (("MCR1", 0x04, ALL), ("MCR2", 0x08, 0x2000_81F7),
                                    ("AHBCR", 0x0C, 0x18)):  # fmt: skip
            add(name, offset, reset=reset, writable=ALL)
        add("INTEN", 0x10, writable=0)
        add("INTR", 0x14, reset=_TX, writable=0xFFF, stored=False, on_write=self._clear)
        add("LUTKEY", 0x18, reset=_KEY, writable=ALL)
        add("LUTCR", 0x1C, reset=1, writable=3, stored=False, on_write=self._write_lutcr)
        add("FLSHCR1A1", 0x70, reset=0x63, writable=ALL)
        add("FLSHCR2A1", 0x80, writable=ALL)
        add("IPCR0", 0xA0, writable=ALL)
        add("IPCR1", 0xA4, writable=0x870F_FFFF)
        add("IPCMD", 0xB0, writable=1, stored=False, on_write=self._command)
        add("IPRXFCR", 0xB8, writable=0x3F, on_write=self._write_rx_control)
        add("IPTXFCR", 0xBC, writable=0x3F, on_write=self._write_tx_control)
        add("STS0", 0xE0, reset=3)
        add("STS1", 0xE4)
        add("IPRXFSTS", 0xF0, on_read=lambda: (len(self._in) + 7) // 8)
        add("IPTXFSTS", 0xF4, on_read=lambda: len(self._out) // 8)
        for n in range(32):
            add(f"RFDR[{n}]", 0x100 + 4 * n, on_read=partial(self._received, n))
            add(f"TFDR[{n}]", 0x180 + 4 * n, writable=ALL, stored=False,
                on_write=partial(self._stage, n))  # fmt: skip
        for n in range(64):
            reset = QUAD_READ[n] if n < len(QUAD_READ) else 0
            add(f"LUT[{n}]", 0x200 + 4 * n, reset=reset, writable=ALL,
                on_write=partial(self._write_lut, n))  # fmt: skip

    def reset(self) -> None:
        """The flash chip goes on with what it does; the ROM waits until it is ready."""
        super().reset()
        self._drop()
        self._stale = False
        self._locked = True
        self._open()

    def _drop(self) -> None:
        self._staged.clear()
        self._out.clear()
        self._in.clear()
        self._waiting = False
        self["STS0"] = 3

    def _open(self) -> None:
        reason = ""
        if self["MCR0"] & _MDIS:
            reason = "FLEXSPI is off (MCR0.MDIS)"
        elif self._flash.busy:
            reason = "the flash chip is busy writing"
        elif self._stale:
            reason = "the flash was written and FLEXSPI.MCR0.SWRESET must come first"
        self._open_window(reason)

    def _write_mcr0(self, value: int, before: int) -> None:
        if value & _SWRESET:
            if self["STS0"] != 3:
                raise self.error("MCR0.SWRESET while a command is carried out")
            self["MCR0"] = value & ~_SWRESET
            self._drop()
            self["INTR"] = _TX
            self._stale = False
        self._open()

    def _write_lutcr(self, value: int, before: int) -> None:
        if self["LUTKEY"] != _KEY:
            raise self.error("LUTCR is written without the key 0x5af05af0 in LUTKEY")
        self._locked = value != 2
        self["LUTCR"] = value

    def _write_lut(self, n: int, value: int, before: int) -> None:
        if self._locked:
            raise self.error(f"LUT[{n}] is written while the table is locked (LUTKEY, LUTCR)")
        if n < 4:
            raise self.error(f"LUT[{n}] is written: the sequence that reads through the window")

    def _clear(self, value: int, before: int) -> None:
        flags = before & ~value
        if value & _TX and before & _TX:
            self._push()
            flags |= _TX
        if value & _RX:
            del self._in[: 8 * ((self["IPRXFCR"] >> 2 & 15) + 1)]
        self["INTR"] = flags | (_RX if self._in else 0)

    def _write_rx_control(self, value: int, before: int) -> None:
        if value & 2:
            raise self.error("IPRXFCR.RXDMAEN is not modelled")
        if value & 1:
            self._in.clear()
            self["IPRXFCR"] &= ~1

    def _write_tx_control(self, value: int, before: int) -> None:
        if value & 2:
            raise self.error("IPTXFCR.TXDMAEN is not modelled")
        if value & 1:
            self._out.clear()
            self._staged.clear()
            self["IPTXFCR"] &= ~1

    def _received(self, n: int) -> int:
        return int.from_bytes(self._in[4 * n : 4 * n + 4], "little")

    def _stage(self, n: int, value: int, before: int) -> None:
        self._staged[n] = value

    def _push(self) -> None:
        """INTR.IPTXWE is written: the words in TFDR go into the FIFO, as many as its mark says."""
        words = 2 * ((self["IPTXFCR"] >> 2 & 15) + 1)
        # A command that waits for data sends them as they come.
        if len(self._out) + 4 * words > _FIFO_BYTES and not self._waiting:
            raise self.error("the transmit FIFO overflows")
        for n in range(words):
            self._out += self._staged.pop(n, 0).to_bytes(4, "little")
        self._try()

    def _instructions(self) -> list[tuple[int, int, int]]:
        """(opcode, lines, operand) of the sequence that IPCR1 names."""
        if self["IPCR1"] >> 24 & 7:
            raise self.error("IPCR1.ISEQNUM: one sequence a command is modelled")
        first = 4 * (self["IPCR1"] >> 16 & 15)
        words = [self[f"LUT[{n}]"] for n in range(first, first + 4)]
        found = []
        for half in (word >> shift & 0xFFFF for word in words for shift in (0, 16)):
            if not half >> 10:
                break
            found.append((half >> 10, 1 << (half >> 8 & 3), half & 0xFF))
        return found

    def _command(self, value: int, before: int) -> None:
        if not value & 1:
            return
        if self["STS0"] != 3 or self._waiting:
            raise self.error("IPCMD while a command is carried out")
        if self["MCR0"] & _MDIS:
            raise self.error("IPCMD while it is off (MCR0.MDIS)")
        for pad in PADS:
            if self._iomuxc.function(pad) != FUNCTION:
                raise self.error(f"IPCMD, but {pad} is not set to ALT{FUNCTION}")
        self._waiting = True
        self["STS0"] = 0
        self._try()

    def _try(self) -> None:
        """Carries the command out once its data are there."""
        if not self._waiting:
            return
        steps = self._instructions()
        count = self["IPCR1"] & 0xFFFF
        opcodes = [opcode for opcode, _, _ in steps]
        if not steps or opcodes[0] != _CMD or steps[0][1] != 1:
            raise self.error("the sequence does not begin with a command byte on one line")
        writes = count if _WRITE in opcodes else 0
        if len(self._out) < writes:
            return
        self._waiting = False
        code = steps[0][2]
        self._check(code, steps)
        address = self["IPCR0"] & 0xFF_FFFF if _RADDR in opcodes else 0
        if _READ in opcodes:
            self._in[:] = self._flash.give(code, address, count or 1)
            self["INTR"] |= _RX
        else:
            self._flash.command(code, address, bytes(self._out[:writes]))
            self._out.clear()
            if code in ERASES or code in PROGRAMS:
                self._stale = True
                left = self._flash.busy_until - self.machine.seconds
                self.machine.after(max(left, 0) + 1e-9, self._open)
                self._open()
        self.machine.after((40 + 8 * max(count, 1)) / CLOCK_HZ, self._finish)

    def _check(self, code: int, steps: list[tuple[int, int, int]]) -> None:
        lines = {opcode: line for opcode, line, _ in steps}
        operands = {opcode: operand for opcode, _, operand in steps}
        known = {_CMD, _RADDR, _MODE8, _WRITE, _READ, _DUMMY}
        if not lines.keys() <= known:
            raise self.error(f"the sequence of command {code:#04x} has an instruction not modelled")
        if operands.get(_RADDR, 24) != 24:
            raise self.error(f"command {code:#04x}: the chip's addresses have 24 bits")
        wanted: tuple[int, int] | None = None
        if code in PROGRAMS:
            wanted = 1, PROGRAMS[code]
        elif code in ERASES:
            wanted = 1, 0
        elif code in READS:
            wanted = READS[code][0], READS[code][1]
        got = lines.get(_RADDR, 0), lines.get(_WRITE, 0) or lines.get(_READ, 0)
        if wanted and wanted != got:
            raise self.error(
                f"command {code:#04x}: {got[0]} lines of address and {got[1]} of data; the chip "
                f"takes {wanted[0]} and {wanted[1]}"
            )

    def _finish(self) -> None:
        self["STS0"] = 3
        self["INTR"] |= _DONE
