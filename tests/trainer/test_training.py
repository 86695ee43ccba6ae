# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Whole runs of `pedalsmith train`, small enough for seconds."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from capture.sounds import RATE, delayed, guitar, noisy, pedal
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput
from pedalsmith.models.importers import load_model
from pedalsmith.models.reference import run


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """8 s of guitar through a pedal; the wet comes 20 samples late."""
    folder = tmp_path_factory.mktemp("capture")
    dry = guitar(8.0)
    soundfile.write(folder / "dry.wav", dry, RATE, subtype="PCM_24")
    soundfile.write(folder / "wet.wav", delayed(pedal(dry), 20), RATE, subtype="PCM_24")
    return folder


def train(capture, output, *options):
    arguments = ["train", "--dry", str(capture / "dry.wav"), "--wet", str(capture / "wet.wav")]
    return CliRunner().invoke(
        build_app(), [*arguments, "-o", str(output), *options], catch_exceptions=False
    )


@pytest.fixture(scope="module")
def trained(capture, tmp_path_factory):
    output = tmp_path_factory.mktemp("run")
    result = train(
        capture, output, "--hidden", "8", "--steps", "512", "--seed", "3", "--test-seconds", "1",
        "--threads", "1", "--json", "--tensorboard", str(output / "scalars"),
    )  # fmt: skip
    assert result.exit_code == 0
    return output, json.loads(result.stdout)


def test_a_pedal_is_learnt_in_seconds(trained):
    _, figures = trained
    assert figures["figures"]["test_esr"] < 0.03
    assert figures["figures"]["held_out_esr"] < 0.03
    assert abs(figures["alignment"]["shift"] - 20) <= 4


def test_the_model_plays_as_the_figures_say(capture, trained):
    """The exported model, on the files' levels and by another implementation, has that ESR."""
    output, figures = trained
    model = load_model(output / "model.json")
    dry, wet = (soundfile.read(capture / f"{name}.wav")[0] for name in ("dry", "wet"))
    shift = figures["alignment"]["shift"]
    dry, wet = dry[: len(dry) - shift], wet[shift:]
    last = len(dry) - RATE
    played = run(model, dry)[last:]
    esr = np.sum((played - wet[last:]) ** 2) / np.sum(wet[last:] ** 2)
    assert esr == pytest.approx(figures["figures"]["test_esr"], rel=0.02)
    assert model.metadata.esr == pytest.approx(figures["figures"]["test_esr"])
    assert model.golden is not None


def test_the_keras_network_loads_again(trained):
    import keras

    output, figures = trained
    network = keras.saving.load_model(output / "model.keras")
    model = load_model(output / "model.json")
    gain = figures["levels"]["input_gain"]
    kernel = network.get_weights()[0] * gain
    assert np.allclose(kernel, model.layers[0].kernel, rtol=1e-5)


def test_the_run_says_what_was_done(trained):
    output, figures = trained
    assert json.loads((output / "run.json").read_text()) == figures
    assert figures["settings"]["seed"] == 3
    assert figures["versions"]["tensorflow"]
    lines = (output / "history.csv").read_text().splitlines()
    assert lines[0].startswith("seconds,")
    assert len(lines) == 1 + 512 // 128


