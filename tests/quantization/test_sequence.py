# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""ConvNets and rows of Keras layers: the same network in the engine's shape, and its words."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.audio import to_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation, BatchNorm, Conv1d
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import Dense, Model
from pedalsmith.models.reference import run
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.quantizer import quantize
from pedalsmith.quantization.sequence_network import from_model
from quantization.test_wavenet import convolution, noise


def convnet(seed: int, activation: Activation, channels: int = 6, normed: bool = True) -> Model:
    """Blocks of two taps as NAM has them, about as loud as an amplifier model."""
    rng = np.random.default_rng(seed)
    layers: list[Conv1d | BatchNorm | Activation | Dense] = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise((1, *[channels] * 4))):
        kernel = rng.normal(scale=1 / np.sqrt(inputs), size=(2, inputs, outputs))
        bias = None if normed else rng.normal(scale=0.2, size=outputs).astype(np.float32)
        layers.append(Conv1d(kernel.astype(np.float32), bias, 3**number))
        if normed:
            parts = (rng.uniform(0.5, 2, (4, outputs)) * [[1], [0.2], [0.1], [1]]).astype("f4")
            layers.append(BatchNorm(*parts, 1e-5))
        layers.append(activation)
    layers.append(Dense(rng.normal(scale=0.3, size=(channels, 1)).astype("f4"), np.zeros(1, "f4")))
    return Model(tuple(layers), 48_000, skip=0.5, input_gain_db=-3.0, output_gain_db=2.0)


def row(seed: int) -> Model:
    """As Keras may have them: dense in front, groups, taps behind taps, a norm behind a tanh."""
    rng = np.random.default_rng(seed)
    norm = BatchNorm(*rng.uniform(0.5, 2, (4, 4)).astype("f4"), 0.01)
    kernel = rng.normal(scale=0.5, size=(3, 2, 6)).astype("f4")
    layers = (
        Dense(rng.normal(size=(1, 8)).astype("f4"), rng.normal(size=8).astype("f4"), "tanh"),
        convolution(rng, 8, 4, 3, 2, True),
        convolution(rng, 4, 4, 1, 1, True),
        Activation("tanh"),
        norm,
        Activation("prelu", (0.3, -1.7, 2.5, 0.0)),
        convolution(rng, 4, 4, 3, 1, True),
        Conv1d(kernel, rng.normal(size=6).astype("f4"), 5, groups=2),
        Activation("softsign"),
        Dense(rng.normal(size=(6, 1)).astype("f4"), rng.normal(size=1).astype("f4"), "sigmoid"),
    )
    return Model(layers, 48_000)


MODELS = {
    "tanh": convnet(1, Activation("tanh")),
    "relu": convnet(2, Activation("relu"), normed=False),
    "hardswish": convnet(3, Activation("hardswish")),
    "row": row(4),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_centred_network_is_the_model(name: str) -> None:
    audio = noise(2, 3_000)
    theirs = run(MODELS[name], audio, silence=200)[-len(audio) :]
    assert np.max(np.abs(from_model(MODELS[name], "m").play(audio) - theirs)) < 1e-12


@pytest.mark.parametrize("name", MODELS)
def test_the_words_are_near_the_model(name: str) -> None:
    """At most -100 dBFS without DC."""
    quantized = quantize(MODELS[name], "m", noise(4, 60_000))
    assert max(error.noise_dbfs for error in quantized.report.errors) < -100.0
    engine = HostEngine(psm.encode(quantized.blob))
    engine.selftest()
    audio = np.concatenate([to_q23(noise(7, 2_000)), np.zeros(400, np.int32)]).astype(np.int32)
    history = quantized.blob.layers[0].history  # type: ignore[union-attr]
    assert np.all(engine.process(audio)[2_000 + history :] == quantized.blob.rest_output)


def test_the_convnet_of_others(shared: Path) -> None:
    """NeuralAmpModelerCore's output, after its pre-warm; its peak is 0.007."""
    folder = shared / "models"
    data = np.fromfile(folder / "nam_golden" / "golden_convnet_test.bin", "<f4", offset=4)
    audio, expected = np.split(data.astype(np.float64), 2)
    model = load_model(folder / "nam" / "convnet_test.nam")
    net = from_model(model, "m")
    assert np.max(np.abs(net.play(audio) - expected)) <= 1e-5
    quantized = quantize(model, "m", noise(4, 60_000))
    engine = HostEngine(psm.encode(quantized.blob))
    words = to_q23(audio)
    error = engine.process(words) / 2**23 - net.play(words / 2**23)
    assert 20 * np.log10(np.std(error)) <= -100.0


def test_the_row_of_others(shared: Path) -> None:
    """RTNeural's own test: grouped convolutions, batch norms and PReLUs from Keras."""
    folder = shared / "models" / "rtneural"
    audio = np.loadtxt(folder / "conv_x_python.csv")
    expected = np.loadtxt(folder / "conv_y_python.csv")
    model = load_model(folder / "conv.json")
    # Keras begins with zeros, not with silence: what is before them is not padded the same.
    played = from_model(model, "m").play(audio)
    settled = 20
    assert np.max(np.abs(played - expected)[settled:]) <= 1e-5


def test_what_the_engine_does_not_run_is_named() -> None:
    samples = noise(1, 60_000)
    model = MODELS["tanh"]
    with pytest.raises(
        BadInput, match=r"m: has the activation softmax \(the engine plays .* in layer 1"
    ):
        quantize(replace(model, layers=(Activation("softmax"), *model.layers)), "m", samples)
    with pytest.raises(
        BadInput, match="m: is 40 channels wide in layer 1; the engine plays up to 32"
    ):
        quantize(convnet(1, Activation("tanh"), channels=40), "m", samples)
    with pytest.raises(BadInput, match="knobs"):
        quantize(replace(model, knobs=1), "m", samples)
