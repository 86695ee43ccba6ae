# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Impulse responses on the emulated Cortex-M7 give the host's words, wherever the ring wraps."""

from functools import cache

import numpy as np
import pytest

from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.fir_record import L1_MAX, SEGMENT, FirRecord
from pedalsmith.quantization.reference import with_golden

from .arm import Machine, build
from .blobs import signals
from .compilers import ARM_COMPILERS


def fir_blob(seed: int, segments: int, extreme: bool) -> bytes:
    """Random taps; extreme: as large as the proof allows, every segment of them and their sum."""
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(SEGMENT, 0.3 if extreme else 3.0), segments) * L1_MAX
    weights = np.clip(weights * rng.choice([-1, 1], weights.shape), -(2**15), 2**15 - 1)
    weights = np.trunc(weights).astype(np.int64)
    shares = rng.dirichlet(np.ones(segments)) if extreme else np.full(segments, 0.5 / segments)
    most = np.trunc(shares * (2**63 - 2**56) / (2**31 + SEGMENT))
    scale = (np.minimum(most, 2**31 - 1) * rng.choice([-1, 1], segments)).astype(np.int64)
    blob = Blob((FirRecord(weights, scale, int(rng.integers(-(2**23), 2**23))),), 48_000)
    return psm.encode(with_golden(blob, rng.integers(-(2**23), 2**23, 2)))


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("images")
    return cache(lambda compiler, assembly=True: build(compiler, folder, assembly=assembly))


def check(image, data: bytes, audio: np.ndarray, block: int) -> None:
    played = Machine(image, data).process(audio, block)
    assert np.array_equal(played, HostEngine(data).process(audio))


@pytest.mark.parametrize("extreme", [False, True])
@pytest.mark.parametrize(("segments", "block"), [(1, 48), (1, 1), (2, 5), (3, 60), (4, 16), (9, 7)])
def test_the_core_equals_the_host(images, segments: int, block: int, extreme: bool) -> None:
    data = fir_blob(segments, segments, extreme)
    # Long enough for the ring to wrap at every word of it.
    for name in ("random", "square"):
        check(images("zig"), data, signals(segments, 40 * segments + 500)[name], block)


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
@pytest.mark.parametrize("assembly", [True, False], ids=["assembly", "portable"])
def test_both_compilers(images, compiler: str, assembly: bool) -> None:
    for segments, block in ((1, 11), (6, 48)):
        data = fir_blob(segments, segments, True)
        check(images(compiler, assembly), data, signals(2, 600)["square"], block)


def test_the_longest(images) -> None:
    check(images("zig"), fir_blob(4, 750, True), signals(3, 400)["square"], 48)
