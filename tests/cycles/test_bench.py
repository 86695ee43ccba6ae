# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The family of the benchmark, and its table."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.cli import main
from pedalsmith.cycles.family import Entry, entries, parameters_of, parse_entry
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.model import Dense, Gru, Lstm
from pedalsmith.models.reference import run


def test_the_family_has_what_the_bounds_are_about() -> None:
    names = [entry.name for entry in entries()]
    assert len(names) == len(set(names))
    assert {"a1-nano", "a1-feather", "a1-standard", "a2-lite", "a2-full"} <= set(names)
    wanted = {"lstm:16", "lstm:20", "lstm:40", "lstm:48", "gru:10", "gru:24", "gru:40", "gru:56"}
    assert wanted | {"lstm:16/32", "lstm:40/32", "gru:40/32"} <= set(names)


def test_a_name_gives_its_entry() -> None:
    for entry in entries():
        assert parse_entry(entry.name) == entry
    for text in ("lstm", "lstm:0", "lstm:65", "rnn:8", "lstm:8/24", "lstm:8 "):
        with pytest.raises(BadInput, match="is no network of the benchmark"):
            parse_entry(text)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_a_model_is_the_same_every_time_and_counted_right(kind: str) -> None:
    entry = Entry(kind, 12, 16)
    model, again = entry.model(), entry.model()
    arrays = [
        array
        for layer in model.layers
        for array in vars(layer).values()
        if isinstance(array, np.ndarray)
    ]
    twins = [
        array
        for layer in again.layers
        for array in vars(layer).values()
        if isinstance(array, np.ndarray)
    ]
    assert all(np.array_equal(a, b) for a, b in zip(arrays, twins, strict=True))
    assert parameters_of(model) == sum(array.size for array in arrays)
    recurrent, dense = model.layers
    assert isinstance(recurrent, Lstm if kind == "lstm" else Gru)
    assert isinstance(dense, Dense)


# As in a .nam file, less the head scale: model_formats of neural-amp-modeler.
@pytest.mark.parametrize(
    ("name", "weights"),
    [("a1-nano", 841), ("a1-feather", 3025), ("a1-standard", 13801), ("a2-lite", 1870)],
)
def test_a_wavenet_has_the_shape_of_its_name(name: str, weights: int) -> None:
    model = parse_entry(name).model()
    assert parameters_of(model) == weights
    assert parameters_of(model) == parameters_of(parse_entry(name).model())
    noise = 0.1 * np.random.default_rng(1).standard_normal(24_000)
    assert 0.005 < np.std(run(model, noise)[12_000:]) < 0.05


def test_bench_prints_and_writes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.md"
    line = ["pedalsmith", "bench", "--network", "gru:4", "--json", "-o", str(table)]
    monkeypatch.setattr(sys, "argv", line)
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    figures = json.loads(capsys.readouterr().out)
    (network,) = figures["networks"]
    assert network["network"] == "gru:4"
    assert network["parameters"] == 3 * 4 * (4 + 3) + 5
    cycles = network["cycles"] + figures["pedal_cycles_per_sample"]
    share = 100 * cycles / figures["cycles_available_per_sample"]
    assert network["percent"] == pytest.approx(share, abs=0.02)
    assert network["esr_db"] < -50
    written = table.read_text(encoding="utf-8")
    row = next(line for line in written.splitlines() if line.startswith("| gru:4"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[2] == f"{network['instructions']:,.0f}"
    assert cells[3] == f"{network['cycles']:,.0f}"
    assert "Made by `pedalsmith bench --board daisy_seed" in written


def test_bench_takes_a_folder_of_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    keras_json.write(parse_entry("gru:4").model(), tmp_path / "small.json")
    line = ["pedalsmith", "bench", "--models", str(tmp_path), "--json"]
    monkeypatch.setattr(sys, "argv", line)
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    told = capsys.readouterr()
    (network,) = json.loads(told.out)["networks"]
    assert network["network"] == "small"
    assert "notes.txt" in told.err
