# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What every Model must fulfil, whoever made it."""

import math
from collections.abc import Sequence

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import ACTIVATION_PARAMETERS
from pedalsmith.models.model import (
    DENSE_ACTIVATIONS,
    Activation,
    BatchNorm,
    Conv1d,
    Dense,
    Gru,
    Layer,
    Lstm,
    Model,
    WaveNet,
    outputs_of,
)
from pedalsmith.models.wavenet import GATINGS, Film, WaveNetArray, WaveNetLayer

LARGEST_HISTORY = 1 << 20
"""Values that the convolutions of a model may remember: 16 times what the standard NAM does, and
more than a pedal can keep where it is fast."""


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
    width = _check_stack(model.layers, 1 + model.knobs, "")
    if width != 1:
        raise _FlawError(f"the last layer gives {width} outputs where 1 is the audio output")
    if (history := history_values(model.layers)) > LARGEST_HISTORY:
        raise _FlawError(f"its convolutions remember {history} values, more than any pedal can")
    if model.golden and model.golden.input.shape != model.golden.output.shape:
        raise _FlawError("the golden input and output differ in length")


def history_values(layers: Sequence[Layer]) -> int:
    """How many past values the convolutions of `layers` keep."""
    total = 0
    for layer in layers:
        if isinstance(layer, Conv1d):
            total += layer.history * layer.inputs
        elif isinstance(layer, WaveNet):
            convolutions = [part for part in layer.post_head if isinstance(part, Conv1d)]
            for array in layer.arrays:
                convolutions += [array.head, *(inner.conv for inner in array.layers)]
            total += history_values(convolutions) + history_values(layer.condition)
    return total


def _check_stack(layers: Sequence[Layer], width: int, place: str) -> int:
    """Checks layers one after the other; returns the width of what the last one gives."""
    for index, layer in enumerate(layers):
        here = f"{place}layer {index} ({type(layer).__name__.lower()})"
        match layer:
            case Lstm():
                _check_lstm(layer, here, width)
            case Gru():
                _check_gru(layer, here, width)
            case Dense():
                _check_dense(layer, here, width)
            case Conv1d():
                _check_conv(layer, here, width)
            case BatchNorm():
                _check_batch_norm(layer, here, width)
            case Activation():
                _check_activation(layer, here, width)
            case WaveNet():
                _check_wavenet(layer, here, width)
        width = outputs_of(layer, width)
    return width


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
    if layer.activation not in DENSE_ACTIVATIONS:
        raise _FlawError(f"{place}: the activation {layer.activation!r} is unknown")


