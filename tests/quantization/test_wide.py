# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""How many fraction bits the weights of a wide convolution get."""

import numpy as np
import pytest

from pedalsmith.quantization.wavenet_proof import wide_bounds
from pedalsmith.quantization.wavenet_record import WideConv

WORD = 2**31


def made(weights: list[float], bias: float = 0.0) -> WideConv:
    return WideConv.of(np.array(weights)[None, None], np.array([bias]))


def test_it_is_32_where_weights_and_sums_leave_room() -> None:
    assert made([0.4, -0.4]).fraction == 32
    assert made([1e-4], bias=0.99 * WORD).fraction == 32
    assert made([0.0]).fraction == 32


@pytest.mark.parametrize(
    ("weights", "bias"),
    [([0.5], 0.0), ([-0.5], 0.0), ([0.4, 0.4, 0.4], 0.0), ([0.4], 0.7 * WORD), ([13.0], 0.0)],
)
def test_it_is_less_where_a_word_or_a_sum_would_not_hold_it(
    weights: list[float], bias: float
) -> None:
    wide = made(weights, bias)
    assert wide.fraction < 32
    assert np.allclose(wide.weights / 2.0**wide.fraction, weights, rtol=2.0**-28)


@pytest.mark.parametrize("weights", [[0.499999], [0.3, 0.3, -0.3], [0.4999, 0.4999]])
def test_no_sum_in_q32_leaves_a_word(weights: list[float]) -> None:
    wide = made(weights)
    assert wide.fraction == 32
    assert wide_bounds(wide, [WORD] * len(weights))[0] < WORD
