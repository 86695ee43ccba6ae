# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""SAI1: two blocks, A the master of the clocks and B its slave, to and from a codec.

The frame clock starts only when everything that the wires need is right: kernel clock, dividers,
frame, slots and word as the codec wants them, pins, blocks of the directions that the codec's data
lines have. What is wrong is named. The sample rate is computed from the registers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.peripheral import Peripheral
from pedalsmith.emulator.stm32h750.dma import Stream
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import Rcc

FUNCTION = 6
PINS = {"MCLK_A": "PE2", "SD_B": "PE3", "FS_A": "PE4", "SCK_A": "PE5", "SD_A": "PE6"}
_BITS = {4: 16, 5: 20, 6: 24, 7: 32}


@dataclass(frozen=True)
class CodecWires:
    """What the codec needs: the block wired to its data output, bits, left-justified or I2S."""

    data_out_on: str
    bits: int = 24
    left_justified: bool = True
    remedy: str = ""
    """What to try where the firmware is set up for another codec, in an error behind its words"""


class Block:
    """Block A or B of the SAI, as the DMA sees it."""

    def __init__(self, sai: "Sai", letter: str) -> None:
        self.sai, self.letter = sai, letter
        self.stream: Stream | None = None

    def get(self, name: str) -> int:
        """A register of the block."""
        return self.sai[f"{self.letter}{name}"]

    def data_address(self) -> int:
        """Address of DR."""
        return self.sai.base + (0x20 if self.letter == "A" else 0x40)

    @property
    def receives(self) -> bool:
        """MODE is a receiver's."""
        return bool(self.get("CR1") & 1)

    @property
    def slave(self) -> bool:
        """MODE is a slave's."""
        return bool(self.get("CR1") & 2)

    @property
    def on(self) -> bool:
        """SAIEN."""
        return bool(self.get("CR1") >> 16 & 1)

    def fed(self) -> bool:
        """The DMA serves it."""
        return self.stream is not None and self.stream.on and bool(self.get("CR1") >> 17 & 1)

    def stream_changed(self, stream: Stream) -> None:
        """See dma.Requester."""
        self.stream = stream if stream.on else None
        self.sai.update()


