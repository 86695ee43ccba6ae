# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""USB1: the ChipIdea core as a device, with its queue heads (dQH) and transfers (dTD) in memory.

i.MX RT1060 Reference Manual, 42. Not modelled: host mode, isochronous transfers, data toggles, the
timers; the host at the other end of the cable is a full-speed one.
"""

from collections.abc import Callable
from functools import partial

from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.ccm import Analog
from pedalsmith.emulator.rt1062.twins import add_with_twins
from pedalsmith.emulator.usb_host import Answer

IRQ = 113
ENDPOINTS = 8
_RS, _RST, _SUTW, _ATDTW = 1, 2, 1 << 13, 1 << 12
_UI, _UEI, _PCI, _URI, _SLI = 1, 2, 4, 1 << 6, 1 << 8
_CCS, _PE, _SUSP = 1, 4, 1 << 7
_BSV, _BSVIS = 1 << 11, 1 << 19
_ACTIVE, _IOC, _END = 1 << 7, 1 << 15, 1
_PRIME_SECONDS = 0.5e-6
_CONTROL_0 = 0x0080_0080
_CLKGATE, _SFTRST = 1 << 30, 1 << 31


class Usbphy(Peripheral):
    """USBPHY1, the transceiver."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, "USBPHY1", 0x400D_9000, 0x1000)
        for name, offset, reset in (("PWD", 0x00, 0x1E_1C00), ("TX", 0x10, 0x1006_0607),
                                    ("RX", 0x20, 0), ("CTRL", 0x30, 0xC020_0000)):  # fmt: skip
            add_with_twins(self, name, offset, reset=reset, full_name=f"{self.name}.{name}",
                           read_only=0, on_change=lambda: None)  # fmt: skip
        self.add("STATUS", 0x40)

    def ready(self) -> str:
        """Why it does not drive the wires, or ''."""
        if self["CTRL"] & (_SFTRST | _CLKGATE):
            return "USBPHY1.CTRL has SFTRST or CLKGATE set"
        return "USBPHY1.PWD has parts powered down" if self["PWD"] else ""


