# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Boards with an RT1062: Teensy 4.0 and 4.1, which differ by the size of their flash chip."""

from pedalsmith.emulator.boards import Options
from pedalsmith.emulator.controls import Controls
from pedalsmith.emulator.rt1062.chip import Rt1062
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board

_CODEC = "sgtl5000"


class EmulatedTeensy(Rt1062):
    """A Teensy 4 with its audio shield, in a pedal."""

    def __init__(self, board: Board, options: Options) -> None:
        if options.codec not in {"", _CODEC}:
            raise BadInput(f"{board.folder}: no codec {options.codec!r}; there is {_CODEC}.")
        # The loader keeps the end of the chip for itself; the chip has a power of two.
        program = board.images["flash"].code.bytes
        super().__init__(
            board.folder,
            flash_bytes=1 << (program - 1).bit_length(),
            baud=board.console_baud,
            crystal=options.crystal,
            codec_answers=options.codec_answers,
        )
        self.sai.codec_ready = self.codec.mute if self.codec.present else lambda: ""
        self.lights = Controls(self.machine, board, options, self.gpio, self.knobs).lights


def assemble(board: Board, options: Options) -> EmulatedTeensy:
    """See emulator.boards."""
    return EmulatedTeensy(board, options)
