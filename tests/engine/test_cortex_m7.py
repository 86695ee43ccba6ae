# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The Cortex-M7 engine, assembly and all, gives the host's words: two compilers, two emulators."""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm

from .arm import Machine, build, run_qemu
from .blobs import random_blob, random_bytes, signals
from .compilers import ARM_COMPILERS

FRAMES = 60


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("images")
    return cache(lambda compiler, assembly=True: build(compiler, folder, assembly=assembly))


shapes = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "kind": st.sampled_from(["lstm", "gru"]),
        "hidden": st.one_of(
            st.integers(1, 64).map(lambda n: (n,)),
            st.lists(st.integers(1, 20), min_size=2, max_size=3).map(tuple),
            st.lists(st.integers(1, 64), min_size=2, max_size=2).map(tuple),
        ),
        "knobs": st.integers(0, 4),
        "int8": st.booleans(),
        "cell_shift": st.integers(0, 8),
        "state": st.sampled_from([1, 2]),
        "extreme": st.booleans(),
        "dense": st.sampled_from([(1,), (3, 1)]),
        "golden_frames": st.just(1),
    }
)


@settings(max_examples=25, deadline=None)
@given(shape=shapes, signal=st.sampled_from(sorted(signals(0, 1))), block=st.integers(1, 60))
def test_any_shape_in_unicorn(images, shape: dict, signal: str, block: int) -> None:
    data = psm.encode(random_blob(**shape))
    audio = signals(shape["seed"], FRAMES)[signal]
    expected = HostEngine(data).process(audio)
    assert np.array_equal(Machine(images("zig"), data).process(audio, block), expected)


CASES = [
    (kind, hidden, extreme)
    for kind in ("lstm", "gru")
    for hidden in ((16,), (7,), (40,), (5, 6))
    for extreme in (False, True)
]


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
@pytest.mark.parametrize("assembly", [True, False], ids=["assembly", "portable"])
def test_both_compilers_in_unicorn(images, compiler: str, assembly: bool) -> None:
    image = images(compiler, assembly)
    for kind, hidden, extreme in CASES:
        data = random_bytes(3, kind=kind, hidden=hidden, extreme=extreme, knobs=1)
        expected, machine = HostEngine(data), Machine(image, data)
        for audio in signals(5, FRAMES).values():
            assert np.array_equal(machine.process(audio), expected.process(audio))
        assert machine.call("engine_selftest", machine.engine, machine.blob_at, len(data)) == 0


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
def test_an_lstm_with_every_cell_shift(images, compiler: str) -> None:
    """Three layers of both state formats: one pair of columns, an even number and an odd one."""
    image, audio = images(compiler), signals(7, FRAMES)["random"]
    for shift, state in product(range(9), (1, 2)):
        data = random_bytes(shift, hidden=(2, 5, 8), cell_shift=shift, state=state)
        assert np.array_equal(Machine(image, data).process(audio), HostEngine(data).process(audio))


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_layers_above_others(images, compiler: str, kind: str) -> None:
    """Up to all the columns that there are, with the loops of the kernels run once and more."""
    image, audio = images(compiler), signals(8, FRAMES)["random"]
    widths = [(1, 1), (2, 3), (16, 17), (32, 32), (33, 31), (34, 34), (64, 1), (1, 64), (63, 64)]
    for hidden, state in product(widths, (1, 2)):
        data = random_bytes(sum(hidden), kind=kind, hidden=hidden, state=state, extreme=True)
        assert np.array_equal(Machine(image, data).process(audio), HostEngine(data).process(audio))


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
def test_both_compilers_in_qemu(images, compiler: str, tmp_path: Path) -> None:
    for kind, hidden, extreme in CASES:
        data = random_bytes(3, kind=kind, hidden=hidden, extreme=extreme)
        audio = np.concatenate(list(signals(6, FRAMES).values()))
        played = run_qemu(images(compiler), data, audio, tmp_path)
        assert np.array_equal(played, HostEngine(data).process(audio))
