# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Serial flash chips by command byte: erase to ones, program zeros, busy for their time.

`content` is the array that a board maps, and what stays when the board goes: a test takes it from
one board to the next. Power can be cut in the middle of an erase or a program; sectors can be worn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pedalsmith.emulator.faults import EmulationError

SECTOR, PAGE = 4096, 256
WRITE_ENABLED, BUSY, QUAD = 2, 1, 1 << 6

RESET_ENABLE, RESET, WRITE_ENABLE, WRITE_DISABLE = 0x66, 0x99, 0x06, 0x04
READ_STATUS, WRITE_STATUS, READ_ID, SET_READ = 0x05, 0x01, 0x9F, 0xC0
ERASES = {0xD7: SECTOR, 0x20: SECTOR, 0x52: 0x8000, 0xD8: 0x1_0000}
PROGRAMS = {0x02: 1, 0x32: 4, 0x38: 4}
"""Command: lines of the data."""
READS = {0x03: (1, 1, 0), 0x0B: (1, 1, 8), 0x6B: (1, 4, 8), 0xEB: (4, 4, 6)}
"""Command: lines of the address, lines of the data, dummy cycles after the mode bits."""
_SECONDS = {SECTOR: 0.1, 0x8000: 0.14, 0x1_0000: 0.17, PAGE: 2e-4, 0: 2e-3}
"""Typical times of the data sheet by the bytes touched; 0: the status register."""


class PowerLost(EmulationError):  # noqa: N818 - reads as what it says
    """The power went in the middle of writing the flash, as the test wanted."""


@dataclass
class SpiFlash:
    """IS25LP064A, W25Q64JV and their like. `now` gives virtual seconds."""

    content: npt.NDArray[np.uint8]
    now: Callable[[], float]
    changed: Callable[[int, int], None]
    """Gets address and bytes of what was erased or written."""
    identity: bytes = b"\x9d\x60\x17"
    """Maker and device, as read by 0x9F"""
    status: int = 0
    """Status register, its non-volatile part"""
    worn: set[int] = field(default_factory=set)
    """Addresses of sectors in which bits no longer change."""
    power_cut_after: int | None = None
    """Erases and programs that still succeed before the power is cut in the middle of one."""
    operations: list[tuple[str, int, int]] = field(default_factory=list)
    """("erase" or "program", address, bytes), in order"""
    read_parameters: int = 0
    busy_until: float = 0.0
    _enabled: bool = False
    _reset_enabled: bool = False

    def reset_chip(self) -> None:
        """Power-on or command reset; content and the non-volatile status stay."""
        self._enabled = self._reset_enabled = False
        self.read_parameters = 0

    @property
    def busy(self) -> bool:
        """An erase, program or status write is going on."""
        return self.now() < self.busy_until

    def read_status(self) -> int:
        """The status register as read by 0x05."""
        return self.status | (WRITE_ENABLED if self._enabled else 0) | (BUSY if self.busy else 0)

    def command(self, code: int, address: int, data: bytes) -> None:
        """A command that gives no data."""
        if self.busy and code not in {RESET_ENABLE, RESET}:
            raise EmulationError(f"flash: command {code:#04x} while busy; it would be ignored")
        reset_enabled, self._reset_enabled = self._reset_enabled, code == RESET_ENABLE
        if code == RESET:
            if reset_enabled:
                self.reset_chip()
        elif code in {WRITE_ENABLE, WRITE_DISABLE}:
            self._enabled = code == WRITE_ENABLE
        elif code == WRITE_STATUS:
            self._demand_enabled(code)
            self.status = data[0] & 0xFC
            self._be_busy(0)
        elif code == SET_READ:
            self.read_parameters = data[0]
        elif code in ERASES:
            self._erase(code, address, ERASES[code])
        elif code in PROGRAMS:
            self._program(code, address, data)
        elif code != RESET_ENABLE:
            raise EmulationError(f"flash: command {code:#04x} is not modelled")

    def give(self, code: int, address: int, count: int) -> bytes:
        """A command that gives `count` bytes."""
        if code == READ_STATUS:
            return bytes([self.read_status()]) * count
        if self.busy:
            raise EmulationError(f"flash: read {code:#04x} while busy; the data would be wrong")
        if code == READ_ID:
            return (self.identity * (count // 3 + 1))[:count]
        if code in READS:
            return np.take(self.content, range(address, address + count), mode="wrap").tobytes()
        raise EmulationError(f"flash: command {code:#04x} is not modelled")

    def _demand_enabled(self, code: int) -> None:
        if not self._enabled:
            raise EmulationError(f"flash: command {code:#04x} without write enable; it is ignored")
        if self.status & 0x3C:
            raise EmulationError("flash: block protection bits are set; the write is ignored")
        self._enabled = False

    def _be_busy(self, count: int) -> None:
        self.busy_until = self.now() + _SECONDS[count]

    def _power_goes(self) -> bool:
        if self.power_cut_after is None:
            return False
        self.power_cut_after -= 1
        return self.power_cut_after < 0

    def _erase(self, code: int, address: int, count: int) -> None:
        self._demand_enabled(code)
        start = address // count * count
        self.operations.append(("erase", start, count))
        for sector in range(start, start + count, SECTOR):
            if sector not in self.worn:
                cut = self._power_goes()
                if cut:
                    self._half_done(sector, np.full(SECTOR, 0xFF, np.uint8))
                self.content[sector : sector + SECTOR] = 0xFF
        self.changed(start, count)
        self._be_busy(count)

    def _program(self, code: int, address: int, data: bytes) -> None:
        self._demand_enabled(code)
        self.operations.append(("program", address, len(data)))
        page, at = address // PAGE * PAGE, address % PAGE
        wanted = self.content[page : page + PAGE].copy()
        for index, byte in enumerate(data):
            # Beyond the page's end a program goes on at its start.
            wanted[(at + index) % PAGE] &= byte
        if address // SECTOR * SECTOR not in self.worn:
            if self._power_goes():
                self._half_done(page, wanted)
            self.content[page : page + PAGE] = wanted
        self.changed(address, len(data))
        self._be_busy(PAGE)

    def _half_done(self, address: int, wanted: npt.NDArray[np.uint8]) -> None:
        """Leaves some bits as they were and some as wanted, always the same ones; ends the run."""
        before = self.content[address : address + len(wanted)]
        mask = np.random.default_rng(address).integers(0, 256, len(wanted), dtype=np.uint8)
        before[:] = before & mask | wanted & ~mask
        raise PowerLost(f"flash: the power went while {address:#x} was written")
