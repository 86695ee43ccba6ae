# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets on the emulated Cortex-M7, DSP instructions and all, give the host's words."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.reference import with_golden
from pedalsmith.quantization.wavenet_record import Copy, WideConv

from .arm import Machine, build
from .blobs import signals
from .compilers import ARM_COMPILERS
from .wavenets import Shape, wavenet_blob

CASES = [
    Shape(1, (3,), 3, taps=6, head_taps=16),
    Shape(2, (8,), 8, taps=15, head_taps=16, extreme=True),
    Shape(3, (4, 2), 2, activation=2, wide=True),
    Shape(4, (16, 8), 8, activation=2, extreme=True),
    Shape(5, (5, 7), 3, activation=3, gated=True, wide=True, extreme=True),
    Shape(6, (1, 9), 1, activation=4, gated=True),
    Shape(7, (12, 6), 6, activation=3),
    Shape(8, (8, 4), 4, activation=2, wide_activation=True),
    Shape(9, (4, 6), 6, activation=5),
    Shape(10, (3,), 3, activation=5, gated=True, extreme=True),
    Shape(11, (4,), 4, activation=5, extreme=True),
    Shape(12, (17, 5), 17, layers=1, head_taps=5, extreme=True),
    Shape(13, (16, 7), 16, layers=2, head_taps=6, extreme=True),
    Shape(20, (8,), 8, activation=2, copies=True),
    Shape(22, (4,), 4, activation=2, heads=True),
    Shape(23, (6, 4), 3, activation=1, heads=True, copies=True),
    Shape(24, (3,), 3, activation=1, heads=True, converted=True),
    Shape(21, (3,), 3, activation=1, wide=True, copies=True, extreme=True),
    Shape(14, (3,), 3, taps=6, layers=8, converted=True, wide_activation=True),
    Shape(15, (3,), 3, taps=2, converted=True, wide_activation=True, extreme=True, wide_at=(1,)),
    Shape(16, (3,), 3, taps=15, converted=True, wide_activation=True, extreme=True),
    Shape(28, (3,), 3, taps=6, layers=5, converted=True, wide_activation=True, wide_at=(0, 2, 3)),
    Shape(29, (3,), 3, taps=15, converted=True, wide_activation=True, extreme=True, wide_at=(0, 2)),
    Shape(17, (4, 2), 2, activation=2, converted=True),
    Shape(18, (4,), 4, layers=5, activation=2, converted=True, extreme=True, wide=True, full=True),
    Shape(19, (2,), 2, layers=5, activation=3, converted=True, extreme=True, wide=True, full=True),
    Shape(25, (4, 4), 4, layers=3, activation=3, converted=True, wide=True, full=True),
    Shape(26, (2, 2), 2, layers=3, activation=2, converted=True, wide=True, full=True),
    Shape(27, (5, 3), 3, activation=2, wide=True, full=True, extreme=True),
    Shape(30, (8,), 8, taps=6, wide_activation=True, converted=True),
    Shape(31, (8, 4), 8, taps=15, wide=True, wide_activation=True, converted=True, extreme=True),
    Shape(32, (16, 8), 16, activation=2, wide=True, wide_activation=True, converted=True),
    Shape(33, (12, 6), 6, activation=3, heads=True, wide_activation=True, converted=True),
    Shape(34, (8,), 8, taps=3, audio=True, converted=True),
    Shape(35, (3,), 3, taps=1, audio=True, converted=True, extreme=True),
    Shape(36, (6, 4), 6, taps=4, activation=2, audio=True, wide=True, converted=True),
    Shape(37, (8,), 8, layers=5, taps=6, wide_at=(1, 3), wide_activation=True, converted=True),
    Shape(38, (16, 8), 8, activation=2, wide_at=(0, 2), converted=True, extreme=True),
    Shape(39, (8, 4), 8, activation=2, lift=2, converted=True),
    Shape(40, (12, 6), 6, activation=3, lift=3, wide=True, wide_activation=True, converted=True),
    Shape(41, (6, 12), 6, activation=2, lift=4, wide_at=(1,), extreme=True, converted=True),
    Shape(42, (8, 6), 8, activation=2, full=True, wide=True, converted=True, extreme=True),
    Shape(43, (16, 12), 16, activation=3, full=True, wide=True, lift=2, converted=True),
    Shape(44, (10,), 9, activation=2, full=True, wide_at=(0, 2), lift=0, audio=True),
    Shape(45, (8,), 8, taps=6, head_taps=16, audio=True, upper=True, converted=True),
    Shape(46, (16, 8), 16, activation=2, upper=True, converted=True, extreme=True),
    Shape(47, (5, 3), 3, head_taps=3, upper=True, extreme=True),
    Shape(48, (1, 4), 1, activation=3, head_taps=2, upper=True),
    Shape(52, (10,), 10, activation=2, gated=True, wide_activation=True, converted=True),
    Shape(53, (5,), 5, activation=2, gated=True, wide_activation=True, lift=1, audio=True),
    Shape(54, (16, 12), 9, activation=2, gated=True, wide_activation=True, lift=2, wide_at=(1,)),
    Shape(55, (8,), 8, taps=15, gated=True, wide_activation=True, converted=True, extreme=True),
    Shape(56, (10, 6), 7, gated=True, wide_activation=True, heads=True, wide=True, converted=True),
    Shape(57, (10,), 10, taps=5, activation=2, wide_activation=True, wide_at=(1,), converted=True),
    Shape(58, (4, 2), 4, taps=7, wide_activation=True, converted=True),
    Shape(60, (12,), 12, activation=2, gated=True, wide_activation=True, lift=5, converted=True),
    Shape(61, (8, 6), 8, activation=3, lift=6, wide_at=(1,), extreme=True, converted=True),
    Shape(59, (8,), 8, activation=2, taps=7, wide_activation=True, full=True, wide=True, lift=3),
    Shape(62, (8,), 8, activation=4, wide_activation=True, converted=True),
    Shape(63, (12, 6), 6, activation=4, lift=2, wide_at=(1,), converted=True),
    Shape(64, (8,), 8, taps=6, activation=5, converted=True),
    Shape(65, (10,), 10, activation=5, lift=1, wide=True, wide_activation=True, heads=True),
    Shape(66, (8,), 8, activation=5, lift=5, extreme=True, converted=True),
    Shape(67, (8, 4), 4, activation=0, wide_activation=True, converted=True),
    Shape(68, (6,), 6, activation=0, copies=True, converted=True),
    Shape(69, (8,), 8, lift=9, wide_activation=True, converted=True),
    Shape(70, (8,), 8, lift=9, converted=True),
    Shape(71, (16, 8), 8, lift=8, wide_at=(1,), converted=True),
    Shape(72, (4,), 4, lift=7, extreme=True, converted=True),
    Shape(73, (10,), 10, lift=6, wide=True, wide_activation=True, converted=True),
    # Sums of these saturate, upwards too, and what is lifted must then be the largest word.
    *(Shape(74, (8, 3), 3, activation=5, extreme=True, audio=True, lift=n) for n in (1, 2, 3, 6)),
    Shape(75, (16, 8), 16, activation=2, full=True, wide=True, fine=True, lift=4, converted=True),
    Shape(76, (10, 6), 10, activation=2, full=True, wide=True, fine=True, lift=6, extreme=True),
    Shape(
        77, (12, 4), 12, taps=6, activation=2, full=True, wide=True, fine=True, lift=5, audio=True
    ),
    Shape(78, (2, 1), 2, activation=2, full=True, wide=True, fine=True, lift=0, converted=True),
    Shape(79, (8,), 8, activation=2, wide_activation=True, wide_at=(1,), fine=True, converted=True),
    Shape(80, (8, 3), 7, taps=4, wide_activation=True, wide=True, fine=True, converted=True),
    Shape(81, (4,), 4, activation=2, copies=True, wide=True, fine=True, lift=2, extreme=True),
    Shape(82, (6,), 6, activation=2, heads=True, wide=True, fine=True, lift=1, converted=True),
    Shape(83, (4, 2), 4, activation=3, full=True, wide=True, fine=True, converted=True),
    Shape(84, (3,), 3, taps=6, wide=True, wide_activation=True, fine=True, converted=True),
    # More taps than the chains of 6, 12 and 16 channels have, and 14 channels, which have none.
    Shape(91, (6, 5), 6, taps=6, converted=True),
    Shape(92, (12, 6), 12, taps=4, activation=2, wide_at=(1,), converted=True),
    Shape(93, (16, 12), 16, taps=15, converted=True, extreme=True),
    Shape(94, (14, 13), 14, activation=2, wide_at=(1,), converted=True),
    Shape(95, (13, 14), 13, taps=16, wide_activation=True, extreme=True, converted=True),
    # Gated layers of all the other activations and lifts, functions of all types among them.
    Shape(85, (8,), 8, activation=0, gated=True, wide_activation=True, converted=True),
    Shape(86, (6, 4), 5, activation=3, gated=True, wide_activation=True, wide=True, lift=2),
    Shape(87, (8,), 8, taps=6, activation=4, gated=True, wide_activation=True, extreme=True),
    *(
        Shape(88, (4,), 3, activation=5, gated=True, wide_activation=True, extreme=True, lift=n)
        for n in (0, 1, 3)
    ),
    Shape(89, (10,), 10, layers=4, activation=5, gated=True, wide_activation=True, audio=True),
    *(
        Shape(98, (8, 5), 5, gated=True, wide_activation=True, extreme=True, lift=n)
        for n in (6, 7, 8, 9, 10)
    ),
]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("images")
    return cache(lambda compiler: build(compiler, folder))


