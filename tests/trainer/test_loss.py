# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The loss against its formula and its gradient against differences; the order of the streams."""

import numpy as np
import pytest

from pedalsmith_trainer.loss import CaptureLoss, esr, esr_words
from pedalsmith_trainer.material import Take
from pedalsmith_trainer.streams import Streams

GENERATOR = np.random.default_rng(0)


def test_the_loss_is_its_formula_and_the_gradient_its_derivative():
    capture = GENERATOR.normal(size=5000) + 0.3
    target = GENERATOR.normal(size=(20, 3)).astype(np.float32)
    output = target + 0.1 * GENERATOR.normal(size=(20, 3)).astype(np.float32)
    weight = GENERATOR.uniform(0.5, 2.0, (20, 3)).astype(np.float32)
    loss = CaptureLoss([capture])
    value, gradient = loss(target, output, weight)

    def formula(played):
        error = (played - target) * weight
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
    streams = Streams([Take(ramp, -ramp)], streams=8, step_samples=256, seed=4)
    seen = np.zeros(count, int)
    before = None
    for step in range(streams.steps_a_pass):
        batch = streams.batch(step)
        dry = batch.inputs
        assert dry.shape == (256, 8, 1)
        assert np.array_equal(batch.target, -dry[..., 0])
        assert np.all(batch.weight == 1)
        assert batch.learn == (step > 0)
        if before is not None:
            assert np.all((dry[0, :, 0] - before) % count == 1)
        before = dry[-1, :, 0]
        seen[dry.astype(int).ravel()] += 1
    assert seen.max() <= 2
    assert np.mean(seen > 0) > 0.95
    assert np.array_equal(streams.batch(77).inputs, streams.batch(77).inputs)
    assert not np.array_equal(
        streams.batch(1).inputs, streams.batch(1 + streams.steps_a_pass).inputs
    )


def test_takes_bring_their_knobs_and_quiet_ones_count_as_much():
    loud = Take(np.ones(20_000), np.ones(20_000), (0.2, 1.0))
    quiet = Take(2 * np.ones(20_000), 0.1 * np.ones(20_000), (0.7, 0.0))
    batch = Streams([loud, quiet], streams=8, step_samples=256, seed=0).batch(3)
    first = batch.inputs[..., 0] == 1
    assert batch.inputs.shape == (256, 8, 3)
    assert np.array_equal(batch.inputs[..., 1], np.where(first, 0.2, 0.7).astype(np.float32))
    assert np.array_equal(batch.inputs[..., 2], first.astype(np.float32))
    assert np.allclose((batch.weight * batch.target), (batch.weight * batch.target)[0, 0])
