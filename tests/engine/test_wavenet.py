# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets: the C engine equals the NumPy reference, rests, and refuses what lies."""

import struct
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedalsmith.errors import BadInput
from pedalsmith.native.host import HostEngine, check_status
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.proof import check
from pedalsmith.quantization.reference import ReferenceEngine
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.wavenet_function import FINE_TANH, Function
from pedalsmith.quantization.wavenet_record import (
    FUNCTION,
    LEAKY,
    LINEAR,
    SIGMOID,
    SILU,
    TANH,
    WaveNetRecord,
)
from pedalsmith.quantization.wavenet_reference import WaveNetReference

from .blobs import signals
from .mutations import random_attacks, signed_off
from .wavenets import Shape, every_feature, wavenet_blob

FRAMES = 150

shapes = st.builds(
    Shape,
    seed=st.integers(0, 2**32 - 1),
    channels=st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple),
    bottleneck=st.integers(1, 9),
    layers=st.integers(1, 4),
    taps=st.integers(1, 7),
    head_taps=st.integers(1, 17),
    activation=st.sampled_from([LINEAR, LEAKY, TANH, SIGMOID, SILU, FUNCTION]),
    gated=st.booleans(),
    wide=st.booleans(),
    wide_activation=st.booleans(),
    extreme=st.booleans(),
    heads=st.booleans(),
    copies=st.booleans(),
    full=st.booleans(),
    fine=st.booleans(),
    audio=st.booleans(),
    upper=st.booleans(),
)


def record_of(blob: Blob) -> WaveNetRecord:
    record = blob.layers[0]
    assert isinstance(record, WaveNetRecord)
    return record


def expected(blob: Blob, audio: np.ndarray) -> np.ndarray:
    """What the network itself answers, with the skip, without the rest rule."""
    words = np.clip(audio.astype(np.int64), -(2**23), 2**23 - 1)
    played = WaveNetReference(record_of(blob)).play(words)
    skipped = played + ((words * blob.skip + (1 << 23)) >> 24)
    return np.clip(skipped, -(2**31), 2**31 - 1)


@settings(max_examples=40, deadline=None)
@given(shape=shapes, signal=st.sampled_from(sorted(signals(0, 1))))
def test_c_equals_reference(shape: Shape, signal: str) -> None:
    blob = wavenet_blob(shape)
    host = HostEngine(psm.encode(blob))
    audio = signals(shape.seed, FRAMES)[signal]
    assert np.array_equal(host.process(audio), expected(blob, audio))
    host.selftest()


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 300), max_size=12), shape=shapes)
def test_any_blocks_give_the_same_words(cuts: list[int], shape: Shape) -> None:
    blob = wavenet_blob(shape)
    audio = signals(shape.seed, 300)["random"]
    engine = HostEngine(psm.encode(blob))
    edges = sorted({0, 300, *cuts})
    parts = [engine.process(audio[a:b]) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(parts), expected(blob, audio))


def test_the_reference_goes_on_where_it_stopped() -> None:
    blob = wavenet_blob(Shape(3, head_taps=5))
    audio = signals(3, 60)["random"]
    engine = ReferenceEngine(blob)
    parts = [engine.process(audio[:7]), engine.process(audio[7:])]
    assert np.array_equal(np.concatenate(parts), expected(blob, audio))
    engine.reset()
    assert np.array_equal(engine.process(audio[:9]), expected(blob, audio[:9]))


def test_reset_forgets() -> None:
    blob = wavenet_blob(Shape(4, channels=(4, 2), wide=True))
    audio = signals(4, 99)["random"]
    engine = HostEngine(psm.encode(blob))
    first = engine.process(audio)
    engine.reset()
    assert np.array_equal(engine.process(audio), first)


def test_bytes_to_blob_and_back() -> None:
    for seed in range(8):
        shape = Shape(seed, channels=(5, 3), gated=bool(seed & 1), wide=bool(seed & 2))
        data = psm.encode(wavenet_blob(replace(shape, activation=seed % 6)))
        assert psm.encode(psm.decode(data)) == data


def takes(data: bytes) -> bool:
    try:
        psm.decode(data)
    except BadInput:
        return False
    return True


def test_c_and_python_refuse_the_same() -> None:
    """Every 16-bit word of the record at values that break sizes, formats or proofs."""
    shape = Shape(6, channels=(2,), bottleneck=1, layers=1, extreme=True)
    _check_lies(psm.encode(wavenet_blob(shape)), 120)


def test_c_and_python_refuse_the_same_functions() -> None:
    blob = wavenet_blob(Shape(3, (2,), 1, layers=1, activation=FUNCTION, extreme=True))
    assert record_of(blob).functions[0].type == Function.CORNERS
    _check_lies(psm.encode(blob), 140)


def test_c_and_python_refuse_the_same_copies() -> None:
    shape = Shape(7, (1,), 1, layers=1, activation=TANH, extreme=True, heads=True, copies=True)
    blob = wavenet_blob(shape)
    assert record_of(blob).arrays[0].layers[0].copy is not None
    _check_lies(psm.encode(blob), 120)


