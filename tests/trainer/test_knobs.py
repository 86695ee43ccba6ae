# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A list of captures, one a knob position, makes one model with knobs."""

import json

import pytest
import soundfile
from typer.testing import CliRunner

from capture.sounds import RATE, guitar, pedal
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput
from pedalsmith.models.importers import load_model
from pedalsmith_trainer.manifest import read_manifest

LIST = """
dry = "dry.wav"
[[capture]]
wet = "low.wav"
drive = 0.0
[[capture]]
wet = "high.wav"
drive = 1.0
[[test]]
wet = "middle.wav"
drive = 0.5
"""


def test_a_knob_is_learnt_and_holds_between_its_positions(tmp_path):
    dry = guitar(5.0)
    soundfile.write(tmp_path / "dry.wav", dry, RATE, subtype="PCM_24")
    for name, drive in (("low", 3.0), ("middle", 6.0), ("high", 9.0)):
        soundfile.write(tmp_path / f"{name}.wav", pedal(dry, drive), RATE, subtype="PCM_24")
    (tmp_path / "captures.toml").write_text(LIST)
    result = CliRunner().invoke(
        build_app(),
        ["train", "--captures", str(tmp_path / "captures.toml"), "-o", str(tmp_path / "run"),
         "--hidden", "8", "--steps", "512", "--threads", "1", "--json"],
        catch_exceptions=False,
    )  # fmt: skip
    figures = json.loads(result.stdout)
    (tested,) = figures["figures"]["tests"]
    assert tested["knobs"] == {"drive": 0.5}
    assert tested["esr"] < 0.1
    assert figures["figures"]["held_out_esr"] < 0.05
    model = load_model(tmp_path / "run" / "model.json")
    assert model.knobs == 1
    assert model.metadata.knob_names == ("drive",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[[capture]]\nwet = "low.wav"\ndrive = 0.0\n', "", "at least two"),
        ("drive = 1.0", "drive = 7", "outside 0..1"),
        ("drive = 1.0", 'drive = "full"', "outside 0..1"),
        ("drive = 1.0", "tone = 1.0", "other knobs"),
        ("drive = 1.0", "drive = 0.0", "same place"),
        ('dry = "dry.wav"', "", "no dry file"),
        ('dry = "dry.wav"', 'drY = "dry.wav"', "known are dry"),
        ("[[capture]]", "[capture", "is no TOML"),
    ],
)
def test_bad_lists_are_refused(tmp_path, old, new, said):
    path = tmp_path / "captures.toml"
    path.write_text(LIST.replace(old, new, 1 if "low" in old else -1))
    with pytest.raises(BadInput, match=said) as refused:
        read_manifest(path)
    assert "\n" not in str(refused.value)
