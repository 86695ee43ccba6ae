# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Models made by hand or by chance, for the tests of formats."""

from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import strategies as st

from pedalsmith.models.model import Array, Dense, Gru, Layer, Lstm, Metadata, Model


def random_array(rng: np.random.Generator, *shape: int, scale: float = 0.3) -> Array:
    return rng.normal(scale=scale, size=shape).astype(np.float32)


def lstm(rng: np.random.Generator, inputs: int, units: int) -> Lstm:
    return Lstm(
        random_array(rng, inputs, 4 * units),
        random_array(rng, units, 4 * units),
        random_array(rng, 4 * units),
    )


def gru(rng: np.random.Generator, inputs: int, units: int) -> Gru:
    return Gru(
        random_array(rng, inputs, 3 * units),
        random_array(rng, units, 3 * units),
        random_array(rng, 2, 3 * units),
    )


def dense(rng: np.random.Generator, inputs: int, outputs: int, activation: str = "linear") -> Dense:
    return Dense(random_array(rng, inputs, outputs), random_array(rng, outputs), activation)


def small_model(seed: int = 1, *, units: int = 3, kind: str = "lstm", **settings: Any) -> Model:
    rng = np.random.default_rng(seed)
    inputs = 1 + settings.get("knobs", 0)
    first: Layer = lstm(rng, inputs, units) if kind == "lstm" else gru(rng, inputs, units)
    return Model(layers=(first, dense(rng, units, 1)), **{"sample_rate": 48_000, **settings})


texts = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)

metadatas = st.builds(
    Metadata,
    name=texts,
    author=texts,
    gear=texts,
    style=texts,
    license=texts,
    esr=st.none() | st.floats(0, 1),
    loudness_db=st.none() | st.floats(-60, 0),
    source_format=st.just("keras-json"),
)


@st.composite
def recurrent_models(draw: st.DrawFn) -> Model:
    """One or two recurrent layers among dense ones, as the engine and Keras JSON know them."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    knobs = draw(st.integers(0, 4))
    layers: list[Layer] = []
    width = 1 + knobs
    for kind in draw(st.lists(st.sampled_from([lstm, gru, dense]), min_size=1, max_size=3)):
        units = draw(st.integers(1, 9))
        layers.append(kind(rng, width, units))
        width = units
    layers.append(dense(rng, width, 1, draw(st.sampled_from(["linear", "tanh", "sigmoid"]))))
    return Model(
        layers=tuple(layers),
        sample_rate=draw(st.sampled_from([44_100, 48_000, 96_000])),
        skip=draw(st.sampled_from([0.0, 1.0])),
        input_gain_db=draw(st.sampled_from([0.0, -6.5, 12.0])),
        output_gain_db=draw(st.sampled_from([0.0, 3.25])),
        knobs=knobs,
        metadata=draw(metadatas),
    )


def assert_same_layers(left: Model, right: Model) -> None:
    """Equal types and bit-equal tensors."""
    assert [type(layer) for layer in left.layers] == [type(layer) for layer in right.layers]
    for a, b in zip(left.layers, right.layers, strict=True):
        for field in fields(a):
            one, other = getattr(a, field.name), getattr(b, field.name)
            if isinstance(one, np.ndarray):
                assert one.dtype == other.dtype == np.float32
                assert one.tobytes() == other.tobytes(), field.name
            else:
                assert one == other, field.name
