# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Boards with an STM32H750: the Daisy Seed in its revisions, which differ by codec and straps."""

from functools import partial

from pedalsmith.emulator.boards import Options
from pedalsmith.emulator.codecs.pins import ak4556_mute, pcm3060_mute
from pedalsmith.emulator.codecs.wm8731 import Wm8731
from pedalsmith.emulator.controls import Controls
from pedalsmith.emulator.faults import LoaderEntered
from pedalsmith.emulator.stm32h750 import bootloader
from pedalsmith.emulator.stm32h750.chip import Stm32h750
from pedalsmith.emulator.stm32h750.rcc import HSE_HZ
from pedalsmith.emulator.stm32h750.sai import CodecWires
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board

_CODECS = {"ak4556": ("B", ""), "pcm3060": ("B", "strap_pcm3060"), "wm8731": ("A", "strap_wm8731")}
"""Codec: block of the SAI that its data output is wired to, strap that is tied to ground."""


def _remedy(codec: str) -> str:
    """What to try when an image does not go with the codec: it may be built for one alone."""
    others = " or ".join(name for name in _CODECS if name != codec)
    return f" (of an image for another codec: try --codec {others})"


class EmulatedDaisy(Stm32h750):
    """A Daisy Seed in a pedal."""

    def __init__(self, board: Board, options: Options) -> None:
        name = options.codec or next(iter(_CODECS))
        if name not in _CODECS:
            raise BadInput(f"{board.folder}: no codec {name!r}; there is {', '.join(_CODECS)}.")
        data_out_on, strap = _CODECS[name]
        super().__init__(
            board.folder,
            wires=CodecWires(data_out_on, remedy=_remedy(name)),
            baud=board.console_baud,
            hse_hz=HSE_HZ if options.crystal else 0.0,
        )
        self._pins = board.pins
        for pin in board.pins:
            if pin.startswith("strap_"):
                self.gpio.drive(board.pins[pin], False if pin == strap else None)
        if name == "wm8731":
            codec = Wm8731(present=options.codec_answers)
            self.i2c_bus.attach(codec)
            self.sai.codec_ready = codec.mute if codec.present else lambda: ""
        else:
            self.sai.codec_ready = partial(self._mute, name)
        self.lights = Controls(self.machine, board, options, self.gpio, self.knobs).lights

    def _mute(self, codec: str) -> str:
        pin = self._pins["codec_control"]
        port, bit = self.gpio.pin(pin)
        levels = [level for _, changed, level in port.changes if changed == bit]
        check = {"ak4556": ak4556_mute, "pcm3060": pcm3060_mute}[codec]
        return check(self.gpio.level(pin), levels)

    def power_up(self) -> None:
        """See EmulatedBoard; the Daisy bootloader starts an image that is in the serial flash."""
        super().power_up()
        if (self.flash == 0xFF).all():
            bootloader.start(self)

    def _restart(self) -> None:
        if "boot" in self._pins and self.gpio.level(self._pins["boot"]):
            raise LoaderEntered(f"{self.machine.name}: the firmware has entered the loader in ROM.")
        super()._restart()


def assemble(board: Board, options: Options) -> EmulatedDaisy:
    """See emulator.boards."""
    return EmulatedDaisy(board, options)
