# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Bounds on models that others trained: integer engine against float64, on audio not calibrated on.

The calibration is the capture that the package ships; the measurement is other guitar.
"""

from pathlib import Path

import numpy as np
import pytest

from pedalsmith.assets import dry_path
from pedalsmith.audio import from_q23, read_audio, to_q23
from pedalsmith.models.importers import load_model
from pedalsmith.models.reference import Reference
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.quantizer import quantize

AIDAX = "aidax/tw40_california_clean_deerinkstudios.json"
ENGL = "guitarml/Model1_engl_g25_p0056_GRU10.json"


@pytest.mark.parametrize(("weights", "bound"), [("int16", -50.0), ("int8", -30.0)])
@pytest.mark.parametrize("name", [AIDAX, ENGL])
def test_quantized_against_float(shared: Path, name: str, weights: str, bound: float) -> None:
    model = load_model(shared / "models" / name)
    calibration = read_audio(dry_path()).samples
    engine = HostEngine(psm.encode(quantize(model, name, calibration, weights).blob))
    dry = read_audio(shared / "captures/ts9_guitarix/test_dry.wav").samples[96_000:240_000]
    for level, esr_bound, noise_bound in (
        (0, bound, -60.0),
        (-20, -30.0, -75.0),
        (-40, 0.0, -80.0),
    ):
        words = to_q23(dry * 10 ** (level / 20))
        engine.reset()
        played = from_q23(engine.process(words))
        float_ = Reference(model)
        silence = float_.play(np.zeros(24_000))
        wanted = float_.play(from_q23(words))
        error = played - wanted
        signal = np.mean((wanted - silence[-1]) ** 2)
        assert 10 * np.log10(np.mean(error**2) / signal) <= esr_bound
        assert 10 * np.log10(np.var(error)) <= noise_bound
