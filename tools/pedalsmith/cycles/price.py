# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a model costs on a board: the engine's block of samples, recorded and priced."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.engine import BareEngine, Words, build, engine_sources
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import tightly_coupled
from pedalsmith.cycles.report import FunctionCost, by_function
from pedalsmith.cycles.synthetic import recurrent_blob
from pedalsmith.quantization.psm import encode
from pedalsmith.source import firmware_dir

_SETTLE = 64
"""Samples played before the first that is recorded."""


@dataclass(frozen=True)
class Price:
    """Instructions and cycles of one sample, at a given block size."""

    block: int
    instructions: float
    """Executed a sample, mean over a block of loud noise; an exact count."""
    cycles: float
    """The same block in the steady state."""
    worst_cycles: float
    """The dearer of two blocks, loud noise and a full-scale square wave, each with nothing
    predicted and nothing cached."""
    functions: tuple[FunctionCost, ...]
    """Of the steady block, whole block, the costliest first."""

    def load(self, clock_hz: int, sample_rate: int, *, worst: bool = False) -> float:
        """Share of the block time used, 1 = all of it."""
        cycles = self.worst_cycles if worst else self.cycles
        return cycles * sample_rate / clock_hz


@lru_cache(maxsize=1)
def engine_image() -> Image:
    """The engine for the Cortex-M7, built once a process."""
    with TemporaryDirectory(prefix="pedalsmith-") as folder:
        return build(
            engine_sources(), Path(folder) / "engine.elf", [f"-I{firmware_dir() / 'engine'}"]
        )


def price(blob: bytes, block: int, name: str = "blob") -> Price:
    """Plays blocks of `block` samples and prices them. Raises BadInput for a bad blob."""
    image = engine_image()
    engine = BareEngine(image, blob, name)
    core = Core(image.read, tightly_coupled())
    loud, square = _signals(block)
    engine.process(loud[:_SETTLE])
    trace, _ = engine.record(loud[_SETTLE:])
    cold = core.run(trace).cycles
    steady = core.run(trace)
    core.forget()
    worst = max(cold, core.run(engine.record(square)[0]).cycles)
    return Price(
        block=block,
        instructions=steady.instructions / block,
        cycles=steady.cycles / block,
        worst_cycles=worst / block,
        functions=tuple(by_function(steady, image.function_at)),
    )


def _signals(block: int) -> tuple[Words, Words]:
    rng = np.random.default_rng(1)
    loud = rng.integers(-(1 << 21), 1 << 21, _SETTLE + block, dtype=np.int32)
    square = np.where(np.arange(block) % 24 < 12, (1 << 23) - 1, -(1 << 23)).astype(np.int32)
    return loud, square


def largest_that_fits(
    kind: str, layers: int, knobs: int, below: int, most_cycles: float, block: int
) -> tuple[int, Price] | None:
    """The largest hidden size, a multiple of 4 under `below`, whose worst block takes at most
    `most_cycles` a sample.

    Prices random weights of that shape. None when not even 4 units fit.
    """
    found = None
    low, high = 1, (below - 1) // 4
    while low <= high:
        middle = (low + high) // 2
        candidate = price(encode(recurrent_blob(kind, 4 * middle, layers, knobs)), block)
        if candidate.worst_cycles <= most_cycles:
            found, low = (4 * middle, candidate), middle + 1
        else:
            high = middle - 1
    return found
