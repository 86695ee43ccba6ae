# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Which network would fit where a model does not."""

from collections.abc import Iterator
from dataclasses import replace

from pedalsmith.assets import dry_path
from pedalsmith.audio import SAMPLE_RATE, read_audio
from pedalsmith.console import talk
from pedalsmith.cycles.board import chip_memory
from pedalsmith.cycles.board_prices import prices_of
from pedalsmith.cycles.engine import largest_that_fits, price_engine_in
from pedalsmith.cycles.family import kernel_weights_of
from pedalsmith.cycles.price import Price
from pedalsmith.cycles.synthetic import STATE_FORMATS, Shape, recurrent_blob
from pedalsmith.cycles.wavenets import NAMES, untrained
from pedalsmith.native.boards import Board
from pedalsmith.native.firmware import Image, NoRoom
from pedalsmith.quantization.blob import Blob, GruRecord, LstmRecord, RecurrentRecord
from pedalsmith.quantization.facts import layer_facts
from pedalsmith.quantization.psm import encode
from pedalsmith.quantization.quantizer import quantize
from pedalsmith.quantization.wavenet_record import WaveNetRecord

_SMALLER = "take a smaller model"


def smaller_with_room(board: Board, blob: Blob, percent: float) -> str:
    """As smaller_that_fits, for a blob that flash or RAM of the board cannot hold."""
    prices = prices_of(board.folder)

    def image_for(candidate: Blob) -> Image | None:
        # What a model says of itself takes flash as well.
        candidate = replace(candidate, metadata=blob.metadata)
        try:
            return prices.holding(encode(candidate), "")
        except NoRoom:
            return None

    first = blob.layers[0]
    found: tuple[str, Blob] | None = None
    if isinstance(first, WaveNetRecord):
        most = layer_facts(first)["macs"]
        found = next((one for one in _usual_wavenets(most) if image_for(one[1])), None)
    elif isinstance(first, LstmRecord | GruRecord):
        like = _shape_of(blob, first)
        for hidden in range(4 * ((like.hidden - 1) // 4), 0, -4):
            candidate = recurrent_blob(replace(like, hidden=hidden))
            if image_for(candidate):
                found = (f"{like.kind.upper()}-{hidden}", candidate)
                break
    if found is None:
        return _SMALLER
    name, smaller = found
    cost = prices.price(smaller, name)
    needed = 100 * cost.load(board.clock_hz, board.sample_rate, worst=True)
    image = image_for(smaller)
    if needed > percent and image:
        return smaller_that_fits(board, smaller, cost, image, percent)
    return _advice(name, needed)


def smaller_that_fits(board: Board, blob: Blob, cost: Price, image: Image, percent: float) -> str:
    """Of the model's kind, the largest whose worst block takes at most `percent` of the block time.

    `cost` is what a block with `blob` takes on the board, in `image`. "LSTM-16 would take 52 %", or
    what the model itself would take with less state, or the advice to take a smaller model.
    """
    budget = board.clock_hz / board.sample_rate
    alone = price_engine_in(encode(blob), board.block, chip_memory(board), image.regions)
    engine = {function.name for function in alone.functions}
    others = (function.cycles for function in cost.functions if function.name not in engine)
    around = sum(others) / cost.block
    # What no assembly plays, as the upper of several layers, is compiled smaller and slower there.
    pace = (cost.worst_cycles - around) / alone.worst_cycles
    most = (percent / 100 * budget - around) / pace
    found = None
    if isinstance(blob.layers[0], WaveNetRecord):
        found = _wavenet(board, image, most, layer_facts(blob.layers[0])["macs"])
    elif isinstance(blob.layers[0], LstmRecord | GruRecord):
        found = _recurrent(board, image, blob, blob.layers[0], most)
    if found is None:
        return _SMALLER
    name, smaller = found
    return _advice(name, 100 * (smaller.worst_cycles * pace + around) / budget)


def _advice(name: str, percent: float) -> str:
    return f"{name} would take {percent:.0f} %"


def _recurrent(
    board: Board, image: Image, blob: Blob, first: LstmRecord | GruRecord, most_cycles: float
) -> tuple[str, Price] | None:
    """The same network with a narrower state, else the largest of the same kind, layers, knobs and
    state, priced with random weights."""
    like = _shape_of(blob, first)
    if like.state_bits == 32:
        narrow = recurrent_blob(replace(like, state_bits=16))
        cost = price_engine_in(encode(narrow), board.block, chip_memory(board), image.regions)
        if cost.worst_cycles <= most_cycles:
            how = f"`pedalsmith convert --board {board.folder}`"
            return f"the same with 16 bits of state ({how})", cost
    fitting = largest_that_fits(like, most_cycles, board.block)
    return (f"{like.kind.upper()}-{fitting[0]}", fitting[1]) if fitting else None


def _shape_of(blob: Blob, first: LstmRecord | GruRecord) -> Shape:
    return Shape(
        kind=layer_facts(first)["kind"],
        hidden=first.hidden,
        layers=sum(isinstance(record, RecurrentRecord) for record in blob.layers),
        knobs=blob.knobs,
        state_bits=32 if first.state_format == STATE_FORMATS[32] else 16,
    )


def _wavenet(board: Board, image: Image, most_cycles: float, macs: int) -> tuple[str, Price] | None:
    """The largest usual WaveNet of fewer products, priced with untrained weights."""
    for name, blob in _usual_wavenets(macs):
        smaller = price_engine_in(
            encode(blob), board.block, chip_memory(board), image.regions, name
        )
        if smaller.worst_cycles <= most_cycles:
            return name, smaller
    return None


def _usual_wavenets(macs: int) -> Iterator[tuple[str, Blob]]:
    """The usual ones of fewer products, the costliest first, with untrained weights."""
    guitar = read_audio(dry_path()).samples[: 2 * SAMPLE_RATE]
    for key, name in NAMES.items():
        model = untrained(key)
        # Quantizing a large one takes a minute, so it is counted before.
        if kernel_weights_of(model) >= macs:
            continue
        with talk.status(f"looking whether {name} fits ..."):
            blob = quantize(model, name, guitar, noise_dbfs=0.0).blob
        if sum(layer_facts(layer)["macs"] for layer in blob.layers) < macs:
            yield name, blob
