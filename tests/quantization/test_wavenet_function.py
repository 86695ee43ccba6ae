# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Activations that a record brings with it: how near their words are, and where they are exact."""

import numpy as np
import pytest

from pedalsmith.models.convolution import Activation
from pedalsmith.models.reference.signals import activate
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.wavenet_function import V_MAX, function_of

BOUNDS = {
    Activation("hardtanh"): 0.0,
    Activation("leaky_hardtanh", (-1.0, 1.0, 0.01, 0.01)): 3e-7,
    Activation("leaky_hardtanh", (-0.3, 0.71, 0.9, -0.5)): 3e-7,
    Activation("softsign"): 1.5e-8,
    Activation("fasttanh"): 5e-8,
    Activation("hardswish"): 3e-7,
    Activation("elu", (1.0,)): 3e-7,
}


@pytest.mark.parametrize("activation", BOUNDS, ids=lambda a: a.kind)
def test_words_are_near_the_function(activation: Activation) -> None:
    """Of v everywhere up to 128, densely where functions bend."""
    made = function_of(activation)
    rng = np.random.default_rng(1)
    edges = np.array([0, -1, 1, V_MAX, -V_MAX, V_MAX - 1, 1 - V_MAX])
    v = np.concatenate(
        [np.arange(-(2**25), 2**25, 499), rng.integers(-V_MAX, V_MAX, 50_000), edges]
    )
    words = made.function.play(v)
    expected = activate(activation, (v / 2**23)[:, None])[:, 0]
    assert np.max(np.abs(words / made.unit - expected)) <= BOUNDS[activation]
    assert np.max(np.abs(words)) <= made.function.most


def test_what_no_word_holds_is_refused() -> None:
    with pytest.raises(Refused, match="not on both sides of 0"):
        function_of(Activation("leaky_hardtanh", (0.5, 1.0, 0.0, 0.0)))
    with pytest.raises(Refused, match="a slope of -1 or 1"):
        function_of(Activation("leaky_hardtanh", (-0.5, 1.0, 0.0, 1.5)))
    with pytest.raises(Refused, match="softmax is not played"):
        function_of(Activation("softmax"))