def test_c_and_python_refuse_the_same_full_matrices() -> None:
    shape = Shape(8, (1,), 1, layers=1, activation=TANH, extreme=True, full=True, wide=True)
    blob = wavenet_blob(replace(shape, converted=True))
    assert record_of(blob).arrays[0].layers[0].full is not None
    _check_lies(psm.encode(blob), 120)


def test_c_and_python_refuse_the_same_fine_layers() -> None:
    shape = Shape(8, (1,), 1, layers=1, activation=TANH, extreme=True, full=True, fine=True)
    blob = wavenet_blob(replace(shape, wide=True, converted=True))
    layer = record_of(blob).arrays[0].layers[0]
    assert layer.conv.bits == 32
    assert layer.function == FINE_TANH.function
    _check_lies(psm.encode(blob), 120)


def test_c_and_python_refuse_the_same_layers_of_the_audio() -> None:
    shape = Shape(9, (2, 2), 1, layers=2, taps=2, extreme=True, audio=True, converted=True)
    blob = wavenet_blob(shape)
    assert record_of(blob).arrays[0].layers[0].of_audio
    _check_lies(psm.encode(blob), 120)


def _check_lies(data: bytes, words: int) -> None:
    refused = 0
    for at in range(64, 64 + 16 + words, 2):
        for value in (0, 1, 2, 3, 5, 33, 64, 0x7FFF, 0x8000, 0xFFFF):
            lie = signed_off(data[:at] + struct.pack("<H", value) + data[at + 2 :])
            assert (check_status(lie) == 0) == takes(lie), (at, value)
            refused += not takes(lie)
            if takes(lie):
                HostEngine(lie).process(signals(1, 40)["square"])
    assert refused > 100


def test_c_and_python_judge_random_lies_alike() -> None:
    attacks = random_attacks(400, seed=3, sources=every_feature())
    verdicts = [check_status(lie) == 0 for lie in attacks]
    for verdict, lie in zip(verdicts, attacks, strict=True):
        # C finds the metadata, but does not read it.
        assert verdict == takes(lie) or (verdict and b"{}" not in lie[-4:]), lie.hex()
    assert 20 < sum(verdicts) < 300


EDGES = {
    "16 bits": Shape(9, layers=3),
    "history of 32 bits": Shape(9, layers=3, wide=True),
    "table in 32 bits": Shape(9, layers=3, activation=TANH, wide_activation=True),
    "1x1 of 32 bits": Shape(9, layers=3, activation=TANH, full=True, wide=True),
    "all of 32 bits": Shape(9, layers=3, activation=TANH, full=True, wide=True, fine=True),
    "gated": Shape(9, layers=3, activation=TANH, gated=True, wide_activation=True),
    "of the audio": Shape(9, layers=3, audio=True, converted=True),
}


@pytest.mark.parametrize("name", EDGES)
def test_c_and_python_prove_up_to_the_same_word(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest bias of a row that still is taken, in both; of every layer and kind of row."""
    blob = wavenet_blob(replace(EDGES[name], extreme=True))
    array, *rest = record_of(blob).arrays
    functions = record_of(blob).functions

    def with_bias(number: int, part: str, bias: int) -> Blob:
        layer = array.layers[number]
        rows = getattr(layer, part)
        words = np.concatenate([[bias], rows.bias[1:]])
        changed = replace(layer, **{part: replace(rows, bias=words)})
        layers = (*array.layers[:number], changed, *array.layers[number + 1 :])
        record = WaveNetRecord((replace(array, layers=layers), *rest), functions)
        return replace(blob, layers=(record,))

    def refused(number: int, part: str, bias: int) -> bool:
        try:
            check(with_bias(number, part, bias))
        except Refused:
            return True
        return False

    found = 0
    for number, layer in enumerate(array.layers):
        for part in ("conv", "matrix", "full"):
            if getattr(layer, part) is None or refused(number, part, 0):
                continue
            for sign in (-1, 1):
                taken, beyond = 0, 2**31
                while beyond - taken > 1:
                    middle = (taken + beyond) // 2
                    if refused(number, part, sign * middle):
                        beyond = middle
                    else:
                        taken = middle
                if beyond == 2**31:
                    continue  # no row of negative weights reaches it
                monkeypatch.setattr(psm, "check", lambda blob: None)
                edge = [psm.encode(with_bias(number, part, sign * b)) for b in (taken, beyond)]
                monkeypatch.undo()
                assert [check_status(data) == 0 for data in edge] == [True, False], (number, part)
                found += 1
    assert found >= 6


def test_the_arena_is_what_the_formula_says() -> None:
    """One byte less is refused by the loader itself, so the stated figure is what it takes."""
    for seed in range(6):
        blob = wavenet_blob(Shape(seed, channels=(3, 5), head_taps=1 + seed, wide=bool(seed & 1)))
        data = bytearray(psm.encode(blob))
        assert HostEngine(bytes(data)).arena_bytes == blob.arena_bytes
        data[20:24] = struct.pack("<I", blob.stated_bytes - 1)
        assert check_status(signed_off(bytes(data))) != 0
