# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a training run is asked to do; written into run.json, so that it can be done again."""

from dataclasses import dataclass
from typing import Any

SMALLEST_HIDDEN, LARGEST_HIDDEN = 4, 64
RECURRENT = ("lstm", "gru")


@dataclass(frozen=True)
class Settings:
    """The network and the recipe. The defaults are what was measured to work."""

    arch: str = "lstm"
    """"lstm", "gru", or a name of wavenet_shapes.SHAPES."""
    hidden: int = 16
    """Units; lstm and gru only, as `layers` and `skip`."""
    layers: int = 1
    """Recurrent layers, one on the other."""
    skip: bool = True
    """Add the dry sound to the network's output."""
    quantize: str | None = None
    """"int8" or "int16": the last part of the run is played in the engine's words, with recurrent
    weights of so many bits; None: all of it in float."""
    seconds: float = 180.0
    """Time to train, start-up excluded."""
    steps: int | None = None
    """Train exactly so many steps instead of `seconds`; the run can then be repeated bit by bit."""
    target_esr: float | None = None
    """End when the held-out part is this good (power ratio)."""
    patience: float | None = None
    """End after so many seconds without a better look."""
    seed: int = 0
    streams: int = 32
    """Places in the capture that are played side by side, each with its own state."""
    step_samples: int = 1024
    """Samples that each stream moves on by in a step, and after which gradients are cut."""
    learning_rate: float = 4e-2
    """The highest one of the cycle."""
    warm_up: float = 0.1
    """Share of the time in which the learning rate rises; then it falls as a cosine."""
    cell_bound: float = 4.0
    """LSTM cells are kept within this; integers need a cell that stays put."""
    kernel: bool = True
    """Compute by the C kernel; else by TensorFlow's own operations, several times slower."""
    threads: int = 2

    @property
    def name(self) -> str:
        """The network as people say it."""
        recurrent = self.arch in RECURRENT
        return f"{self.arch.upper()}-{self.hidden}" if recurrent else self.arch.upper()


def recipe(arch: str) -> dict[str, Any]:
    """The Settings in which `arch` differs from the defaults, which are those of LSTM and GRU."""
    if arch in RECURRENT:
        return {}
    # A WaveNet has no recurrence for which streams lie side by side; more updates serve it better.
    return {"streams": 8, "step_samples": 2048, "learning_rate": 1e-2}
