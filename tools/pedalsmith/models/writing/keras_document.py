# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The document of Keras JSON, with metadata and a golden run from zero state.

Weights are written with as many digits as float32 needs, so that reading gives the same bits.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation, Array, BatchNorm, Conv1d
from pedalsmith.models.model import (
    Dense,
    Golden,
    Gru,
    Layer,
    Lstm,
    Model,
    WaveNet,
    outputs_of,
)
from pedalsmith.models.reference import run
from pedalsmith.models.writing.numbers import numbers

GOLDEN_SAMPLES = 2048
"""As many as AIDA-X's own writer embeds."""


def document_of(model: Model, path: Path, form: str = "Keras JSON") -> dict[str, Any]:
    """The document; the model's own golden vector is kept, or one is made.

    Raises BadInput, beginning with `path`, for what the format, called `form`, cannot hold.
    """
    if any(isinstance(layer, Lstm) and _starts_moved(layer) for layer in model.layers):
        notice(f"{path.name}: the format has no initial state; the model will start from zeros.")
        model = replace(model, layers=tuple(map(_from_zeros, model.layers)), golden=None)
    if model.skip not in (0.0, 1.0):
        raise BadInput(f"{path}: the format has no skip of {model.skip:g}, only 0 or 1.")
    golden = model.golden or make_golden(model)
    document: dict[str, Any] = {"in_shape": [None, None, 1 + model.knobs]}
    if model.skip:
        document["in_skip"] = 1
    if model.input_gain_db:
        document["in_gain"] = model.input_gain_db
    if model.output_gain_db:
        document["out_gain"] = model.output_gain_db
    width = 1 + model.knobs
    document["layers"] = []
    for layer in model.layers:
        width = outputs_of(layer, width)
        document["layers"].append(_layer(layer, width, path, form))
    document["input_batch"] = numbers(golden.input)
    document["output_batch"] = numbers(golden.output)
    if model.knobs:
        document["golden_knobs"] = list(golden.knobs)
    document["metadata"] = metadata_of(model)
    # NeuralAudio looks for the rate here, others in the metadata.
    document["samplerate"] = model.sample_rate
    return document


def make_golden(model: Model) -> Golden:
    """A run from the initial state over 2048 samples of a decaying chord with all knobs at 0.5."""
    time = np.arange(GOLDEN_SAMPLES) / model.sample_rate
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (110.0, 164.81, 277.18, 1318.5))
    audio = (0.25 * chord * np.exp(-20.0 * time)).astype(np.float32)
    knobs = (0.5,) * model.knobs
    output = run(model, audio, knobs=knobs).astype(np.float32)
    return Golden(audio, output, knobs)


def _layer(layer: Layer, width: int, path: Path, form: str) -> dict[str, Any]:
    """One layer, which gives `width` channels."""
    kind, activation, more = type(layer).__name__.lower(), "", dict[str, Any]()
    tensors: list[Array] = []
    match layer:
        case Lstm() | Gru():
            tensors = [layer.kernel, layer.recurrent, layer.bias]
        case Dense():
            activation = "" if layer.activation == "linear" else layer.activation
            tensors = [layer.kernel, layer.bias]
        case Conv1d():
            bias = np.zeros(width, np.float32) if layer.bias is None else layer.bias
            tensors = [layer.kernel, bias]
            more = {"kernel_size": [layer.taps], "dilation": [layer.dilation]}
            more["groups"] = layer.groups
        case BatchNorm():
            tensors = [layer.gamma, layer.beta, layer.mean, layer.variance]
            more = {"epsilon": layer.epsilon}
        case Activation(kind="prelu" | "leaky_relu"):
            kind, tensors = "prelu", [np.array([layer.parameters], np.float32)]
        case Activation(kind="linear"):
            pass
        case Activation(kind="tanh" | "relu" | "sigmoid" | "softmax"):
            activation = layer.kind
        case Activation(kind="elu", parameters=(1.0,)):
            activation = "elu"
        case Activation():
            raise BadInput(f"{path}: {form} has no activation {layer.kind}.")
        case WaveNet():
            raise BadInput(f"{path}: {form} has no WaveNet; export to .nam.")
    return {
        "type": kind,
        "activation": activation,
        "shape": [None, None, width],
        **more,
        "weights": [numbers(tensor) for tensor in tensors],
    }


def metadata_of(model: Model) -> dict[str, Any]:
    """What the source says of itself, under the keys of AIDA-X and some of our own."""
    source = model.metadata
    known = {
        "name": source.name,
        "samplerate": model.sample_rate,
        "style": source.style,
        "based": source.gear,
        "author": source.author,
        "license": source.license,
        "date": source.date,
        "esr": source.esr,
        "loudness_db": source.loudness_db,
        "input_level_dbu": source.input_level_dbu,
        "output_level_dbu": source.output_level_dbu,
        "knob_names": list(source.knob_names) or None,
    }
    written = {key: value for key, value in known.items() if value is not None}
    return {**{key: value for key, value in source.extra.items() if key not in known}, **written}


def _starts_moved(layer: Lstm) -> bool:
    """Whether an initial state other than zeros is given."""
    states = (layer.initial_hidden, layer.initial_cell)
    return any(state is not None and state.any() for state in states)


def _from_zeros(layer: Layer) -> Layer:
    if isinstance(layer, Lstm):
        return replace(layer, initial_hidden=None, initial_cell=None)
    return layer
