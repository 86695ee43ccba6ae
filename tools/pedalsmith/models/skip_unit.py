# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A skip for formats that have none: one more LSTM unit that carries the input to the head.

With its gates held open (i, o) and shut (f) by their biases, the unit gives
h = tanh(tanh(s x)) = s x (1 - 2/3 (s x)^2 + ...), and the head divides by s. For s = 2^-10 and
|x| <= 1 the output is wrong by at most 7e-7 a layer. Hosts that switch NeuralAmpModelerCore to
its fast tanh play the skip 0.9 % a layer too loud, as they play every other tanh near zero.
A file that has the unit is read as the model with a skip that it was made of.
"""

from dataclasses import replace

import numpy as np

from pedalsmith.models.model import Array, Dense, Layer, Lstm, Model

SCALE = np.float32(2.0**-10)
_OPEN = np.float32(40.0)
"""Bias of a gate; its sigmoid is 1 within float32."""


def carry_skip(model: Model) -> Model:
    """The same model of one more unit a layer and no skip; layers are LSTMs and a Dense."""
    *recurrent, head = model.layers
    layers: list[Layer] = []
    for index, layer in enumerate(recurrent):
        assert isinstance(layer, Lstm)
        layers.append(_with_unit(layer, first=index == 0))
    assert isinstance(head, Dense)
    back = np.full((1, 1), np.float32(model.skip) / SCALE, np.float32)
    layers.append(replace(head, kernel=np.vstack([head.kernel, back])))
    return replace(model, layers=tuple(layers), skip=0.0, golden=None)


def take_skip(model: Model) -> Model:
    """What `carry_skip` was given, where `model` is what it makes; `model` itself otherwise."""
    *recurrent, head = model.layers
    units = {layer.hidden_size for layer in recurrent if isinstance(layer, Lstm)}
    if not isinstance(head, Dense) or len(head.kernel) < 2 or len(units) != 1:
        return model
    layers: list[Layer] = []
    for index, layer in enumerate(recurrent):
        if not isinstance(layer, Lstm):
            return model
        layers.append(_without_unit(layer, first=index == 0))
    layers.append(replace(head, kernel=np.ascontiguousarray(head.kernel[:-1])))
    bare = replace(model, layers=tuple(layers), skip=1.0)
    again = carry_skip(bare).layers
    same = all(_same(a, b) for a, b in zip(again, model.layers, strict=True))
    return bare if same else model


def _same(left: Layer, right: Layer) -> bool:
    """Bit by bit."""
    pairs = zip(vars(left).values(), vars(right).values(), strict=True)
    return all(
        a.tobytes() == b.tobytes() if isinstance(a, np.ndarray) else a is b or a == b
        for a, b in pairs
    )


def _without_unit(layer: Lstm, *, first: bool) -> Lstm:
    """The layer without its last unit, and without the input that a layer below carries it in."""
    kernel = layer.kernel if first else layer.kernel[:-1]
    states = (layer.initial_hidden, layer.initial_cell)
    return Lstm(
        _fewer_columns(kernel),
        _fewer_columns(layer.recurrent[:-1]),
        _fewer_columns(layer.bias[np.newaxis])[0],
        *(None if state is None else np.ascontiguousarray(state[:-1]) for state in states),
    )


def _with_unit(layer: Lstm, *, first: bool) -> Lstm:
    """The layer and its carrying unit, which reads the audio or the unit of the layer below."""
    units = layer.hidden_size
    inputs = layer.kernel if first else np.vstack([layer.kernel, np.zeros_like(layer.kernel[:1])])
    kernel, recurrent = _more_columns(inputs), _more_columns(layer.recurrent)
    recurrent = np.vstack([recurrent, np.zeros_like(recurrent[:1])])
    bias = _more_columns(layer.bias[np.newaxis])[0]
    i, f, g, o = (gate * (units + 1) + units for gate in range(4))
    kernel[0 if first else -1, g] = SCALE if first else 1.0
    bias[[i, f, o]] = _OPEN, -_OPEN, _OPEN
    return Lstm(
        kernel, recurrent, bias, _one_more(layer.initial_hidden), _one_more(layer.initial_cell)
    )


def _more_columns(matrix: Array) -> Array:
    """Each of the four gates' columns, with a column of zeros behind."""
    gates = np.split(matrix, 4, axis=1)
    zero = np.zeros((len(matrix), 1), np.float32)
    return np.concatenate([part for gate in gates for part in (gate, zero)], axis=1)


def _fewer_columns(matrix: Array) -> Array:
    """Each of the four gates' columns, without the last."""
    return np.concatenate([gate[:, :-1] for gate in np.split(matrix, 4, axis=1)], axis=1)


def _one_more(state: Array | None) -> Array | None:
    return None if state is None else np.append(state, np.float32(0.0))