class Sai(Peripheral):
    """SAI1 with a codec at its pins; `port` holds the samples that come and go."""

    def __init__(
        self, machine: Machine, rcc: Rcc, gpio: Gpio, wires: CodecWires, port: AudioPort
    ) -> None:
        super().__init__(machine, "SAI1", 0x4001_5800)
        self.rcc, self.gpio, self.wires, self.port = rcc, gpio, wires, port
        self.codec_ready: Callable[[], str] = lambda: ""
        """Why the codec would stay mute, or ''."""
        self.blocks = {letter: Block(self, letter) for letter in "AB"}
        self.running = False
        self.rate = 0.0
        self.add("GCR", 0x00, writable=0x33)
        for letter, base in (("A", 0x04), ("B", 0x24)):
            self._add(letter, "CR1", base, reset=0x40, writable=0x0FFB_3FEF,
                     on_write=partial(self._write_cr1, letter))  # fmt: skip
            self._add(letter, "CR2", base + 4, writable=0xFFFF,
                     on_write=partial(self._write_cr2, letter))  # fmt: skip
            for name, offset, reset, mask in (
                ("FRCR", 8, 0x7, 0x0007_7FFF), ("SLOTR", 0xC, 0, 0xFFFF_0FDF),
            ):  # fmt: skip
                self._add(letter, name, base + offset, reset=reset, writable=mask,
                         on_write=partial(self._locked, letter, name))  # fmt: skip
            self._add(letter, "IMR", base + 0x10, writable=0x7F)
            self._add(letter, "SR", base + 0x14, reset=0x8, read_only=0x7007F,
                     on_read=partial(self._read_sr, letter))  # fmt: skip
            self._add(letter, "CLRFR", base + 0x18, writable=0x77, stored=False)
            self._add(letter, "DR", base + 0x1C, on_read=partial(self._read_dr, letter),
                     on_write=partial(self._write_dr, letter), stored=False)  # fmt: skip

    def _add(self, letter: str, name: str, offset: int, **rest: Any) -> None:
        self.add(f"{letter}{name}", offset, full_name=f"SAI1_{letter}.{name}", **rest)

    def reset(self) -> None:
        super().reset()
        for block in self.blocks.values():
            block.stream = None
        self.update()

    def _read_dr(self, letter: str) -> int:
        raise self.error(f"{letter}DR is read by the core; audio goes by DMA here")

    def _write_dr(self, letter: str, value: int, before: int) -> None:
        raise self.error(f"{letter}DR is written by the core; audio goes by DMA here")

    def _locked(self, letter: str, name: str, value: int, before: int) -> None:
        if self.blocks[letter].on:
            raise self.error(f"{letter}{name} is written while the block is on")

    def _write_cr2(self, letter: str, value: int, before: int) -> None:
        self[f"{letter}CR2"] = value & ~8  # FFLUSH clears itself

    def _read_sr(self, letter: str) -> int:
        block = self.blocks[letter]
        filled = not block.receives and block.fed()
        return self[f"{letter}SR"] & ~0x7_0000 | (1 << 16 if filled else 0)

    def _write_cr1(self, letter: str, value: int, before: int) -> None:
        block = self.blocks[letter]
        if before >> 16 & 1 and value >> 16 & 1 and (value ^ before) & ~(1 << 17):
            raise self.error(f"{letter}CR1 changes the format while the block is on")
        if block.on and not before >> 16 & 1:
            self._check(block)
        self.update()

    # What must be right

    def sample_rate(self) -> float:
        """Frames a second, from kernel clock, MCKDIV, OSR and NODIV of block A."""
        cr1, frame = self["ACR1"], (self["AFRCR"] & 0xFF) + 1
        divisor = max(cr1 >> 20 & 0x3F, 1)
        if cr1 >> 19 & 1:
            return self.rcc.sai1_hz() / (divisor * frame)
        if 256 % frame or frame < 8:
            raise self.error(f"a frame of {frame} bits is impossible with MCLK = 256 fs")
        return self.rcc.sai1_hz() / (divisor * (512 if cr1 >> 26 & 1 else 256))

    def _check(self, block: Block) -> None:
        letter, cr1 = block.letter, block.get("CR1")
        if not self.rcc.sai1_hz():
            raise self.error(f"block {letter} is switched on, but its kernel clock does not run "
                             f"(D2CCIP1R.SAI1SEL {self.rcc['D2CCIP1R'] & 7})")  # fmt: skip
        if letter == "A" and (block.slave or cr1 >> 10 & 3):
            raise self.error("block A is no master; the codec's clocks come from it")
        if letter == "B" and (not block.slave or cr1 >> 10 & 3 != 1):
            raise self.error(
                "block B is not the slave synchronous to A; its clock pins are not wired"
            )
        wired = letter == self.wires.data_out_on
        if block.receives != wired:
            does = "receives" if block.receives else "transmits"
            pin = "output" if wired else "input"
            raise self.error(
                f"block {letter} {does}, but is wired to the codec's data {pin}{self.wires.remedy}"
            )
        self._check_format(block)
        self._check_pins(letter)
        if not block.fed() and not block.receives:
            raise self.error(
                f"block {letter} is switched on without a word to transmit: no DMA stream that is "
                "on carries its request, or DMAEN is off"
            )

    def _check_format(self, block: Block) -> None:
        cr1, frame, slots = block.get("CR1"), block.get("FRCR"), block.get("SLOTR")
        bits = _BITS.get(cr1 >> 5 & 7)
        offset = bool(frame >> 18 & 1)
        problems = [
            (cr1 >> 2 & 3, "PRTCFG is not the free protocol"),
            (cr1 >> 8 & 1, "LSBFIRST: the codec wants the highest bit first"),
            (not cr1 >> 9 & 1, "CKSTR: data must change on the falling edge of SCK"),
            (cr1 >> 12 & 1, "MONO is not modelled"),
            (bits != self.wires.bits, f"DS is {bits} bits, the codec has {self.wires.bits}"),
            (frame & 0xFF != 63, "FRL: the frame is not 64 bits long"),
            (frame >> 8 & 0x7F != 31, "FSALL: FS is not active for half of the frame"),
            (not frame >> 16 & 1, "FSDEF: FS does not tell left from right"),
            (offset == self.wires.left_justified, "FSOFF: data is one bit off for this codec"),
            (
                bool(frame >> 17 & 1) != self.wires.left_justified,
                "FSPOL: left and right swap",
            ),
            (slots >> 6 & 3 != 2, "SLOTSZ: slots are not 32 bits"),
            (slots >> 8 & 15 != 1, "NBSLOT: there must be two slots"),
            (slots >> 16 & 3 != 3, "SLOTEN: both slots must be active"),
            (slots & 0x1F, "FBOFF: the word must begin with the slot"),
        ]
        for wrong, text in problems:
            if wrong:
                raise self.error(f"block {block.letter}: {text}")

    def _check_pins(self, letter: str) -> None:
        needed = ("MCLK_A", "FS_A", "SCK_A", "SD_A") if letter == "A" else ("SD_B",)
        for signal in needed:
            if self.gpio.function(PINS[signal]) != FUNCTION:
                raise self.error(f"block {letter} is switched on, but {PINS[signal]} is not set to "
                                 f"AF{FUNCTION} ({signal})")  # fmt: skip

    # Running

    def update(self) -> None:
        """Starts or stops the frame clock and the words, as the registers now say."""
        master = self.blocks["A"]
        if master.on and not self.running:
            self.rate = self.sample_rate()
            self.port.start(self.rate)
            self.machine.start_frames(self.rate)
            self.running = True
        elif not master.on and self.running:
            self.machine.start_frames(0)
            self.running = False
        for block in self.blocks.values():
            if self.running and block.on and block.fed():
                self._start(block)
            else:
                self.port.stop(receives=block.receives)

    def _start(self, block: Block) -> None:
        stream = block.stream
        assert stream is not None
        if not stream.circular or stream.item_bytes != 4:
            raise self.error(f"the DMA stream of block {block.letter} is not circular in words")
        if stream.to_peripheral == block.receives:
            raise self.error(f"the DMA stream of block {block.letter} runs in the wrong direction")
        mute = self.codec_ready()
        if mute:
            raise self.error(f"the clocks start, but {mute}{self.wires.remedy}")
        stream.position = self.port.connect(
            receives=block.receives, ring=stream.ring, words=stream.items, bits=self.wires.bits,
            on_half=stream.reached,
        )  # fmt: skip
