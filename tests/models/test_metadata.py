# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a source says of itself: in through every format, out through every exporter."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.examples import small_model
from models.wavenets import a1
from pedalsmith.models.exporters import c_header, keras_json, nam, proteus
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Metadata, Model
from pedalsmith.quantization.metadata import metadata_of

SAID = Metadata(
    name="Clean Ünit 40",
    author="Jörg",
    gear="Maker Model",
    style="clean",
    license="CC BY 4.0",
    date="2026-11-22T10:20:30",
    esr=0.0123,
    loudness_db=-21.5,
    input_level_dbu=14.76,
    output_level_dbu=9.5,
    extra={"gear_make": "Maker", "gear_model": "Model", "gear_type": "amp", "source": "original"},
)
LSTM_40 = small_model(units=40, sample_rate=44_100)
KNOB = replace(LSTM_40, knobs=1, layers=small_model(units=40, knobs=1).layers)

EXPORTS = {
    "nam LSTM": (nam.write, LSTM_40, "nam"),
    "nam WaveNet": (nam.write, Model((a1(np.random.default_rng(1)),), 44_100), "nam"),
    "AIDA-X": (keras_json.write, KNOB, "keras-json"),
    "C header": (c_header.write, KNOB, "c-header"),
    "Proteus": (proteus.write, KNOB, "guitarml"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_said_goes_out_and_comes_back(tmp_path: Path, name: str) -> None:
    write, model, source_format = EXPORTS[name]
    knob_names = ("Drive",) if model.knobs else ()
    said = replace(SAID, knob_names=knob_names, source_format=source_format)
    write(replace(model, metadata=said), tmp_path / "tone")
    back = load_model(tmp_path / "tone")
    assert back.metadata == said
    assert (back.sample_rate, back.knobs) == (44_100, model.knobs)


def test_what_is_said_stands_in_the_blob() -> None:
    level = SimpleNamespace(esr_db=-70.0, noise_dbfs=-90.0, level_db=0)
    report: Any = SimpleNamespace(
        weights="int16", state_bits=16, rounding="to nearest", errors=[level], rate=None
    )
    said = replace(SAID, knob_names=("Drive",), source_format="keras-json")
    model = replace(KNOB, metadata=said, input_gain_db=-3.0, output_gain_db=2.0, skip=1.0)
    found = metadata_of(model, report)
    for field, value in vars(said).items():
        assert found[field] == (list(value) if isinstance(value, tuple) else value), field
    assert found["model_sample_rate"] == 44_100
    assert found["folded"] == {"input_gain_db": -3.0, "output_gain_db": 2.0, "skip": 1.0}


def test_nams_metadata_without_a_field_of_its_own_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "tone.nam"
    nam.write(LSTM_40, path)
    document = json.loads(path.read_text())
    document["metadata"] |= {
        "tone_id": 17,
        "license": "t3k",
        "loudness": float("nan"),  # as Python writes what was not measured
        "training": {"validation_esr": float("nan")},
        "settings": {"not": "a text"},
    }
    path.write_text(json.dumps(document))
    found = load_model(path).metadata
    assert (found.license, found.loudness_db, found.esr) == ("t3k", None, None)
    assert found.extra == {"tone_id": "17"}


def test_a_state_dict_that_says_its_rate_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "tone.json"
    proteus.write(LSTM_40, path)
    document = json.loads(path.read_text())
    document["metadata"]["samplerate"] = "48000"
    path.write_text(json.dumps(document))
    assert load_model(path, ImportOptions(sample_rate=96_000)).sample_rate == 48_000
    del document["metadata"]
    path.write_text(json.dumps(document))
    assert load_model(path, ImportOptions(sample_rate=96_000)).sample_rate == 96_000
