# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a WaveNet's layers may keep: 16 bits or 32, and how much room above the calibration."""

from dataclasses import dataclass

from pedalsmith.quantization.wavenet_grams import Place

HEADROOMS = (8.0, 4.0, 2.0)
"""By which playing may exceed the calibration before a 16-bit history or activation saturates: the
largest is the safest, the least the truest."""


@dataclass(frozen=True)
class Formats:
    """Which layers, (array, layer), keep 32 bits where 16 are the rule, and the room above."""

    histories: frozenset[Place] = frozenset()
    activations: frozenset[Place] = frozenset()
    """As the 1x1 reads them"""
    fine: bool = False
    """Where a whole array keeps 32 bits, its convolutions' weights do, too, and tanh is fine."""
    headroom: float = HEADROOMS[-1]
