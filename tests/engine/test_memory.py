# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The two regions of an engine's memory: the longest histories leave the fast one."""

from dataclasses import replace

import numpy as np
import pytest

from pedalsmith.errors import BadInput
from pedalsmith.native.host import HostEngine, placement
from pedalsmith.quantization.psm import encode
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.table import TABLE_BYTES
from pedalsmith.quantization.wavenet_record import LEAKY, TANH, WaveNetRecord

from .wavenets import Shape, wavenet_blob

NOISE = np.random.default_rng(3).integers(-(1 << 22), 1 << 22, 700, dtype=np.int32)


@pytest.fixture(scope="module")
def blob() -> bytes:
    """A network with histories of four lengths, two of them equal."""
    made = wavenet_blob(Shape(seed=5, layers=5))
    (record,) = made.layers
    assert isinstance(record, WaveNetRecord)
    (array,) = record.arrays
    layers = [
        replace(layer, dilation=dilation)
        for layer, dilation in zip(array.layers, (2, 10, 50, 50, 23), strict=True)
    ]
    record = WaveNetRecord((replace(array, layers=tuple(layers)),))
    return encode(with_golden(replace(made, layers=(record,)), made.golden_input))


def test_the_longest_histories_move_first_and_equal_ones_together(blob: bytes) -> None:
    whole = HostEngine(blob)
    assert whole.slow_bytes == 0
    seen = []
    for fast in range(whole.arena_bytes, whole.arena_bytes - whole.history_bytes - 1, -8):
        found = placement(blob, fast, whole.arena_bytes)
        assert found is not None
        assert found.fast_bytes <= fast
        assert found.fast_bytes + found.slow_bytes == whole.arena_bytes
        if not seen or found.slow_bytes != seen[-1]:
            seen.append(found.slow_bytes)
    moved = np.diff(seen)
    assert len(moved) == 4
    assert np.all(np.diff(moved[1:]) < 0)
    assert moved[0] > moved[1] * 2
    assert seen[-1] == whole.history_bytes


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_where_a_history_lies_changes_no_word(blob: bytes, share: float) -> None:
    whole = HostEngine(blob)
    least = whole.arena_bytes - whole.history_bytes
    split = HostEngine(blob, fast_bytes=least + round(share * whole.history_bytes))
    assert (split.slow_bytes == 0) == (share == 1.0)
    assert np.array_equal(split.process(NOISE), whole.process(NOISE))
    split.selftest()


def test_too_little_of_either_is_refused(blob: bytes) -> None:
    whole = HostEngine(blob)
    least = whole.arena_bytes - whole.history_bytes
    assert placement(blob, least - 1, 1 << 20) is None
    assert placement(blob, least, whole.history_bytes) is not None
    assert placement(blob, least, whole.history_bytes - 1) is None
    with pytest.raises(BadInput, match="more RAM than there is"):
        HostEngine(blob, fast_bytes=least - 1)


@pytest.mark.parametrize(
    ("activation", "gated", "table"),
    [(LEAKY, False, 0), (LEAKY, True, TABLE_BYTES), (TANH, False, TABLE_BYTES)],
)
def test_only_a_model_that_reads_the_table_has_it_in_its_memory(
    activation: int, gated: bool, table: int
) -> None:
    made = wavenet_blob(Shape(seed=5, activation=activation, gated=gated))
    whole = HostEngine(encode(made))
    assert whole.arena_bytes == made.arena_bytes == made.stated_bytes + table
    least = whole.arena_bytes - whole.history_bytes
    assert placement(encode(made), least - 1, 1 << 20) is None
