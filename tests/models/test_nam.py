# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
""".nam against what NeuralAmpModelerCore rendered, and against what its loader refuses."""

from pathlib import Path

import numpy as np
import pytest

from pedalsmith.errors import BadInput
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Lstm, WaveNet
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
    with pytest.raises(BadInput, match="is no container"):
        load_model(shared / "models/nam/BossWN-nano.nam", ImportOptions(submodel=1))


def test_a_condition_of_the_wrong_width_is_refused_as_core_does(shared: Path) -> None:
    with pytest.raises(BadInput, match=r"condition_size: is 3, and the condition has 1 channels"):
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
