# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A priced block by layer of the network: which call of which function belongs to which.

The engine calls every layer of its chain, chunk after chunk, through a table that is named after
the layer's kind (gru_kind, gru_process; firmware/engine/layer.h). Inside of a WaveNet every layer
ends with the same call, whatever kernels play it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pedalsmith.cycles.core import Run
from pedalsmith.cycles.image import Image

_KIND, _PROCESS = "_kind", "_process"
_END_OF_LAYER = "wavenet_advance"
"""Moves a layer's ring on."""
_ENDS = "wide_"
"""What makes the rechannels and heads of a WaveNet, between its layers and around them."""


@dataclass(frozen=True)
class LayerCost:
    """What a layer took of a block, all samples of it."""

    kind: str
    """gru, dense, ...; "layer" inside of a WaveNet"""
    instructions: int
    cycles: int
    worst_cycles: int
    """The most in any of the blocks that were priced."""
    inner: tuple["LayerCost", ...] = ()
    """Of a WaveNet, its layers from array to array; its rechannels and heads are the rest."""


@dataclass
class _Spent:
    instructions: int = 0
    cycles: int = 0

    def add(self, other: "_Spent | Run") -> None:
        self.instructions += other.instructions
        self.cycles += other.cycles


@dataclass
class _Call:
    kind: str
    caller: str
    all: _Spent = field(default_factory=_Spent)
    inner: list[_Spent] = field(default_factory=lambda: [_Spent()])
    ending: bool = False

    def add(self, run: Run, name: str) -> None:
        self.all.add(run)
        ends = name.startswith(_END_OF_LAYER)
        if self.ending and not ends:
            self.inner.append(_Spent())
        self.ending = ends
        if not name.startswith(_ENDS):
            self.inner[-1].add(run)


def by_layer(blocks: Sequence[Sequence[Run]], image: Image) -> tuple[LayerCost, ...]:
    """The layers of the engine's chain, as it is in the network; none of what is no network.

    `blocks`: what was executed, first of the block that the costs are of, then of others that
    only worst costs may come from.
    """
    chains = [_chain(list(_calls(runs, image))) for runs in blocks]
    return tuple(
        _cost(call.kind, [chain[index] for chain in chains]) for index, call in enumerate(chains[0])
    )


def _cost(kind: str, calls: Sequence[_Call]) -> LayerCost:
    inner = zip(*(call.inner[:-1] for call in calls), strict=True)
    return LayerCost(
        kind,
        calls[0].all.instructions,
        calls[0].all.cycles,
        max(call.all.cycles for call in calls),
        tuple(
            LayerCost("layer", one[0].instructions, one[0].cycles, max(s.cycles for s in one))
            for one in inner
        ),
    )


def _calls(runs: Iterable[Run], image: Image) -> Iterator[_Call]:
    """Every call of a layer, in order."""
    kinds = {
        name.removesuffix(_KIND) + _PROCESS: name.removesuffix(_KIND)
        for name in image.symbols
        if name.endswith(_KIND)
    }
    call, before = None, ""
    for run in runs:
        name = image.function_at(run.address)
        kind = kinds.get(name)
        if kind and name != before and run.address == image.symbols[name] & ~1:
            if call:
                yield call
            call = _Call(kind, caller=before)
        elif call and name == call.caller:
            yield call
            call = None
        if call:
            call.add(run, name)
        before = name
    if call:
        yield call


def _chain(calls: Sequence[_Call]) -> list[_Call]:
    """The calls of all chunks added up layer by layer: the chain is what comes again and again."""
    kinds = [call.kind for call in calls]
    count = len(kinds)
    length = next((n for n in range(1, count) if kinds == kinds[:n] * (count // n)), count)
    chain = list(calls[:length])
    for index, call in enumerate(calls[length:]):
        layer = chain[index % length]
        layer.all.add(call.all)
        for mine, other in zip(layer.inner, call.inner, strict=True):
            mine.add(other)
    return chain