@pytest.mark.parametrize("shape", CASES, ids=lambda shape: f"{shape.seed}-{shape.lift}")
def test_the_core_equals_the_host(images, shape: Shape) -> None:
    data = psm.encode(wavenet_blob(shape, golden_frames=1))
    for name, block in (("random", 48), ("square", 7), ("random", 20)):
        audio = signals(shape.seed, 400)[name]
        expected = HostEngine(data).process(audio)
        assert np.array_equal(Machine(images("zig"), data).process(audio, block), expected), name


# Every number of channels and activation, histories of both kinds after one another, layers with a
# 1x1 between copies, arrays behind them.
COPIES = [
    Shape(
        100 + n,
        (n, n)[: 1 + (n % 4 == 0)],
        n,
        layers=5,
        activation=(n + 1) % 6,
        wide=n % 3 == 0,
        wide_at=(1, 2, 4),
        wide_activation=n % 2 == 0,
        copies=True,
        extreme=n % 5 == 0,
        gated=n % 7 == 6,
    )
    for n in range(1, 17)
] + [Shape(120 + n, (8,), 8, layers=6, activation=2, wide=True, copies=True) for n in range(3)]


@pytest.mark.parametrize("shape", COPIES, ids=lambda shape: f"{shape.seed}")
def test_copies_on_the_core(images, shape: Shape) -> None:
    """Also of fewer frames than a tile has, and of both compilers."""
    data = psm.encode(wavenet_blob(shape, golden_frames=1))
    compilers = ARM_COMPILERS if shape.seed % 4 == 0 else ("zig",)
    for compiler, (name, block) in product(compilers, (("square", 48), ("random", 7), ("dc", 3))):
        audio = signals(shape.seed, 300)[name]
        expected = HostEngine(data).process(audio)
        assert np.array_equal(Machine(images(compiler), data).process(audio, block), expected), name


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("bias", [-(2**27), 2**27])
def test_a_copy_that_saturates_on_one_side_alone(images, sign: int, bias: int) -> None:
    shape = Shape(142, (1,), 1, layers=2, activation=0, wide=True, copies=True, extreme=True)
    blob = wavenet_blob(shape, golden_frames=1)
    (record,) = blob.layers
    first, second = record.arrays[0].layers
    scale = sign * (2**30 - 2**28 - 2)
    first = replace(first, matrix=None, copy=Copy(np.array([scale]), np.array([bias]), 0))
    array = replace(record.arrays[0], layers=(first, replace(second, history_shift=3)))
    record = replace(record, arrays=(array,))
    data = psm.encode(with_golden(replace(blob, layers=(record,)), np.zeros(1, np.int64)))
    for audio in (signals(1, 200)["square"], signals(1, 200)["random"]):
        expected = HostEngine(data).process(audio)
        assert np.array_equal(Machine(images("zig"), data).process(audio, 48), expected)


