# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""QUADSPI: indirect commands, status polling and the memory-mapped window at 0x90000000."""

from collections.abc import Callable

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.spi_flash import PROGRAMS, QUAD, READS, SpiFlash
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc

PINS = {"IO0": ("PF8", 10), "IO1": ("PF9", 10), "IO2": ("PF7", 9), "IO3": ("PF6", 9),
        "CLK": ("PF10", 9), "NCS": ("PG6", 10)}  # fmt: skip
HIGHEST_HZ = 133e6
_EN, _ABORT, _APMS, _PMM = 1, 2, 1 << 22, 1 << 23
_TCF, _FTF, _SMF, _BUSY = 2, 4, 8, 32
_WRITE, _READ, _POLL, _MAPPED = range(4)
_LINES = (0, 1, 2, 4)


class Quadspi(Peripheral):
    """The controller with one flash chip; `map_flash(on)` opens and closes the window."""

    def __init__(
        self,
        machine: Machine,
        rcc: Rcc,
        gpio: Gpio,
        flash: SpiFlash,
        map_flash: Callable[[bool], None],
    ) -> None:
        super().__init__(machine, "QUADSPI", 0x5200_5000)
        self._rcc, self._gpio, self._flash, self._map = rcc, gpio, flash, map_flash
        self._data = bytearray()
        self._left = 0
        self._epoch = 0
        add = self.add
        add("CR", 0x00, writable=ALL & ~0x20_0080, on_write=self._write_cr)
        add("DCR", 0x04, writable=0x1F_0701)
        add("SR", 0x08, read_only=0x3F3F)
        add("FCR", 0x0C, writable=0x1B, stored=False, on_write=self._clear)
        add("DLR", 0x10, writable=ALL, on_write=self._refuse_busy)
        add("CCR", 0x14, writable=ALL, on_write=self._write_ccr)
        add("AR", 0x18, writable=ALL, on_write=self._write_ar)
        add("ABR", 0x1C, writable=ALL, on_write=self._refuse_busy)
        add("DR", 0x20, writable=ALL, stored=False)
        for name, offset in (("PSMKR", 0x24), ("PSMAR", 0x28)):
            add(name, offset, writable=ALL, on_write=self._refuse_busy)
        add("PIR", 0x2C, writable=0xFFFF, on_write=self._refuse_busy)
        add("LPTR", 0x30, writable=0xFFFF)

    def reset(self) -> None:
        super().reset()
        self._stop()

    def _stop(self) -> None:
        self._epoch += 1
        self._data.clear()
        self._left = 0
        self["SR"] &= ~(_BUSY | _FTF | 0x3F00)
        self._map(False)

    def clock_hz(self) -> float:
        """Clock at the chip: AHB through the prescaler."""
        return self._rcc.bus_hz("AHB") / ((self["CR"] >> 24) + 1)

    # DR is a FIFO: what an access takes depends on its width.

    def read(self, offset: int, size: int) -> int:
        """See Peripheral."""
        if offset & ~3 != 0x20:
            return super().read(offset, size)
        self._register(offset, "read of")
        if len(self._data) < size and self._mode() == _READ:
            raise self.error(f"DR is read by {size} bytes, {len(self._data)} are there")
        value = int.from_bytes(self._data[:size], "little")
        del self._data[:size]
        self._level()
        if not self._data:
            self._finish()
        return value

    def write(self, offset: int, size: int, value: int) -> None:
        """See Peripheral."""
        super().write(offset, size, value)
        if offset & ~3 == 0x20:
            if self._mode() != _WRITE or not self._left:
                raise self.error("DR is written while no data is asked for")
            self["SR"] |= _BUSY
            self._data += value.to_bytes(size, "little")[: self._left - len(self._data)]
            if len(self._data) >= self._left:
                data = bytes(self._data)
                self._data.clear()
                self._left = 0
                self._send(data)

    def _mode(self) -> int:
        return self["CCR"] >> 26 & 3

    def _lines(self, shift: int) -> int:
        return _LINES[self["CCR"] >> shift & 3]

    def _refuse_busy(self, value: int, before: int) -> None:
        if self["SR"] & _BUSY:
            raise self.error("a register is written while it is busy; abort it first")

    def _clear(self, value: int, before: int) -> None:
        self["SR"] &= ~(value & 0x1B)

    def _write_cr(self, value: int, before: int) -> None:
        if value & (0x1F << 16 | 4 | 8 | 0xC0):
            raise self.error(
                f"CR {value:#x}: interrupts, DMA, time-out, two chips are not modelled"
            )
        if value & _ABORT:
            self["CR"] = value & ~_ABORT
            self._stop()
            self["SR"] |= _TCF
        elif before & _EN and not value & _EN:
            self._stop()

    def _write_ccr(self, value: int, before: int) -> None:
        self._refuse_busy(value, before)
        if not self["CR"] & _EN:
            raise self.error("CCR is written while it is off")
        self._check_wires()
        mode = self._mode()
        if mode == _MAPPED:
            self._open_window()
        elif not self._lines(10):
            self._begin()

    def _write_ar(self, value: int, before: int) -> None:
        self._refuse_busy(value, before)
        if self["CR"] & _EN and self._lines(10) and self._mode() != _MAPPED:
            self._begin()

    def _check_wires(self) -> None:
        needed = ["CLK", "NCS", "IO0", "IO1"]
        if 4 in (self._lines(8), self._lines(10), self._lines(24)):
            needed += ["IO2", "IO3"]
            if not self._flash.status & QUAD:
                raise self.error("four lines are used, but the flash's QE bit is not set")
        for signal in needed:
            pin, function = PINS[signal]
            if self._gpio.function(pin) != function:
                raise self.error(f"{signal} is used, but {pin} is not set to AF{function}")
        if self.clock_hz() > HIGHEST_HZ:
            raise self.error(f"the flash's clock is {self.clock_hz() / 1e6:g} MHz, at most 133")
        if self["DCR"] >> 16 & 31 != 22:
            raise self.error("DCR.FSIZE is not 22: the flash has 8 MB")

    def _check_format(self, code: int) -> None:
        address, data = self._lines(10), self._lines(24)
        if self._lines(8) != 1:
            raise self.error("IMODE: the chip takes its commands on one line")
        if address and self["CCR"] >> 12 & 3 != 2:
            raise self.error("ADSIZE: the chip's addresses have 24 bits")
        wanted = None
        dummy = self["CCR"] >> 18 & 31
        if code in READS:
            lines, data_lines, cycles = READS[code]
            if code == 0xEB and self._flash.read_parameters & 0x78 != 0x70:
                cycles = 4
            wanted = lines, data_lines, cycles
        elif code in PROGRAMS:
            wanted = 1, PROGRAMS[code], 0
        if wanted and wanted != (address, data, dummy):
            raise self.error(
                f"command {code:#04x}: {address} lines of address, {data} of data, {dummy} dummy "
                f"cycles; the chip takes {wanted[0]}, {wanted[1]}, {wanted[2]}"
            )

    def _open_window(self) -> None:
        code = self["CCR"] & 0xFF
        if code not in READS:
            raise self.error(f"memory-mapped with {code:#04x}, which is no read")
        self._check_format(code)
        if self._flash.busy:
            raise self.error("memory-mapped while the flash is busy")
        self["SR"] |= _BUSY
        self._map(True)

    def _begin(self) -> None:
        mode, has_data = self._mode(), self._lines(24)
        self._check_format(self["CCR"] & 0xFF)
        if mode == _WRITE and has_data:
            # The command goes out when the first data is written.
            self._left = self["DLR"] + 1
            self["SR"] |= _FTF
            return
        self["SR"] |= _BUSY
        if mode == _POLL:
            self._poll(self._epoch)
        elif mode == _READ:
            self._later(self._receive)
        else:
            self._send(b"")

    def _later(self, call: Callable[[], None], count: int = 8) -> None:
        epoch = self._epoch

        def due() -> None:
            if epoch == self._epoch:
                call()

        self.machine.after((40 + 8 * count) / self.clock_hz(), due)

    def _send(self, data: bytes) -> None:
        self._flash.command(self["CCR"] & 0xFF, self["AR"], data)
        self["SR"] &= ~_FTF
        self._later(self._finish, len(data))

    def _receive(self) -> None:
        count = self["DLR"] + 1
        self._data += self._flash.give(self["CCR"] & 0xFF, self["AR"], count)
        self._level()

    def _level(self) -> None:
        filled = min(len(self._data), 32)
        flags = _FTF if filled else 0
        self["SR"] = self["SR"] & ~(0x3F00 | _FTF) | filled << 8 | flags

    def _finish(self) -> None:
        self["SR"] = self["SR"] & ~_BUSY | _TCF

    def _poll(self, epoch: int) -> None:
        if epoch != self._epoch:
            return
        value = int.from_bytes(self._flash.give(self["CCR"] & 0xFF, 0, self["DLR"] + 1), "little")
        mask = self["PSMKR"]
        same = ~(value ^ self["PSMAR"]) & mask & ALL
        matches = bool(same) if self["CR"] & _PMM else same == mask
        if matches:
            self["SR"] |= _SMF
            if self["CR"] & _APMS:
                self["SR"] &= ~_BUSY
                return
        self.machine.after(max(self["PIR"] / self.clock_hz(), 20e-6), lambda: self._poll(epoch))
