# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One row of the benchmark: quantizes a network of the family, measures and prices it."""

from dataclasses import dataclass
from functools import cached_property

from pedalsmith.audio import SAMPLE_RATE, Samples
from pedalsmith.cycles.board import price_blob_on_board
from pedalsmith.cycles.engine import price_engine
from pedalsmith.cycles.family import Entry
from pedalsmith.cycles.synthetic import STATE_FORMATS, Shape, recurrent_blob
from pedalsmith.native.boards import Board
from pedalsmith.quantization.psm import encode
from pedalsmith.quantization.quantizer import Quantizer

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
    """the same in a block where nothing is predicted"""
    percent: float
    """of the block time on the board, the rest of the pedal included"""
    ram_bytes: int
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
    def pedal_cycles(self) -> float:
        """Cycles a sample of all but the engine: conversion, levels, gate; the same for all."""
        blob = encode(recurrent_blob(Shape("lstm", 8)))
        whole, _ = price_blob_on_board(self._board, blob)
        return whole.cycles - price_engine(blob, self._board.block).cycles

    def row(self, entry: Entry) -> Row:
        """Measures one network, its weights as int16, rounded to nearest."""
        model = entry.model()
        quantizer = Quantizer(model, entry.name, self._guitar)
        nearest = next(quantizer.candidates.of(16))
        blob = quantizer.assemble(nearest, STATE_FORMATS[entry.state_bits])
        errors = quantizer.measure(blob)
        cost = price_engine(encode(blob), self._board.block, entry.name)
        budget = self._board.clock_hz / self._board.sample_rate
        return Row(
            network=entry.name,
            parameters=entry.parameters,
            instructions=round(cost.instructions, 1),
            cycles=round(cost.cycles, 1),
            worst_cycles=round(cost.worst_cycles, 1),
            percent=round(100 * (cost.cycles + self.pedal_cycles) / budget, 2),
            ram_bytes=blob.arena_bytes,
            esr_db=round(errors[0].esr_db, 1),
            noise_dbfs=round(max(error.noise_dbfs for error in errors), 1),
        )
