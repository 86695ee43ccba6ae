# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""eDMA: channels that move one item a request round a ring, with DMAMUX.

Modelled is a ring in RAM on one side and a data register on the other; scatter-gather, linking and
other minor loops are refused.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral

CHANNELS = 32
_INTMAJOR, _INTHALF = 2, 4


class Requester(Protocol):
    """A peripheral that a channel may serve."""

    def channel_changed(self, channel: "Channel", *, on: bool) -> None:
        """A channel with its request was switched on or off."""


class Channel:
    """One channel: its ring as the TCD describes it."""

    def __init__(self, dma: "Edma", index: int) -> None:
        self.dma, self.index = dma, index
        self.position: Callable[[], int] = lambda: 0

    def word(self, offset: int) -> int:
        """A word of the TCD."""
        return self.dma.get(0x1000 + 0x20 * self.index + offset)

    @property
    def item_bytes(self) -> int:
        """Bytes of one transfer."""
        return 1 << (self.word(4) >> 16 & 7)

    @property
    def items(self) -> int:
        """Transfers of the whole ring: BITER."""
        return self.word(0x1C) >> 16 & 0x7FFF

    @property
    def to_memory(self) -> bool:
        """The destination moves."""
        return bool(self.word(0x14) & 0xFFFF)

    @property
    def ring(self) -> int:
        """Address of the ring."""
        return self.word(0x10 if self.to_memory else 0x00)

    @property
    def data_address(self) -> int:
        """Address of the peripheral's side."""
        return self.word(0x00 if self.to_memory else 0x10)

    def reached(self, second_half: int) -> None:
        """Half or all of the ring has been moved."""
        wanted = _INTMAJOR if second_half else _INTHALF
        if self.word(0x1C) & wanted:
            self.dma.interrupt(self.index)

    def check(self) -> None:
        """Refuses what the model does not follow."""
        source, destination = self.word(4) & 0xFFFF, self.word(0x14) & 0xFFFF
        attributes = self.word(4) >> 16
        name = f"channel {self.index}"
        if attributes & 7 != attributes >> 8 & 7 or attributes & 0xF8F8:
            raise self.dma.error(
                f"{name}: sizes differ or an address is modulo (ATTR {attributes:#x})"
            )
        if self.word(8) != self.item_bytes:
            raise self.dma.error(f"{name}: NBYTES {self.word(8)} is not one item a request")
        if bool(source) == bool(destination) or max(source, destination) != self.item_bytes:
            raise self.dma.error(f"{name}: one address must step by an item, the other stay")
        back = self.word(0x18 if self.to_memory else 0x0C)
        length = self.items * self.item_bytes
        if back != -length & ALL:
            raise self.dma.error(f"{name}: the ring of {length} bytes does not begin again")
        if self.word(0x1C) & 0x38 or self.word(0x14) >> 16 & 0x7FFF != self.items:
            raise self.dma.error(f"{name}: CSR, or CITER is not BITER")


