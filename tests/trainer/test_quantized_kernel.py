# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The training kernel in integers against the engine, word for word, and its gradient."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "quantization"))

from random_models import plucks, random_model

from pedalsmith.audio import to_q23
from pedalsmith.quantization.measure import play
from pedalsmith.quantization.quantizer import Quantizer
from pedalsmith_trainer.native import instruction_sets
from pedalsmith_trainer.quantized_native import BlobWords, QuantizedKernel

STREAMS, TIME = 19, 700


def blob_of(model, bits):
    """The model to nearest, at rest."""
    quantizer = Quantizer(model, "random", plucks(1.5))
    return quantizer.assemble(next(quantizer.candidates.of(bits)))


def sounds(knobs):
    """Words (time, streams, features): quiet, loud and clipped; knobs that stand still."""
    rng = np.random.default_rng(5)
    gains = np.geomspace(0.001, 4.0, STREAMS)
    audio = to_q23(np.stack([gain * plucks(0.5)[:TIME] for gain in gains], axis=1))
    places = rng.integers(0, 32768, (STREAMS, knobs))
    turned = np.broadcast_to(places, (TIME, STREAMS, knobs))
    words = np.concatenate([audio[..., None], turned], axis=2)
    return np.ascontiguousarray(words, np.int32), places


@pytest.mark.parametrize(
    ("kind", "hidden", "layers", "knobs", "size", "bits"),
    [
        ("lstm", 16, 1, 0, 1.0, 16),
        ("lstm", 7, 1, 2, 3.0, 8),
        ("lstm", 8, 2, 1, 2.0, 16),
        ("gru", 12, 1, 0, 2.0, 8),
        ("gru", 5, 2, 3, 2.0, 16),
    ],
)
def test_words_are_the_engines(kind, hidden, layers, knobs, size, bits):
    model = random_model(kind, hidden, layers=layers, knobs=knobs, size=size, skip=1.0)
    blob = blob_of(model, bits)
    words, places = sounds(knobs)
    expected = play(blob, np.ascontiguousarray(words[..., 0].T), places).T
    ours = BlobWords(blob)
    for build in instruction_sets():
        kernel = QuantizedKernel(
            kind, hidden, features=1 + knobs, layers=layers, threads=2, instruction_set=build
        )
        weights = np.zeros(kernel.weight_count, np.float32)
        state = np.repeat(ours.rest[:, None], STREAMS, axis=1)
        played = []
        # In two pieces, so that the state is carried on; the second keeps nothing.
        for part, keep in ((words[:300], True), (words[300:], False)):
            output, state, _, ticket = kernel.play(
                ours, weights, part.astype(np.float32), part, state, keep=keep
            )
            played.append(output)
            if keep:
                kernel.backward(ticket, weights, output.astype(np.float32), 0.0)
        assert np.array_equal(np.concatenate(played), expected)
