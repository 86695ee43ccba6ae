# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a block costs, layer by layer."""

import pytest
from tests.engine.wavenets import Shape as WaveNetShape
from tests.engine.wavenets import wavenet_blob

from pedalsmith.cycles.engine import price_engine
from pedalsmith.cycles.synthetic import Shape, recurrent_blob
from pedalsmith.quantization.psm import encode


@pytest.mark.parametrize("block", [7, 48])
def test_a_stack_has_its_layers_in_order(block: int) -> None:
    price = price_engine(encode(recurrent_blob(Shape("gru", 12, layers=3))), block)
    assert [layer.kind for layer in price.layers] == ["gru", "gru", "gru", "dense"]
    first, second, third, dense = (layer.cycles for layer in price.layers)
    # Of the same shape, with the same code; the first one has one input.
    assert abs(second - third) < 0.05 * second
    assert dense < first < second
    known = sum(layer.cycles for layer in price.layers)
    assert 0.9 * price.cycles * block < known < price.cycles * block
    instructions = sum(layer.instructions for layer in price.layers)
    assert 0.9 * price.instructions * block < instructions < price.instructions * block


@pytest.mark.parametrize(
    "shape",
    [
        WaveNetShape(1, (8, 4), 4, layers=3, converted=True),
        WaveNetShape(2, (4, 2), 2, layers=3, activation=2, wide=True, full=True, converted=True),
        WaveNetShape(3, (3,), 3, layers=3, taps=6, wide_activation=True, converted=True),
        WaveNetShape(4, (20, 3), 3, layers=3),
    ],
    ids=["rows", "narrow", "narrow three", "in C"],
)
def test_a_wavenet_has_its_layers_whatever_plays_them(shape: WaveNetShape) -> None:
    price = price_engine(encode(wavenet_blob(shape, golden_frames=1)), 96)
    (net,) = price.layers
    assert net.kind == "wavenet"
    assert len(net.inner) == shape.layers * len(shape.channels)
    inner = sum(layer.cycles for layer in net.inner)
    assert 0.6 * net.cycles < inner < net.cycles < price.cycles * 96
    assert all(0 < layer.cycles <= layer.worst_cycles for layer in (net, *net.inner))
    # A layer in the middle of each array: the one of more channels takes more.
    middles = [layer.cycles for layer in net.inner[1 :: shape.layers]]
    assert middles == sorted(middles, reverse=True)


def test_taps_cost_where_they_are() -> None:
    """More taps make each layer dearer, and not what is around them."""
    few, many = (
        price_engine(encode(wavenet_blob(WaveNetShape(5, (8,), 8, taps=n, converted=True), 1)), 48)
        for n in (3, 9)
    )
    for one, other in zip(few.layers[0].inner, many.layers[0].inner, strict=True):
        # 6 taps of 8 by 8, two products a cycle; the first may be another way around.
        assert other.cycles - one.cycles == pytest.approx(48 * 6 * 32, rel=0.25)