def test_tensorboard_gets_what_the_table_has(trained):
    import tensorflow as tf

    output, _ = trained
    (written,) = (output / "scalars").iterdir()
    found = {}
    for record in tf.data.TFRecordDataset(str(written)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            found.setdefault(value.tag, {})[event.step] = value.simple_value
    names, *lines = (line.split(",") for line in (output / "history.csv").read_text().split())
    for line in lines:
        row = dict(zip(names, map(float, line), strict=True))
        assert found["best_esr"][int(row["steps"])] == pytest.approx(row["best_esr"], rel=1e-5)
    assert len(found["loss"]) == len(lines)


def test_steps_and_seed_repeat_a_run_bit_by_bit(capture, tmp_path):
    texts = []
    for name in ("a", "b"):
        train(capture, tmp_path / name, "--hidden", "4", "--steps", "64", "--threads", "2")
        texts.append((tmp_path / name / "model.json").read_text())
    assert texts[0] == texts[1]


def test_a_gru_without_skip_learns(capture, tmp_path):
    options = ("--arch", "gru", "--hidden", "6", "--no-skip", "--steps", "256", "--json")
    figures = json.loads(train(capture, tmp_path, *options).stdout)
    assert figures["figures"]["held_out_esr"] < 0.2
    assert load_model(tmp_path / "model.json").skip == 0


def test_two_layers_and_levels_reach_the_model(capture, tmp_path):
    options = ("--layers", "2", "--hidden", "4", "--steps", "64", "--input-dbu", "12.5")
    train(capture, tmp_path, *options, "--name", "Two", "--output-dbu", "-3")
    model = load_model(tmp_path / "model.json")
    assert [type(layer).__name__ for layer in model.layers] == ["Lstm", "Lstm", "Dense"]
    assert model.metadata.name == "Two"
    assert model.metadata.input_level_dbu == 12.5
    assert model.metadata.output_level_dbu == -3


def test_ctrl_c_keeps_the_best_so_far(capture, tmp_path):
    command = [
        sys.executable, "-m", "pedalsmith", "train", "--dry", str(capture / "dry.wav"),
        "--wet", str(capture / "wet.wav"), "-o", str(tmp_path), "--hidden", "4", "--minutes", "10",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "TERM": "dumb"}
    )
    checkpoint = tmp_path / "checkpoint.npz"
    deadline = time.monotonic() + 120
    while not checkpoint.is_file() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    assert checkpoint.is_file(), "no first look within two minutes"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "kept" in said
    assert load_model(tmp_path / "model.json").layers[0].hidden_size == 4
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_resumed_run_has_the_same_bits(capture, tmp_path):
    options = ("--hidden", "4", "--threads", "1", "--seed", "5")
    # The learning rate follows the share of the run, so both runs are told the same length.
    train(capture, tmp_path / "whole", *options, "--steps", "384")
    train(capture, tmp_path / "parts", *options, "--steps", "384", "--target-esr", "0.9")
    halfway = json.loads((tmp_path / "parts" / "run.json").read_text())["figures"]
    assert not halfway["finished"]
    assert halfway["steps"] < 384
    train(capture, tmp_path / "parts", *options, "--steps", "384", "--resume")
    texts = [(tmp_path / name / "model.json").read_text() for name in ("whole", "parts")]
    assert texts[0] == texts[1]
    columns = [
        [line.split(",")[2:] for line in (tmp_path / name / "history.csv").read_text().split()]
        for name in ("whole", "parts")
    ]
    assert columns[0] == columns[1]


def test_resuming_another_run_is_refused(capture, trained, tmp_path):
    output, _ = trained
    with pytest.raises(BadInput, match="another hidden"):
        train(capture, output, "--hidden", "9", "--resume", "--test-seconds", "1", "--seed", "3")
    with pytest.raises(BadInput, match="not there"):
        train(capture, tmp_path, "--resume")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--test-seconds", "6"), "more than half"),
        (("--test-dry", "dry.wav"), "give both or none"),
    ],
)
def test_bad_requests_are_refused(capture, tmp_path, options, said):
    with pytest.raises(BadInput, match=said):
        train(capture, tmp_path / "run", *options)


def test_a_file_where_the_folder_should_be_is_refused(capture, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(BadInput, match="taken"):
        train(capture, taken)


def test_noise_for_wet_is_refused_before_training(capture, tmp_path):
    folder = tmp_path / "pair"
    folder.mkdir()
    (folder / "dry.wav").write_bytes((capture / "dry.wav").read_bytes())
    noise = noisy(np.zeros(8 * RATE) + 1e-3, 30)
    soundfile.write(folder / "wet.wav", np.clip(noise, -0.9, 0.9), RATE)
    with pytest.raises(BadInput, match="no common delay"):
        train(folder, tmp_path / "run")
    assert not (tmp_path / "run" / "model.json").exists()
