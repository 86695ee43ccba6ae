# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One row of the benchmark: quantizes a network, measures it, places it on a board, prices it."""

from dataclasses import dataclass
from functools import cached_property

from pedalsmith.audio import SAMPLE_RATE, Samples
from pedalsmith.cycles.board import chip_memory, price_blob_on_board
from pedalsmith.cycles.engine import price_engine, price_engine_in
from pedalsmith.cycles.family import Entry, parameters_of
from pedalsmith.cycles.price import Price
from pedalsmith.cycles.synthetic import STATE_FORMATS, Shape, recurrent_blob
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.native.boards import Board
from pedalsmith.native.firmware import Image
from pedalsmith.native.host import placement
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.measure import LevelError
from pedalsmith.quantization.psm import encode
from pedalsmith.quantization.quantizer import Quantizer, quantize

_SECONDS = 6.0
"""Guitar that the error is measured on is chosen from so much of it."""


@dataclass(frozen=True)
class Row:
    """What a network costs and how true it is."""

    network: str
    parameters: int
    instructions: float
    """a sample, executed by the engine; an exact count"""
    cycles: float
    """a sample, estimated, of the engine"""
    worst_cycles: float
    """the dearest of three blocks, see Price"""
    percent: float
    """of the block time on the board, the rest of the pedal included"""
    ram_bytes: int
    """tightly coupled"""
    slow_bytes: int
    """behind the cache"""
    esr_db: float
    """of the integers against the float model, on guitar at full level"""
    noise_dbfs: float
    """the error without DC, at the worst of the levels"""


class Benchmark:
    """Prices networks for one board."""

    def __init__(self, board: Board, guitar: Samples) -> None:
        """`guitar`: what the quantizer is calibrated and measured on."""
        self._board = board
        self._guitar = guitar[: round(_SECONDS * SAMPLE_RATE)]

    @cached_property
    def _small(self) -> tuple[float, Image]:
        """Cycles a sample of all but the engine, and an image of the board."""
        blob = encode(recurrent_blob(Shape("lstm", 8)))
        whole, image = price_blob_on_board(self._board, blob)
        return whole.cycles - price_engine(blob, self._board.block).cycles, image

    @property
    def pedal_cycles(self) -> float:
        """Cycles a sample of all but the engine: conversion, levels, gate; the same for all."""
        return self._small[0]

    def row(self, entry: Entry) -> Row:
        """Measures a network of the family; a recurrent one with int16 weights, rounded to
        nearest, and the state that the entry says. Raises BadInput."""
        model = entry.model()
        if not entry.state_bits:
            return self.model_row(entry.name, model)
        quantizer = Quantizer(model, entry.name, self._guitar)
        nearest = next(quantizer.candidates.of(16))
        blob = quantizer.assemble(nearest, STATE_FORMATS[entry.state_bits])
        return self._row(entry.name, model, blob, quantizer.measure(blob))

    def model_row(self, name: str, model: Model) -> Row:
        """Measures any model, as `pedalsmith convert` makes it by itself. Raises BadInput."""
        quantized = quantize(model, name, self._guitar)
        return self._row(name, model, quantized.blob, quantized.report.errors)

    def _row(self, name: str, model: Model, blob: Blob, errors: tuple[LevelError, ...]) -> Row:
        regions = self._small[1].regions
        data = encode(blob)
        slow = regions.slow.bytes if regions.slow else 0
        place = placement(data, regions.fast.bytes, slow)
        if place is None:
            raise BadInput(f"{name}: does not fit the RAM of {self._board.folder}.")
        cost = self._price(data, name, behind_cache=place.slow_bytes > 0)
        budget = self._board.clock_hz / self._board.sample_rate
        return Row(
            network=name,
            parameters=parameters_of(model),
            instructions=round(cost.instructions, 1),
            cycles=round(cost.cycles, 1),
            worst_cycles=round(cost.worst_cycles, 1),
            percent=round(100 * (cost.cycles + self.pedal_cycles) / budget, 2),
            ram_bytes=place.fast_bytes,
            slow_bytes=place.slow_bytes,
            esr_db=round(errors[0].esr_db, 1),
            noise_dbfs=round(max(error.noise_dbfs for error in errors), 1),
        )

    def _price(self, data: bytes, name: str, *, behind_cache: bool) -> Price:
        if not behind_cache:
            return price_engine(data, self._board.block, name)
        memory, regions = chip_memory(self._board), self._small[1].regions
        return price_engine_in(data, self._board.block, memory, regions, name)
