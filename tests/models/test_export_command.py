# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith export` as a user meets it."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.examples import assert_same_layers, small_model
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.importers import load_model


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """What a training run leaves."""
    folder = tmp_path / "RUN"
    folder.mkdir()
    keras_json.write(small_model(units=8), folder / "model.json")
    return folder


def export(*arguments: object) -> None:
    result = CliRunner().invoke(build_app(), ["export", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", ["tone.nam", "tone.aidax", "TONE.JSON", "tone.h"])
def test_a_run_is_exported_by_the_suffix(run_folder: Path, tmp_path: Path, name: str) -> None:
    export(run_folder, "-o", tmp_path / name)
    back = load_model(tmp_path / name)
    # .nam always has an initial state; here it is zeros.
    first = replace(back.layers[0], initial_hidden=None, initial_cell=None)
    back = replace(back, layers=(first, *back.layers[1:]))
    assert_same_layers(load_model(run_folder), back)


def test_what_is_asked_wrongly_is_told_in_one_line(run_folder: Path, tmp_path: Path) -> None:
    cases = {
        "the suffix '.wav' means no format; say one of --format c-header": ["-o", "t.wav"],
        "--format midi: is not known; known are c-header": ["-o", "t.nam", "--format", "midi"],
        "LSTM-8 with 0 knobs is played by nobody": ["-o", "t.json", "--format", "proteus"],
        "--tflite is for .tflite files only": ["-o", "t.nam", "--tflite", "int8"],
        "is no container, so there is no submodel to choose; leave out --submodel.": [
            "-o",
            "t.nam",
            "--submodel",
            "2",
        ],
    }
    for words, arguments in cases.items():
        arguments[1] = str(tmp_path / arguments[1])
        nam = tmp_path / "whole.nam"
        source = run_folder if "--submodel" not in arguments else nam
        if source == nam:
            export(run_folder, "-o", nam)
        with pytest.raises(BadInput) as caught:
            export(source, *arguments)
        assert words in str(caught.value) and "\n" not in str(caught.value)
        assert not Path(arguments[1]).exists()


def test_a_size_that_aida_x_refuses_is_told(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keras_json.write(small_model(units=8, knobs=2), tmp_path / "good.aidax")
    assert capsys.readouterr().err == ""
    for model in (small_model(units=10), small_model(units=8, knobs=3)):
        keras_json.write(model, tmp_path / "odd.aidax")
        assert "it will refuse this one" in capsys.readouterr().err.replace("\n", " ")
