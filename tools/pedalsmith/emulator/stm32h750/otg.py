# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""OTG_FS: the Synopsys DWC2 core as a full-speed device, moved by hand through its FIFOs.

RM0433, 57. Not modelled: DMA, isochronous transfers, low power, OTG negotiation.
"""

from collections import deque
from collections.abc import Callable
from functools import partial

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc
from pedalsmith.emulator.usb_host import Answer

IRQ = 101
ENDPOINTS = 9
FUNCTION = 10
RAM_WORDS = 1024
_USBSUSP, _USBRST, _ENUMDNE, _WKUINT = 1 << 11, 1 << 12, 1 << 13, 1 << 31
_SRQINT = 1 << 30
_SOF, _RXFLVL, _IEPINT, _OEPINT, _OTGINT = 1 << 3, 1 << 4, 1 << 18, 1 << 19, 1 << 2
_LATCHED = 0xF0FC_FC0A | _USBSUSP | _USBRST | _ENUMDNE | _WKUINT
_XFRC, _EPDISD, _STUP, _TXFE = 1, 2, 8, 1 << 7
_EPENA, _EPDIS, _SNAK, _CNAK = 1 << 31, 1 << 30, 1 << 27, 1 << 26
_STALL, _NAKSTS, _USBAEP = 1 << 21, 1 << 17, 1 << 15
_OUT_DATA, _OUT_DONE, _SETUP_DONE, _SETUP_DATA = 2, 3, 4, 6
_STORED_CONTROL = 0x7FF | _USBAEP | 3 << 18 | 1 << 20 | _STALL | 15 << 22


class Otg(Peripheral):
    """The controller; the methods of usb_host.UsbPort are its side of the cable."""

    def __init__(
        self, machine: Machine, rcc: Rcc, gpio: Gpio, supply_ready: Callable[[], bool]
    ) -> None:
        super().__init__(machine, "OTG_FS", 0x4008_0000, 0x2_0000)
        self._rcc, self._gpio, self._supply_ready = rcc, gpio, supply_ready
        self._received: deque[tuple[int, int, bytes]] = deque()
        """(endpoint, PKTSTS, data) in the receive FIFO"""
        self._reading = bytearray()
        self._sending: dict[int, bytearray] = {n: bytearray() for n in range(ENDPOINTS)}
        self._address = 0
        self._plugged = True
        add = self.add
        add("GOTGCTL", 0x00, writable=0x1F_0CFE, read_only=ALL)
        add("GOTGINT", 0x04, stored=False, writable=ALL, on_write=self._clear_otg)
        add("GAHBCFG", 0x08, writable=0x1A1, on_write=self._changed)
        add("GUSBCFG", 0x0C, reset=0x1440, writable=0xE3FF_BFFF, on_write=self._write_gusbcfg)
        add("GRSTCTL", 0x10, reset=1 << 31, writable=0x7FF, stored=False,
            read_only=ALL, on_write=self._write_grstctl)  # fmt: skip
        add("GINTSTS", 0x14, on_read=self._status, writable=ALL, stored=False,
            on_write=self._clear_status)  # fmt: skip
        add("GINTMSK", 0x18, writable=ALL, on_write=self._changed)
        add("GRXSTSR", 0x1C, on_read=partial(self._pop, keep=True))
        add("GRXSTSP", 0x20, on_read=partial(self._pop, keep=False))
        add("GRXFSIZ", 0x24, reset=0x200, writable=0xFFFF)
        add("DIEPTXF0_HNPTXFSIZ", 0x28, reset=0x0200_0200, writable=ALL)
        add("HNPTXSTS", 0x2C, reset=0x0008_0200, read_only=ALL)
        add("GCCFG", 0x38, writable=0x3F_0000, read_only=0xF, on_write=self._changed)
        add("CID", 0x3C, reset=0x2300, writable=ALL)
        add("GSNPSID", 0x40, reset=0x4F54_330A)
        add("GLPMCFG", 0x54, writable=ALL)
        for n in range(15):
            add(f"DIEPTXF[{n}]", 0x104 + 4 * n, writable=ALL)
        add("DCFG", 0x800, reset=0x0220_0000, writable=0x0700_FFFF, read_only=ALL,
            on_write=self._write_dcfg)  # fmt: skip
        add("DCTL", 0x804, reset=2, writable=0x4_0C73, stored=False, on_write=self._write_dctl,
            read_only=ALL)  # fmt: skip
        add("DSTS", 0x808, reset=0x10, on_read=self._device_status)
        add("DIEPMSK", 0x810, writable=0x237F, on_write=self._changed)
        add("DOEPMSK", 0x814, writable=0xFFFF, on_write=self._changed)
        add("DAINT", 0x818, on_read=self._all_endpoints)
        add("DAINTMSK", 0x81C, writable=ALL, on_write=self._changed)
        add("DVBUSDIS", 0x828, writable=0xFFFF)
        add("DVBUSPULSE", 0x82C, writable=0xFFFF)
        add("DTHRCTL", 0x830, writable=ALL)
        add("DIEPEMPMSK", 0x834, writable=0xFFFF, on_write=self._changed)
        add("DEACHMSK", 0x83C, writable=ALL)
        for n in range(ENDPOINTS):
            for letter, base, incoming in (("I", 0x900, True), ("O", 0xB00, False)):
                at = base + 0x20 * n
                name = f"D{letter}EP"
                active = _USBAEP if n == 0 else 0
                add(f"{name}CTL[{n}]", at, stored=False, writable=ALL, reset=active,
                    on_write=partial(self._write_control, incoming, n))  # fmt: skip
                add(f"{name}INT[{n}]", at + 8, stored=False, writable=ALL,
                    on_read=partial(self._endpoint_flags, incoming, n),
                    on_write=partial(self._clear_endpoint, incoming, n))  # fmt: skip
                add(f"{name}TSIZ[{n}]", at + 0x10, writable=0x7FFF_FFFF)
                if incoming:
                    add(f"DTXFSTS[{n}]", at + 0x18, on_read=partial(self._room, n))
        add("PCGCCTL", 0xE00, writable=ALL)

    # The FIFOs lie above the registers.

    def read(self, offset: int, size: int) -> int:
        """See Peripheral."""
        if offset < 0x1000:
            return super().read(offset, size)
        if not self.clocked:
            raise self.error("its FIFO is read while its clock is off")
        if not self._reading:
            raise self.error("the receive FIFO is read while nothing was taken from GRXSTSP")
        word = int.from_bytes(self._reading[:4], "little")
        del self._reading[:4]
        return word

    def write(self, offset: int, size: int, value: int) -> None:
        """See Peripheral."""
        if offset < 0x1000:
            super().write(offset, size, value)
            return
        n = (offset - 0x1000) // 0x1000
        if size != 4 or n >= ENDPOINTS or not self.clocked:
            raise self.error("a FIFO takes whole words, of endpoints that exist, with its clock on")
        if self._room(n) < 1:
            raise self.error(f"the transmit FIFO of endpoint {n} overflows")
        self._sending[n] += value.to_bytes(4, "little")
        self._update()

    def reset(self) -> None:
        super().reset()
        self._received.clear()
        self._reading.clear()
        for fifo in self._sending.values():
            fifo.clear()
        self["GINTSTS"] = 0
        self._address = 0

    def _name(self, incoming: bool, what: str, n: int) -> str:
        return f"D{'I' if incoming else 'O'}EP{what}[{n}]"

    def _fifo_words(self, n: int) -> int:
        name = "DIEPTXF0_HNPTXFSIZ" if n == 0 else f"DIEPTXF[{n - 1}]"
        return self[name] >> 16

    def _room(self, n: int) -> int:
        return self._fifo_words(n) - (len(self._sending[n]) + 3) // 4

    def _changed(self, value: int, before: int) -> None:
        self._update()

    def _clear_otg(self, value: int, before: int) -> None:
        self["GOTGINT"] = before & ~value
        self._update()

    def _write_gusbcfg(self, value: int, before: int) -> None:
        if not value & 1 << 6:
            raise self.error("PHYSEL is 0; the core has only the full-speed transceiver")

    def _write_grstctl(self, value: int, before: int) -> None:
        if value & 1:
            clocked = self.clocked
            self.reset()
            self.set_clock(clocked)
        if value & 1 << 4:
            self._received.clear()
            self._reading.clear()
        if value & 1 << 5:
            number = value >> 6 & 31
            for n in range(ENDPOINTS) if number == 16 else (number,):
                self._sending[n].clear()
        self["GRSTCTL"] = value & 0x7C0 | 1 << 31
        self._update()

    def _write_dcfg(self, value: int, before: int) -> None:
        # A new address counts from the end of the status stage that answers SET_ADDRESS.
        if not value >> 4 & 0x7F:
            self._address = 0

    def _write_dctl(self, value: int, before: int) -> None:
        if value & 2 == 0 and before & 2:
            self._check_attach()
        self["DCTL"] = value & 0x4_0C73
        self._update()

    def _check_attach(self) -> None:
        hz = self._rcc.usb_hz()
        if abs(hz - 48e6) > 0.0025 * 48e6:
            raise self.error(f"connects with a kernel clock of {hz / 1e6:g} MHz, 48 is needed")
        for pin in ("PA11", "PA12"):
            if self._gpio.function(pin) != FUNCTION:
                raise self.error(f"connects, but {pin} is not set to AF{FUNCTION}")
        if not self._supply_ready():
            raise self.error("connects without its supply (PWR.CR3 USB33DEN)")
        if self["DCFG"] & 3 != 3:
            raise self.error("connects with DCFG.DSPD not full speed")
        places = [(0, self["GRXFSIZ"])]
        sizes = [self["DIEPTXF0_HNPTXFSIZ"], *(self[f"DIEPTXF[{n}]"] for n in range(ENDPOINTS - 1))]
        places += [(word & 0xFFFF, word >> 16) for word in sizes if word >> 16]
        places.sort()
        for (start, count), (following, _) in zip(
            places, [*places[1:], (RAM_WORDS, 0)], strict=True
        ):
            if start + count > following:
                raise self.error(
                    f"the FIFOs overlap: {count} words from {start} on, the next at {following}"
                )

    def _write_control(self, incoming: bool, n: int, value: int, before: int) -> None:
        name = self._name(incoming, "CTL", n)
        stored = value & _STORED_CONTROL | before & (_EPENA | _NAKSTS | 1 << 16)
        if n == 0:
            stored |= _USBAEP
            if not incoming:
                stored = stored & ~0x7FF | self["DIEPCTL[0]"] & 0x7FF
        if value & _SNAK:
            stored |= _NAKSTS
        if value & _CNAK:
            stored &= ~_NAKSTS
        if value & _EPENA:
            if not stored & _USBAEP:
                raise self.error(f"{name} is enabled while it is not active (USBAEP)")
            stored |= _EPENA
        if value & _EPDIS and before & _EPENA:
            stored &= ~_EPENA
            self[self._name(incoming, "INT", n)] |= _EPDISD
        self[name] = stored
        self._update()

    def _endpoint_flags(self, incoming: bool, n: int) -> int:
        flags = self[self._name(incoming, "INT", n)]
        if incoming and not self._sending[n]:
            flags |= _TXFE
        return flags

    def _clear_endpoint(self, incoming: bool, n: int, value: int, before: int) -> None:
        self[self._name(incoming, "INT", n)] = before & ~value
        self._update()

    def _all_endpoints(self) -> int:
        word = 0
        for n in range(ENDPOINTS):
            empty = _TXFE if self["DIEPEMPMSK"] >> n & 1 else 0
            if self._endpoint_flags(True, n) & (self["DIEPMSK"] & ~_TXFE | empty):
                word |= 1 << n
            if self._endpoint_flags(False, n) & self["DOEPMSK"]:
                word |= 1 << 16 + n
        return word

    def _status(self) -> int:
        status = self["GINTSTS"]
        endpoints = self._all_endpoints() & self["DAINTMSK"]
        status |= _RXFLVL if self._received else 0
        status |= _IEPINT if endpoints & 0xFFFF else 0
        status |= _OEPINT if endpoints >> 16 else 0
        status |= _OTGINT if self["GOTGINT"] else 0
        return status | 1 << 5 | 1 << 26

    def _clear_status(self, value: int, before: int) -> None:
        self["GINTSTS"] = before & ~(value & _LATCHED)
        self._update()

    def _update(self) -> None:
        level = self["GAHBCFG"] & 1 and self._status() & self["GINTMSK"] & ~(1 << 5 | 1 << 26)
        self.machine.set_line(IRQ, bool(level))

    def _device_status(self) -> int:
        frame = int(self.machine.seconds * 1000) & 0x3FFF
        return self["DSTS"] & 1 | 3 << 1 | frame << 8

    def _pop(self, keep: bool) -> int:
        if not self._received:
            return 0
        endpoint, kind, data = self._received[0]
        if not keep:
            if self._reading:
                raise self.error("GRXSTSP is read before the data of the packet before was")
            self._received.popleft()
            self._reading += data + bytes(-len(data) % 4)
            if kind == _SETUP_DONE:
                self["DOEPINT[0]"] |= _STUP
            elif kind == _OUT_DONE:
                self[f"DOEPINT[{endpoint}]"] |= _XFRC
            self._update()
        return endpoint | len(data) << 4 | kind << 17

    # The cable

    def attached(self) -> bool:
        """See UsbPort."""
        on = self["GCCFG"] >> 16 & 1 and not self["DCTL"] & 2
        vbus = self["GCCFG"] >> 21 & 1 or self["GOTGCTL"] >> 6 & 3 == 3
        return bool(self.clocked and self._plugged and on and vbus)

    def bus_reset(self) -> None:
        """See UsbPort."""
        self["DSTS"] = 0
        self["GINTSTS"] |= _USBRST
        self._update()
        self.machine.after(0.01, self._enumerated)

    def _enumerated(self) -> None:
        self["GINTSTS"] |= _ENUMDNE
        self._update()

    def _hears(self, address: int) -> bool:
        return self.attached() and self._address == address

    def _receive(self, endpoint: int, kind: int, data: bytes) -> bool:
        words = sum((len(item[2]) + 3) // 4 + 1 for item in self._received)
        if words + (len(data) + 3) // 4 + 1 > self["GRXFSIZ"]:
            return False
        self._received.append((endpoint, kind, data))
        return True

    def setup(self, address: int, data: bytes) -> Answer:
        """See UsbPort."""
        if not self._hears(address) or not self["DAINTMSK"] >> 16 & 1:
            return Answer.NOTHING
        if not self._receive(0, _SETUP_DATA, data):
            return Answer.NOTHING
        self._receive(0, _SETUP_DONE, b"")
        for name in ("DIEPCTL[0]", "DOEPCTL[0]"):
            self[name] = self[name] & ~_STALL | _NAKSTS
        self["DIEPCTL[0]"] &= ~_EPENA
        self._sending[0].clear()
        self._update()
        return Answer.ACK

    def _ready(self, incoming: bool, address: int, n: int) -> Answer:
        control = self[self._name(incoming, "CTL", n)]
        if not self._hears(address) or not control & _USBAEP:
            return Answer.NOTHING
        if control & _STALL:
            return Answer.STALL
        return Answer.ACK if control & _EPENA and not control & _NAKSTS else Answer.NAK

    def _packet(self, incoming: bool, n: int) -> int:
        size = self[self._name(incoming, "CTL", n)] & 0x7FF
        return (64, 32, 16, 8)[size & 3] if n == 0 else size

    def out(self, address: int, endpoint: int, data: bytes) -> Answer:
        """See UsbPort."""
        answer = self._ready(False, address, endpoint)
        if answer is not Answer.ACK:
            return answer
        name = f"DOEPTSIZ[{endpoint}]"
        left, packets = self[name] & 0x7_FFFF, self[name] >> 19 & 0x3FF
        if len(data) > left or not packets:
            raise self.error(f"endpoint {endpoint} gets {len(data)} bytes, DOEPTSIZ has room for "
                             f"{left} in {packets} packets")  # fmt: skip
        if not self._receive(endpoint, _OUT_DATA, data):
            return Answer.NAK
        left, packets = left - len(data), packets - 1
        self[name] = self[name] & 0x6000_0000 | packets << 19 | left
        if not packets or len(data) < self._packet(False, endpoint):
            self[f"DOEPCTL[{endpoint}]"] = self[f"DOEPCTL[{endpoint}]"] & ~_EPENA | _NAKSTS
            self._receive(endpoint, _OUT_DONE, b"")
        self._update()
        return Answer.ACK

    def take_in(self, address: int, endpoint: int) -> bytes | Answer:
        """See UsbPort."""
        answer = self._ready(True, address, endpoint)
        if answer is not Answer.ACK:
            return answer
        name = f"DIEPTSIZ[{endpoint}]"
        left, packets = self[name] & 0x7_FFFF, self[name] >> 19 & 0x3FF
        count = min(left, self._packet(True, endpoint))
        fifo = self._sending[endpoint]
        if not packets or len(fifo) < count:
            return Answer.NAK
        data = bytes(fifo[:count])
        del fifo[: (count + 3) // 4 * 4]
        packets -= 1
        self[name] = self[name] & 0x6000_0000 | packets << 19 | left - count
        if endpoint == 0 and not count:
            self._address = self["DCFG"] >> 4 & 0x7F
        if not packets:
            self[f"DIEPCTL[{endpoint}]"] = self[f"DIEPCTL[{endpoint}]"] & ~_EPENA | _NAKSTS
            self[f"DIEPINT[{endpoint}]"] |= _XFRC
        self._update()
        return data

    def suspend(self) -> None:
        """See UsbPort."""
        self["DSTS"] |= 1
        self["GINTSTS"] |= _USBSUSP
        self._update()

    def resume(self) -> None:
        """See UsbPort."""
        self["DSTS"] &= ~1
        self["GINTSTS"] |= _WKUINT
        self._update()

    def unplug(self) -> None:
        """See UsbPort; the bus falls silent and, with VBUS sensing, the session ends."""
        self._plugged = False
        self.suspend()
        if self["GCCFG"] >> 21 & 1:
            self["GOTGINT"] |= 1 << 2
            self._update()

    def plug(self) -> None:
        """See UsbPort; with VBUS sensing a session begins."""
        self._plugged = True
        if self["GCCFG"] >> 21 & 1:
            self["GINTSTS"] |= _SRQINT
            self._update()
