# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Float32 values as decimal numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt


def numbers(array: npt.NDArray[np.float32]) -> Any:
    """Nested lists of the shortest decimal numbers that are these float32 values."""
    if array.ndim == 1:
        return [float(str(value)) for value in array]
    return [numbers(row) for row in array]
