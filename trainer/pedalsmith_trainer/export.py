# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""From the trained network to the Model that the rest of pedalsmith reads."""

from dataclasses import replace
from datetime import UTC, datetime

from pedalsmith.audio import SAMPLE_RATE
from pedalsmith.models.model import Metadata, Model
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.played_network import PlayedNetwork


def to_model(network: PlayedNetwork, material: Material, metadata: Metadata) -> Model:
    """The model on the capture's own levels, those of training folded into the weights."""
    return Model(
        layers=network.to_model_layers(material.input_gain, material.output_gain),
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
