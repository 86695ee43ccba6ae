# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Makes firmware/engine/sigmoid_table.c: `python -m pedalsmith.quantization.table`.

4,096 chords of the sigmoid on [-16, 16), 1/128 wide: entry k + 2048 serves v >> 16 = k with v Q23
as base + mulh(v, slope). The sigmoid has no inflection inside a chord, so the best line is the
secant moved halfway to the parallel tangent (Chebyshev): the error is equal at both ends and the
tangent point. Decimal arithmetic of 50 digits: the same words on every machine.
"""

from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pedalsmith.files import write_whole
from pedalsmith.source import firmware_dir

ENTRIES = 4096
SHIFT = 16
CHORD = 1 << SHIFT
"""Width of a chord, Q23: 1/128."""
PER_UNIT = (1 << 23) // CHORD
SLOPE_MAX = 2**31 - 1
ONE = 1 << 24
"""1 in Q24."""


def _sigmoid(z: Decimal) -> Decimal:
    return 1 / (1 + (-z).exp())


def chord(k: int) -> tuple[int, int]:
    """Entry of v in [k, k + 1) CHORD: base (Q24, at v = 0), slope (Q33)."""
    with localcontext(prec=50):
        left, right = Decimal(k) / PER_UNIT, Decimal(k + 1) / PER_UNIT
        if k in (-ENTRIES // 2, ENTRIES // 2 - 1):
            return int((_sigmoid(left if k < 0 else right) * ONE).to_integral_value()), 0
        low, high = _sigmoid(left), _sigmoid(right)
        secant = (high - low) * PER_UNIT
        # sigmoid' = s (1 - s): where it equals the secant's slope the tangent is parallel.
        root = (1 - 4 * secant).sqrt()
        touch = (1 + root) / 2 if k >= 0 else (1 - root) / 2
        z = (touch / (1 - touch)).ln()
        middle = (low + high) / 2 + (touch - (low + secant * (z - left))) / 2
        slope = min(int((secant * 2**33).to_integral_value()), SLOPE_MAX)
        # mulh rounds down, half a word on average: the half is given back here.
        v = Decimal((2 * k + 1) * CHORD) / 2
        base = middle * ONE - v * slope / 2**32 + Decimal("0.5")
        return int(base.to_integral_value()), slope


def table() -> npt.NDArray[np.int32]:
    """(ENTRIES, 2): base, slope."""
    return np.array([chord(k - ENTRIES // 2) for k in range(ENTRIES)], np.int64).astype(np.int32)


def c_source() -> str:
    """The text of sigmoid_table.c."""
    pairs = [f"{{{base}, {slope}}}," for base, slope in table().tolist()]
    rows = "\n".join("    " + " ".join(pairs[i : i + 4]) for i in range(0, ENTRIES, 4))
    return f"""// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
// Made by `python -m pedalsmith.quantization.table`; do not edit.
#include "activation.h"

// clang-format off
const struct sigmoid_chord sigmoid_table[SIGMOID_CHORDS] = {{
{rows}
}};
"""


def table_path() -> Path:
    """Where the committed file is."""
    return firmware_dir() / "engine" / "sigmoid_table.c"


if __name__ == "__main__":
    write_whole(table_path(), c_source())
