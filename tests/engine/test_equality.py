# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The C engine on the host equals the NumPy reference, which checks every range on its way."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import GruRecord, LstmRecord
from pedalsmith.quantization.proof import GRU_STATE_MAX
from pedalsmith.quantization.reference import REST_FRAMES, ReferenceEngine

from .blobs import random_blob, signals

FRAMES = 40

shapes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "kind": st.sampled_from(["lstm", "gru"]),
        "hidden": st.lists(st.integers(1, 64), min_size=1, max_size=3).map(tuple),
        "knobs": st.integers(0, 4),
        "int8": st.booleans(),
        "cell_shift": st.integers(0, 8),
        "state": st.sampled_from([1, 2]),
        "extreme": st.booleans(),
        "dense": st.sampled_from([(1,), (3, 1), (64, 2, 1)]),
    }
)


@settings(max_examples=25, deadline=None)
@given(shape=shapes, signal=st.sampled_from(sorted(signals(0, 1))))
def test_c_equals_reference(shape: dict, signal: str) -> None:
    blob = random_blob(**shape)
    host, reference = HostEngine(psm.encode(blob)), ReferenceEngine(blob)
    audio = signals(shape["seed"], FRAMES)[signal]
    assert np.array_equal(host.process(audio), reference.process(audio))
    for knob in range(blob.knobs):
        host.set_knob(knob, 32767 * (knob % 2))
        reference.set_knob(knob, 32767 * (knob % 2))
    assert np.array_equal(host.process(audio), reference.process(audio))
    for index, layer in enumerate(reference.recurrent):
        units = host.units(index)
        assert [unit.state for unit in units] == layer.state.tolist()
        assert [unit.hidden for unit in units] == layer.h.tolist()
        assert [unit.error for unit in units] == layer.e.tolist()
    host.selftest()


@settings(max_examples=15, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 300), max_size=12),
    seed=st.integers(0, 99),
    kind=st.sampled_from(["lstm", "gru"]),
)
def test_any_blocks_give_the_same_words(cuts: list[int], seed: int, kind: str) -> None:
    data = psm.encode(random_blob(seed, kind=kind, hidden=(5, 3)))
    audio = signals(seed, 600)["random"]
    audio[100:200] = 0
    whole = HostEngine(data).process(audio)
    edges = sorted({0, 600, *cuts})
    engine = HostEngine(data)
    parts = [engine.process(audio[a:b]) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_silence_rests_after_so_many_samples(kind: str) -> None:
    blob = random_blob(7, kind=kind, hidden=(4,), knobs=1)
    engine = HostEngine(psm.encode(blob))
    noise = signals(1, 64)["random"]
    silence = np.zeros(REST_FRAMES, np.int32)
    tail = np.zeros(100, np.int32)
    first = engine.process(noise)
    fading = engine.process(silence)
    assert fading[-1] != blob.rest_output, "a random rest output is not where the state settles"
    assert (engine.process(tail) == blob.rest_output).all()
    # Out of rest it plays as after a reset: the state is the rest state.
    again = engine.process(noise)
    assert np.array_equal(again, first)
    reference = ReferenceEngine(blob)
    assert np.array_equal(reference.process(noise), first)


@pytest.mark.parametrize("block", [1, 7, 48, REST_FRAMES])
def test_rest_begins_at_the_same_sample_in_any_block(block: int) -> None:
    blob = random_blob(8, hidden=(2,))
    engine = HostEngine(psm.encode(blob))
    audio = np.zeros(REST_FRAMES + 50, np.int32)
    audio[0] = 1
    out = np.concatenate(
        [engine.process(part) for part in np.split(audio, range(block, len(audio), block))]
    )
    assert (out[REST_FRAMES + 1 :] == blob.rest_output).all()
    assert out[REST_FRAMES] != blob.rest_output


def test_moved_knob_holds_what_it_settled_to_and_wakes_on_a_move() -> None:
    blob = random_blob(9, hidden=(4,), knobs=1)
    engine, reference = HostEngine(psm.encode(blob)), ReferenceEngine(blob)
    other = (blob.resting_knobs[0] + 9_000) % 32_768
    silence = np.zeros(REST_FRAMES + 50, np.int32)
    for player in (engine, reference):
        player.set_knob(0, other)
    settled = engine.process(silence)
    assert np.array_equal(settled[:100], reference.process(silence[:100]))
    assert (settled[REST_FRAMES:] == settled[REST_FRAMES - 1]).all()
    engine.set_knob(0, blob.resting_knobs[0])
    engine.process(silence[:1])
    engine.process(silence)
    assert (engine.process(silence[:10]) == blob.rest_output).all()


@pytest.mark.parametrize("signal", ["square", "minus one", "dc", "silence"])
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_an_hour_leaves_every_bound_intact(kind: str, signal: str) -> None:
    """172.8 million samples would take minutes a case: the period of a small model's state is what
    matters, and an hour at 8 kHz of a model of two units passes in seconds."""
    blob = random_blob(11, kind=kind, hidden=(2,), extreme=True, cell_shift=8)
    engine = HostEngine(psm.encode(blob))
    layer = blob.layers[0]
    minute = signals(3, 60 * 8_000)[signal]
    for _ in range(60):
        out = engine.process(minute)
        for unit in engine.units(0):
            if isinstance(layer, LstmRecord):
                assert -(2**30) <= unit.state < 2**30
            assert not isinstance(layer, GruRecord) or abs(unit.state) <= GRU_STATE_MAX
            assert -(2**15) <= unit.hidden < 2**15
            assert 0 <= unit.error < 256
    if signal == "silence":
        assert (out == blob.rest_output).all()
