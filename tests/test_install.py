# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The built wheel, alone in a fresh venv, converts a model and runs it on the emulated board."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pedalsmith.assets import dry_path
from pedalsmith.audio import SAMPLE_RATE, read_audio, write_wav
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.model import Dense, Lstm, Model

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The venv's folder of programs, with the wheel and what it needs installed."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("pedalsmith-*.whl")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    line = [str(programs / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    # The lock only pins; nothing but what the wheel asks for is installed.
    line += ["--constraint", str(ROOT / "tools" / "requirements.lock")]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return programs


def small_lstm() -> Model:
    """An LSTM of 4 units with weights of the size that trained ones have."""
    random = np.random.default_rng(4)

    def draw(*shape: int) -> npt.NDArray[np.float32]:
        return random.normal(0.0, 0.5, shape).astype(np.float32)

    layers = Lstm(draw(1, 16), draw(4, 16), draw(16)), Dense(draw(4, 1), draw(1))
    return Model(layers, SAMPLE_RATE, skip=1.0)


def test_wheel_converts_and_emulates(installed: Path, tmp_path: Path) -> None:
    keras_json.write(small_lstm(), tmp_path / "model.json")
    write_wav(tmp_path / "dry.wav", read_audio(dry_path()).samples[: 2 * SAMPLE_RATE])

    def pedalsmith(*arguments: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [str(installed / "pedalsmith"), *arguments],
            cwd=tmp_path,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    pedalsmith("convert", "model.json", "-o", "tone.psm", "--weights", "int8")
    pedalsmith("emulate", "tone.psm", "dry.wav", "host.wav", "--on", "host")
    pedalsmith("emulate", "tone.psm", "dry.wav", "daisy.wav", "--on", "daisy_seed")
    host, board = (
        read_audio(tmp_path / "host.wav").samples,
        read_audio(tmp_path / "daisy.wav").samples,
    )
    assert len(host) == len(board) == 2 * SAMPLE_RATE
    assert (host == board).all()
    assert abs(host).max() > 0.01
