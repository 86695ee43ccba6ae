# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Neural Amp Modeler (`.nam`): LSTMs and WaveNets, for the plugins that play it.

What NeuralAmpModeler could write in 2023 is written as version 0.5.4, which every player reads;
a net with later features as 0.7.0. The format has no gain, skip or knob: gains are multiplied
into the weights that they stand before or behind, the skip of an LSTM is carried by one more
unit, and a WaveNet with a skip or any model with knobs is refused.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.files import write_whole
from pedalsmith.models.model import Array, Conv1d, Dense, Lstm, Metadata, Model, WaveNet
from pedalsmith.models.skip_unit import carry_skip
from pedalsmith.models.writing.nam_wavenet import wavenet_config
from pedalsmith.models.writing.numbers import numbers

SUFFIXES = (".nam",)

OLD, NEW = "0.5.4", "0.7.0"


def write(model: Model, path: Path) -> None:
    """Writes `model`. Raises BadInput for what the format cannot hold."""
    if model.knobs:
        raise BadInput(f"{path}: .nam has no knobs; export to Keras JSON (.json).")
    if model.skip and _is_lstm(model):
        model = carry_skip(model)
    if model.skip:
        raise BadInput(f"{path}: .nam has no skip; train without one, or export to .json.")
    layers = model.layers
    if len(layers) == 1 and isinstance(layers[0], WaveNet):
        net = _with_gains(layers[0], model, path)
        architecture = "WaveNet"
        config, weights, plain = wavenet_config(net, path, model.sample_rate)
    elif _is_lstm(model):
        architecture, plain = "LSTM", True
        config, weights = _lstm(model)
    else:
        names = ", ".join(dict.fromkeys(type(layer).__name__ for layer in layers))
        raise BadInput(f"{path}: .nam has no network of {names}; export to .json.")
    document = {
        "version": OLD if plain else NEW,
        "metadata": _metadata(model.metadata),
        "architecture": architecture,
        "config": config,
        "weights": numbers(np.concatenate([piece.ravel() for piece in weights])),
        "sample_rate": model.sample_rate,
    }
    write_whole(path, json.dumps(document) + "\n")


def _is_lstm(model: Model) -> bool:
    """Whether the layers are LSTMs of one size and a linear head."""
    *recurrent, head = model.layers
    sizes = {layer.hidden_size for layer in recurrent if isinstance(layer, Lstm)}
    return (
        all(isinstance(layer, Lstm) for layer in recurrent)
        and len(sizes) == 1
        and isinstance(head, Dense)
        and head.activation == "linear"
    )


def _lstm(model: Model) -> tuple[dict[str, Any], list[Array]]:
    """Config and weights; see parsing/nam/networks.py for the order."""
    *recurrent, head = model.layers
    weights: list[Array] = []
    gain = _ratio(model.input_gain_db)
    units = 0
    for layer in recurrent:
        assert isinstance(layer, Lstm)
        units = layer.hidden_size
        weights += [np.hstack([layer.kernel.T * gain, layer.recurrent.T]), layer.bias]
        for state in (layer.initial_hidden, layer.initial_cell):
            weights.append(np.zeros(units, np.float32) if state is None else state)
        gain = np.float32(1.0)
    assert isinstance(head, Dense)
    loud = _ratio(model.output_gain_db)
    weights += [head.kernel.T * loud, head.bias * loud]
    return {"input_size": 1, "hidden_size": units, "num_layers": len(recurrent)}, weights


def _with_gains(net: WaveNet, model: Model, path: Path) -> WaveNet:
    """The net with the model's gains in its weights."""
    if model.output_gain_db:
        loud = _ratio(model.output_gain_db)
        if net.post_head:
            last = net.post_head[-1]
            assert isinstance(last, Conv1d)
            net = replace(net, post_head=(*net.post_head[:-1], _scaled(last, loud, loud)))
        else:
            net = replace(net, head_scale=float(np.float32(net.head_scale) * loud))
    if model.input_gain_db:
        gain = _ratio(model.input_gain_db)
        inner = [layer for array in net.arrays for layer in array.layers]
        if net.condition or any(layer.films for layer in inner):
            raise BadInput(f"{path}: .nam has no gain before such a net; train without one.")
        arrays = [
            replace(
                array,
                layers=tuple(
                    replace(layer, mixin=_scaled(layer.mixin, gain)) for layer in array.layers
                ),
            )
            for array in net.arrays
        ]
        arrays[0] = replace(arrays[0], rechannel=_scaled(arrays[0].rechannel, gain))
        net = replace(net, arrays=tuple(arrays))
    return net


def _scaled(layer: Conv1d, gain: np.float32, bias_gain: np.float32 | None = None) -> Conv1d:
    bias = layer.bias if layer.bias is None or bias_gain is None else layer.bias * bias_gain
    return replace(layer, kernel=layer.kernel * gain, bias=bias)


def _ratio(decibels: float) -> np.float32:
    return np.float32(10.0 ** (decibels / 20.0))


def _metadata(source: Metadata) -> dict[str, Any]:
    """As neural-amp-modeler writes it; what a source does not say is null."""
    extra = source.extra
    known = {
        "date": _date(source.date),
        "loudness": source.loudness_db,
        "gain": float(extra["gain"]) if _is_number(extra.get("gain")) else None,
        "name": source.name,
        "modeled_by": source.author,
        "gear_type": extra.get("gear_type"),
        "gear_make": extra.get("gear_make"),
        "gear_model": extra.get("gear_model") or source.gear,
        "tone_type": source.style,
        "input_level_dbu": source.input_level_dbu,
        "output_level_dbu": source.output_level_dbu,
        "training": {"validation_esr": source.esr},
    }
    more = {"license": source.license, **extra}
    return known | {key: value for key, value in more.items() if key not in known and value}


def _date(text: str | None) -> dict[str, int] | None:
    """The fields of an ISO 8601 date and time."""
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d))?", text or "")
    if match is None:
        return None
    keys = ("year", "month", "day", "hour", "minute", "second")
    return {key: int(value or 0) for key, value in zip(keys, match.groups(), strict=True)}


def _is_number(text: str | None) -> bool:
    return text is not None and re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", text) is not None
