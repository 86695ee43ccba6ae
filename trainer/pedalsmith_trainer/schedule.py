# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The learning rate over a run."""

import math


def one_cycle(share: float, highest: float, warm_up: float) -> float:
    """Rises linearly over the first `warm_up` of the run, then falls as a cosine.

    `share` is how much of the run is over, 0..1. Ends at a thousandth of `highest`.
    """
    if share < warm_up:
        return highest * (0.05 + 0.95 * share / warm_up)
    fall = (share - warm_up) / (1 - warm_up)
    return highest * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * min(fall, 1.0))))
