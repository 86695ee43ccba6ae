# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Models with random weights, and something like guitar to play through them."""

import numpy as np

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.models.model import Dense, Gru, Lstm, Metadata, Model


def plucks(seconds: float, seed: int = 0) -> np.ndarray:
    """Decaying harmonics at changing pitch, full scale 1.0, peak 0.6."""
    rng = np.random.default_rng(seed)
    note = SAMPLE_RATE // 4
    time = np.arange(note) / SAMPLE_RATE
    notes = []
    for _ in range(int(np.ceil(seconds * 4))):
        pitch = rng.uniform(80, 700)
        tones = [
            rng.normal() / k * np.sin(2 * np.pi * k * pitch * time) * np.exp(-time * 4 * k)
            for k in range(1, 8)
        ]
        notes.append(np.sum(tones, axis=0) * rng.uniform(0.1, 1.0))
    sound = np.concatenate(notes)[: int(seconds * SAMPLE_RATE)]
    return 0.6 * sound / np.max(np.abs(sound))


def random_model(
    kind: str,
    hidden: int,
    *,
    layers: int = 1,
    knobs: int = 0,
    skip: float = 0.0,
    gains: tuple[float, float] = (0.0, 0.0),
    size: float = 1.0,
    seed: int = 0,
) -> Model:
    """An LSTM or GRU of random weights; `size` multiplies all of them."""
    rng = np.random.default_rng(seed)

    def weights(*shape: int) -> np.ndarray:
        scale = size / np.sqrt(hidden)
        return np.ascontiguousarray(rng.normal(size=shape) * scale, dtype=np.float32)

    stack: list[Lstm | Gru | Dense] = []
    inputs = 1 + knobs
    for _ in range(layers):
        if kind == "lstm":
            stack.append(
                Lstm(weights(inputs, 4 * hidden), weights(hidden, 4 * hidden), weights(4 * hidden))
            )
        else:
            stack.append(
                Gru(
                    weights(inputs, 3 * hidden), weights(hidden, 3 * hidden), weights(2, 3 * hidden)
                )
            )
        inputs = hidden
    stack.append(Dense(weights(hidden, 1), weights(1)))
    return Model(
        layers=tuple(stack),
        sample_rate=SAMPLE_RATE,
        skip=skip,
        input_gain_db=gains[0],
        output_gain_db=gains[1],
        knobs=knobs,
        metadata=Metadata(name="random", knob_names=tuple(f"knob {k}" for k in range(knobs))),
    )
