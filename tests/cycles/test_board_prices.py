# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One image for many models: the same price as an image of the model's own has."""

from dataclasses import replace

import pytest

from pedalsmith.cycles.board import price_blob_on_board
from pedalsmith.cycles.board_prices import BoardPrices, prices_of, shape_of
from pedalsmith.cycles.synthetic import Shape, recurrent_blob
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import load_board
from pedalsmith.quantization.psm import encode

SHAPE = Shape("lstm", 6)


@pytest.fixture(scope="module")
def prices() -> BoardPrices:
    return prices_of("daisy_seed")


def test_a_model_costs_what_it_costs_in_an_image_of_its_own(prices: BoardPrices) -> None:
    first, second = (recurrent_blob(SHAPE, seed) for seed in (1, 2))
    assert encode(first) != encode(second) and shape_of(first) == shape_of(second)
    alone, _ = price_blob_on_board(load_board("daisy_seed"), encode(second))
    found = prices.price(first, "first")
    # What is compared here is why the second one need not be measured.
    assert (found.cycles, found.worst_cycles) == (alone.cycles, alone.worst_cycles)
    assert found.instructions == alone.instructions
    assert prices.price(second, "second") is found


def test_another_format_is_another_shape() -> None:
    blobs = [
        recurrent_blob(shape)
        for shape in (SHAPE, replace(SHAPE, hidden=7), replace(SHAPE, state_bits=32))
    ]
    blobs.append(replace(blobs[0], skip=0))
    assert len({shape_of(blob) for blob in blobs}) == len(blobs)


def test_a_model_that_the_flash_cannot_hold_is_priced_in_the_next_kind_of_image(
    prices: BoardPrices,
) -> None:
    small = recurrent_blob(SHAPE)
    large = replace(recurrent_blob(Shape("lstm", 32, layers=2)), metadata={"name": "x" * 30_000})
    assert prices.kind_for(small, "small") == "flash"
    assert prices.kind_for(large, "large") == "bootloader"
    alone, image = price_blob_on_board(load_board("daisy_seed"), encode(large))
    assert image.kind == "bootloader"
    found = prices.price(large, "large")
    assert (found.cycles, found.worst_cycles) == (alone.cycles, alone.worst_cycles)


def test_a_model_that_no_flash_can_hold_is_refused(prices: BoardPrices) -> None:
    huge = replace(recurrent_blob(SHAPE), metadata={"name": "x" * 500_000})
    with pytest.raises(BadInput, match=r"^tone\.nam: has [\d,]+ bytes, and the image leaves"):
        prices.price(huge, "tone.nam")


def test_a_model_that_the_ram_cannot_hold_is_refused(prices: BoardPrices) -> None:
    with pytest.raises(BadInput, match=r"needs [\d,]+ bytes of RAM"):
        prices.price(recurrent_blob(Shape("lstm", 64, layers=2)), "tone.nam")