class Usb(Peripheral):
    """The controller; the methods of usb_host.UsbPort are its side of the cable.

    An endpoint's bit in ENDPTSTAT and the like is n for OUT and 16 + n for IN.
    """

    def __init__(
        self,
        machine: Machine,
        analog: Analog,
        phy: Usbphy,
        reachable: Callable[[int, int], str],
    ) -> None:
        super().__init__(machine, "USB1", 0x402E_0000)
        self._analog, self._phy, self._reachable = analog, phy, reachable
        self._address = 0
        self._plugged = True
        self._moved = dict.fromkeys(range(32), 0)
        """Bytes of the current dTD, by endpoint bit"""
        add = self.add
        add("ID", 0x00, reset=0xE4A1_FA05)
        add("SBUSCFG", 0x90, reset=2, writable=7)
        add("DCCPARAMS", 0x124, reset=0x188)
        add("USBCMD", 0x140, reset=0x8_0000, writable=0xFF_B002, stored=False, read_only=ALL,
            on_write=self._write_command)  # fmt: skip
        add("USBSTS", 0x144, writable=ALL, stored=False, on_write=self._clear_status)
        add("USBINTR", 0x148, writable=0x30D_05FF, on_write=self._changed)
        add("FRINDEX", 0x14C, on_read=lambda: int(machine.seconds * 8000) & 0x3FFF)
        add("DEVICEADDR", 0x154, writable=0xFF00_0000, on_write=self._write_address)
        add("ENDPTLISTADDR", 0x158, writable=0xFFFF_F800)
        add("BURSTSIZE", 0x160, reset=0x808, writable=0x1_FFFF)
        add("ENDPTNAK", 0x178, stored=False, writable=ALL, on_write=self._clear("ENDPTNAK"))
        add("ENDPTNAKEN", 0x17C, writable=0)
        add("PORTSC1", 0x184, reset=0x1000_0000, writable=0x0180_0000, read_only=ALL)
        add("OTGSC", 0x1A4, reset=0x1120, writable=ALL, stored=False, on_write=self._write_otgsc)
        add("USBMODE", 0x1A8, reset=0x5000, writable=0x1F, read_only=ALL)
        add("ENDPTSETUPSTAT", 0x1AC, stored=False, writable=0xFFFF,
            on_write=self._clear("ENDPTSETUPSTAT"))  # fmt: skip
        add("ENDPTPRIME", 0x1B0, stored=False, writable=0xFF_00FF, on_write=self._write_prime)
        add("ENDPTFLUSH", 0x1B4, stored=False, writable=ALL, on_write=self._flush)
        add("ENDPTSTAT", 0x1B8)
        add("ENDPTCOMPLETE", 0x1BC, stored=False, writable=ALL,
            on_write=self._clear("ENDPTCOMPLETE"))  # fmt: skip
        for n in range(ENDPOINTS):
            add(f"ENDPTCTRL{n}", 0x1C0 + 4 * n, reset=0 if n else _CONTROL_0,
                writable=0xEF_00EF, on_write=partial(self._write_control, n))  # fmt: skip

    def reset(self) -> None:
        super().reset()
        self._address = 0
        self._moved = dict.fromkeys(self._moved, 0)
        self["OTGSC"] |= _BSV if self._plugged else 0

    def _clear(self, name: str) -> Callable[[int, int], None]:
        def write(value: int, before: int) -> None:
            self[name] = before & ~value
            self._update()

        return write

    def _changed(self, value: int, before: int) -> None:
        self._update()

    def _clear_status(self, value: int, before: int) -> None:
        self["USBSTS"] = before & ~value
        self._update()

    def _update(self) -> None:
        self.machine.set_line(IRQ, bool(self["USBSTS"] & self["USBINTR"]))

    def _flag(self, bits: int) -> None:
        self["USBSTS"] |= bits
        self._update()

    # Registers

    def _write_command(self, value: int, before: int) -> None:
        if value & _RST:
            self.reset()
            self._update()
            return
        if value & _RS and not before & _RS:
            self._check_attach()
            self["PORTSC1"] |= _CCS
        self["USBCMD"] = value & 0xFF_F003
        if not value & _RS:
            self["PORTSC1"] &= ~(_CCS | _PE)

    def _check_attach(self) -> None:
        for reason in (self._analog.usb_ready(), self._phy.ready()):
            if reason:
                raise self.error(f"connects, but {reason}")
        if self["USBMODE"] & 3 != 2:
            raise self.error("connects with USBMODE.CM not device")
        if not self["ENDPTLISTADDR"]:
            raise self.error("connects without a list of endpoints (ENDPTLISTADDR)")

    def _write_address(self, value: int, before: int) -> None:
        # With USBADRA it counts from the end of the status stage that answers SET_ADDRESS.
        if not value >> 24 & 1:
            self._address = value >> 25

    def _write_otgsc(self, value: int, before: int) -> None:
        self["OTGSC"] = before & 0x007F_FF00 & ~(value & 0x007F_0000) | value & 0x7F00_003B

    def _write_control(self, n: int, value: int, before: int) -> None:
        if n == 0:
            self["ENDPTCTRL0"] = value & 0x1_0001 | _CONTROL_0
            return
        for here, there, name in ((0, 16, "transmit"), (16, 0, "receive")):
            if value >> here + 7 & 1 and not value >> there + 2 & 3:
                raise self.error(
                    f"ENDPTCTRL{n}: the {name} side is left of type control beside a side in use"
                )

    def _write_prime(self, value: int, before: int) -> None:
        self["ENDPTPRIME"] = before | value
        for bit in range(32):
            if value >> bit & 1:
                self.machine.after(_PRIME_SECONDS, partial(self._prime, bit))

    def _flush(self, value: int, before: int) -> None:
        self["ENDPTSTAT"] &= ~value
        self["ENDPTPRIME"] &= ~value

    # Queue heads and transfers

    def _word(self, address: int) -> int:
        return int.from_bytes(self._memory(address, 4), "little")

    def _put_word(self, address: int, value: int) -> None:
        self._memory(address, 4)
        self.machine.write(address, value.to_bytes(4, "little"))

    def _memory(self, address: int, count: int) -> bytes:
        reason = self._reachable(address, count)
        if reason:
            raise self.error(f"uses {address:#010x}: {reason}")
        return self.machine.read(address, count)

    def _head(self, bit: int) -> int:
        return self["ENDPTLISTADDR"] + 64 * (2 * (bit & 15) + (bit >> 4))

    def _packet(self, bit: int) -> int:
        return self._word(self._head(bit)) >> 16 & 0x7FF

    def _prime(self, bit: int) -> None:
        if not self["ENDPTPRIME"] >> bit & 1:
            return
        self["ENDPTPRIME"] &= ~(1 << bit)
        # A SETUP that the firmware has not taken yet keeps endpoint 0 from being primed.
        if bit & 15 == 0 and self["ENDPTSETUPSTAT"] & 1:
            return
        if not self._enabled(bit):
            raise self.error(f"endpoint {bit & 15} is primed, but not enabled (ENDPTCTRL)")
        self._load(bit, self._word(self._head(bit) + 8))

    def _load(self, bit: int, following: int) -> None:
        """Goes on with the dTD at `following`; clears the endpoint's status when there is none."""
        self["ENDPTSTAT"] &= ~(1 << bit)
        if following & _END:
            return
        if following & 0x1E:
            raise self.error(f"the dTD at {following:#010x} is not aligned to 32")
        if self._word(following + 4) & _ACTIVE:
            head = self._head(bit)
            data = self._memory(following, 28)
            self.machine.write(head + 4, following.to_bytes(4, "little") + data)
            self._moved[bit] = 0
            self["ENDPTSTAT"] |= 1 << bit

    def _buffer(self, bit: int, count: int) -> list[tuple[int, int]]:
        """(address, bytes) of the next `count` bytes of the current transfer."""
        head = self._head(bit)
        pages = [self._word(head + 16 + 4 * n) for n in range(5)]
        at = (pages[0] & 0xFFF) + self._moved[bit]
        parts = []
        while count:
            part = min(count, 0x1000 - (at & 0xFFF))
            if at >> 12 >= len(pages):
                raise self.error("a transfer goes beyond its five pages")
            parts.append(((pages[at >> 12] & ~0xFFF) + (at & 0xFFF), part))
            at, count = at + part, count - part
        return parts

    def _advance(self, bit: int, count: int, *, last: bool) -> None:
        """`count` bytes have been moved; `last` ends the transfer."""
        head = self._head(bit)
        token = self._word(head + 12) - (count << 16)
        self._moved[bit] += count
        if last:
            token &= ~0xFF
        self._put_word(head + 12, token)
        if not last:
            return
        current = self._word(head + 4)
        self._put_word(current + 4, token)
        self["ENDPTSTAT"] &= ~(1 << bit)
        self._load(bit, self._word(current))
        if token & _IOC:
            self["ENDPTCOMPLETE"] |= 1 << bit
            self._flag(_UI)

    # The cable

    def _enabled(self, bit: int) -> bool:
        control = self[f"ENDPTCTRL{bit & 15}"]
        return bool(control >> (23 if bit >> 4 else 7) & 1)

    def attached(self) -> bool:
        """See UsbPort."""
        return bool(self.clocked and self._plugged and self["USBCMD"] & _RS)

    def bus_reset(self) -> None:
        """See UsbPort."""
        self._address = 0
        self["DEVICEADDR"] = 0
        self["ENDPTSTAT"] = 0
        self["PORTSC1"] = self["PORTSC1"] & ~_SUSP | _PE | _CCS
        self._flag(_URI)
        self.machine.after(0.01, partial(self._flag, _PCI))

    def _hears(self, address: int) -> bool:
        return self.attached() and self._address == address

    def setup(self, address: int, data: bytes) -> Answer:
        """See UsbPort."""
        if not self._hears(address):
            return Answer.NOTHING
        if self["ENDPTSETUPSTAT"] & 1 and not self["USBMODE"] & 8:
            return Answer.NOTHING
        head = self._head(0)
        self._memory(head, 64)
        self.machine.write(head + 0x28, data)
        self["ENDPTCTRL0"] &= ~0x1_0001
        self["USBCMD"] &= ~_SUTW
        self["ENDPTSETUPSTAT"] |= 1
        self._flag(_UI)
        return Answer.ACK

    def _ready(self, address: int, bit: int) -> Answer:
        control = self[f"ENDPTCTRL{bit & 15}"]
        if not self._hears(address) or not self._enabled(bit):
            return Answer.NOTHING
        if control >> (bit & 16) & 1:
            return Answer.STALL
        if not self["ENDPTSTAT"] >> bit & 1 or (bit & 15 == 0 and self["ENDPTSETUPSTAT"] & 1):
            self["ENDPTNAK"] |= 1 << bit
            return Answer.NAK
        return Answer.ACK

    def out(self, address: int, endpoint: int, data: bytes) -> Answer:
        """See UsbPort."""
        answer = self._ready(address, endpoint)
        if answer is not Answer.ACK:
            return answer
        room = self._word(self._head(endpoint) + 12) >> 16 & 0x7FFF
        if len(data) > room:
            raise self.error(f"endpoint {endpoint} gets {len(data)} bytes, its dTD has {room}")
        at = 0
        for start, part in self._buffer(endpoint, len(data)):
            self._memory(start, part)
            self.machine.write(start, data[at : at + part])
            at += part
        last = len(data) == room or len(data) < self._packet(endpoint)
        self._advance(endpoint, len(data), last=last)
        return Answer.ACK

    def take_in(self, address: int, endpoint: int) -> bytes | Answer:
        """See UsbPort."""
        bit = 16 + endpoint
        answer = self._ready(address, bit)
        if answer is not Answer.ACK:
            return answer
        packet, left = self._packet(bit), self._word(self._head(bit) + 12) >> 16 & 0x7FFF
        count = min(left, packet)
        data = b"".join(self._memory(start, part) for start, part in self._buffer(bit, count))
        # After a transfer of whole packets an empty one follows, unless the head says otherwise.
        ends_by_itself = self._word(self._head(bit)) >> 29 & 1
        last = count == left and (count < packet or bool(ends_by_itself))
        if endpoint == 0 and not count and self["DEVICEADDR"] >> 24 & 1:
            self._address = self["DEVICEADDR"] >> 25
            self["DEVICEADDR"] &= ~(1 << 24)
        self._advance(bit, count, last=last)
        return data

    def suspend(self) -> None:
        """See UsbPort."""
        self["PORTSC1"] |= _SUSP
        self._flag(_SLI)

    def resume(self) -> None:
        """See UsbPort."""
        self["PORTSC1"] &= ~_SUSP
        self._flag(_PCI)

    def unplug(self) -> None:
        """See UsbPort; the bus falls silent and the session ends."""
        self._plugged = False
        self["OTGSC"] = self["OTGSC"] & ~_BSV | _BSVIS
        self.suspend()

    def plug(self) -> None:
        """See UsbPort."""
        self._plugged = True
        self["OTGSC"] |= _BSV | _BSVIS
