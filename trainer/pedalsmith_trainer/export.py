# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From the trained network to the Model that the rest of pedalsmith reads."""

from dataclasses import replace
from datetime import UTC, datetime

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.models.model import Dense, Gru, Lstm, Metadata, Model
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.network import AmpNetwork


def to_model(network: AmpNetwork, material: Material, metadata: Metadata) -> Model:
    """Folds the training's levels into the weights: the model has the capture's own.

    The network saw g_in x and was held against g_out y, so the input kernel takes g_in and the
    dense layer 1 / g_out; the skip, trained as g_out / g_in, becomes exactly 1.
    """
    first, *others, dense = network.to_model_layers()
    return Model(
        layers=(
            _driven(first, material.input_gain),
            *others,
            _quieter(dense, material.output_gain),
        ),
        sample_rate=SAMPLE_RATE,
        skip=1.0 if network.skip else 0.0,
        knobs=len(material.knob_names),
        metadata=replace(
            metadata,
            date=datetime.now(UTC).date().isoformat(),
            knob_names=material.knob_names,
            source_format="keras-json",
            extra={"source": "pedalsmith train"},
        ),
    )


def _driven(layer: Lstm | Gru, gain: float) -> Lstm | Gru:
    kernel = layer.kernel.copy()
    kernel[0] *= gain
    return replace(layer, kernel=kernel)


def _quieter(layer: Dense, gain: float) -> Dense:
    return replace(layer, kernel=layer.kernel / gain, bias=layer.bias / gain)