class Edma(Peripheral):
    """DMA0. Interrupts 0 to 15 are of channels n and n + 16."""

    def __init__(
        self, machine: Machine, mux: "Dmamux", reachable: Callable[[int, int], str]
    ) -> None:
        super().__init__(machine, "DMA0", 0x400E_8000, 0x2000)
        self.mux, self._reachable = mux, reachable
        self._levels = 0
        self.channels = [Channel(self, n) for n in range(CHANNELS)]
        self.add("CR", 0x00, writable=0x3_06FE)
        self.add("ES", 0x04)
        self.add("ERQ", 0x0C, writable=ALL, on_write=self._write_erq)
        self.add("EEI", 0x14, writable=ALL)
        self.add("CEEI", 0x18, stored=False, writable=ALL)
        self.add("CDNE", 0x1C, stored=False, writable=ALL)
        self.add("INT", 0x24, stored=False, writable=ALL, on_write=self._clear_int)
        self.add("ERR", 0x2C, stored=False, writable=ALL)
        self.add("HRS", 0x34)
        for n in range(0, CHANNELS, 4):
            self.add(f"DCHPRI{n + 3}", 0x100 + n, writable=ALL)
        for n in range(CHANNELS):
            at = 0x1000 + 0x20 * n
            for name, offset in (
                ("SADDR", 0), ("SOFF", 4), ("NBYTES_MLNO", 8), ("SLAST", 0xC), ("DADDR", 0x10),
                ("DOFF", 0x14), ("DLASTSGA", 0x18), ("CSR", 0x1C),
            ):  # fmt: skip
                self.add(f"TCD{n}_{name}", at + offset, writable=ALL,
                         on_read=partial(self._read_tcd, n, offset))  # fmt: skip

    def reset(self) -> None:
        super().reset()
        self._levels = 0

    def _read_tcd(self, n: int, offset: int) -> int:
        channel, word = self.channels[n], self.get(0x1000 + 0x20 * n + offset)
        if self["ERQ"] >> n & 1:
            at = channel.position()
            if offset == (0x10 if channel.to_memory else 0):
                return word + at * channel.item_bytes
            if offset == 0x14:
                return word & 0xFFFF | channel.items - at << 16
        return word

    def write(self, offset: int, size: int, value: int) -> None:
        """See Peripheral; 0x18 to 0x1F are commands of one byte each."""
        if not 0x18 <= offset < 0x20:
            super().write(offset, size, value)
            return
        if size != 1:
            raise self.error(f"the byte command at {offset:#x} is written by {size} bytes")
        self._register(offset, "write of")
        name = ("CEEI", "SEEI", "CERQ", "SERQ", "CDNE", "SSRT", "CERR", "CINT")[offset - 0x18]
        if self.machine.writes.on:
            self.machine.writes.add(f"{self.name}.{name}", value, size)
        bits = ALL if value & 0x40 else 1 << (value & 31)
        if name == "SERQ":
            self._switch(self["ERQ"] | bits)
        elif name == "CERQ":
            self._switch(self["ERQ"] & ~bits)
        elif name == "CINT":
            self._clear_int(bits, 0)
        elif name == "SSRT":
            raise self.error("SSRT: starts by software are not modelled")

    def _write_erq(self, value: int, before: int) -> None:
        self["ERQ"] = before
        self._switch(value)

    def _switch(self, value: int) -> None:
        before, self["ERQ"] = self["ERQ"], value
        for n in range(CHANNELS):
            if (value ^ before) >> n & 1:
                self.tell(n)

    def tell(self, n: int) -> None:
        """Tells the peripheral of channel n whether it is served."""
        requester, on = self.mux.requester(n), bool(self["ERQ"] >> n & 1)
        if requester is None:
            return
        channel = self.channels[n]
        if on:
            channel.check()
            reason = self._reachable(channel.ring, channel.items * channel.item_bytes)
            if reason:
                raise self.error(f"channel {n}, {channel.ring:#010x}: {reason}")
        requester.channel_changed(channel, on=on)

    def interrupt(self, n: int) -> None:
        """Sets INT of a channel."""
        self["INT"] |= 1 << n
        self._update_lines()

    def _clear_int(self, value: int, before: int) -> None:
        self["INT"] &= ~value
        self._update_lines()

    def _update_lines(self) -> None:
        pending = self["INT"]
        levels = (pending | pending >> 16) & 0xFFFF
        changed, self._levels = levels ^ self._levels, levels
        for n in range(16):
            if changed >> n & 1:
                self.machine.set_line(n, bool(levels >> n & 1))


class Dmamux(Peripheral):
    """Which request each channel gets."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "DMAMUX", 0x400E_C000, 0x400)
        self._requesters: dict[int, Requester] = {}
        self.dma: Edma | None = None
        for n in range(CHANNELS):
            self.add(f"CHCFG[{n}]", 4 * n, writable=0xE000_007F, on_write=partial(self._written, n))

    def connect(self, request: int, requester: Requester) -> None:
        """Gives a request number to a peripheral."""
        self._requesters[request] = requester

    def requester(self, n: int) -> Requester | None:
        """Whom channel n serves, when it is switched on."""
        word = self[f"CHCFG[{n}]"]
        return self._requesters.get(word & 0x7F) if word >> 31 else None

    def _written(self, n: int, value: int, before: int) -> None:
        if self.dma and self.dma["ERQ"] >> n & 1 and value != before:
            raise self.error(f"CHCFG[{n}] changes while its channel is on")
