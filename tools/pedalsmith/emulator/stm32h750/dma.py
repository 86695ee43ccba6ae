# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""DMA1 and DMA2 with DMAMUX1.

A stream binds to the peripheral whose request number its DMAMUX channel carries. When both are
switched on, the peripheral moves the data (the SAI with the core's pumps, the ADC by `store`).
Modelled is what this firmware's class of use needs: circular or single, direct mode, memory
increment; anything else is refused.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral

_IRQS = {1: (11, 12, 13, 14, 15, 16, 17, 47), 2: (56, 57, 58, 59, 60, 68, 69, 70)}
_FLAG_SHIFT = (0, 6, 16, 22)
FIFO_ERROR, DIRECT_ERROR, TRANSFER_ERROR, HALF, COMPLETE = 1, 4, 8, 16, 32
_ENABLE_OF_FLAG = {DIRECT_ERROR: 1, TRANSFER_ERROR: 2, HALF: 3, COMPLETE: 4}


class Requester(Protocol):
    """A peripheral that a stream may serve."""

    def data_address(self) -> int:
        """Address of its data register."""

    def stream_changed(self, stream: "Stream") -> None:
        """A stream bound to it was switched on or off."""


class Stream:
    """One stream: its registers and whom it serves."""

    def __init__(self, dma: "Dma", index: int) -> None:
        self.dma, self.index = dma, index
        self.position: Callable[[], int] = lambda: 0
        """Items moved since the ring began, given by the requester."""

    def _get(self, name: str) -> int:
        return self.dma[f"S{self.index}{name}"]

    @property
    def on(self) -> bool:
        """EN."""
        return bool(self._get("CR") & 1)

    @property
    def to_peripheral(self) -> bool:
        """DIR is memory to peripheral."""
        return self._get("CR") >> 6 & 3 == 1

    @property
    def ring(self) -> int:
        """Address of the memory side."""
        return self._get("M0AR")

    @property
    def items(self) -> int:
        """Length as NDTR was set."""
        return self.dma.lengths[self.index]

    @property
    def item_bytes(self) -> int:
        """1, 2 or 4."""
        return 1 << (self._get("CR") >> 13 & 3)

    @property
    def circular(self) -> bool:
        """CIRC."""
        return bool(self._get("CR") & 1 << 8)

    def flag(self, flags: int) -> None:
        """Raises HALF, COMPLETE or an error."""
        self.dma.raise_flags(self.index, flags)

    def reached(self, second_half: int) -> None:
        """Half or all of the ring has been moved."""
        self.flag(COMPLETE if second_half else HALF)

    def requester(self) -> "Requester | None":
        """Whom the DMAMUX channel names."""
        return self.dma.mux.requester(self.dma.number, self.index)


class Dma(Peripheral):
    """DMA1 or DMA2. `reachable(address, bytes)` says why memory cannot be reached, or ''."""

    def __init__(
        self, machine: Machine, number: int, mux: "Dmamux", reachable: Callable[[int, int], str]
    ) -> None:
        super().__init__(machine, f"DMA{number}", 0x4002_0000 + 0x400 * (number - 1))
        self.number, self.mux, self._reachable = number, mux, reachable
        self.streams = [Stream(self, index) for index in range(8)]
        self.lengths = [0] * 8
        for half, name in enumerate(("L", "H")):
            self.add(f"{name}ISR", 4 * half, read_only=0x0F7D_0F7D)
            self.add(f"{name}IFCR", 8 + 4 * half, writable=ALL, stored=False,
                     on_write=partial(self._clear, half))  # fmt: skip
        for i in range(8):
            base = 0x10 + 0x18 * i
            self._add(i, "CR", base, writable=0x01FF_FFFF,
                     on_write=partial(self._write_cr, i))  # fmt: skip
            self._add(i, "NDTR", base + 4, writable=0xFFFF,
                     on_write=partial(self._locked, i, "NDTR"),
                     on_read=partial(self._read_ndtr, i))  # fmt: skip
            for offset, name in ((8, "PAR"), (0xC, "M0AR"), (0x10, "M1AR")):
                self._add(i, name, base + offset, writable=ALL,
                         on_write=partial(self._locked, i, name))  # fmt: skip
            self._add(i, "FCR", base + 0x14, reset=0x21, writable=0x87, read_only=0x38,
                     on_write=partial(self._locked, i, "FCR"))  # fmt: skip

    def _add(self, stream: int, name: str, offset: int, **rest: Any) -> None:
        full_name = f"{self.name}_Stream{stream}.{name}"
        self.add(f"S{stream}{name}", offset, full_name=full_name, **rest)

    def reset(self) -> None:
        super().reset()
        self.lengths = [0] * 8
        for index in range(8):
            self._update_irq(index)
            self._tell(index)

    def _locked(self, index: int, name: str, value: int, before: int) -> None:
        if self[f"S{index}CR"] & 1:
            raise self.error(f"S{index}{name} is written while the stream is on")

    def _read_ndtr(self, index: int) -> int:
        stream = self.streams[index]
        if not stream.on:
            return self[f"S{index}NDTR"]
        return self.lengths[index] - stream.position()

    def _write_cr(self, index: int, value: int, before: int) -> None:
        if before & 1 and value & 1 and (value ^ before) & ~0x1F:
            raise self.error(f"S{index}CR changes the transfer while the stream is on")
        if value & 1 and not before & 1:
            self._check(index)
        if (value ^ before) & 1:
            self._tell(index)
        self._update_irq(index)

    def _tell(self, index: int) -> None:
        requester = self.mux.requester(self.number, index)
        if requester is not None:
            requester.stream_changed(self.streams[index])

    def _check(self, index: int) -> None:
        stream, cr = self.streams[index], self[f"S{index}CR"]
        self.lengths[index] = self[f"S{index}NDTR"]
        if not self.lengths[index]:
            raise self.error(f"stream {index} is switched on with NDTR 0")
        if cr & (1 << 5 | 1 << 9 | 1 << 18 | 0xF << 21) or not cr & 1 << 10:
            raise self.error(f"S{index}CR {cr:#x}: flow control, double buffer, bursts and a fixed "
                             "memory address are not modelled")  # fmt: skip
        if cr >> 6 & 3 > 1:
            raise self.error(f"S{index}CR: memory to memory is not modelled")
        if cr >> 11 & 3 != cr >> 13 & 3:
            raise self.error(f"S{index}CR: peripheral and memory size differ in direct mode")
        if self[f"S{index}FCR"] & 4:
            raise self.error(f"S{index}FCR: only direct mode is modelled")
        requester = self.mux.requester(self.number, index)
        if requester is None:
            raise self.error(f"stream {index} is switched on, but its DMAMUX channel carries no "
                             "request of a peripheral that is modelled")  # fmt: skip
        if self[f"S{index}PAR"] != requester.data_address():
            raise self.error(f"S{index}PAR is {self[f'S{index}PAR']:#010x}; the data of its "
                             f"request is at {requester.data_address():#010x}")  # fmt: skip
        if stream.ring % stream.item_bytes:
            raise self.error(f"S{index}M0AR {stream.ring:#010x} is not aligned")
        reason = self._reachable(stream.ring, stream.items * stream.item_bytes)
        if reason:
            raise self.error(f"S{index}M0AR {stream.ring:#010x}: {reason}")
        if self._flags(index) & ~FIFO_ERROR:
            raise self.error(f"stream {index} is switched on before its flags are cleared")

    def _flags(self, index: int) -> int:
        return self["HISR" if index >= 4 else "LISR"] >> _FLAG_SHIFT[index % 4] & 0x3D

    def raise_flags(self, index: int, flags: int) -> None:
        """Sets flags of a stream and drives its interrupt line."""
        self["HISR" if index >= 4 else "LISR"] |= flags << _FLAG_SHIFT[index % 4]
        self._update_irq(index)

    def _clear(self, half: int, value: int, before: int) -> None:
        self["HISR" if half else "LISR"] &= ~value
        for index in range(4 * half, 4 * half + 4):
            if value >> _FLAG_SHIFT[index % 4] & 0x3D:
                self._update_irq(index)

    def _update_irq(self, index: int) -> None:
        cr, flags = self[f"S{index}CR"], self._flags(index)
        level = any(flags & flag and cr >> bit & 1 for flag, bit in _ENABLE_OF_FLAG.items())
        self.machine.set_line(_IRQS[self.number][index], level)


class Dmamux(Peripheral):
    """DMAMUX1: channels 0 to 7 feed DMA1, 8 to 15 DMA2."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "DMAMUX1", 0x4002_0800)
        self._requesters: dict[int, Requester] = {}
        for channel in range(16):
            full_name = f"DMAMUX1_Channel{channel}.CCR"
            self.add(f"C{channel}CR", 4 * channel, writable=0xFF, full_name=full_name)
        for name, offset in (("CSR", 0x80), ("CFR", 0x84)):
            full_name = f"DMAMUX1_ChannelStatus.{name}"
            self.add(name, offset, writable=0xFFFF, stored=False, full_name=full_name)

    def connect(self, request: int, requester: Requester) -> None:
        """Gives a request number to a peripheral."""
        self._requesters[request] = requester

    def requester(self, dma: int, stream: int) -> Requester | None:
        """The peripheral whose request a stream gets."""
        return self._requesters.get(self[f"C{8 * (dma - 1) + stream}CR"] & 0xFF)
