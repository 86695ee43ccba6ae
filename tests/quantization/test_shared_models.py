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
from pedalsmith.quantization.blob import KNOB_ONE
from pedalsmith.quantization.quantizer import quantize

AIDAX = "aidax/tw40_california_clean_deerinkstudios.json"
GRU_10 = "guitarml/Model1_engl_g25_p0056_GRU10.json"
GRU_8_KNOBS = "guitarml/Model4_mi3knob_gru8_p047.json"
NAM_16 = "nam/BossLSTM-1x16.nam"


@pytest.mark.parametrize(
    ("name", "weights", "esr_bound", "noise_bound"),
    [
        (AIDAX, "int16", -55.0, -80.0),
        (AIDAX, "int8", -30.0, -60.0),
        (GRU_10, "int16", -55.0, -80.0),
        (GRU_10, "int8", -30.0, -60.0),
        (GRU_8_KNOBS, "int16", -55.0, -80.0),
        (NAM_16, "int16", -55.0, -80.0),
    ],
)
def test_quantized_against_float(
    shared: Path, name: str, weights: str, esr_bound: float, noise_bound: float
) -> None:
    """ESR at 0 dB, and the error without DC in dBFS with the guitar at 0, -20 and -40 dB."""
    model = load_model(shared / "models" / name)
    calibration = read_audio(dry_path()).samples
    engine = HostEngine(psm.encode(quantize(model, name, calibration, weights).blob))
    turned = (0.8, 0.3, 0.6)[: model.knobs]
    for index, value in enumerate(turned):
        engine.set_knob(index, round(value * KNOB_ONE))
    dry = read_audio(shared / "captures/ts9_guitarix/test_dry.wav").samples[100_000:148_000]
    for level in (0, -20, -40):
        words = to_q23(dry * 10 ** (level / 20))
        engine.reset()
        engine.process(np.zeros(12_000, np.int32))
        played = from_q23(engine.process(words))
        float_ = Reference(model, knobs=turned)
        silence = float_.play(np.zeros(12_000))
        wanted = float_.play(from_q23(words))
        error = played - wanted
        esr = np.mean(error**2) / np.mean((wanted - silence[-1]) ** 2)
        assert level < 0 or 10 * np.log10(esr) <= esr_bound
        assert 10 * np.log10(np.var(error)) <= noise_bound
