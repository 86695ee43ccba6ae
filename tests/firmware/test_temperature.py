# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The temperature in the link's stats is that of the emulated chip."""

from collections.abc import Callable

import numpy as np
import pytest

from pedalsmith.emulator.boards import Options, assemble
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.rt1062.board import EmulatedTeensy
from pedalsmith.link.protocol import Stats
from pedalsmith.native.firmware import Image

from . import line as wire
from .line import Line
from .test_link_board import Cable


def test_stats_tell_how_warm_a_teensy_is(image_of: Callable[[str, str], Image]) -> None:
    image = image_of("teensy41", "zig")
    emulated = assemble("teensy41", Options())
    assert isinstance(emulated, EmulatedTeensy)
    emulated.machine.load(read_image(image.bin, image.load))
    emulated.audio.play(np.zeros(96_000, np.int32), 480_000)
    emulated.power_up()
    try:
        emulated.machine.run(0.5)
        line = Line(Cable(emulated))  # type: ignore[arg-type]
        line.hello()

        def told() -> int:
            return Stats.unpack(line.good(wire.STATS)).temperature

        assert told() == pytest.approx(100 * emulated.tempmon.celsius, abs=100)
        for celsius in (-12.0, 25.0, 63.4, 105.0):
            emulated.tempmon.celsius = celsius
            emulated.machine.run(0.3)
            assert told() == pytest.approx(100 * celsius, abs=100)
    finally:
        emulated.machine.close()
