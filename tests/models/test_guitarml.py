# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""GuitarML's formats against independent arithmetic in the order that PyTorch documents."""

import json
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.errors import BadInput
from pedalsmith.models.importers import ImportOptions, count_models, load_model
from pedalsmith.models.model import Gru
from pedalsmith.models.reference import run

RATE = ImportOptions(sample_rate=48_000)


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def torch_run(document: dict, audio: np.ndarray, knobs: list[float]) -> np.ndarray:
    """SimpleRNN as PyTorch defines LSTM (i f g o) and GRU (r z n), from the state dict itself."""
    said = document["model_data"]
    state = {key: np.array(value) for key, value in document["state_dict"].items()}
    W, U = state["rec.weight_ih_l0"], state["rec.weight_hh_l0"]
    b, d = state["rec.bias_ih_l0"], state["rec.bias_hh_l0"]
    h = c = np.zeros(said["hidden_size"])
    output = []
    for sample in audio:
        x = np.array([sample, *knobs])
        if said["unit_type"] == "LSTM":
            i, f, g, o = np.split(W @ x + b + U @ h + d, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            (xr, xz, xn), (hr, hz, hn) = np.split(W @ x + b, 3), np.split(U @ h + d, 3)
            r, z = sigmoid(xr + hr), sigmoid(xz + hz)
            h = (1 - z) * np.tanh(xn + r * hn) + z * h
        output.append((state["lin.weight"] @ h + state["lin.bias"])[0] + said["skip"] * sample)
    return np.array(output)


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("LittleBigMuff_HighGainPedal", []),
        ("TS9_DriveKnob", [0.7]),
        ("neuralpi_TS9", [0.2]),
        ("model_ts9_48k_cond2", [0.9, 0.1]),
        ("agam_ht1", []),
    ],
)
def test_state_dicts_sound_as_pytorch_says(shared: Path, name: str, knobs: list[float]) -> None:
    path = shared / f"models/guitarml/{name}.json"
    audio = np.random.default_rng(5).normal(scale=0.3, size=200)
    expected = torch_run(json.loads(path.read_text()), audio, knobs)
    model = load_model(path, RATE)
    # The two biases of a gate are added in float32, as every player does.
    assert np.abs(run(model, audio, knobs=knobs) - expected).max() <= 2e-6
    assert model.knobs == len(knobs)


def test_a_gru_state_dict_has_its_gates_put_into_keras_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    units, inputs = 4, 2
    document = {
        "model_data": {
            "model": "SimpleRNN", "input_size": inputs, "skip": 1, "output_size": 1,
            "unit_type": "GRU", "num_layers": 1, "hidden_size": units, "bias_fl": True,
        },
        "state_dict": {
            "rec.weight_ih_l0": rng.normal(size=(3 * units, inputs)).tolist(),
            "rec.weight_hh_l0": rng.normal(size=(3 * units, units)).tolist(),
            "rec.bias_ih_l0": rng.normal(size=3 * units).tolist(),
            "rec.bias_hh_l0": rng.normal(size=3 * units).tolist(),
            "lin.weight": rng.normal(size=(1, units)).tolist(),
            "lin.bias": rng.normal(size=1).tolist(),
        },
    }  # fmt: skip
    path = tmp_path / "gru.json"
    path.write_text(json.dumps(document))
    audio = rng.normal(size=100)
    expected = torch_run(document, audio, [0.3])
    assert np.abs(run(load_model(path, RATE), audio, knobs=[0.3]) - expected).max() <= 2e-6


def pedalnet_run(document: dict, audio: np.ndarray) -> np.ndarray:
    """PedalNetRT's network as its trainer defines it: all skips side by side, then mixed."""
    channels, taps = document["residual_channels"], document["filter_width"]
    data = {
        (v["layer_idx"], v["name"]): np.array([float(t) for t in v["data"]])
        for v in document["variables"]
    }
    h = np.outer(audio, data[-1, "W"]) + data[-1, "b"]
    skips = []
    for index, dilation in enumerate(document["dilations"]):
        kernel = data[index, "W_conv"].reshape(taps, channels, 2 * channels)
        z = np.tile(data[index, "b_conv"], (len(audio), 1))
        for tap in range(taps):
            delay = dilation * (taps - 1 - tap)
            delayed = np.vstack([np.zeros((delay, channels)), h])[: len(audio)]
            z += delayed @ kernel[tap]
        a = np.tanh(z[:, :channels]) * sigmoid(z[:, channels:])
        skips.append(a)
        h = h + a @ data[index, "W_out"].reshape(channels, channels) + data[index, "b_out"]
    last = len(document["dilations"])
    return np.hstack(skips) @ data[last, "W"] + data[last, "b"]


