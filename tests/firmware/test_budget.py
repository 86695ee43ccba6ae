# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""firmware/pedal/budget on this machine: which models are too slow, by a clock of the test's."""

import ctypes as ct

import numpy as np
import pytest

from engine.blobs import random_bytes

from .host import CYCLES, Budget, Player, sine


def clock(costs: list[int]) -> CYCLES:
    """A counter by which one block after the other takes so many cycles; it wraps on the way."""
    times = iter(np.cumsum([(1 << 32) - 100, *(c for cost in costs for c in (cost, 7))]).tolist())
    return CYCLES(lambda: next(times) % (1 << 32))


@pytest.mark.parametrize(
    ("costs", "plays"),
    [
        ([900, 800, 500, 700], True),
        ([900, 501, 800, 700], False),
        ([1001, 1000, 999, 499], True),
        ([1002, 1, 1, 1], False),
    ],
)
def test_a_model_may_take_as_long_as_a_block(
    lib: ct.CDLL, silent_model: bytes, costs: list[int], plays: bool
) -> None:
    """By the fastest of four blocks; after one that takes twice as long, none is tried."""
    player = Player(lib, silent_model, budget=Budget(clock(costs), 48, 500))
    audio = sine(4800)
    assert np.array_equal(player.play(audio), audio) != plays
    assert ("self-test passed" if plays else "too slow for this board") in player.described()


def test_a_model_that_is_much_too_slow_is_refused_after_one_block(
    lib: ct.CDLL, silent_model: bytes
) -> None:
    player = Player(lib, silent_model, budget=Budget(clock([5200]), 48, 500))
    said = player.described()
    assert said == (
        "model: silent, refused (the model is too slow for this board: it needs 1040 % of the "
        "block time), the input passes dry\r\n"
    )


def test_measuring_leaves_no_trace(lib: ct.CDLL) -> None:
    blob = random_bytes(3, kind="lstm", hidden=(12,))
    player = Player(lib, blob, budget=Budget(clock([100] * 4), 48, 500))
    audio = sine(4_800)
    assert np.array_equal(player.play(audio), Player(lib, blob).play(audio))
