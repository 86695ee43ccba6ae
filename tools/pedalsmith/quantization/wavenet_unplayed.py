# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What of a WaveNet the engine does not play, in words."""

from pedalsmith.models.convolution import Activation
from pedalsmith.models.model import Model
from pedalsmith.models.wavenet import WaveNet, WaveNetArray, WaveNetLayer
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.wavenet_function import FUNCTIONS_MAX, MAKERS, function_of
from pedalsmith.quantization.wavenet_proof import (
    ARRAYS_MAX,
    CHANNELS_MAX,
    HISTORY_MAX,
    LAYERS_MAX,
    TAPS_MAX,
)
from pedalsmith.quantization.wavenet_record import FUNCTION, LEAKY, LINEAR, SIGMOID, SILU, TANH

KINDS = {
    "linear": LINEAR,
    "relu": LEAKY,
    "leaky_relu": LEAKY,
    "prelu": LEAKY,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "silu": SILU,
} | dict.fromkeys(MAKERS, FUNCTION)
"""What the engine has of the kinds of Activation."""


def problem_of(model: Model, net: WaveNet) -> str | None:
    """What the engine does not play and what to do, in words; None when it plays all."""
    if model.knobs:
        return "has knobs, which the engine's WaveNet does not; train it without"
    if net.condition:
        return _unplayed("has a network for its condition (condition_dsp)", "without it")
    if net.post_head:
        return _unplayed("has a head behind its arrays (head)", "with head null")
    if len(net.arrays) > ARRAYS_MAX:
        return f"has {len(net.arrays)} arrays; the engine plays up to {ARRAYS_MAX}"
    if net.history > HISTORY_MAX:
        return f"looks back {net.history} samples; the engine keeps {HISTORY_MAX}"
    if net.outputs != 1 or net.arrays[0].rechannel.inputs != 1:
        return "has more than one audio channel; the engine plays one"
    for number, array in enumerate(net.arrays, 1):
        problem = _array_problem(array, f"array {number}")
        if problem:
            return problem
    activations = {layer.activation for array in net.arrays for layer in array.layers}
    own = [activation for activation in activations if KINDS[activation.kind] == FUNCTION]
    if len(own) > FUNCTIONS_MAX:
        kinds = ", ".join(sorted(activation.kind for activation in own))
        return f"has {len(own)} activations of its own, {kinds}; the engine keeps {FUNCTIONS_MAX}"
    return None


def _array_problem(array: WaveNetArray, place: str) -> str | None:
    if array.head.dilation != 1:
        return _unplayed(f"has a dilated head in {place}", "with head_dilation 1")
    if len(array.layers) > LAYERS_MAX:
        return f"has {len(array.layers)} layers in {place}; the engine plays up to {LAYERS_MAX}"
    bottlenecks = [layer.bottleneck for layer in array.layers]
    widest = max(array.channels, array.head.inputs, array.head.outputs, *bottlenecks)
    if widest > CHANNELS_MAX:
        return f"is {widest} channels wide in {place}; the engine plays up to {CHANNELS_MAX}"
    if array.head.taps > TAPS_MAX:
        return f"has {array.head.taps} taps in the head of {place}; the engine plays {TAPS_MAX}"
    for number, layer in enumerate(array.layers, 1):
        problem = _layer_problem(layer, f"in layer {number} of {place}")
        if problem:
            return problem
    return None


def _layer_problem(layer: WaveNetLayer, place: str) -> str | None:
    for film in layer.films:
        return _unplayed(f"has FiLM ({film}) {place}", "without FiLM")
    if layer.gating == "blended":
        advice = "with gating_mode none or gated"
        return _unplayed(f"has blended activations (gating_mode) {place}", advice)
    if layer.secondary not in (None, Activation("sigmoid")):
        assert layer.secondary is not None
        what = f"has gates of {layer.secondary.kind} (secondary_activation) {place}"
        return _unplayed(what, "with Sigmoid there")
    if layer.mixin.inputs != 1:
        what = f"has a condition of {layer.mixin.inputs} channels {place}"
        return _unplayed(what, "with condition_size 1")
    problem = activation_problem(layer.activation)
    if problem:
        return f"has {problem} {place}"
    if layer.conv.taps > TAPS_MAX:
        return f"has {layer.conv.taps} taps {place}; the engine plays up to {TAPS_MAX}"
    return None


def _unplayed(what: str, advice: str) -> str:
    return f"{what}, which the engine does not play; train it {advice}"


def activation_problem(activation: Activation) -> str | None:
    """What the engine does not play of it, in words; None when it plays it."""
    if activation.kind not in KINDS:
        return f"the activation {activation.kind} (the engine plays {', '.join(KINDS)})"
    if KINDS[activation.kind] == LEAKY and not all(-1 <= s < 1 for s in activation.parameters):
        return f"a slope outside -1..1 of its {activation.kind}"
    if KINDS[activation.kind] == FUNCTION:
        try:
            function_of(activation)
        except Refused as refusal:
            return str(refusal)
    return None