def test_pedalnet_sounds_as_its_trainer_says(shared: Path) -> None:
    path = shared / "models/guitarml/smartamp_LittleBigMuff.json"
    audio = np.random.default_rng(5).normal(scale=0.3, size=2000)
    expected = pedalnet_run(json.loads(path.read_text()), audio)
    assert np.abs(run(load_model(path, RATE), audio) - expected).max() <= 1e-12


def rows(array: np.ndarray) -> str:
    """A C++ initializer, with the line breaks that GuitarML's script makes."""
    if array.ndim == 1:
        return "{" + ", ".join(map(repr, array.tolist())) + "}"
    return "{" + ",\n    ".join(rows(row) for row in array) + "}"


def header(name: str, gru: Gru, kernel: np.ndarray, bias: np.ndarray) -> str:
    return f"""//{name}
/*
model : SimpleRNN
skip : 1
unit_type : GRU
*/

  {name}.rec_weight_ih_l0 = {rows(gru.kernel)};
  {name}.rec_weight_hh_l0 = {rows(gru.recurrent)};
  {name}.lin_weight = {rows(kernel.T)};
  {name}.lin_bias = {rows(bias)};
  {name}.rec_bias = {rows(gru.bias)};
"""


def test_a_header_gives_what_its_json_gives(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared / "models/guitarml"
    names = ["Model1_engl_g25_p0056_GRU10", "Model4_mi3knob_gru8_p047"]
    models = [load_model(folder / f"{name}.json", RATE) for name in names]
    texts = []
    for index, model in enumerate(models):
        gru, dense = model.layers
        texts.append(header(f"Model{index}", gru, dense.kernel, dense.bias))  # type: ignore
    path = tmp_path / "all_model_data.h"
    path.write_text("struct modelData {};\nvoid setupWeights() {\n" + "\n".join(texts) + "}\n")
    capsys.readouterr()
    assert load_model(path, RATE).metadata.name == "Model0"
    assert "holds 2 models; the first is read" in capsys.readouterr().err
    assert count_models(path) == 2 and count_models(folder / f"{names[0]}.json") == 1
    for number, model in enumerate(models, start=1):
        back = load_model(path, ImportOptions(48_000, submodel=number))
        assert back.knobs == model.knobs and back.skip == 1.0
        assert back.metadata.extra == {"bank_position": str(number), "bank_models": "2"}
        for a, b in zip(model.layers, back.layers, strict=True):
            for key in a.__dataclass_fields__:
                assert np.array_equal(getattr(a, key), getattr(b, key)), key


def test_a_header_is_played_as_its_program_plays_it(tmp_path: Path) -> None:
    """FunBox multiplies the output, and what is commented out it does not have."""
    rng = np.random.default_rng(2)

    def model(name: str) -> tuple[str, Gru]:
        shapes = ((1, 12), (4, 12), (2, 12))
        gru = Gru(*(rng.normal(size=shape).astype(np.float32) for shape in shapes))
        return header(name, gru, rng.normal(size=(4, 1)), rng.normal(size=1)), gru

    (first, _), (old, _), (last, gru) = model("Model1"), model("Model2"), model("Model2")
    level = "  Model2.levelAdjust = {};\n"
    old = old[old.index("  Model2") :] + level.format(9)
    path = tmp_path / "models.h"

    def written(levels: str) -> None:
        lines = "".join("  //" + line[2:] + "\n" for line in first.splitlines()[-5:])
        path.write_text(f"{first}/*\n{old}*/\n{lines}{last}{levels}")

    audio = rng.normal(scale=0.3, size=200)
    written("")
    assert count_models(path) == 2
    plain = load_model(path, ImportOptions(48_000, submodel=2))
    assert np.array_equal(plain.layers[0].recurrent, gru.recurrent)  # type: ignore[union-attr]
    assert plain.metadata.name == "Model2"
    written(level.format("0.5") + "  //" + level.format(7).strip() + "\n")
    half = load_model(path, ImportOptions(48_000, submodel=2))
    np.testing.assert_allclose(run(half, audio), 0.5 * run(plain, audio), rtol=1e-12)
    assert load_model(path, RATE).output_gain_db == 0.0
    for level_, words in (("much", "where a number belongs"), ("0.0f", "0.001 to 1000 can be")):
        written(level.format(level_))
        with pytest.raises(BadInput, match=rf"Model2.levelAdjust: is .*{words}"):
            load_model(path, ImportOptions(48_000, submodel=2))


def test_a_header_with_a_number_for_a_tensor_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "all_model_data.h"
    path.write_text("Model1.rec_weight_hh_l0 = 1.5;\n")
    with pytest.raises(BadInput, match=r"Model1.rec_weight_hh_l0: is a number where a list in br"):
        load_model(path, RATE)
