# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The quantizer's float run and its gradients, against the reference and finite differences."""

from dataclasses import replace

import numpy as np
import pytest
from random_models import plucks, random_model

from pedalsmith.errors import BadInput
from pedalsmith.models.model import Dense
from pedalsmith.models.reference import Reference
from pedalsmith.quantization.cell import cell_bound
from pedalsmith.quantization.network import FloatRun, from_model, zero_state
from pedalsmith.quantization.sensitivity import layer_gradients

SHAPES = [("lstm", 1, 0), ("gru", 1, 0), ("lstm", 2, 1), ("gru", 3, 2)]


@pytest.mark.parametrize(("kind", "layers", "knobs"), SHAPES)
def test_runs_as_the_reference_does(kind: str, layers: int, knobs: int) -> None:
    model = random_model(kind, 6, layers=layers, knobs=knobs, skip=1.0, gains=(3.0, -2.0), size=2.0)
    audio = plucks(0.05)
    turned = tuple(0.3 + 0.2 * k for k in range(knobs))
    network = from_model(model, "random")
    run = FloatRun(network, np.array([turned]), zero_state(network, 1))
    first, _ = run.advance(audio[:1000, None])
    second, _ = run.advance(audio[1000:, None])
    wanted = Reference(model, knobs=turned).play(audio)
    np.testing.assert_allclose(np.concatenate([first, second])[:, 0], wanted, atol=1e-12)


@pytest.mark.parametrize(("kind", "layers", "knobs"), SHAPES)
def test_gradients_are_those_of_finite_differences(kind: str, layers: int, knobs: int) -> None:
    network = from_model(random_model(kind, 4, layers=layers, knobs=knobs, size=2.0), "random")
    rng = np.random.default_rng(5)
    audio, turned = rng.normal(size=(30, 2)), rng.uniform(size=(2, knobs))
    signs = rng.normal(size=(30, 2))
    run = FloatRun(network, turned, zero_state(network, 2))
    tapes: list = []
    run.advance(audio, tapes)
    d_out = signs[:, :, None] * network.head.weights
    for index in range(layers - 1, -1, -1):
        layer = network.layers[index]
        gradients, d_out = layer_gradients(layer, tapes[index], audio, turned, d_out)
        for tensor in ("weights", "input", "knob", "bias"):
            values = getattr(layer, tensor)
            if not values.size:
                continue
            at = tuple(rng.integers(0, side) for side in values.shape)
            cost = []
            for nudge in (1e-6, -1e-6):
                moved = values.copy()
                moved[at] += nudge
                changed = list(network.layers)
                changed[index] = replace(layer, **{tensor: moved})
                other = replace(network, layers=tuple(changed))
                y, _ = FloatRun(other, turned, zero_state(other, 2)).advance(audio)
                cost.append(np.sum(signs * y, axis=0))
            numeric = (cost[0] - cost[1]) / 2e-6
            np.testing.assert_allclose(
                getattr(gradients, tensor)[(slice(None), *at)], numeric, rtol=1e-5, atol=1e-7
            )


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_gradients_in_float32_are_those_in_float64(kind: str) -> None:
    network = from_model(random_model(kind, 5, size=2.0), "random")
    rng = np.random.default_rng(6)
    audio, signs, knobs = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)), np.zeros((3, 0))
    found = []
    for dtype in (np.float32, np.float64):
        tapes: list = []
        FloatRun(network, knobs, zero_state(network, 3, dtype), dtype).advance(audio, tapes)
        d_out = (signs[:, :, None] * network.head.weights).astype(dtype)
        gradients, _ = layer_gradients(network.layers[0], tapes[0], audio, knobs, d_out)
        assert gradients.weights.dtype == dtype
        found.append(gradients.weights)
    np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-4)


def test_the_cell_never_exceeds_its_bound() -> None:
    model = random_model("lstm", 8, size=1.5, seed=3)
    bound = cell_bound(from_model(model, "random").layers[0])
    for pitch in (0.001, 0.01, 0.1, 0.0):
        square = np.sign(np.sin(np.arange(4000) * pitch) + 0.5)
        cell = Reference(model).trace(square)[1][0].cell
        assert cell is not None and 0 < np.max(np.abs(cell)) <= bound


def test_networks_that_the_engine_does_not_run_are_named() -> None:
    with pytest.raises(BadInput, match="hidden size of 65"):
        from_model(random_model("gru", 65), "x.json")
    with pytest.raises(BadInput, match="4 layers"):
        from_model(random_model("lstm", 4, layers=4), "x.json")
    model = random_model("lstm", 4)
    last = model.layers[-1]
    assert isinstance(last, Dense)
    squashed = replace(last, activation="tanh")
    with pytest.raises(BadInput, match="tanh"):
        from_model(replace(model, layers=(*model.layers[:-1], squashed)), "x.json")
