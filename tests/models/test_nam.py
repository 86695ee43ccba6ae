# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
""".nam against what NeuralAmpModelerCore rendered, and against what its loader refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.wavenets import a1
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import nam
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Lstm, Model, WaveNet
from pedalsmith.models.reference import run

GOLDEN = [
    ("lstm_official", "lstm", None),
    ("lstm_1x16", "BossLSTM-1x16", None),
    ("lstm_2x24", "lstm_2x24", None),
    ("wavenet_nano", "BossWN-nano", None),
    ("wavenet_standard", "BossWN-standard", None),
    ("wavenet_a1_standard", "wavenet_a1_standard", None),
    ("wavenet_a2_lite", "wavenet_a2_lite", None),
    ("wavenet_a2_full", "wavenet_a2_full", None),
    ("a2_dynamic_gated_ch8", "a2_dynamic_gated_ch8", None),
    ("convnet_test", "convnet_test", None),
    # Core plays the largest submodel of a container unless told otherwise.
    ("a2_example", "A2", 2),
]


@pytest.mark.parametrize(("golden", "name", "submodel"), GOLDEN)
def test_nam_files_sound_as_core_renders_them(
    shared: Path, golden: str, name: str, submodel: int | None
) -> None:
    model = load_model(shared / f"models/nam/{name}.nam", ImportOptions(submodel=submodel))
    data = (shared / f"models/nam_golden/golden_{golden}.bin").read_bytes()
    samples = np.frombuffer(data[4:], "<f4").astype(float)
    audio, expected = np.split(samples, 2)
    # Core plays zeros beforehand: 0.5 s for an LSTM, the receptive field for the others.
    silence = 24_000 if isinstance(model.layers[0], Lstm) else 9_000
    assert np.abs(run(model, audio, silence=silence) - expected).max() <= 1e-5


def test_a_linear_model_is_its_impulse_response(shared: Path) -> None:
    model = load_model(shared / "models/nam/linear_test.nam")
    response = run(model, [1.0, 0, 0, 0, 0]) - run(model, [0.0] * 5)
    kernel = model.layers[0].kernel[::-1, 0, 0]  # type: ignore[union-attr]
    assert np.allclose(response, [*kernel, 0.0], atol=1e-15)


def test_a_container_gives_its_smallest_model_unless_told_otherwise(shared: Path) -> None:
    path = shared / "models/nam/A2.nam"
    small, large = load_model(path), load_model(path, ImportOptions(submodel=2))
    widths = [m.layers[0].arrays[0].channels for m in (small, large)]  # type: ignore[union-attr]
    assert widths == [3, 8]
    assert small.metadata.extra["submodels"] == "2"
    assert small.metadata.loudness_db == pytest.approx(-24.038, abs=1e-3)
    assert small.metadata.input_level_dbu == 14.76  # stands in the container only
    with pytest.raises(BadInput, match="no submodel 3; choose 1 to 2"):
        load_model(path, ImportOptions(submodel=3))
    with pytest.raises(BadInput, match=r"is no container.*; leave out --submodel"):
        load_model(shared / "models/nam/BossWN-nano.nam", ImportOptions(submodel=1))


def test_a_condition_of_the_wrong_width_is_refused_as_core_does(shared: Path) -> None:
    words = r"condition_size: is 3, and condition_dsp gives 1 channels; take a model without cond"
    with pytest.raises(BadInput, match=words):
        load_model(shared / "models/nam/wavenet_condition_lstm.nam")


def test_what_a_file_says_of_itself_is_kept(shared: Path) -> None:
    metadata = load_model(shared / "models/nam/lstm.nam").metadata
    assert metadata.name == "Test LSTM"
    assert metadata.author == "Steve"
    assert metadata.gear == "Darkglass Electronics Microtubes 900 v2"
    assert metadata.style == "clean"
    assert metadata.date == "2024-10-09T18:44:41"
    assert (metadata.input_level_dbu, metadata.output_level_dbu) == (18.3, 12.3)
    boss = load_model(shared / "models/nam/BossWN-standard.nam")
    assert boss.metadata.esr == pytest.approx(0.000281737)
    assert isinstance(boss.layers[0], WaveNet) and boss.layers[0].history == 4092


Edit = Callable[[dict[str, Any]], object]


def put(target: Any, key: Any, value: Any) -> None:
    target[key] = value


def array(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["config"]["layers"][0]
    return found


WAVENET_EDITS: dict[str, tuple[Edit, str]] = {
    "newer major": (
        lambda d: put(d, "version", "1.0.0"),
        "version: is 1.0.0, newer than the 0.7.0",
    ),
    "newer minor": (lambda d: put(d, "version", "0.8.0"), "update pedalsmith"),
    "too old": (lambda d: put(d, "version", "0.4.9"), "version: is 0.4.9, and files before 0.5.0"),
    "no version": (lambda d: d.pop("version"), "the key 'version' is missing"),
    "odd version": (lambda d: put(d, "version", "0.5"), "where a version such as 0.5.4 belongs"),
    "other network": (
        lambda d: put(d, "architecture", "CatLSTM"),
        "architecture: 'CatLSTM' is an architecture that is not supported; known are",
    ),
    "weights short": (lambda d: d["weights"].pop(), "weights: ends after 295 numbers, 1 too early"),
    "weights long": (
        lambda d: d["weights"].append(0.5),
        "weights: has 297 numbers where the configuration needs 296",
    ),
    "no weights": (lambda d: put(d, "weights", []), "weights: is an empty list"),
    "a weight of 1e308": (lambda d: put(d["weights"], 7, 1e308), "weights[7]: is 1e+308"),
    "negative channels": (lambda d: put(array(d), "channels", -4), "channels: is -4; 1 to 512"),
    "huge channels": (lambda d: put(array(d), "channels", 10**9), "channels: is 1000000000; 1 to"),
    "huge dilation": (
        lambda d: put(array(d)["dilations"], 1, 10**7),
        "config.layers[0].dilations[1]: is 10000000; 1 to 65536",
    ),
    "memory without end": (
        lambda d: (
            put(array(d), "dilations", [65536, 65536, 65536]) or put(array(d), "kernel_size", 3)
        ),
        "its convolutions remember",
    ),
    "two kernels": (
        lambda d: put(array(d), "kernel_sizes", [3, 3, 3]),
        "config.layers[0]: kernel_size and kernel_sizes are both there",
    ),
    "an unknown activation": (
        lambda d: put(array(d), "activation", "GELU"),
        "config.layers[0].activation: 'GELU' is an activation that is not supported",
    ),
    "activations short": (
        lambda d: put(array(d), "activation", ["Tanh"]),
        "activation: has 1 elements where 3 belong",
    ),
    "an unknown gating": (
        lambda d: put(array(d), "gating_mode", "mixed"),
        "gating_mode: 'mixed' is a gating that is not supported",
    ),
    "groups that do not divide": (
        lambda d: put(array(d), "groups_input", 3),
        "groups_input: 3 groups do not divide 4 inputs and 4 outputs",
    ),
    "a FiLM on nothing": (
        lambda d: put(array(d), "head1x1_post_film", {"active": True}),
        "head1x1 is not active, so there is nothing that it could act on",
    ),
    "heads that do not fit": (
        lambda d: put(array(d)["head"], "out_channels", 1),
        "config.layers[1]: its head sum has 2 channels, and the array before gives 1",
    ),
    "stereo": (lambda d: put(d["config"], "in_channels", 2), "only models of one audio input"),
    "another rate": (lambda d: put(d, "sample_rate", -1), "sample_rate: is -1; 8000 to 192000"),
}


@pytest.mark.parametrize("name", WAVENET_EDITS)
def test_a_damaged_wavenet_is_refused_at_its_place(tmp_path: Path, name: str) -> None:
    edit, words = WAVENET_EDITS[name]
    path = tmp_path / "net.nam"
    nam.write(Model((a1(np.random.default_rng(1)),), 48_000), path)
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))
    with pytest.raises(BadInput) as caught:
        load_model(path)
    line = str(caught.value)
    assert words in line and line.startswith(str(path)) and "\n" not in line, line


def test_a_later_patch_is_read_with_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.nam"
    nam.write(Model((a1(np.random.default_rng(1)),), 48_000), path)
    document = json.loads(path.read_text())
    document["version"] = "0.7.3"
    path.write_text(json.dumps(document))
    load_model(path)
    assert "is version 0.7.3" in capsys.readouterr().err


def test_a_nam_of_300_kb_keeps_within_its_memory(shared: Path) -> None:
    """Peak of Python's allocations for a 284 KB file; 500 MB are allowed for anything."""
    import tracemalloc

    tracemalloc.start()
    load_model(shared / "models/nam/BossWN-standard.nam")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6
