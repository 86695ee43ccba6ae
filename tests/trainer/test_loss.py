# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The loss against its formula and its gradient against differences; the order of the streams."""

import numpy as np
import pytest

from pedalsmith_trainer.loss import CaptureLoss, esr, esr_words
from pedalsmith_trainer.streams import Streams

GENERATOR = np.random.default_rng(0)


def test_the_loss_is_its_formula_and_the_gradient_its_derivative():
    capture = GENERATOR.normal(size=5000) + 0.3
    target = GENERATOR.normal(size=(20, 3)).astype(np.float32)
    output = target + 0.1 * GENERATOR.normal(size=(20, 3)).astype(np.float32)
    loss = CaptureLoss(capture)
    value, gradient = loss(target, output)

    def formula(played):
        error = played - target
        emphasised = error[1:] - 0.85 * error[:-1]
        whole = np.mean((capture[1:] - 0.85 * capture[:-1]) ** 2)
        power = np.mean(capture**2)
        means = np.mean(error, axis=0)
        return (
            0.75 * np.mean(emphasised**2) / whole
            + 0.25 * np.mean(error**2) / power
            + np.mean(means**2) / power
        )

    assert value == pytest.approx(formula(output.astype(float)), rel=1e-5)
    for place in ((0, 0), (7, 1), (19, 2)):
        moved = output.astype(float)
        moved[place] += 1e-4
        back = output.astype(float)
        back[place] -= 1e-4
        slope = (formula(moved) - formula(back)) / 2e-4
        assert gradient[place] == pytest.approx(slope, rel=1e-3, abs=1e-7)


def test_words_follow_the_ratio():
    target = np.ones(10)
    assert esr(target, 0.9 * target) == pytest.approx(0.01)
    assert esr_words(0.009) == "great"
    assert esr_words(0.5) == "not learnt yet"


def test_streams_go_on_where_they_were_and_cover_the_capture():
    count = 40_000
    ramp = np.arange(count, dtype=float)
    streams = Streams(ramp, -ramp, streams=8, step_samples=256, seed=4)
    seen = np.zeros(count, int)
    before = None
    for step in range(streams.steps_a_pass):
        dry, wet, learn = streams.batch(step)
        assert dry.shape == (256, 8, 1)
        assert np.array_equal(wet, -dry[..., 0])
        assert learn == (step > 0)
        if before is not None:
            assert np.all((dry[0, :, 0] - before) % count == 1)
        before = dry[-1, :, 0]
        seen[dry.astype(int).ravel()] += 1
    assert seen.max() <= 2
    assert np.mean(seen > 0) > 0.95
    assert np.array_equal(streams.batch(77)[0], streams.batch(77)[0])
    assert not np.array_equal(streams.batch(1)[0], streams.batch(1 + streams.steps_a_pass)[0])
