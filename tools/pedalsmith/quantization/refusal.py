# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How a rule of the blob's format is required, and what is raised where it is broken."""

import numpy as np
import numpy.typing as npt


class Refused(ValueError):  # noqa: N818 - reads as what it says
    """A rule of the format is broken; the text says which, without a file name."""


def require(condition: object, text: str) -> None:
    """Raises Refused(text) unless the condition holds."""
    if not condition:
        raise Refused(text)


def fits(values: npt.ArrayLike, bits: int, signed: bool = True) -> bool:
    """True when every value is a word of that many bits."""
    words = np.asarray(values)
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return bool(np.all((words >= low) & (words <= high)))
