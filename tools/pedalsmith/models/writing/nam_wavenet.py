# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The configuration and weights of a WaveNet for .nam; parsing/nam/wavenet.py is the way back."""

from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation, Array, Conv1d
from pedalsmith.models.model import WaveNet
from pedalsmith.models.parsing.nam.activation import KINDS
from pedalsmith.models.wavenet import FILM_PLACES, WaveNetArray, WaveNetLayer
from pedalsmith.models.writing.numbers import numbers

_NAMES = {kind: name for name, kind in reversed(KINDS.items())}
_PLAIN_ACTIVATIONS = {"tanh", "relu", "sigmoid", "hardtanh"}


def wavenet_config(
    net: WaveNet, path: Path, sample_rate: int
) -> tuple[dict[str, Any], list[Array], bool]:
    """Config, weights in order, and whether a reader of version 0.5 understands it."""
    plain = not net.condition and not net.post_head and all(map(_is_plain, net.arrays))
    weights: list[Array] = []
    layers = []
    for index, array in enumerate(net.arrays):
        _check_array(array, index, path)
        layers.append(_plain_array(array) if plain else _array(array))
        weights += _array_weights(array)
    config: dict[str, Any] = {
        "layers": layers,
        "head": _post_head(net, path, weights),
        "head_scale": numbers(np.array([net.head_scale], np.float32))[0],
    }
    weights.append(np.array([net.head_scale], np.float32))
    if net.condition:
        config["condition_dsp"] = _condition(net, path, sample_rate)
    return config, weights, plain


def flat(layer: Conv1d) -> list[Array]:
    """A convolution's weights: outputs by inputs of the group by taps, then the bias."""
    kernel = np.ascontiguousarray(layer.kernel.transpose(2, 1, 0))
    return [kernel] if layer.bias is None else [kernel, layer.bias]


def _condition(net: WaveNet, path: Path, sample_rate: int) -> dict[str, Any]:
    """The condition network as a .nam within the .nam."""
    inner = net.condition[0]
    if len(net.condition) != 1 or not isinstance(inner, WaveNet):
        raise BadInput(f"{path}: only a WaveNet can be written as condition_dsp.")
    config, weights, _ = wavenet_config(inner, path, sample_rate)
    return {
        "version": "0.7.0",
        "architecture": "WaveNet",
        "config": config,
        "weights": numbers(np.concatenate([piece.ravel() for piece in weights])),
        "sample_rate": sample_rate,
    }


def _check_array(array: WaveNetArray, index: int, path: Path) -> None:
    """Refuses what the order of .nam's weights has no place for."""
    flaw = None
    if array.rechannel.bias is not None:
        flaw = "a bias of the first convolution"
    for layer in array.layers:
        if layer.mixin.bias is not None:
            flaw = "a bias of the input mixin"
        convolutions = (layer.conv, layer.layer1x1, layer.head1x1)
        if any(conv is not None and conv.bias is None for conv in convolutions):
            flaw = "a convolution without bias"
        activations = (layer.activation, layer.secondary)
        for activation in activations:
            if activation is not None and activation.kind not in _NAMES:
                flaw = f"the activation {activation.kind}"
    if flaw:
        raise BadInput(f"{path}: .nam has no place for {flaw} (array {index}).")


def _is_plain(array: WaveNetArray) -> bool:
    """Whether the array has only what .nam could describe in version 0.5."""
    first = array.layers[0]
    gate = None if first.gating == "none" else Activation("sigmoid")
    return array.head.taps == 1 and all(
        layer.activation == first.activation
        and layer.activation.kind in _PLAIN_ACTIVATIONS
        and layer.gating == first.gating != "blended"
        and layer.secondary == gate
        and layer.conv.taps == first.conv.taps
        and layer.bottleneck == array.channels
        and layer.conv.groups == layer.mixin.groups == 1
        and layer.layer1x1 is not None
        and layer.layer1x1.groups == 1
        and layer.head1x1 is None
        and not layer.films
        for layer in array.layers
    )


