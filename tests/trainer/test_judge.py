# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""When a run ends by itself: good enough, or no better for too long."""

from types import SimpleNamespace

import numpy as np
import pytest

from pedalsmith_trainer.quiet import quiet_tensorflow

quiet_tensorflow()

from pedalsmith_trainer.callbacks import Judge, Pace  # noqa: E402
from pedalsmith_trainer.settings import Settings  # noqa: E402

SECONDS_A_LOOK = 10.0


def looks_until_the_end(found, **wanted):
    """How many looks a run has whose looks find the ratios `found`, and what it keeps."""
    ratios = iter(found)
    settings = Settings(seconds=1000.0, **wanted)
    pace = Pace(settings)
    weights = [np.zeros(1)]
    network = SimpleNamespace(get_weights=lambda: [weights[0].copy()])
    model = SimpleNamespace(
        network=network,
        settle=lambda: None,
        stop_training=False,
        adam=SimpleNamespace(learning_rate=0.0),
    )
    judge = Judge(
        [SimpleNamespace(esr=lambda network: next(ratios))], pace, settings, lambda progress: None
    )
    judge.set_model(model)
    for number in range(len(found)):
        pace.resume(number, SECONDS_A_LOOK * (number + 1))
        weights[0][:] = number
        judge.on_epoch_end(number, {})
        if model.stop_training:
            break
    return len(judge.history), judge.best_esr, judge.best_weights[0][0]


@pytest.mark.parametrize(
    ("wanted", "looks", "best", "kept"),
    [
        ({}, 6, 0.05, 5),
        ({"target_esr": 0.2}, 2, 0.2, 1),
        # The second look was the best; 25 s later is the fifth.
        ({"patience": 25.0}, 5, 0.2, 1),
        ({"patience": 35.0}, 6, 0.05, 5),
    ],
)
def test_a_run_ends_when_it_is_told_to(wanted, looks, best, kept):
    found = [0.5, 0.2, 0.3, float("nan"), 0.25, 0.05]
    assert looks_until_the_end(found, **wanted) == (looks, best, kept)
