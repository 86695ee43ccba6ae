# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The command: figures, exit codes, and nothing half-written."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from random_models import plucks, random_model
from typer.testing import CliRunner

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    keras_json.write(random_model("lstm", 6, size=1.5), path)
    return path


@pytest.fixture
def guitar(tmp_path: Path) -> Path:
    path = tmp_path / "guitar.wav"
    soundfile.write(path, plucks(3.1), SAMPLE_RATE, subtype="PCM_24")
    return path


def run(*arguments: object):
    return CliRunner().invoke(build_app(), ["convert", *map(str, arguments)])


def test_json_says_what_the_blob_holds(model_path: Path, guitar: Path, tmp_path: Path) -> None:
    out = tmp_path / "tone.psm"
    result = run(model_path, "-o", out, "--weights", "int8", "--calibration", guitar, "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    blob = psm.read(out)
    assert figures["blob_bytes"] == out.stat().st_size
    assert blob.metadata["name"] == "random"
    assert blob.metadata["quantization"]["weights"] == figures["weights"] == "int8"
    assert [error["level_db"] for error in figures["errors"]] == [0, -20, -40]
    assert {tensor["bits"] for tensor in figures["tensors"]} == {8, 32}
    assert figures["cells"][0]["proved"] in (True, False)
    HostEngine(out.read_bytes()).selftest()


def test_the_table_is_talk(model_path: Path, guitar: Path, tmp_path: Path) -> None:
    result = run(model_path, "-o", tmp_path / "tone.psm", "--calibration", guitar)
    assert result.exit_code == 0
    assert result.stdout == ""
    for words in ("recurrent", "ESR dB", "error without DC"):
        assert words in result.stderr


def test_bad_input_leaves_nothing_behind(model_path: Path, guitar: Path, tmp_path: Path) -> None:
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(4 * SAMPLE_RATE), SAMPLE_RATE)
    broken = tmp_path / "broken.json"
    broken.write_text(model_path.read_text().replace("0.", "NaN", 1))
    before = set(tmp_path.iterdir())
    out = tmp_path / "tone.psm"
    for arguments, says in [
        ((model_path, "-o", out, "--weights", "int4"), "int4"),
        ((model_path, "-o", out, "--noise", "12"), "--noise 12"),
        ((model_path, "-o", out, "--max-cpu", "50"), "--max-cpu 50: needs --board"),
        ((model_path, "-o", tmp_path, "--calibration", guitar), str(tmp_path)),
        ((model_path, "-o", out, "--calibration", silent), "silent.wav"),
        ((broken, "-o", out, "--calibration", guitar), "broken.json"),
        ((tmp_path / "none.json", "-o", out, "--calibration", guitar), "none.json"),
    ]:
        result = run(*arguments)
        assert isinstance(result.exception, BadInput)
        assert says in str(result.exception)
        assert "\n" not in str(result.exception)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "line",
    [
        ("convert", "{}", "-o", "tone.psm", "--calibration", "{}", "--channel", "0"),
        ("convert", "{}", "-o", "tone.psm", "--board", "daisy_seed", "--max-cpu", "101"),
        ("build", "--model", "{}", "-o", "image", "--max-cpu", "-3"),
        ("build", "--model", "{}", "-o", "image", "--max-cpu", "101"),
        ("info", "{}", "--max-cpu", "-4"),
        ("info", "{}", "--max-cpu", "0"),
    ],
    ids=" ".join,
)
def test_a_number_outside_of_its_range_is_refused(tmp_path: Path, line: tuple[str, ...]) -> None:
    result = CliRunner().invoke(build_app(), [word.format(tmp_path / "none") for word in line])
    assert result.exit_code == 2
    assert f"Invalid value for '{line[-2]}'" in result.output
