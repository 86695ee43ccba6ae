# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Choosing a network for a board: what fits is tried, the better go on, the best is trained."""

import json

import pytest
import soundfile
from typer.testing import CliRunner

from capture.sounds import RATE, guitar, pedal
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput
from pedalsmith.models.importers import load_model
from pedalsmith_trainer.fitting import candidates


def test_a_network_is_chosen_that_fits(tmp_path):
    dry = guitar(5.0)
    soundfile.write(tmp_path / "dry.wav", dry, RATE, subtype="PCM_24")
    soundfile.write(tmp_path / "wet.wav", pedal(dry), RATE, subtype="PCM_24")
    result = CliRunner().invoke(
        build_app(),
        ["train", "--dry", str(tmp_path / "dry.wav"), "--wet", str(tmp_path / "wet.wav"),
         "-o", str(tmp_path / "run"), "--fit", "daisy_seed", "--max-cpu", "20",
         "--steps", "64", "--threads", "1", "--json"],
        catch_exceptions=False,
    )  # fmt: skip
    figures = json.loads(result.stdout)
    tried = figures["tried"]
    assert len({trial["candidate"]["arch"] for trial in tried}) == 2
    assert all(trial["candidate"]["worst_load"] <= 0.2 for trial in tried)
    chosen = (figures["settings"]["arch"], figures["settings"]["hidden"])
    assert chosen in {(one["candidate"]["arch"], one["candidate"]["hidden"]) for one in tried}
    model = load_model(tmp_path / "run" / "model.json")
    assert model.layers[0].hidden_size == chosen[1]


def test_a_board_without_time_is_refused(monkeypatch):
    monkeypatch.setattr("pedalsmith.cycles.engine.largest_that_fits", lambda *_: None)
    with pytest.raises(BadInput, match="not even 4 units"):
        candidates("daisy_seed", 1, layers=1, knobs=0)
