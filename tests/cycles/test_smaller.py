# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is advised in the place of a model that does not fit: the largest that does."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.examples import small_model
from pedalsmith.assets import dry_path
from pedalsmith.audio import SAMPLE_RATE, read_audio
from pedalsmith.commands import info
from pedalsmith.cycles import board, smaller, wavenets
from pedalsmith.cycles.board import chip_memory
from pedalsmith.cycles.engine import price_engine_in
from pedalsmith.cycles.price import Price
from pedalsmith.cycles.report import FunctionCost
from pedalsmith.cycles.synthetic import Shape, recurrent_blob
from pedalsmith.cycles.wavenets import untrained
from pedalsmith.models.convolution import Activation
from pedalsmith.models.exporters import keras_json
from pedalsmith.native.boards import load_board
from pedalsmith.native.firmware import NoRoom
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.psm import encode
from pedalsmith.quantization.quantizer import quantize

BOARD = load_board("daisy_seed").model_copy(update={"block": 8})
AROUND = 80.0
"""Cycles a sample of the pedal around the engine."""
BUDGET = BOARD.clock_hz / BOARD.sample_rate
IMAGE: Any = SimpleNamespace(regions=None)


def priced(blob: Blob, pace: float = 1.0) -> Price:
    """In an image whose engine takes `pace` times as long."""
    alone = price_engine_in(encode(blob), BOARD.block, chip_memory(BOARD), None)
    pedal = FunctionCost("pedal", cycles=round(AROUND * BOARD.block))
    return replace(
        alone,
        worst_cycles=pace * alone.worst_cycles + AROUND,
        functions=(*alone.functions, pedal),
    )


class SmallFlash:
    """Stands in for an image that leaves so many bytes; test_board_prices has a real one."""

    def __init__(self, room: int) -> None:
        self.room = room

    def holding(self, data: bytes, name: str) -> Any:
        if len(data) > self.room:
            raise NoRoom(f"{name}: too large.")
        return IMAGE

    def price(self, blob: Blob, _name: str) -> Price:
        return priced(blob)


def bytes_of(shape: Shape) -> int:
    return len(encode(recurrent_blob(shape)))


def test_of_recurrent_networks_the_largest_that_has_room_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shape = Shape("gru", 14, layers=2)
    flash = SmallFlash(bytes_of(replace(shape, hidden=8)))
    monkeypatch.setattr(smaller, "prices_of", lambda _: flash)
    blob = replace(recurrent_blob(shape), metadata={})
    eight, four = (
        100 * priced(recurrent_blob(replace(shape, hidden=n))).worst_cycles / BUDGET for n in (8, 4)
    )
    for limit, advice in (
        (100.0, f"GRU-8 would take {eight:.0f} %"),
        ((four + eight) / 2, f"GRU-4 would take {four:.0f} %"),
        (four / 2, "take a smaller model"),
    ):
        assert smaller.smaller_with_room(BOARD, blob, limit) == advice
    # Compiled for size, the C of the upper layers takes longer in an image than alone.
    slow = priced(blob, pace=3.0)
    said = smaller.smaller_that_fits(BOARD, blob, slow, IMAGE, 3 * four)
    assert said == f"GRU-4 would take {3 * four - 200 * AROUND / BUDGET:.0f} %"
    # What the model says of itself takes flash as well.
    flash.room += 40
    wordy = replace(blob, metadata={"name": "n" * 400})
    assert smaller.smaller_with_room(BOARD, wordy, 100.0).startswith("GRU-4 ")
    flash.room = 200
    assert smaller.smaller_with_room(BOARD, blob, 100.0) == "take a smaller model"


def test_a_recurrent_network_is_advised_itself_with_less_state() -> None:
    wide = recurrent_blob(Shape("lstm", 12, state_bits=32))
    narrow, eight = (
        100 * priced(recurrent_blob(shape)).worst_cycles / BUDGET
        for shape in (Shape("lstm", 12), Shape("lstm", 8, state_bits=32))
    )
    assert eight < narrow, "or the smaller one would be too slow as well"
    how = "the same with 16 bits of state (`pedalsmith convert --board daisy_seed`)"
    for limit, advice in (
        (narrow + 0.1, f"{how} would take {narrow:.0f} %"),
        ((narrow + eight) / 2, f"LSTM-8 would take {eight:.0f} %"),
    ):
        assert smaller.smaller_that_fits(BOARD, wide, priced(wide), IMAGE, limit) == advice


def test_of_the_usual_wavenets_the_costliest_that_fits_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_up = {"Six": 6, "Four": 4, "Two": 2}
    for name, channels in made_up.items():
        shape = wavenets.Shape((channels,), ((1, 3),), ((3, 3),), Activation("tanh"))
        monkeypatch.setitem(wavenets.WAVENETS, name, shape)
    monkeypatch.setattr(smaller, "NAMES", {name: f"{name} ch" for name in made_up})
    guitar = read_audio(dry_path()).samples[: 2 * SAMPLE_RATE]
    blobs = {name: quantize(untrained(name), name, guitar, noise_dbfs=0.0).blob for name in made_up}
    # What was quantized once need not be again.
    done = {f"{name} ch": SimpleNamespace(blob=blob) for name, blob in blobs.items()}
    monkeypatch.setattr(smaller, "quantize", lambda _model, name, *_, **__: done[name])
    costs = {name: priced(blob) for name, blob in blobs.items()}
    four, two = (100 * costs[name].worst_cycles / BUDGET for name in ("Four", "Two"))
    assert two < four
    # Itself is not advised, however much time there is.
    for limit, advice in (
        (100.0, f"Four ch would take {four:.0f} %"),
        ((two + four) / 2, f"Two ch would take {two:.0f} %"),
        (two / 2, "take a smaller model"),
    ):
        said = smaller.smaller_that_fits(BOARD, blobs["Six"], costs["Six"], IMAGE, limit)
        assert said == advice
    flash = SmallFlash(len(encode(replace(blobs["Two"], metadata={}))))
    monkeypatch.setattr(smaller, "prices_of", lambda _: flash)
    said = smaller.smaller_with_room(BOARD, replace(blobs["Six"], metadata={}), 100.0)
    assert said == f"Two ch would take {two:.0f} %"


def test_info_says_what_would_fit_where_memory_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise NoRoom("daisy_seed: the image does not fit; take a smaller model.")

    monkeypatch.setattr(board, "price_blob_on_board", refuse)
    monkeypatch.setattr(smaller, "prices_of", lambda _: SmallFlash(10_000))
    path = tmp_path / "tone.json"
    keras_json.write(small_model(units=5), path)
    with pytest.raises(NoRoom) as caught:
        info.command(path)
    said = r"tone\.json: daisy_seed: the image does not fit; .* model: LSTM-4 would take \d+ %\."
    assert re.search(said, str(caught.value))
    assert caught.value.exit_code == 2
