# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a training run is asked to do; written into run.json, so that it can be done again."""

from dataclasses import dataclass

SMALLEST_HIDDEN, LARGEST_HIDDEN = 4, 64


@dataclass(frozen=True)
class Settings:
    """The network and the recipe. The defaults are what was measured to work."""

    arch: str = "lstm"
    """"lstm" or "gru"."""
    hidden: int = 16
    """Units."""
    layers: int = 1
    """Recurrent layers, one on the other."""
    skip: bool = True
    """Add the dry sound to the network's output."""
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
    step_samples: int = 256
    """Samples that each stream moves on by in a step; what counts is the number of steps."""
    learning_rate: float = 2e-2
    """The highest one of the cycle."""
    warm_up: float = 0.1
    """Share of the time in which the learning rate rises; then it falls as a cosine."""
    cell_bound: float = 4.0
    """LSTM cells are kept within this; integers need a cell that stays put."""
    kernel: bool = True
    """Compute by the C kernel; else by TensorFlow's own operations, several times slower."""
    threads: int = 2