def _check_conv(layer: Conv1d, place: str, inputs: int, outputs: int | None = None) -> None:
    taps = _rows(layer.kernel, f"{place}: kernel")
    if layer.kernel.ndim != 3 or layer.groups < 1 or layer.dilation < 1:
        raise _FlawError(f"{place}: kernel, groups or dilation make no sense")
    outputs = layer.outputs if outputs is None else outputs
    if inputs % layer.groups or outputs % layer.groups:
        raise _FlawError(f"{place}: {layer.groups} groups do not divide {inputs} and {outputs}")
    _tensor(layer.kernel, f"{place}: kernel", (taps, inputs // layer.groups, outputs))
    if layer.bias is not None:
        _tensor(layer.bias, f"{place}: bias", (outputs,))


def _check_batch_norm(layer: BatchNorm, place: str, channels: int) -> None:
    for name in ("gamma", "beta", "mean", "variance"):
        _tensor(getattr(layer, name), f"{place}: {name}", (channels,))
    if not math.isfinite(layer.epsilon) or not (layer.variance + layer.epsilon > 0).all():
        raise _FlawError(f"{place}: a variance is not positive")


def _check_activation(layer: Activation, place: str, channels: int) -> None:
    if layer.kind not in ACTIVATION_PARAMETERS:
        raise _FlawError(f"{place}: the activation {layer.kind!r} is unknown")
    count = ACTIVATION_PARAMETERS[layer.kind]
    count = channels if count is None else count
    if len(layer.parameters) != count:
        raise _FlawError(
            f"{place}: {layer.kind} has {len(layer.parameters)} parameters where {count} belong"
        )
    if not all(map(math.isfinite, layer.parameters)):
        raise _FlawError(f"{place}: a parameter is not finite")


def _check_wavenet(net: WaveNet, place: str, inputs: int) -> None:
    if not net.arrays:
        raise _FlawError(f"{place}: has no arrays")
    if not math.isfinite(net.head_scale):
        raise _FlawError(f"{place}: head_scale is not finite")
    condition = _check_stack(net.condition, inputs, f"{place}: condition: ")
    width, head = inputs, None
    for index, array in enumerate(net.arrays):
        here = f"{place}: array {index}"
        _check_array(array, here, width, condition)
        if head is not None and head != array.head.inputs:
            raise _FlawError(
                f"{here}: the head sum has {array.head.inputs} channels where the array before "
                f"gives {head}"
            )
        width, head = array.channels, array.head.outputs
    assert head is not None
    for part in net.post_head:
        if isinstance(part, Conv1d):
            _check_conv(part, f"{place}: post_head", head)
            head = part.outputs
        else:
            _check_activation(part, f"{place}: post_head", head)
    if net.post_head and not isinstance(net.post_head[-1], Conv1d):
        raise _FlawError(f"{place}: post_head does not end in a convolution")


def _check_array(array: WaveNetArray, place: str, inputs: int, condition: int) -> None:
    _check_conv(array.rechannel, f"{place}: rechannel", inputs)
    if not array.layers:
        raise _FlawError(f"{place}: has no layers")
    for index, layer in enumerate(array.layers):
        _check_wavenet_layer(layer, f"{place}: layer {index}", array.channels, condition)
        if layer.head_outputs != array.head.inputs:
            raise _FlawError(f"{place}: layer {index} does not fit the head")
    _check_conv(array.head, f"{place}: head", array.head.inputs)


def _check_wavenet_layer(layer: WaveNetLayer, place: str, channels: int, condition: int) -> None:
    if layer.gating not in GATINGS or (layer.gating == "none") != (layer.secondary is None):
        raise _FlawError(f"{place}: the gating {layer.gating!r} does not fit")
    _check_conv(layer.conv, f"{place}: conv", channels)
    if layer.gating != "none" and layer.conv.outputs % 2:
        raise _FlawError(f"{place}: conv has {layer.conv.outputs} outputs, no two halves")
    _check_conv(layer.mixin, f"{place}: mixin", condition, layer.conv.outputs)
    for activation in (layer.activation, layer.secondary):
        if activation is not None:
            _check_activation(activation, f"{place}: activation", layer.bottleneck)
    if layer.layer1x1 is not None:
        _check_conv(layer.layer1x1, f"{place}: layer1x1", layer.bottleneck, channels)
    if layer.head1x1 is not None:
        _check_conv(layer.head1x1, f"{place}: head1x1", layer.bottleneck)
    widths = film_widths(layer, channels, condition)
    for film_place, film in layer.films.items():
        _check_film(film, f"{place}: {film_place}", widths.get(film_place), condition)


def film_widths(layer: WaveNetLayer, channels: int, condition: int) -> dict[str, int]:
    """Channels that the FiLM of each place modulates; places that cannot be are left out."""
    widths = {
        "conv_pre_film": channels,
        "conv_post_film": layer.conv.outputs,
        "input_mixin_pre_film": condition,
        "input_mixin_post_film": layer.conv.outputs,
        "activation_pre_film": layer.conv.outputs,
        "activation_post_film": layer.bottleneck,
    }
    if layer.layer1x1 is not None:
        widths["layer1x1_post_film"] = channels
    if layer.head1x1 is not None:
        widths["head1x1_post_film"] = layer.head1x1.outputs
    return widths


def _check_film(film: Film, place: str, width: int | None, condition: int) -> None:
    if width is None:
        raise _FlawError(f"{place}: there is nothing that it could act on")
    _check_conv(film.projection, place, condition, width * (2 if film.shift else 1))


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
