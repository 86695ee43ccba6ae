# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The last part of a run in the engine's words: what is tuned is what the converter writes."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "quantization"))

from random_models import plucks

from capture.sounds import guitar, pedal
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import Metadata, Model
from pedalsmith.quantization.network import from_model
from pedalsmith.quantization.proof import L1_MAX, row_bound
from pedalsmith.quantization.quantizer import WEIGHT_BITS, Quantizer
from pedalsmith.quantization.rows import LARGEST_SUM, exact_step, fit_step, plain_step
from pedalsmith_trainer import finetuning
from pedalsmith_trainer.export import to_model
from pedalsmith_trainer.grid import Grid, Levels
from pedalsmith_trainer.material import Material, Take
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.quiet import quiet_tensorflow
from pedalsmith_trainer.settings import Settings
from pedalsmith_trainer.training import train

quiet_tensorflow()

SECOND = 48_000


@pytest.fixture(scope="module")
def material():
    """4 s of guitar through a pedal to learn from, a second held out."""
    dry = guitar(5.0)
    wet = pedal(dry)
    cut = 4 * SECOND
    return Material(
        training=(Take(dry[:cut], wet[:cut]),),
        held_out=(Take(dry[cut:], wet[cut:]),),
        test=(),
        knob_names=(),
        input_gain=2.0,
        output_gain=1.5,
    )


def run(material, folder, settings, stop_after=None, resume=False):
    """Both parts; the second is stopped after so many steps."""
    asked = [0]
    stage = [False]

    def should_stop():
        asked[0] += stage[0]
        return stop_after is not None and asked[0] > stop_after // 16

    outcome = train(material, finetuning.before(settings), keep=folder / "float.npz", resume=resume)
    stage[0] = True
    return finetuning.tune(
        material, settings, outcome, report=lambda progress: None, should_stop=should_stop,
        keep=folder / "tuned.npz", resume=resume,
    )  # fmt: skip


@pytest.fixture(scope="module")
def settings():
    return Settings(
        hidden=6, steps=640, streams=8, step_samples=256, threads=1, quantize="int8", seed=2
    )


@pytest.fixture(scope="module")
def tuned(material, settings, tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(finetuning, "SHARE", 0.6)
    try:
        yield run(material, tmp_path_factory.mktemp("whole"), settings)
    finally:
        patch.undo()


def test_tuning_is_never_worse_than_rounding(tuned, material):
    outcome, told = tuned
    assert told.weights == "int8" and told.steps == 384
    assert told.tuned_esr <= told.rounded_esr
    assert outcome.best_esr == told.tuned_esr
    assert [line.steps for line in outcome.history] == [128, 256, 384, 512, 640]


def test_a_resumed_stage_has_the_same_bits(tuned, material, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(finetuning, "SHARE", 0.6)
    halfway, _ = run(material, tmp_path, settings, stop_after=200)
    assert not halfway.finished
    again, told = run(material, tmp_path, settings, resume=True)
    whole, _ = tuned
    for ours, theirs in zip(again.network.get_weights(), whole.network.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    assert told == tuned[1]


def test_the_converter_writes_what_was_tuned(tuned, material, tmp_path):
    outcome, _ = tuned
    keras_json.write(to_model(outcome.network, material, Metadata()), tmp_path / "model.json")
    quantizer = Quantizer(load_model(tmp_path / "model.json"), "tuned", plucks(1.5))
    (candidate,) = quantizer.candidates.of(8)
    assert candidate.how == "as trained"
    written = quantizer.assemble(candidate).layers
    steps = [rows.step for rows in candidate.rows]
    grid = Grid(outcome.network, Levels.of(material), "int8", np.array([0]), steps)
    blob, weights = grid.blob(outcome.network.flat_weights().numpy())
    assert np.array_equal(weights, outcome.network.flat_weights().numpy())
    for name in ("weights", "row_shift", "scale", "input", "bias"):
        assert np.array_equal(getattr(written[0], name), getattr(blob.layers[0], name)), name
    assert np.array_equal(written[1].weights, blob.layers[1].weights)
    assert np.array_equal(written[1].bias, blob.layers[1].bias)
    # With int16 words, too, nothing is rounded.
    (wide,) = quantizer.candidates.of(16)
    assert np.array_equal(wide.rows[0].values, candidate.rows[0].values)


@pytest.mark.parametrize("weights", ["int8", "int16"])
@pytest.mark.parametrize(("arch", "layers", "features"), [("lstm", 1, 2), ("gru", 2, 1)])
def test_bounds_are_kept_whatever_the_optimizer_does(arch, layers, features, weights):
    """Weights thrown far out come back to where the steps they have are proved safe."""
    network = AmpNetwork(arch, 12, layers=layers, features=features, skip=1.0)
    rng = np.random.default_rng(1)
    row = rng.normal(size=network.flat_weights().shape).astype(np.float32) * 0.2
    network.assign(row)
    levels = Levels(3.0, 0.5, features - 1)
    (bits,) = WEIGHT_BITS[weights]
    model = Model(network.to_model_layers(3.0, 0.5), SECOND, knobs=features - 1)
    steps = [
        exact_step(plain_step(layer.weights, bits), bits)
        for layer in from_model(model, "random").layers
    ]
    grid = Grid(network, levels, weights, np.zeros(layers, int), steps)
    _, rounded = grid.blob(row)
    assert np.array_equal(grid.bounded(rounded), rounded)
    thrown = rounded + rng.normal(size=row.shape).astype(np.float32) * 40
    blob, _ = grid.blob(grid.bounded(thrown))
    for layer in blob.layers[:-1]:
        assert np.all(np.abs(layer.wide_weights).sum(axis=1) <= L1_MAX)
        assert np.all(row_bound(layer) <= 2**31 - 1)


def test_a_run_without_quantize_is_all_float(settings):
    whole = Settings(steps=640)
    assert finetuning.before(whole) == whole
    with pytest.raises(BadInput, match="lstm and gru"):
        finetuning.before(Settings(arch="a2-lite", quantize="int8"))
    assert finetuning.before(settings).steps == 640 - round(finetuning.SHARE * 640)


@pytest.mark.parametrize("arch", ["lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2])
def test_weights_stay_where_the_engine_can_have_them(arch: str, layers: int) -> None:
    network = AmpNetwork(arch, 5, layers=layers, features=2)
    row = network.flat_weights().numpy()
    assert np.array_equal(network.bounded(row.copy()), row), "as they come, they are left alone"
    network.assign(network.bounded(400.0 * row))
    for index in range(layers):
        kernel, recurrent, _ = network.get_weights()[3 * index : 3 * index + 3]
        matrix = np.vstack([kernel, recurrent] if index else [recurrent]).T.astype(np.float64)
        matrix[2 * 5 : 3 * 5] *= 2.0
        assert np.abs(matrix).sum(axis=1).max() > 0.5 * LARGEST_SUM, "and not much smaller"
        fit_step(plain_step(matrix, 16), 16)  # raises where it does not fit
