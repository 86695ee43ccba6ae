# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""An emulated board: the chip that board.json names, with what is soldered around it.

A chip is a folder of this package with a module `board` and a function `assemble(board, options)`;
boards whose chip has none cannot be emulated.
"""

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pedalsmith.emulator.audio_port import AudioPort
from pedalsmith.emulator.console_port import ConsolePort
from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.i2c_bus import I2cBus
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.panel import Press, Turn
from pedalsmith.emulator.spi_flash import SpiFlash
from pedalsmith.emulator.usb_host import UsbPort
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board, load_board

Words = npt.NDArray[np.int32]

_SLICE_SECONDS = 0.02
_START_SECONDS = 3.0
"""Virtual time in which the converters must have been started."""
_FLICKER = 12
"""Changes a second of light 1 that are more than any blinking: a damaged image makes 20"""
MOST_LATENCY = 8192
"""Samples that the output may come after the input"""


@dataclass(frozen=True)
class Options:
    """How the emulated board differs from a sound one of the usual revision."""

    controls: str = "none"
    """The pedal that the board is in: knobs, footswitches, lights."""
    turns: tuple[Turn, ...] = ()
    presses: tuple[Press, ...] = ()
    codec: str = ""
    """Which codec is soldered on, where a board has revisions; '': the first."""
    crystal: bool = True
    """The crystal starts."""
    codec_answers: bool = True
    """The codec acknowledges on its control bus, where it has one."""
    knob_noise: int = 0
    """Largest deviation of a knob's reading, in counts of 65536"""
    audio_stall: tuple[float, float] | None = None
    """(at, seconds): the converters' clock stands still, seconds since power-up"""
    dma_late: tuple[float, float] | None = None
    """(at, seconds): from then on the DMA tells so much too late that half a ring is done"""
    faults: tuple[tuple[float, str], ...] = ()
    """(at, kind): the firmware faults, `bus`, `memory` or `usage` (machine.FAULTS)"""
    delivers_faults: bool = False
    """Faults go to the firmware's handlers; else they end the run and name the place."""
    worn_sectors: tuple[int, ...] = ()
    """Addresses in the serial flash chip of sectors in which bits no longer change"""
    log_writes: bool = False
    """Keep every register write (Result.writes)."""


class EmulatedBoard(Protocol):
    """What `assemble` of a chip returns."""

    machine: Machine
    audio: AudioPort
    console: ConsolePort
    i2c_bus: I2cBus
    usb: UsbPort
    spi_flash: SpiFlash

    def lights(self) -> list[tuple[float, int, bool]]:
        """Changes of the lights: seconds, which, on."""

    def power_up(self) -> None:
        """Power-on reset."""


@dataclass(frozen=True)
class Result:
    """What a run gave."""

    samples: Words
    """(n,) Q23, left, sample i answering input sample i: the latency is taken off"""
    right: Words
    """(n,) Q23, the right channel"""
    latency: int
    """samples from input to output, measured at the codec"""
    sample_rate: float
    """Hz, computed from the clock registers"""
    block: int
    """samples a block"""
    block_instructions: npt.NDArray[np.int64]
    """(blocks,) instructions executed from one block to the next, all contexts"""
    instructions: int
    """executed in all, start-up included"""
    virtual_seconds: float
    cpu_seconds: float
    console: str
    lights: tuple[tuple[float, int, bool], ...]
    """(seconds since power-up, light 0 or 1, on) at every change"""
    i2c: tuple[tuple[int, tuple[int, ...]], ...]
    """(7-bit address, bytes written) in order"""
    writes: tuple[tuple[str, str, int], ...]
    """(PERIPHERAL.REGISTER, value in hex, exception number or 0), in order"""
    final: dict[str, object]
    """the value of each register written, at the end"""


def assemble(board: Board | str, options: Options | None = None) -> EmulatedBoard:
    """Builds the emulated board. Raises BadInput when its chip is not modelled."""
    if isinstance(board, str):
        board = load_board(board)
    try:
        chip = importlib.import_module(f"pedalsmith.emulator.{board.mcu}.board")
    except ModuleNotFoundError:
        raise BadInput(
            f"{board.folder}: there is no emulated {board.mcu}; use --on host."
        ) from None
    options = options or Options()
    emulated: EmulatedBoard = chip.assemble(board, options)
    _break(emulated, options)
    return emulated


