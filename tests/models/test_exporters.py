# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Model -> each export -> import: identical float32 weights, and the metadata that fits."""

import ctypes
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.examples import (
    assert_same_layers,
    dense,
    lstm,
    recurrent_models,
    small_model,
)
from models.wavenets import a1, wavenet_models
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import c_header, keras_json, nam, proteus
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import (
    Activation,
    BatchNorm,
    Conv1d,
    Dense,
    Lstm,
    Metadata,
    Model,
)
from pedalsmith.models.reference import run

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Folders = pytest.TempPathFactory


def assert_same(left: Any, right: Any, place: str = "") -> None:
    """Equal structure, equal bits in every tensor."""
    assert type(left) is type(right), place
    if isinstance(left, np.ndarray):
        assert left.dtype == right.dtype and left.shape == right.shape, place
        assert left.tobytes() == right.tobytes(), place
    elif is_dataclass(left):
        for field in fields(left):
            assert_same(
                getattr(left, field.name), getattr(right, field.name), f"{place}.{field.name}"
            )
    elif isinstance(left, tuple):
        assert len(left) == len(right), place
        for index, pair in enumerate(zip(left, right, strict=True)):
            assert_same(*pair, f"{place}[{index}]")
    else:
        assert left == right, place


@given(wavenet_models())
@QUICK
def test_wavenets_of_every_kind_come_back_from_nam(tmp_path_factory: Folders, model: Model) -> None:
    path = tmp_path_factory.mktemp("nam") / "net.nam"
    nam.write(model, path)
    back = load_model(path)
    assert_same(model.layers, back.layers)
    assert back.sample_rate == model.sample_rate


