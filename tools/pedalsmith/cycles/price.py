# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a block of samples costs, whatever plays it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.layers import LayerCost, by_layer
from pedalsmith.cycles.report import FunctionCost, by_function
from pedalsmith.emulator.bare import Trace

_SETTLE_BLOCKS = 24
"""Blocks played before the one that is priced: fades after a start are over by then."""

Words = npt.NDArray[np.int32]


class Player(Protocol):
    """Plays blocks of Q23 words."""

    def play(self, words: Words) -> None:
        """Plays one block."""

    def record(self, words: Words) -> Trace:
        """Plays one block and returns what was executed."""


@dataclass(frozen=True)
class Price:
    """Instructions and cycles of one sample, at a given block size."""

    block: int
    instructions: float
    """Executed a sample, mean over a block of loud noise; an exact count."""
    cycles: float
    """The same block, with the caches and the predictions that the one before it left."""
    worst_cycles: float
    """The dearest of three: that block, and with nothing predicted and nothing cached the block
    before and a full-scale square wave. A predictor that has learnt nothing can cost less than one
    that leaves every short loop a round too late."""
    functions: tuple[FunctionCost, ...]
    """Of the steady block, whole block, the costliest first."""
    layers: tuple[LayerCost, ...] = ()
    """Of the same block, the network's layers in their order."""

    def load(self, clock_hz: int, sample_rate: int, *, worst: bool = False) -> float:
        """Share of the block time used, 1 = all of it."""
        cycles = self.worst_cycles if worst else self.cycles
        return cycles * sample_rate / clock_hz


def price(player: Player, core: Core, image: Image, block: int) -> Price:
    """Plays blocks of `block` samples on `player`, which runs `image`, and prices one on `core`."""
    rng = np.random.default_rng(1)
    noise = rng.integers(-(1 << 21), 1 << 21, (_SETTLE_BLOCKS + 1, block), dtype=np.int32)
    for words in noise[:-2]:
        player.play(words)
    cold = core.run(player.record(noise[-2]))
    steady = core.run(player.record(noise[-1]))
    core.forget()
    square = np.where(np.arange(block) % 24 < 12, (1 << 23) - 1, -(1 << 23)).astype(np.int32)
    other = core.run(player.record(square))
    timings = (steady, cold, other)
    return Price(
        block=block,
        instructions=steady.instructions / block,
        cycles=steady.cycles / block,
        worst_cycles=max(timing.cycles for timing in timings) / block,
        functions=tuple(by_function(steady, image.function_at)),
        layers=by_layer([timing.runs for timing in timings], image),
    )