def _plain_array(array: WaveNetArray) -> dict[str, Any]:
    first = array.layers[0]
    return {
        "input_size": array.rechannel.inputs,
        "condition_size": first.mixin.inputs,
        # The head twice: old players read head_size and head_bias, neural-amp-modeler since 0.13
        # reads `head` alone, NeuralAmpModelerCore takes `head` where both are.
        "head": _head(array),
        "head_size": array.head.outputs,
        "channels": array.channels,
        "kernel_size": first.conv.taps,
        "dilations": [layer.conv.dilation for layer in array.layers],
        "activation": _NAMES[first.activation.kind],
        "gated": first.gating == "gated",
        "head_bias": array.head.bias is not None,
    }


def _head(array: WaveNetArray) -> dict[str, Any]:
    return {
        "out_channels": array.head.outputs,
        "kernel_size": array.head.taps,
        "bias": array.head.bias is not None,
    }


def _array(array: WaveNetArray) -> dict[str, Any]:
    first = array.layers[0]
    head1x1 = first.head1x1
    config: dict[str, Any] = {
        "input_size": array.rechannel.inputs,
        "condition_size": first.mixin.inputs,
        "head": _head(array),
        "channels": array.channels,
        "bottleneck": first.bottleneck,
        "kernel_sizes": [layer.conv.taps for layer in array.layers],
        "dilations": [layer.conv.dilation for layer in array.layers],
        "activation": [_activation(layer.activation) for layer in array.layers],
        "gating_mode": [layer.gating for layer in array.layers],
        "secondary_activation": [
            _activation(layer.secondary) if layer.secondary else None for layer in array.layers
        ],
        "groups_input": first.conv.groups,
        "groups_input_mixin": first.mixin.groups,
        "layer1x1": {
            "active": first.layer1x1 is not None,
            "groups": first.layer1x1.groups if first.layer1x1 else 1,
        },
        "head1x1": {
            "active": head1x1 is not None,
            "out_channels": head1x1.outputs if head1x1 else array.head.inputs,
            "groups": head1x1.groups if head1x1 else 1,
        },
    }
    if array.head.dilation != 1:
        config["head"]["head_dilation"] = array.head.dilation
    for place in FILM_PLACES:
        film = first.films.get(place)
        config[place] = {
            "active": film is not None,
            "shift": film.shift if film else True,
            "groups": film.projection.groups if film else 1,
        }
    return config


def _array_weights(array: WaveNetArray) -> list[Array]:
    weights = flat(array.rechannel)
    for layer in array.layers:
        weights += _layer_weights(layer)
    return weights + flat(array.head)


def _layer_weights(layer: WaveNetLayer) -> list[Array]:
    convolutions = [layer.conv, layer.mixin, layer.layer1x1, layer.head1x1]
    convolutions += [film.projection for film in layer.films.values()]
    return [piece for conv in convolutions if conv is not None for piece in flat(conv)]


def _post_head(net: WaveNet, path: Path, weights: list[Array]) -> dict[str, Any] | None:
    """The config of the post-stack head, whose weights are added to `weights`."""
    if not net.post_head:
        return None
    activations = [part for part in net.post_head if isinstance(part, Activation)]
    convolutions = [part for part in net.post_head if isinstance(part, Conv1d)]
    if len(set(activations)) != 1 or any(conv.dilation != 1 for conv in convolutions):
        raise BadInput(f"{path}: .nam has no place for a head of different activations.")
    for conv in convolutions:
        weights += flat(conv)
    return {
        "channels": convolutions[0].outputs,
        "out_channels": convolutions[-1].outputs,
        "kernel_sizes": [conv.taps for conv in convolutions],
        "activation": _activation(activations[0]),
    }


def _activation(activation: Activation) -> dict[str, Any]:
    """An activation as an object; the way back is parsing/nam/activation.py."""
    config: dict[str, Any] = {"type": _NAMES[activation.kind]}
    parameters = activation.parameters
    if activation.kind == "leaky_relu":
        config["negative_slope"] = parameters[0]
    elif activation.kind == "prelu":
        config["negative_slopes"] = list(parameters)
    elif activation.kind == "leaky_hardtanh":
        keys = ("min_val", "max_val", "min_slope", "max_slope")
        config.update(zip(keys, parameters, strict=True))
    return config
