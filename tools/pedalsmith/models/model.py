# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The float model that every importer returns, the trainer writes and the quantizer reads.

Arrays are float32, contiguous, and laid out as Keras has them. A layer is a frozen dataclass;
a network is a sequence of layers from one audio input (plus knobs) to one audio output. The layers
are in recurrent.py, convolution.py and wavenet.py.
"""

from dataclasses import dataclass, field

from pedalsmith.models.convolution import Activation, Array, BatchNorm, Conv1d
from pedalsmith.models.recurrent import DENSE_ACTIVATIONS, Dense, Gru, Lstm
from pedalsmith.models.wavenet import Layer, WaveNet

__all__ = [
    "DENSE_ACTIVATIONS",
    "Activation",
    "Array",
    "BatchNorm",
    "Conv1d",
    "Dense",
    "Golden",
    "Gru",
    "Layer",
    "Lstm",
    "Metadata",
    "Model",
    "WaveNet",
    "outputs_of",
]


def outputs_of(layer: Layer, inputs: int) -> int:
    """Width of what `layer` gives when it reads `inputs` channels."""
    return inputs if isinstance(layer, Activation) else layer.outputs


@dataclass(frozen=True)
class Golden:
    """A vector that came with the model: from zero state, `output` follows from `input`."""

    input: Array
    """(samples,), audio input; knobs, if any, at `knobs`"""
    output: Array
    """(samples,)"""
    knobs: tuple[float, ...] = ()


@dataclass(frozen=True)
class Metadata:
    """What a source says of itself; None where it says nothing."""

    name: str | None = None
    author: str | None = None
    gear: str | None = None
    """What was captured: maker, model, type in words."""
    style: str | None = None
    license: str | None = None
    date: str | None = None
    """ISO 8601."""
    esr: float | None = None
    """Power ratio, as the trainer of the model measured it."""
    loudness_db: float | None = None
    """dB; .nam's meaning: RMS level of the output on a standard input."""
    input_level_dbu: float | None = None
    """dBu RMS of a 1 kHz sine that is 0 dBFS peak at the input."""
    output_level_dbu: float | None = None
    knob_names: tuple[str, ...] = ()
    source_format: str | None = None
    """The importer that made it: "keras-json", "nam", ..."""
    extra: dict[str, str] = field(default_factory=dict)
    """What has no field of its own, as text, so that an export can give it back."""


@dataclass(frozen=True)
class Model:
    """A float network from audio (and knobs) to audio.

    With g_in, g_out the two gains as ratios and x the audio input:
    output = (network(g_in x, knobs) + skip g_in x) g_out.
    """

    layers: tuple[Layer, ...]
    sample_rate: int
    """Hz that the model was made for."""
    skip: float = 0.0
    """What is added of the audio input (after the input gain) to the output: 0 or 1."""
    input_gain_db: float = 0.0
    output_gain_db: float = 0.0
    knobs: int = 0
    """Inputs beyond the audio input, each in 0..1."""
    metadata: Metadata = field(default_factory=Metadata)
    golden: Golden | None = None
