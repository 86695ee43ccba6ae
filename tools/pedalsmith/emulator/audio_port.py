# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Samples at the codec: those that go in at its ADC and those that come out at its DAC.

Latency is measured from the rings themselves: after a half of the receive ring has been filled,
the firmware answers by changing a half of the transmit ring; the frame in which that half begins
to play, less the frame in which the first sample of the received half came in, is the latency.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from pedalsmith.emulator.machine import Machine

RECEIVE, TRANSMIT = 0, 1
CHANNELS = 2


@dataclass(frozen=True)
class Mark:
    """Counts at the moment a half of the receive ring was full."""

    instructions: int
    thread_instructions: int
    frame: int


class AudioPort:
    """Both directions. `samples_in` (n,) is played once into the left channel, then silence."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.rate = 0.0
        self.latency: int | None = None
        self.marks: list[Mark] = []
        self.on_block: Callable[[int], None] | None = None
        """Called with the number of blocks so far at each half of the receive ring."""
        self._in = np.zeros(0, dtype=np.int32)
        self._out = np.zeros(0, dtype=np.int32)
        self.late_by = 0.0
        """Seconds by which the DMA tells the firmware too late that a half is done."""
        self.repeats = 0
        """Halves of the transmit ring that were played again unchanged: blocks that the firmware
        missed, when what is played never repeats."""
        self._played: dict[int, bytes] = {}
        self._transmit: tuple[int, int, int] | None = None
        self._fifo_frames = {RECEIVE: 0, TRANSMIT: 0}
        self.half_frames = 0
        self._seen: tuple[bytes, bytes] | None = None
        self._seen_at = 0

    def play(self, samples_in: npt.NDArray[np.int32], room: int) -> None:
        """What goes in from now on, Q23 words, and room for `room` frames that come out."""
        self._in = np.zeros(2 * len(samples_in), dtype=np.int32)
        self._in[::CHANNELS] = samples_in
        self._out = np.zeros(CHANNELS * room, dtype=np.int32)
        self._played.clear()
        self.repeats = 0
        for index, samples in ((RECEIVE, self._in), (TRANSMIT, self._out)):
            self.machine.replace_samples(index, samples)

    def steady_latency(self) -> int:
        """The latency measured, or two blocks while nothing that could be measured has come out."""
        return 2 * self.half_frames if self.latency is None else self.latency

    def start(self, rate: float) -> None:
        """The frame clock starts."""
        self.rate = rate

    @property
    def frames_out(self) -> int:
        """Frames that came out so far."""
        return int(self.machine.state.pumps[TRANSMIT].sample_at) // CHANNELS

    def left(self) -> npt.NDArray[np.int32]:
        """Left channel of what came out, from the first frame on."""
        return self._out[: CHANNELS * self.frames_out : CHANNELS]

    def right(self) -> npt.NDArray[np.int32]:
        """Right channel of what came out."""
        return self._out[1 : CHANNELS * self.frames_out : CHANNELS]

    def connect(
        self, *, receives: bool, ring: int, words: int, bits: int, on_half: Callable[[int], None],
        shift: int = 0,
        item_bytes: int = 4,
        ahead: int = 0,
    ) -> Callable[[], int]:  # fmt: skip
        """Moves words to or from a ring from now on; returns how far in the ring it is.

        `shift` and `bits` say where the sample lies in a 32-bit word, `item_bytes` 2 that only the
        upper half of it is moved, `ahead` how many words wait in the peripheral's FIFO.
        """
        index = RECEIVE if receives else TRANSMIT
        pump = self.machine.state.pumps[index]
        if not pump.on:
            if receives:
                self.half_frames = words // CHANNELS // 2
            else:
                self._transmit = ring, words, item_bytes
                self._played.clear()
            # A word is received in its frame; of those that wait, two make one.
            self._fifo_frames[index] = (ahead + 1) // CHANNELS if receives else ahead // CHANNELS
            tell = partial(self._tell, on_half)
            self.machine.start_pump(
                index, ring=ring, words=words, samples=self._in if receives else self._out,
                to_memory=receives, on_half=self._received(tell) if receives else self._sent(tell),
                bits=bits, shift=shift, item_bytes=item_bytes, ahead=ahead,
            )  # fmt: skip
        return lambda: int(pump.at)

    def stop(self, *, receives: bool) -> None:
        """The words stop; the samples stay where they are."""
        self.machine.stop_pump(RECEIVE if receives else TRANSMIT)

    def _tell(self, on_half: Callable[[int], None], second_half: int) -> None:
        if self.late_by:
            self.machine.after(self.late_by, partial(on_half, second_half))
        else:
            on_half(second_half)

    def _sent(self, on_half: Callable[[int], None]) -> Callable[[int], None]:
        assert self._transmit is not None
        ring, words, item_bytes = self._transmit
        half_bytes = item_bytes * words // 2

        def half_empty(second_half: int) -> None:
            played = self.machine.read(ring + half_bytes * second_half, half_bytes)
            self.repeats += self._played.get(second_half) == played
            self._played[second_half] = played
            on_half(second_half)

        return half_empty

    def _received(self, on_half: Callable[[int], None]) -> Callable[[int], None]:
        def half_full(second_half: int) -> None:
            state = self.machine.state
            self.marks.append(Mark(int(state.instructions), int(state.spent[0]), int(state.frames)))
            if self.latency is None:
                self._measure_latency()
            if self.on_block:
                self.on_block(len(self.marks))
            on_half(second_half)

        return half_full

    def _measure_latency(self) -> None:
        """Looks which half of the transmit ring changed since the half before was full."""
        if self._transmit is None:
            return
        ring, words, item_bytes = self._transmit
        half_bytes = item_bytes * words // 2
        both = self.machine.read(ring, 2 * half_bytes)
        halves = both[:half_bytes], both[half_bytes:]
        if self._seen is not None:
            changed = [i for i in (0, 1) if halves[i] != self._seen[i]]
            if len(changed) == 1:
                # Seen from the edge at which the half before was full: the next frame to play was
                # at `_seen_at`, and the received half had begun `half_frames` frames before.
                ahead = (changed[0] * words // 2 - self._seen_at) % words // CHANNELS
                self.latency = self.half_frames + 1 + ahead + sum(self._fifo_frames.values())
        self._seen = halves
        self._seen_at = int(self.machine.state.pumps[TRANSMIT].at)