@given(st.integers(1, 3), st.integers(1, 6), st.booleans(), st.integers(0, 1000))
@QUICK
def test_lstms_come_back_from_nam(
    tmp_path_factory: Folders, count: int, units: int, moved: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    layers = [lstm(rng, 1 if index == 0 else units, units) for index in range(count)]
    state = rng.normal(size=units).astype(np.float32) if moved else np.zeros(units, np.float32)
    layers = [replace(layer, initial_hidden=state, initial_cell=state) for layer in layers]
    model = Model((*layers, dense(rng, units, 1)), 48_000)
    path = tmp_path_factory.mktemp("nam") / "lstm.nam"
    nam.write(model, path)
    assert_same(model.layers, load_model(path).layers)


@pytest.mark.parametrize("gated", [False, True])
def test_a_plain_net_is_written_as_old_plugins_read_it(tmp_path: Path, gated: bool) -> None:
    path = tmp_path / "net.nam"
    nam.write(Model((a1(np.random.default_rng(1), gated),), 48_000), path)
    document = json.loads(path.read_text())
    assert document["version"] == "0.5.4"
    assert set(document["config"]) == {"layers", "head", "head_scale"}
    assert set(document["config"]["layers"][0]) == {
        "input_size", "condition_size", "head_size", "channels", "kernel_size", "dilations",
        "activation", "gated", "head_bias", "head",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["BossWN-standard", "wavenet_a2_full", "a2_dynamic_gated_ch8"])
def test_other_programs_nets_come_back_from_nam(shared: Path, tmp_path: Path, name: str) -> None:
    source = shared / f"models/nam/{name}.nam"
    model, path = load_model(source), tmp_path / "net.nam"
    nam.write(model, path)
    assert_same(model.layers, load_model(path).layers)
    given, written = json.loads(source.read_text()), json.loads(path.read_text())
    assert np.array_equal(
        np.array(given["weights"], np.float32), np.array(written["weights"], np.float32)
    )
    assert load_model(path).metadata == model.metadata


@pytest.mark.parametrize("kind", ["lstm", "net"])
def test_nam_takes_the_gains_into_the_weights(tmp_path: Path, kind: str) -> None:
    rng = np.random.default_rng(3)
    layers = small_model().layers if kind == "lstm" else (a1(rng),)
    model = Model(layers, 48_000, input_gain_db=-7.5, output_gain_db=4.0)
    nam.write(model, tmp_path / "m.nam")
    back = load_model(tmp_path / "m.nam")
    audio = rng.normal(size=200)
    assert (back.input_gain_db, back.output_gain_db) == (0.0, 0.0)
    assert np.abs(run(back, audio) - run(model, audio)).max() <= 1e-6


@pytest.mark.parametrize("count", [1, 3])
def test_nam_carries_a_skip_through_one_more_unit(tmp_path: Path, count: int) -> None:
    rng = np.random.default_rng(3)
    layers = [lstm(rng, 1 if index == 0 else 4, 4) for index in range(count)]
    model = Model(
        (*layers, dense(rng, 4, 1)), 48_000, skip=1.0, input_gain_db=-3.0, output_gain_db=2.0
    )
    nam.write(model, tmp_path / "m.nam")
    back = load_model(tmp_path / "m.nam")
    assert back.layers[0].outputs == 5 and back.skip == 0.0  # type: ignore[union-attr]
    audio = rng.uniform(-1, 1, size=500)
    assert np.abs(run(back, audio) - run(model, audio)).max() <= 4e-6


@pytest.mark.parametrize("count", [1, 3])
def test_a_carried_skip_comes_back_from_nam_as_a_skip(tmp_path: Path, count: int) -> None:
    rng = np.random.default_rng(3)
    zeros = np.zeros(4, np.float32)
    layers = [lstm(rng, 1 if index == 0 else 4, 4) for index in range(count)]
    layers = [replace(layer, initial_hidden=zeros, initial_cell=zeros) for layer in layers]
    model = Model((*layers, dense(rng, 4, 1)), 48_000, skip=1.0)
    path = tmp_path / "m.nam"
    nam.write(model, path)
    back = load_model(path)
    assert_same((model.layers, model.skip), (back.layers, back.skip))
    # A unit that another one listens to is one of the network's own.
    document = json.loads(path.read_text())
    assert document["config"]["hidden_size"] == 5
    document["weights"][5] += 0.25
    path.write_text(json.dumps(document))
    changed = load_model(path)
    assert changed.skip == 0.0 and changed.layers[0].outputs == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (small_model(knobs=1), "no knobs"),
        (Model((a1(np.random.default_rng(1)),), 48_000, skip=1.0), "no skip"),
        (small_model(kind="gru"), "no network of Gru, Dense"),
    ],
)
def test_nam_names_what_it_cannot_hold(tmp_path: Path, model: Model, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        nam.write(model, tmp_path / "m.nam")
    assert not list(tmp_path.iterdir())


@given(recurrent_models())
@QUICK
def test_c_headers_come_back(tmp_path_factory: Folders, model: Model) -> None:
    path = tmp_path_factory.mktemp("header") / "model.h"
    c_header.write(model, path)
    back = load_model(path)
    assert_same(model.layers, back.layers)
    assert replace(back.metadata, source_format="keras-json") == model.metadata
    assert (back.skip, back.knobs, back.sample_rate) == (model.skip, model.knobs, model.sample_rate)


def test_a_c_program_finds_every_weight_in_a_header(tmp_path: Path) -> None:
    from pedalsmith.native.compiler import run_compiler, zig_cc

    model = replace(small_model(), metadata=Metadata(name="evil */ #error", author="a/b"))
    c_header.write(model, tmp_path / "my-tone.h")
    assert load_model(tmp_path / "my-tone.h").metadata.name == "evil */ #error"
    first, head = model.layers
    assert isinstance(first, Lstm) and isinstance(head, Dense)
    tensors = {
        "layer0_weights0": first.kernel,
        "layer0_weights1": first.recurrent,
        "layer0_weights2": first.bias,
        "layer1_weights0": head.kernel,
        "layer1_weights1": head.bias,
    }
    readers = [f"const void *read_{name}(void) {{ return {name}; }}\n" for name in tensors]
    (tmp_path / "use.c").write_text(
        '#include "my-tone.h"\n'
        '_Static_assert(sizeof layer0_weights1 == sizeof(float[3][12]), "shape");\n'
        '_Static_assert(sizeof input_batch == sizeof output_batch, "length");\n' + "".join(readers)
    )
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-const-variable", "-shared"]
    output = str(tmp_path / "use.so")
    run_compiler([*zig_cc(), *flags, str(tmp_path / "use.c"), "-o", output], "use.c")
    library = ctypes.CDLL(output)
    for name, tensor in tensors.items():
        read = getattr(library, f"read_{name}")
        read.restype = ctypes.c_void_p
        assert ctypes.string_at(read(), tensor.nbytes) == tensor.tobytes(), name


@pytest.mark.parametrize(("units", "knobs"), [(40, 0), (40, 1), (20, 3)])
def test_proteus_json_comes_back(
    tmp_path: Path, units: int, knobs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    model = small_model(units=units, knobs=knobs, skip=1.0, sample_rate=44_100)
    proteus.write(model, tmp_path / "m.json")
    back = load_model(tmp_path / "m.json")
    assert_same_layers(model, back)
    assert (back.skip, back.knobs, back.sample_rate) == (1.0, knobs, 44_100)
    capsys.readouterr()
    proteus.write(replace(model, sample_rate=48_000), tmp_path / "m.json")
    assert "takes a model to be of 44100 Hz" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (small_model(units=16), "LSTM-16 with 0 knobs is played by nobody"),
        (small_model(units=40, knobs=2), "LSTM-40 with 2 knobs"),
        (small_model(units=40, kind="gru"), "not Gru, Dense"),
        (small_model(units=40, skip=1.0, input_gain_db=1.0), "no gain before a skip"),
        (small_model(units=40, skip=1.0, output_gain_db=1.0), "no gain behind a skip"),
    ],
)
def test_proteus_names_what_it_does_not_take(tmp_path: Path, model: Model, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        proteus.write(model, tmp_path / "m.json")


def test_keras_json_has_every_layer_of_rtneural(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)

    def values(*shape: int) -> Any:
        return rng.normal(size=shape).astype(np.float32)

    model = Model(
        (
            Conv1d(values(3, 1, 4), values(4), dilation=2),
            BatchNorm(values(4), values(4), values(4), values(4) ** 2, 0.001),
            Activation("prelu", tuple(map(float, values(4)))),
            Conv1d(values(2, 2, 6), values(6), groups=2),
            Activation("leaky_relu", (float(np.float32(0.3)),)),
            Activation("tanh"),
            Activation("elu", (1.0,)),
            dense(rng, 6, 1, "sigmoid"),
        ),
        48_000,
    )
    keras_json.write(model, tmp_path / "m.json")
    assert_same(model.layers, load_model(tmp_path / "m.json").layers)


@pytest.mark.parametrize(
    ("write", "form"), [(keras_json.write, "Keras JSON"), (c_header.write, "a C header")]
)
def test_keras_json_names_what_it_cannot_hold(
    tmp_path: Path, write: Callable[[Model, Path], None], form: str
) -> None:
    with pytest.raises(BadInput, match=rf"m\.json: {form} has no WaveNet; export to \.nam"):
        write(Model((a1(np.random.default_rng(1)),), 48_000), tmp_path / "m.json")
    with pytest.raises(BadInput, match=f"{form} has no activation silu"):
        write(Model((Activation("silu"),), 48_000), tmp_path / "m.json")


def test_lstms_initial_state_reaches_the_reference() -> None:
    model = small_model()
    first = model.layers[0]
    assert isinstance(first, Lstm)
    moved = replace(first, initial_cell=np.full(3, 0.5, np.float32))
    assert run(replace(model, layers=(moved, model.layers[1])), [0.0]) != run(model, [0.0])
