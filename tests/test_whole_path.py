# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The bounds of the whole path, on real captures: trained, quantized, built, run on the board.

The figures go to stdout (`pytest -s`), so that this file is also what measures them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pedalsmith.audio import SAMPLE_RATE, Samples, from_q23, read_audio, to_q23, write_wav
from pedalsmith.models.importers import load_model
from pedalsmith.models.reference import Reference
from pedalsmith.native.host import HostEngine

STEPS = "12000"
"""A run of fixed length gives the same bits on every machine, where a run of minutes would not."""

FLOAT_ESR = 0.01
AGAINST_FLOAT_DB = {"int16": -50.0, "int8": -30.0}
AGAINST_TARGET_DB = {"int16": 0.1, "int8": 1.0}

IMPORTED = {
    "aidax": "aidax/tw40_california_clean_deerinkstudios.json",
    "engl": "guitarml/Model1_engl_g25_p0056_GRU10.json",
}


def pedalsmith(*arguments: str | Path) -> dict[str, Any]:
    """Runs a command with --json and returns what it printed."""
    line = [sys.executable, "-m", "pedalsmith", *map(str, arguments), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def decibels(ratio: float) -> float:
    return float(10 * np.log10(ratio))


def esr(target: Samples, played: Samples) -> float:
    return float(np.sum((played - target) ** 2) / np.sum(target**2))


@pytest.fixture(scope="module")
def models(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Model files: two trained here, two imported."""
    folder = tmp_path_factory.mktemp("runs")
    ts9, ds1 = shared / "captures" / "ts9_guitarix", shared / "captures" / "ds1_boss"
    train = ["train", "--arch", "lstm", "--hidden", "16", "--steps", STEPS]
    pair = ["--dry", ts9 / "train_dry.wav", "--wet", ts9 / "train_wet.wav"]
    test = ["--test-dry", ts9 / "test_dry.wav", "--test-wet", ts9 / "test_wet.wav"]
    pedalsmith(*train, *pair, *test, "-o", folder / "ts9")
    pair = ["--dry", ds1 / "dry.wav", "--wet", ds1 / "wet.wav"]
    pedalsmith(*train, *pair, "--test-seconds", "4", "-o", folder / "ds1")
    made = {name: folder / name / "model.json" for name in ("ts9", "ds1")}
    return made | {name: shared / "models" / file for name, file in IMPORTED.items()}


@pytest.fixture(scope="module")
def guitar(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 s of playing."""
    dry = read_audio(shared / "captures/ts9_guitarix/train_dry.wav").samples
    path = tmp_path_factory.mktemp("guitar") / "guitar.wav"
    write_wav(path, dry[: 60 * SAMPLE_RATE])
    return path


@pytest.mark.parametrize("weights", ["int16", "int8"])
@pytest.mark.parametrize("name", ["ts9", "ds1", *IMPORTED])
def test_quantized_and_on_the_board(
    models: dict[str, Path], guitar: Path, shared: Path, tmp_path: Path, name: str, weights: str
) -> None:
    blob = tmp_path / "tone.psm"
    pedalsmith("convert", models[name], "-o", blob, "--weights", weights)
    model, engine = load_model(models[name]), HostEngine(blob.read_bytes())
    dry, wet = (
        read_audio(shared / "captures" / "ts9_guitarix" / f"test_{side}.wav").samples
        for side in ("dry", "wet")
    )
    # The engine starts at rest; the float model comes to rest in a second of silence.
    reference = Reference(model)
    rest = reference.play(np.zeros(SAMPLE_RATE))[-1]
    float_, integer = reference.play(dry), from_q23(engine.process(to_q23(dry)))
    against_float = decibels(esr(float_ - rest, integer - rest))
    print(f"{name} {weights}: against float {against_float:.1f} dB")
    assert against_float <= AGAINST_FLOAT_DB[weights]

    if name == "ts9":
        float_esr, integer_esr = esr(wet, float_), esr(wet, integer)
        cost = decibels(integer_esr) - decibels(float_esr)
        print(f"ts9 test ESR: float {float_esr:.5f}, {weights} {integer_esr:.5f}, {cost:+.3f} dB")
        assert float_esr <= FLOAT_ESR
        assert cost <= AGAINST_TARGET_DB[weights]

    figures = pedalsmith("emulate", blob, guitar, tmp_path / "out.wav", "--on", "daisy_seed")
    print(f"{name} {weights}: board {figures['times_real_time']:.2f} x real time")
    assert figures["samples"] == 60 * SAMPLE_RATE
    assert figures["differing"] == 0
    assert abs(read_audio(tmp_path / "out.wav").samples).max() > 0.01