def _break(emulated: EmulatedBoard, options: Options) -> None:
    """Makes the board as unsound as the options say."""
    machine = emulated.machine
    machine.state.delivers_faults = int(options.delivers_faults or bool(options.faults))
    emulated.spi_flash.worn.update(options.worn_sectors)
    if options.audio_stall:
        at, seconds = options.audio_stall
        machine.script.append((at, partial(machine.hold_frames, seconds)))
    if options.dma_late:
        at, seconds = options.dma_late
        machine.script.append((at, partial(setattr, emulated.audio, "late_by", seconds)))
    for at, kind in options.faults:
        machine.script.append((at, partial(machine.inject_fault, kind)))


def flash_image(
    emulated: EmulatedBoard, board: Board, path: Path, patches: Mapping[int, bytes] | None = None
) -> None:
    """Writes an image where a loader would, an .elf with other bytes at some of its addresses.

    Raises BadInput when it cannot be used.
    """
    kinds = list(board.images.values())
    image = read_image(path, kinds[0].load)
    for at, data in (patches or {}).items():
        image.patch(at, data)
    address, data = image.segments[0]
    # What the image is for shows in where its code runs: its own address in an .elf or a .hex, the
    # entry in the vectors of a .bin, which has been given the first kind's address.
    entry = int.from_bytes(data[4:8], "little")
    for kind in kinds[1:]:
        if address == kind.code.origin or (
            address == kinds[0].load and kind.code.origin <= entry < kind.code.end
        ):
            image.segments = [(kind.load, data)]
    emulated.machine.load(image)


def run(
    image: Path,
    board: Board | str,
    samples_in: Words,
    *,
    options: Options | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Result:
    """Flashes `image` and plays `samples_in` (n,) Q23 through it, in at the codec and out of it.

    `on_progress` gets the share that is done, 0 to 1. Raises EmulationError when the firmware does
    what the board would not take or gives no audio; BadInput when the image cannot be used.
    """
    if isinstance(board, str):
        board = load_board(board)
    emulated = assemble(board, options)
    machine = emulated.machine
    try:
        machine.writes.on = bool(options and options.log_writes)
        flash_image(emulated, board, image)
        emulated.audio.play(samples_in, len(samples_in) + MOST_LATENCY)
        emulated.power_up()
        before = time.process_time()
        _play(emulated, len(samples_in), on_progress)
        return result_of(emulated, len(samples_in), time.process_time() - before)
    finally:
        machine.close()


def _play(
    emulated: EmulatedBoard, frames: int, on_progress: Callable[[float], None] | None
) -> None:
    machine, audio = emulated.machine, emulated.audio
    while True:
        wanted = frames + audio.steady_latency()
        if audio.frames_out >= wanted and audio.marks:
            return
        before = audio.frames_out
        left = max(wanted - audio.frames_out, 1) / (audio.rate or 48_000)
        machine.run(min(_SLICE_SECONDS, left))
        if audio.frames_out == before and machine.seconds > _START_SECONDS:
            raise EmulationError(
                f"{machine.name}: no audio after {machine.seconds:.1f} s; {_what_shows(emulated)}."
            )
        if on_progress:
            on_progress(min(audio.frames_out / max(wanted, 1), 1.0))


def _what_shows(emulated: EmulatedBoard) -> str:
    """What a person before the silent board would see, and what to do; without a full stop."""
    changes = sum(light == 0 for _, light, _ in emulated.lights())
    if changes > _FLICKER * emulated.machine.seconds:
        return "light 1 flickers: the image is damaged; build it again"
    said = emulated.console.text.strip().splitlines()[-1:] or ["nothing"]
    return f"its console says {said[0].rstrip('.')!r}; build the image again"


def result_of(emulated: EmulatedBoard, frames: int, cpu_seconds: float) -> Result:
    """What has come out for the first `frames` samples that went in."""
    machine, audio = emulated.machine, emulated.audio
    latency = audio.steady_latency()
    instructions = np.array([mark.instructions for mark in audio.marks], dtype=np.int64)
    return Result(
        samples=audio.left()[latency : latency + frames].copy(),
        right=audio.right()[latency : latency + frames].copy(),
        latency=latency,
        sample_rate=audio.rate,
        block=audio.half_frames,
        block_instructions=np.diff(instructions),
        instructions=machine.instructions,
        virtual_seconds=machine.seconds,
        cpu_seconds=cpu_seconds,
        console=emulated.console.text,
        lights=tuple(emulated.lights()),
        i2c=tuple((address, tuple(data)) for address, data in emulated.i2c_bus.log),
        writes=tuple(machine.writes.entries),
        final=machine.writes.final() if machine.writes.on else {},
    )
