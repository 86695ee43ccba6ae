# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a model is said to be and to cost."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.wavenets import Shape as WaveNetShape
from engine.wavenets import wavenet_blob
from models.examples import small_model
from pedalsmith.cli import main
from pedalsmith.cycles.engine import BareEngine, engine_image, largest_that_fits, price_engine
from pedalsmith.cycles.synthetic import Shape, parse_shape, recurrent_blob
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.model import Metadata
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization.psm import encode
from pedalsmith.quantization.wavenet_record import TANH

BLOCK = 8


def lstm(hidden: int) -> bytes:
    return encode(recurrent_blob(Shape("lstm", hidden)))


SHAPES = [
    *(Shape("lstm", 5), Shape("lstm", 12, layers=2, knobs=1), Shape("lstm", 6, state_bits=32)),
    *(Shape("gru", 7, knobs=2), Shape("gru", 8, layers=3), Shape("gru", 9, state_bits=32)),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_bare_engine_gives_the_hosts_words(shape: Shape) -> None:
    blob = encode(recurrent_blob(shape))
    words = np.random.default_rng(3).integers(-(1 << 23), 1 << 23, 200, dtype=np.int32)
    bare = BareEngine(engine_image(), blob)
    first = bare.process(words[:150])
    bare.record(words[150:])
    got = np.concatenate([first, bare.output(50)])
    assert np.array_equal(got, HostEngine(blob).process(words))
    assert np.any(got)


def test_a_larger_model_costs_more() -> None:
    prices = [price_engine(lstm(hidden), BLOCK) for hidden in (4, 6, 8)]
    for smaller, larger in pairwise(prices):
        assert smaller.instructions < larger.instructions
        assert smaller.cycles < larger.cycles
    for one in prices:
        # No more than two instructions a cycle.
        assert one.instructions / 2 <= one.cycles <= one.worst_cycles
        assert sum(f.instructions for f in one.functions) == pytest.approx(one.instructions * BLOCK)
        assert sum(f.cycles for f in one.functions) == pytest.approx(one.cycles * BLOCK)


def test_no_block_costs_more_than_the_worst() -> None:
    """Not even where a predictor that knows nothing costs less than one that has learnt."""
    shape = WaveNetShape(2, (2,), 2, layers=13, activation=TANH, converted=True)
    price = price_engine(encode(wavenet_blob(shape, golden_frames=1)), 48)
    assert 0 < price.cycles <= price.worst_cycles


def test_a_price_is_the_same_every_time() -> None:
    blob = encode(recurrent_blob(Shape("gru", 6)))
    assert price_engine(blob, BLOCK) == price_engine(blob, BLOCK)


def test_the_largest_that_fits_fits_and_the_next_does_not() -> None:
    most = price_engine(encode(recurrent_blob(Shape("gru", 6))), BLOCK).worst_cycles
    found = largest_that_fits(Shape("gru", 13), most, BLOCK)
    assert found is not None
    hidden, cost = found
    assert hidden == 4
    assert cost.worst_cycles <= most
    assert largest_that_fits(Shape("gru", 13), 10, BLOCK) is None


def test_a_shape_has_a_name() -> None:
    assert parse_shape("gru:24x2/32") == Shape("gru", 24, layers=2, state_bits=32)
    for text in ("lstm", "lstm:0", "lstm:65", "rnn:8", "lstm:8/24", "gru:8x4"):
        with pytest.raises(BadInput, match="is no network that can be made up"):
            parse_shape(text)


def test_a_damaged_blob_is_refused_by_name() -> None:
    damaged = bytearray(lstm(4))
    damaged[100] ^= 1
    with pytest.raises(BadInput, match=r"tone\.psm: the engine refuses it: "):
        price_engine(bytes(damaged), BLOCK, "tone.psm")


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tone.psm"
    path.write_bytes(lstm(8))
    return path


def info(monkeypatch: pytest.MonkeyPatch, *line: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["pedalsmith", "info", *map(str, line)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0)


@pytest.fixture(scope="module")
def facts(tone: Path) -> dict[str, Any]:
    line = [sys.executable, "-m", "pedalsmith", "info", str(tone), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_info_as_json(facts: dict[str, Any], tone: Path) -> None:
    # As Keras counts: 4 gates of 8 rows with 8 + 1 inputs and a bias, and a dense layer of 9.
    assert facts["parameters"] == 4 * 8 * (8 + 1 + 1) + 9
    assert facts["macs_per_sample"] == 4 * 8 * (8 + 1) + 8
    assert facts["flash_bytes"] == tone.stat().st_size
    budget = facts["cycles_available_per_sample"]
    assert budget == facts["clock_hz"] / 48_000
    mean = 100 * facts["cycles_per_sample"] / budget
    assert facts["load_mean_percent"] == pytest.approx(mean, abs=0.01)
    assert facts["load_worst_percent"] >= facts["load_mean_percent"]
    assert facts["load_error"].startswith("within ")
    shares = sum(function["cycles_per_sample"] for function in facts["functions"])
    assert shares == pytest.approx(facts["cycles_per_sample"], rel=0.01)
    assert [layer["kind"] for layer in facts["layers"]] == ["lstm", "dense"]
    shares = sum(layer["cycles_per_sample"] for layer in facts["layers"])
    around = facts["around_layers_cycles_per_sample"]
    assert 0 < around < shares
    assert shares + around == pytest.approx(facts["cycles_per_sample"], rel=0.01)


def test_too_slow_ends_in_1_and_says_what_fits(
    facts: dict[str, Any],
    tone: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Halfway between what 4 and 8 units take.
    smaller, larger = (price_engine(lstm(n), 48).worst_cycles for n in (4, 8))
    limit = facts["load_worst_percent"] - (larger - smaller) / 2 / 100
    assert info(monkeypatch, tone, "--max-cpu", f"{limit:.2f}") == 1
    told = capsys.readouterr()
    for words in ("LSTM 1 -> 8", "329 parameters", "bytes of flash", "% of the block time"):
        assert words in told.out
    needs, fits = re.search(r"needs (\d+) %.*LSTM-4 would take (\d+) %", told.err).groups()
    assert float(fits) <= limit <= float(needs)


def test_a_float_model_is_priced_as_the_blob_that_it_becomes(
    tmp_path: Path,
    facts: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = Metadata(name="Ünit", author="Jörg", license="CC BY", input_level_dbu=14.75)
    model = small_model(units=8, metadata=replace(said, knob_names=("Drive",)), knobs=1)
    keras_json.write(model, tmp_path / "tone ü.json")
    assert info(monkeypatch, tmp_path / "tone ü.json", "--max-cpu", "1") == 1
    told = capsys.readouterr()
    for words in (
        *(
            "Ünit, 48000 Hz",
            "LSTM 1 -> 8",
            "1 knobs",
            "author: Jörg",
            "license: CC BY",
            "knob names: Drive",
        ),
        *("input level dbu: 14.75", "source format: keras-json", "model sample rate: 48000"),
    ):
        assert words in told.out
    assert re.search(r"error on guitar: -[\d.]+ dBFS at 0 dB, -[\d.]+ dBFS at -20 dB, ", told.out)
    # A gain of nothing is nothing to tell.
    assert "already in the weights" not in told.out
    percent = float(re.search(r"([\d.]+) % in the worst block", told.out)[1])
    assert percent == pytest.approx(facts["load_worst_percent"], abs=1)
    assert re.search(r"needs \d+ % of daisy_seed, more than 1 %; take a smaller", told.err)


def test_bad_input_is_one_line(
    tmp_path: Path,
    tone: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cut = tmp_path / "cut.psm"
    cut.write_bytes(tone.read_bytes()[:-5])
    os.mkfifo(tmp_path / "pipe.psm")
    (tmp_path / "bad.nam").write_text('{"architecture": 3, "config": 1, "version": "0.5.4"}')
    bad = [[tmp_path / name] for name in ("none.psm", "pipe.psm", "bad.nam")]
    for line in ([cut], *bad, [tone, "--board", "toaster"]):
        assert info(monkeypatch, *line) == 2
        said = capsys.readouterr().err
        assert len(said.strip().splitlines()) == 1
        assert "Traceback" not in said
