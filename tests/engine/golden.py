# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Makes tests/engine/golden/*.psm: `cd tests && python -m engine.golden`.

Each blob carries its golden vector, played by the NumPy reference. They change only when the
arithmetic does, and then on purpose.
"""

from pathlib import Path

import numpy as np

from pedalsmith.files import write_whole
from pedalsmith.quantization import psm
from pedalsmith.quantization.reference import with_golden

from .blobs import random_blob

FOLDER = Path(__file__).parent / "golden"
FRAMES = 256


def golden_blobs() -> dict[str, bytes]:
    """File name -> bytes."""
    made = {}
    for kind in ("lstm", "gru"):
        for state in (1, 2):
            blob = random_blob(state, kind=kind, hidden=(6,), knobs=1, state=state, golden_frames=1)
            # A decaying 440 Hz tone at full scale, then silence: loud, quiet and the tail.
            time = np.arange(FRAMES)
            tone = np.sin(time * 2 * np.pi * 440 / 48_000) * np.exp(-time / 40) * (time < 200)
            audio = np.round(tone * (2**23 - 1)).astype(np.int64)
            made[f"{kind}-state-{state}.psm"] = psm.encode(with_golden(blob, audio))
    return made


if __name__ == "__main__":
    for name, data in golden_blobs().items():
        write_whole(FOLDER / name, data)
