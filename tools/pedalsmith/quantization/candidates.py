# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The ways in which a network can be rounded; quantizer.py measures which is best."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import tee

import numpy as np

from pedalsmith.quantization.calibration import Calibration
from pedalsmith.quantization.network import Head, Network, Recurrent
from pedalsmith.quantization.records import Wide
from pedalsmith.quantization.rounding import compensated, damped
from pedalsmith.quantization.rows import (
    Floats,
    Rows,
    exact_step,
    grid_step,
    largest_word,
    plain_step,
    round_rows,
)
from pedalsmith.quantization.sensitivity import Group, gauss_newton, groups_of

DAMPINGS = {8: (1e-4, 1e-6), 16: (1e-4,)}
"""Of the mean diagonal of G, by bits. For int8 what is best differs by model and is measured; for
int16 1e-2 to 1e-6 came out within 0.1 dB of each other."""

LAST_DAMPING = 1e-8
"""Where a few parameters matter so much more than all others that their mean says nothing: of a
public capture whose knob is the drive, 1e-4 left an error of -62 dBFS with int16, this -71. Others
lose some dB by it, since it trusts in large errors too."""

_ROOM = 1.02
"""Compensation moves weights by more than half a word, so the proof wants some room."""


@dataclass(frozen=True)
class Candidate:
    """One way to round a network: per layer its rows and wide parameters, and the head."""

    how: str
    rows: tuple[Rows, ...]
    wide: tuple[Wide, ...]
    head: Head


class Candidates:
    """Makes candidates for one network; the sensitivities are computed once, when first needed."""

    def __init__(self, network: Network, calibration: Calibration, *, exact: bool = False) -> None:
        """`calibration` was cut for as many knobs as `network` has; exact: see rows.exact_step."""
        self.network = network
        self.exact = exact
        self.calibration = calibration
        self.groups = groups_of(network)
        self._made: dict[int, Iterator[Candidate]] = {}

    def of(self, bits: int) -> Iterator[Candidate]:
        """Yields rounding to nearest first, then the compensated ones; bits 16 or 8.

        Each is made once, when it is first wanted: all formats of the state are tried with them. A
        network that was trained on a grid is taken as it is. Raises Refused when a row's weights
        are too large for any words.
        """
        self._made[bits], wanted = tee(self._made.get(bits) or self._of(bits))
        return wanted

    def _of(self, bits: int) -> Iterator[Candidate]:
        wide = tuple(Wide.of(layer) for layer in self.network.layers)
        layers = self.network.layers
        if grids := self._grids(bits):
            words = tuple(
                round_rows(layer.weights, grid, bits)
                for layer, grid in zip(layers, grids, strict=True)
            )
            yield Candidate("as trained", words, wide, self.network.head)
            return
        plain = self._plain(bits, 1.0)
        yield Candidate("to nearest", plain, wide, self.network.head)
        plain = self._plain(bits, _ROOM if bits == 16 else 1.0)
        for damping in DAMPINGS[bits]:
            # Gradients that explode leave a matrix that float64 cannot take apart.
            with suppress(np.linalg.LinAlgError):
                yield self._compensated(bits, plain, damping)

    def last(self) -> Iterator[Candidate]:
        """What may be better when nothing with words of 16 bits is good enough: one, or nothing."""
        if not self._grids(16):
            with suppress(np.linalg.LinAlgError):
                yield self._compensated(16, self._plain(16, _ROOM), LAST_DAMPING)

    def _grids(self, bits: int) -> list[Floats]:
        """The steps of a network that was trained on a grid, by layer; else nothing."""
        grids = [grid_step(layer.weights, bits) for layer in self.network.layers]
        return grids if all(np.isfinite(grid).all() for grid in grids) else []

    @cached_property
    def _grams(self) -> list[Floats]:
        pieces, knobs = self.calibration.pieces, self.calibration.piece_knobs
        return gauss_newton(self.network, self.groups, pieces, knobs)

    def _plain(self, bits: int, room: float) -> tuple[Rows, ...]:
        """Every layer rounded to nearest, with steps `room` times the finest."""
        steps = [room * plain_step(layer.weights, bits) for layer in self.network.layers]
        if self.exact:
            steps = [exact_step(step, bits) for step in steps]
        return tuple(
            round_rows(layer.weights, step, bits)
            for layer, step in zip(self.network.layers, steps, strict=True)
        )

    def _compensated(self, bits: int, plain: tuple[Rows, ...], damping: float) -> Candidate:
        words = [rows.words.copy() for rows in plain]
        wide = [
            Wide(layer.input.copy(), layer.knob.copy(), layer.bias.copy())
            for layer in self.network.layers
        ]
        head = self.network.head
        for group, gram in zip(self.groups, self._grams, strict=True):
            at = group.layer
            layer = self.network.layers[at]
            values, shapes = _pack_values(layer, group, head)
            step = np.repeat(plain[at].step[group.rows], layer.weights.shape[1])
            rounded, free = compensated(values, step, largest_word(bits), damped(gram, damping))
            words[at][group.rows] = rounded.reshape(len(group.rows), -1)
            parts = np.split(free, np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1])
            wide[at].input[group.rows] = parts[0].reshape(shapes[0])
            wide[at].knob[group.rows] = parts[1].reshape(shapes[1])
            wide[at].bias[group.bias] = parts[2]
            if group.head:
                head = replace(head, weights=parts[3][:-1], bias=float(parts[3][-1]))
        rows = tuple(replace(p, words=w) for p, w in zip(plain, words, strict=True))
        return Candidate(f"compensated, damping {damping:g}", rows, tuple(wide), head)


def _pack_values(
    layer: Recurrent, group: Group, head: Head
) -> tuple[Floats, list[tuple[int, ...]]]:
    """Returns a group's parameters in the order of Group.pack, and the free ones' shapes."""
    free = [layer.input[group.rows], layer.knob[group.rows], layer.bias[group.bias]]
    if group.head:
        free.append(np.append(head.weights, head.bias))
    values = [layer.weights[group.rows], *free]
    return np.concatenate([part.ravel() for part in values]), [part.shape for part in free]
