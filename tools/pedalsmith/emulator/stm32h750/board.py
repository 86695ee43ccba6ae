# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Boards with an STM32H750: the Daisy Seed in its revisions, which differ by codec and straps."""

from collections.abc import Callable
from dataclasses import dataclass

from pedalsmith.emulator.boards import Options
from pedalsmith.emulator.stm32h750.chip import FLASH, Stm32h750
from pedalsmith.emulator.stm32h750.gpio import Gpio
from pedalsmith.emulator.stm32h750.rcc import HSE_HZ
from pedalsmith.emulator.stm32h750.sai import CodecWires
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board


def _ak4556_mute(gpio: Gpio, control: str) -> str:
    port, bit = gpio.pin(control)
    levels = [level for _, changed, level in port.changes if changed == bit]
    if not gpio.level(control):
        return f"the AK4556 stays in reset: {control} (PDN) is not high"
    if levels[-2:] != [False, True]:
        return f"the AK4556 has seen no pulse on {control} (PDN)"
    return ""


def _pcm3060_mute(gpio: Gpio, control: str) -> str:
    if gpio.level(control) is not False:
        return f"the PCM3060 would de-emphasise: {control} (DEMP) is not low"
    return ""


@dataclass(frozen=True)
class _Codec:
    """A codec as soldered: block of the SAI at its data output, strap to ground, when it plays."""

    data_out_on: str
    strap: str
    mute: Callable[[Gpio, str], str]


_CODECS = {
    "ak4556": _Codec("B", "", _ak4556_mute),
    "pcm3060": _Codec("B", "strap_pcm3060", _pcm3060_mute),
}


class EmulatedDaisy(Stm32h750):
    """A Daisy Seed."""

    def __init__(self, board: Board, options: Options) -> None:
        name = options.codec or next(iter(_CODECS))
        if name not in _CODECS:
            raise BadInput(f"{board.folder}: no codec {name!r}; there is {', '.join(_CODECS)}.")
        codec = _CODECS[name]
        super().__init__(
            board.folder,
            wires=CodecWires(codec.data_out_on),
            baud=board.console_baud,
            hse_hz=HSE_HZ if options.crystal else 0.0,
        )
        for pin in board.pins:
            if pin.startswith("strap_"):
                self.gpio.drive(board.pins[pin], False if pin == codec.strap else None)
        control = board.pins["codec_control"]
        self.sai.codec_ready = lambda: codec.mute(self.gpio, control)

    def power_up(self) -> None:
        """Power-on reset: the vectors are at the start of flash."""
        self.machine.reset(FLASH)


def assemble(board: Board, options: Options) -> EmulatedDaisy:
    """See emulator.boards."""
    return EmulatedDaisy(board, options)