@pytest.mark.parametrize("fraction", [20, 31])
@pytest.mark.parametrize("times", [1, 64])
@pytest.mark.parametrize("less", [0, 1])
@pytest.mark.parametrize(("taps", "sign"), [(1, -1), (2, 1)])
def test_a_head_that_may_saturate_does_so_on_the_core(
    images, fraction, times, less, taps, sign
) -> None:
    """At the least sum of weights that may, one less, and far beyond."""
    blob = wavenet_blob(Shape(51, (8,), 8, head_taps=taps, converted=True), golden_frames=1)
    (record,) = blob.layers
    array, bias = record.arrays[-1], 2**20
    least = (2**31 - 1 - bias) >> (31 - fraction)
    weights = np.zeros_like(array.head.weights)
    weights[0, -1, :2] = [sign, sign * (min(times * least, 2**31 - 1) - 1 - less)]
    head = WideConv(weights, np.full(1, bias), fraction)
    record = replace(record, arrays=(*record.arrays[:-1], replace(array, head=head)))
    data = psm.encode(with_golden(replace(blob, layers=(record,)), np.zeros(1, np.int64)))
    audio = signals(3, 400)["square"]
    expected = HostEngine(data).process(audio)
    assert bool(set(expected) & {-(2**31), 2**31 - 1}) == (times > 1 and fraction < 31)
    assert np.array_equal(Machine(images("zig"), data).process(audio, 48), expected)
