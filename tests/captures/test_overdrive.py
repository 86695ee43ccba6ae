# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The shipped capture is what its scripts make, and is fit to train on."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from pedalsmith import assets

SCRIPTS = Path(__file__).parents[2] / "captures" / "overdrive"
RATE = 48_000
FULL = 2.0**31


def words(path: Path) -> npt.NDArray[np.int32]:
    """The samples of a file, 24 bits in the upper part of an int32."""
    samples, rate = soundfile.read(path, dtype="int32")
    assert rate == RATE and samples.ndim == 1
    return samples


def remake(script: str, *arguments: str) -> None:
    subprocess.run([sys.executable, SCRIPTS / script, *arguments], check=True, capture_output=True)


def test_dry_is_what_the_string_model_plays(tmp_path: Path) -> None:
    remake("render_dry.py", str(tmp_path / "dry.flac"))
    assert np.array_equal(words(tmp_path / "dry.flac"), words(assets.dry_path()))


def test_wet_is_what_the_circuit_makes(tmp_path: Path) -> None:
    if not shutil.which("ngspice"):
        pytest.skip("ngspice is not installed")
    remake("render_wet.py", str(tmp_path / "wet.flac"), "1.0")
    remade = words(tmp_path / "wet.flac")
    shipped = words(assets.wet_path())[: len(remade)]
    assert len(remade) == RATE and np.abs(shipped).max() > FULL / 100
    version = subprocess.run(["ngspice", "--version"], capture_output=True, text=True, check=True)
    if re.search(r"ngspice-39\b", version.stdout):
        assert np.array_equal(remade, shipped)
    else:
        # Another version may choose other time steps inside a sample.
        assert np.abs(remade.astype(np.int64) - shipped).max() < FULL * 10 ** (-70 / 20)


def test_the_pair_is_fit_to_train_on() -> None:
    dry, wet = words(assets.dry_path()) / FULL, words(assets.wet_path()) / FULL
    assert len(dry) == len(wet) == 36 * RATE
    # Nothing touches full scale, and the dynamics are a guitar's.
    assert np.abs(dry).max() == pytest.approx(10 ** (-3 / 20), abs=1e-6)
    assert 0.7 < np.abs(wet).max() < 0.95
    blocks = np.abs(dry[: len(dry) // 4800 * 4800].reshape(-1, 4800)).max(axis=1)
    assert (blocks == 0).sum() >= 3
    playing = 20 * np.log10(blocks[blocks > 1e-4])
    assert np.percentile(playing, 90) - np.percentile(playing, 10) > 20
    assert playing.min() < -40
    # Hard playing is clipped, soft playing is not: the gain falls by more than 6 dB.
    soft, hard = slice(16 * RATE, 17 * RATE), slice(20 * RATE, int(20.3 * RATE))
    gain = [20 * np.log10(np.std(wet[part]) / np.std(dry[part])) for part in (soft, hard)]
    assert gain[0] - gain[1] > 6


def test_both_together_stay_small() -> None:
    assert assets.dry_path().stat().st_size + assets.wet_path().stat().st_size < 6_000_000
