# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How far the inner signals of a WaveNet go on a recording."""

from dataclasses import dataclass

import numpy as np

from pedalsmith.quantization.rows import Floats
from pedalsmith.quantization.wavenet_network import FloatWaveNet


@dataclass(frozen=True)
class Ranges:
    """Largest |value| of every inner signal of FloatWaveNet.play, by name, and as "up" the largest
    z; (channels,)."""

    peaks: dict[str, Floats]

    @staticmethod
    def of(net: FloatWaveNet, signals: list[Floats]) -> "Ranges":
        """Plays `signals`, each after silence."""
        peaks: dict[str, Floats] = {}

        def keep(name: str, values: Floats) -> None:
            peak = np.max(np.abs(values), axis=1)
            peaks[name] = np.maximum(peak, peaks.get(name, 0.0))
            if name.startswith("z"):
                up = np.max(values, axis=1)
                peaks["up" + name[1:]] = np.maximum(up, peaks.get("up" + name[1:], 0.0))

        for signal in signals:
            net.play(signal, keep)
        return Ranges({name: np.maximum(peak, 1e-6) for name, peak in peaks.items()})
