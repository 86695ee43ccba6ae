# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""SAI1 of the RT1062 with the codec of the audio shield: the receiver makes the clocks."""

from collections.abc import Callable

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import ALL, Peripheral
from pedalsmith.emulator.rt1062.ccm import Ccm
from pedalsmith.emulator.rt1062.edma import Channel
from pedalsmith.emulator.rt1062.iomuxc import Gpr, Iomuxc

PADS = {"MCLK": "GPIO_AD_B1_09", "BCLK": "GPIO_AD_B1_11", "SYNC": "GPIO_AD_B1_10",
        "TX_DATA": "GPIO_B1_01", "RX_DATA": "GPIO_B1_00"}  # fmt: skip
FUNCTION = 3
_ENABLE, _BCE, _FRDE = 1 << 31, 1 << 28, 1
_CODEC_BITS = 24


class _Side:
    """Receiver or transmitter, as the DMA sees it."""

    def __init__(self, sai: "Sai", *, receives: bool) -> None:
        self.sai, self.receives = sai, receives
        self.channel: Channel | None = None

    def channel_changed(self, channel: Channel, *, on: bool) -> None:
        """See edma.Requester."""
        register = self.sai.base + (0xA0 if self.receives else 0x20)
        if on and channel.data_address & ~3 != register:
            raise self.sai.error(
                f"its DMA channel uses {channel.data_address:#010x}, not {register:#010x}"
            )
        if on and channel.to_memory != self.receives:
            raise self.sai.error("its DMA channel runs in the wrong direction")
        self.channel = channel if on else None
        self.sai.update()


class Sai(Peripheral):
    """SAI1, one data line each way."""

    def __init__(
        self, machine: Machine, ccm: Ccm, iomuxc: Iomuxc, gpr: Gpr, port: AudioPort
    ) -> None:
        super().__init__(machine, "SAI1", 0x4038_4000, 0x400)
        self._ccm, self._iomuxc, self._gpr, self.port = ccm, iomuxc, gpr, port
        self.codec_ready: Callable[[], str] = lambda: ""
        self.receiver, self.transmitter = _Side(self, receives=True), _Side(self, receives=False)
        self.running = False
        self.add("VERID", 0x00, reset=0x0300_0000)
        self.add("PARAM", 0x04, reset=0x0005_0504)
        for letter, base in (("T", 0x08), ("R", 0x88)):
            self.add(
                f"{letter}CSR", base, writable=0xF31C_1F03, read_only=ALL, on_write=self._control
            )
            for n, mask in ((1, 0x1F), (2, ALL), (3, ALL), (4, ALL), (5, ALL)):
                self.add(f"{letter}CR{n}", base + 4 * n, writable=mask, on_write=self._setting)
            for n in range(4):
                self.add(f"{letter}DR[{n}]", base + 0x18 + 4 * n, stored=False)
            self.add(f"{letter}MR", base + 0x58, writable=ALL)

    def reset(self) -> None:
        super().reset()
        self.running = False
        self.receiver.channel = self.transmitter.channel = None

    def _setting(self, value: int, before: int) -> None:
        if self.running and value != before:
            raise self.error("a setting changes while it runs")

    def mclk_hz(self) -> float:
        """The master clock at the codec."""
        return self._ccm.sai1_hz()

    def sample_rate(self) -> float:
        """Frames a second, from MCLK, DIV and the length of the frame."""
        cr2 = self["RCR2"]
        bit_clock = self.mclk_hz() / (2 * ((cr2 & 0xFF) + 1))
        words, bits = (self["RCR4"] >> 16 & 31) + 1, (self["RCR5"] >> 16 & 31) + 1
        return bit_clock / (words * bits)

    def _waiting(self, *, receives: bool) -> int:
        """Words that the FIFO keeps: the DMA is asked while it holds more, or no more, than its
        watermark."""
        return self["RCR1"] & 31 if receives else (self["TCR1"] & 31) + 1

    def _control(self, value: int, before: int) -> None:
        self.update()

    def _check(self) -> None:
        problems = [
            (not self.mclk_hz(), "MCLK does not run (PLL_AUDIO, CSCMR1, CS1CDR)"),
            (not self._gpr["GPR1"] >> 19 & 1, "MCLK is no output (GPR1.SAI1_MCLK_DIR)"),
            (self["RCR2"] >> 24 & 1 != 1, "RCR2.BCD: the receiver must make the bit clock"),
            (self["RCR2"] >> 26 & 3 != 1, "RCR2.MSEL: the bit clock must come from MCLK1"),
            (self["RCR2"] >> 30, "RCR2.SYNC: the receiver must not follow the transmitter"),
            (self["TCR2"] >> 30 != 1, "TCR2.SYNC: the transmitter must follow the receiver"),
            (not self["RCR4"] & 1, "RCR4.FSD: the receiver must make the frame sync"),
            (
                self["RCR3"] >> 16 & 15 != 1 or self["TCR3"] >> 16 & 15 != 1,
                "TCE, RCE: one line each",
            ),
        ]
        for letter in "RT":
            cr4, cr5 = self[f"{letter}CR4"], self[f"{letter}CR5"]
            problems += [
                (cr4 & 0x1F1A != 0x1F1A, f"{letter}CR4: not I2S with a sync of 32 bits"),
                (cr4 >> 16 & 31 != 1, f"{letter}CR4.FRSZ: not two words a frame"),
                (cr5 != 0x1F1F_1F00, f"{letter}CR5: not words of 32 bits, highest first"),
                (not self[f"{letter}CR2"] >> 25 & 1, f"{letter}CR2.BCP: data on the wrong edge"),
            ]
        problems += [(self._iomuxc.function(pad) != FUNCTION, f"{pad} is not set to ALT{FUNCTION} "
                      f"({signal})") for signal, pad in PADS.items()]  # fmt: skip
        heard = self._iomuxc["SAI1_RX_DATA0_SELECT_INPUT"]
        problems.append((heard != 2, "RX_DATA0_SELECT_INPUT is not 2: another pad is listened to"))
        for wrong, text in problems:
            if wrong:
                raise self.error(f"is switched on, but {text}")

    def update(self) -> None:
        """Starts the frame clock when both sides are on, and moves words for each that is fed."""
        both = self["RCSR"] & self["TCSR"] & _ENABLE
        if both and not self.running:
            self._check()
            self.running = True
            self.port.start(self.sample_rate())
            self.machine.start_frames(self.sample_rate())
        elif not both and self.running:
            self.running = False
            self.machine.start_frames(0)
        for side, control in ((self.transmitter, "TCSR"), (self.receiver, "RCSR")):
            channel = side.channel
            if self.running and channel is not None and self[control] & _FRDE:
                channel.position = self.port.connect(
                    receives=side.receives, ring=channel.ring, words=channel.items,
                    bits=_CODEC_BITS, shift=8, item_bytes=channel.item_bytes,
                    on_half=channel.reached, ahead=self._waiting(receives=side.receives),
                )  # fmt: skip
            else:
                self.port.stop(receives=side.receives)
