# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What every Model must fulfil, whoever made it."""

import math

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.models.model import Dense, Gru, Lstm, Model

ACTIVATIONS = ("linear", "tanh", "relu", "sigmoid")
"""What `Dense.activation` may be."""


def validate(model: Model, where: str) -> None:
    """Raises BadInput, beginning with `where`, unless shapes fit and every number is finite."""
    try:
        _check(model)
    except _FlawError as flaw:
        raise BadInput(f"{where}: {flaw}; train or export the model again.") from None


class _FlawError(Exception):
    """Place and reason."""


def _check(model: Model) -> None:
    if not model.layers:
        raise _FlawError("the model has no layers")
    if model.sample_rate <= 0:
        raise _FlawError(f"the sample rate is {model.sample_rate} Hz")
    for name in ("skip", "input_gain_db", "output_gain_db"):
        if not math.isfinite(getattr(model, name)):
            raise _FlawError(f"{name} is not finite")
    if model.knobs < 0:
        raise _FlawError(f"the number of knobs is {model.knobs}")
    width = 1 + model.knobs
    for index, layer in enumerate(model.layers):
        place = f"layer {index} ({type(layer).__name__.lower()})"
        if isinstance(layer, Lstm):
            _check_lstm(layer, place, width)
        elif isinstance(layer, Gru):
            _check_gru(layer, place, width)
        else:
            _check_dense(layer, place, width)
        width = layer.outputs
    if width != 1:
        raise _FlawError(f"the last layer gives {width} outputs where 1 is the audio output")
    if model.golden and model.golden.input.shape != model.golden.output.shape:
        raise _FlawError("the golden input and output differ in length")


def _check_lstm(layer: Lstm, place: str, inputs: int) -> None:
    units = _rows(layer.recurrent, f"{place}: recurrent")
    _tensor(layer.kernel, f"{place}: kernel", (inputs, 4 * units))
    _tensor(layer.recurrent, f"{place}: recurrent", (units, 4 * units))
    _tensor(layer.bias, f"{place}: bias", (4 * units,))
    for name in ("initial_hidden", "initial_cell"):
        state = getattr(layer, name)
        if state is not None:
            _tensor(state, f"{place}: {name}", (units,))


def _check_gru(layer: Gru, place: str, inputs: int) -> None:
    units = _rows(layer.recurrent, f"{place}: recurrent")
    _tensor(layer.kernel, f"{place}: kernel", (inputs, 3 * units))
    _tensor(layer.recurrent, f"{place}: recurrent", (units, 3 * units))
    _tensor(layer.bias, f"{place}: bias", (2, 3 * units))


def _check_dense(layer: Dense, place: str, inputs: int) -> None:
    outputs = _rows(layer.bias, f"{place}: bias")
    _tensor(layer.kernel, f"{place}: kernel", (inputs, outputs))
    _tensor(layer.bias, f"{place}: bias", (outputs,))
    if layer.activation not in ACTIVATIONS:
        raise _FlawError(f"{place}: the activation {layer.activation!r} is unknown")


def _rows(array: object, place: str) -> int:
    """The first length of a tensor, which sets the lengths of the others."""
    if not isinstance(array, np.ndarray) or array.ndim == 0 or array.shape[0] == 0:
        raise _FlawError(f"{place} is empty")
    return int(array.shape[0])


def _tensor(array: object, place: str, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.float32:
        raise _FlawError(f"{place} is not a float32 array")
    if array.shape != shape:
        raise _FlawError(f"{place} has the shape {array.shape} where {shape} belongs")
    if not np.isfinite(array).all():
        raise _FlawError(f"{place} contains a value that is not finite")
