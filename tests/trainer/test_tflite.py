# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Exported .tflite files keep their state, in TensorFlow's interpreter and in the Micro one."""

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.examples import assert_same_layers, dense, gru, lstm, small_model
from models.wavenets import a1
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import exporter_for
from pedalsmith.models.model import Conv1d, Dense, Gru, Layer, Lstm, Model
from pedalsmith.models.reference import run
from pedalsmith_trainer.tflite import exporter
from pedalsmith_trainer.tflite.player import LitePlayer, MicroPlayer, play

AUDIO = 0.4 * np.sin(np.arange(600) / 7) * np.exp(-np.arange(600) / 300)

WORST_DB = {"float": -100.0, "int16x8": -30.0, "int8": -8.0}
"""Error without DC; measured on these models: -110, -34 and -9 at the worst."""


def driven(model: Model) -> Model:
    """With four times the sensitivity, so that the sound moves the state and not its start."""
    first, *others = model.layers
    return replace(model, layers=(replace(first, kernel=4 * first.kernel), *others))  # type: ignore


MODELS = {
    "lstm": driven(small_model(units=6)),
    "gains": driven(small_model(units=6, input_gain_db=6.0, output_gain_db=-6.0)),
    "skip": driven(small_model(units=6, skip=1.0)),
    "knobs": driven(small_model(units=6, knobs=2, skip=1.0)),
    "gru": driven(small_model(kind="gru", units=6, knobs=1)),
}


def moved() -> Model:
    """An LSTM that begins in a state, with two dense layers."""
    model = MODELS["lstm"]
    rng = np.random.default_rng(2)
    state = rng.uniform(-0.5, 0.5, 6).astype(np.float32)
    first = replace(model.layers[0], initial_hidden=state, initial_cell=state)  # type: ignore
    return replace(model, layers=(first, dense(rng, 6, 3, "tanh"), dense(rng, 3, 1)))


def difference(player: LitePlayer | MicroPlayer, model: Model) -> float:
    true = run(model, AUDIO, knobs=(0.25,) * model.knobs)
    return float(10 * np.log10(np.var(play(player, AUDIO) - true) / np.var(true)))


CASES = [
    (name, variant)
    for name in [*MODELS, "moved"]
    for variant in exporter.VARIANTS
    # int8 files have no GRU and begin in zeros.
    if variant != "int8" or name not in ("gru", "moved")
]


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_a_file_plays_as_the_model(tmp_path: Path, name: str, variant: str) -> None:
    model = MODELS[name] if name in MODELS else moved()
    data = exporter.encode(model, tmp_path / "tone.tflite", variant)
    knobs = (0.25,) * model.knobs
    assert difference(LitePlayer(data, knobs), model) < WORST_DB[variant]
    try:
        micro = MicroPlayer(data, knobs)
    except ImportError:
        pytest.skip("tflite-micro is not installed (the extra `tflm`): only TensorFlow's was asked")
    assert difference(micro, model) < WORST_DB[variant]


def constants(data: bytes) -> list[np.ndarray]:
    """The float tensors that come with a file, in its order."""
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
    found = []
    for tensor in model.subgraphs[0].tensors:
        words = model.buffers[tensor.buffer].data
        if tensor.type == schema.TensorType.FLOAT32 and words is not None:
            found.append(np.frombuffer(words, "<f4").reshape(tensor.shape))
    return found


def layers_of(data: bytes, like: Model) -> list[Layer]:
    """The layers in a float file that was made of a model of the same kinds."""
    tensors = iter(constants(data))
    layers: list[Layer] = []
    for layer in like.layers:
        kernel, bias = next(tensors), next(tensors)
        if isinstance(layer, Dense):
            layers.append(Dense(kernel.T, bias, layer.activation))
            continue
        recurrent, own = next(tensors), next(tensors)
        if isinstance(layer, Lstm):
            assert not own.any()
            layers.append(replace(layer, kernel=kernel.T, recurrent=recurrent.T, bias=bias))
            continue
        # Of n the state's part comes first.
        more, more_own, last, last_bias = (next(tensors) for _ in range(4))
        biases = np.stack([np.append(bias, last_bias), np.append(own, more_own)])
        layers.append(Gru(np.vstack([kernel, last]).T, np.vstack([recurrent, more]).T, biases))
    assert next(tensors, None) is None
    return layers


def deep(kind: str) -> Model:
    """Two recurrent layers with knobs, a skip and two dense layers."""
    rng = np.random.default_rng(5)
    recurrent = lstm if kind == "lstm" else gru
    layers = (recurrent(rng, 3, 5), recurrent(rng, 5, 4), dense(rng, 4, 3, "tanh"))
    return Model((*layers, dense(rng, 3, 1)), 48_000, knobs=2, skip=1.0)


def test_a_float_file_has_the_models_own_weights(tmp_path: Path) -> None:
    for model in (MODELS["lstm"], MODELS["gru"], moved(), deep("lstm"), deep("gru")):
        data = exporter.encode(model, tmp_path / "tone.tflite", "float")
        assert_same_layers(model, replace(model, layers=tuple(layers_of(data, model))))


def test_the_command_finds_it_and_says_what_it_costs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tone.tflite"
    exporter_for(path, None).write(MODELS["lstm"], path)
    assert path.read_bytes()[4:8] == b"TFL3"
    assert "int16x8, -" in capsys.readouterr().err


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tone.tflite"
    kernel = np.ones((2, 1, 1), np.float32)
    for model, variant, words in (
        (MODELS["gru"], "int8", "no int8 operation for a GRU"),
        (Model((Conv1d(kernel),), 48_000), "float", "not of Conv1d; export to .json."),
        (
            Model((a1(np.random.default_rng(1)),), 48_000),
            "float",
            "not of WaveNet; export to .nam.",
        ),
        (MODELS["lstm"], "int4", "--tflite int4: is not known; use int16x8, int8, float"),
        (replace(MODELS["skip"], input_gain_db=1.0), "int8", "no gain beside a skip"),
    ):
        with pytest.raises(BadInput) as caught:
            exporter.write(model, path, variant)
        assert words in str(caught.value)
    assert not path.exists()


def test_the_benchmark_says_which_sources_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It builds TensorFlow Lite Micro from sources that are not ours; see benchmarks/tflite.md."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "trainer/benchmarks")
    micro = importlib.import_module("micro_m7")
    with pytest.raises(BadInput, match=r"--sources: is not given; .*\(or set PEDALSMITH_TFLM\)"):
        micro.check_sources(None)
    mark = tmp_path / "ruy/ruy/profiler/instrumentation.h"
    mark.parent.mkdir(parents=True)
    mark.touch()
    lacks = "lacks the sources of tflite-micro, flatbuffers, gemmlowp, CMSIS-NN; put"
    with pytest.raises(BadInput, match=lacks):
        micro.check_sources(tmp_path)
