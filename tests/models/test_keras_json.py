# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Keras JSON in and out: other programs' files sound as they should, ours come back the same."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from models.examples import assert_same_layers, recurrent_models, small_model
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Model
from pedalsmith.models.reference import run


@pytest.mark.parametrize("name", ["gru", "gru_1d", "lstm", "lstm_1d"])
def test_rtneural_files_give_rtneurals_own_output(shared: Path, name: str) -> None:
    folder = shared / "models" / "rtneural"
    model = load_model(folder / f"{name}.json", ImportOptions(sample_rate=48_000))
    audio = np.loadtxt(folder / f"{name}_x_python.csv")
    expected = np.loadtxt(folder / f"{name}_y_python.csv")
    assert np.abs(run(model, audio) - expected).max() <= 1e-5


def test_an_aida_x_file_gives_the_output_embedded_in_it(shared: Path) -> None:
    model = load_model(shared / "models/aidax/tw40_california_clean_deerinkstudios.json")
    assert model.golden is not None
    assert np.abs(run(model, model.golden.input) - model.golden.output).max() <= 1e-6
    assert model.sample_rate == 48_000  # the file says "48000", as a text
    assert model.metadata.gear == "Egnater Tweaker 40"
    assert model.metadata.license == "CC BY-NC-ND 4.0"
    assert model.metadata.extra["dataset"] == "custom"


@given(recurrent_models())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_comes_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, model: Model
) -> None:
    path = tmp_path_factory.mktemp("round") / "model.json"
    keras_json.write(model, path)
    back = load_model(path)
    assert_same_layers(model, back)
    for name in ("sample_rate", "skip", "input_gain_db", "output_gain_db", "knobs", "metadata"):
        assert getattr(model, name) == getattr(back, name), name
    assert back.golden is not None and len(back.golden.input) == 2048


def written(tmp_path: Path, model: Model) -> tuple[Path, dict[str, object]]:
    path = tmp_path / "model.json"
    keras_json.write(model, path)
    return path, json.loads(path.read_text())


@pytest.mark.parametrize("rate", [44_100, 44_100.0, "44100", "44100.0"])
@pytest.mark.parametrize("place", ["metadata", "top"])
def test_the_rate_is_found_wherever_and_however_it_is_written(
    tmp_path: Path, rate: object, place: str
) -> None:
    path, document = written(tmp_path, small_model())
    del document["samplerate"]
    document["metadata"] = {}
    if place == "top":
        document["samplerate"] = rate
    else:
        document["metadata"] = {"samplerate": rate}
    path.write_text(json.dumps(document))
    assert load_model(path).sample_rate == 44_100


def test_a_file_without_a_rate_takes_the_one_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, document = written(tmp_path, small_model())
    del document["samplerate"], document["metadata"]
    path.write_text(json.dumps(document))
    assert load_model(path, ImportOptions(sample_rate=96_000)).sample_rate == 96_000
    assert capsys.readouterr().err == ""
    assert load_model(path).sample_rate == 48_000
    assert "48000 Hz assumed" in capsys.readouterr().err


def test_a_golden_vector_that_does_not_come_out_is_refused(tmp_path: Path) -> None:
    path, document = written(tmp_path, small_model())
    document["output_batch"][100] += 0.01  # type: ignore[index]
    path.write_text(json.dumps(document))
    with pytest.raises(BadInput, match=r"output_batch: .*sample 100 differs by 0\.01"):
        load_model(path)


def test_a_golden_vector_from_before_the_gains_were_set_is_accepted(tmp_path: Path) -> None:
    path, document = written(tmp_path, small_model())
    document["out_gain"] = 6.0
    path.write_text(json.dumps(document))
    model = load_model(path)
    assert model.golden is not None
    assert np.abs(run(model, model.golden.input) - model.golden.output).max() <= 1e-6


def test_swapped_gru_gates_do_not_pass_for_a_model(tmp_path: Path) -> None:
    """Early converters wrote r, z instead of z, r; only the embedded run can tell."""
    path, document = written(tmp_path, small_model(kind="gru", units=4))
    layer = document["layers"][0]  # type: ignore[index]
    for tensor in layer["weights"]:
        for row in tensor:
            row[0:4], row[4:8] = row[4:8], row[0:4]
    path.write_text(json.dumps(document))
    with pytest.raises(BadInput, match="do not give the file's own output_batch"):
        load_model(path)


def test_an_initial_state_is_dropped_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dataclasses import replace

    model = small_model()
    moved = replace(model.layers[0], initial_cell=np.full(3, 0.5, np.float32))
    path = tmp_path / "model.json"
    keras_json.write(replace(model, layers=(moved, model.layers[1])), path)
    assert "no initial state" in capsys.readouterr().err
    assert_same_layers(load_model(path), model)
