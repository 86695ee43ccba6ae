# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The temperature in the link's stats is that of the emulated chip."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pedalsmith.emulator.plugged import PluggedBoard
from pedalsmith.link.protocol import Stats
from pedalsmith.native.firmware import Image

from . import line as wire
from .conftest import BOARDS, COMPILERS
from .line import Line
from .test_link_board import Cable


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", BOARDS)
def test_stats_tell_how_warm_a_board_is(
    name: str, compiler: str, image_of: Callable[[str, str], Image]
) -> None:
    with PluggedBoard(name, image_of(name, compiler).bin) as board:
        emulated: Any = board.emulated
        sensor = emulated.thermometer if name == "daisy_seed" else emulated.tempmon
        board.play(np.zeros(96_000, np.int32), 480_000)
        board.run(0.5)
        line = Line(Cable(emulated))
        line.hello()

        def told() -> int:
            return Stats.unpack(line.good(wire.STATS)).temperature

        assert told() == pytest.approx(100 * sensor.celsius, abs=100)
        for celsius in (-12.0, 25.0, 63.4, 105.0):
            sensor.celsius = celsius
            board.run(0.3)
            assert told() == pytest.approx(100 * celsius, abs=100)
