# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The tensors of a NeuralSeed model, which come as a C++ header or as JSON."""

from pedalsmith.models.model import Dense, Gru, Metadata, Model
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.parsing.rate import rate_or_default

_MOST_UNITS = 512


def model_from(root: Node, sample_rate: int | None, source_format: str) -> Model:
    """The Model made of the tensors in `root`; gates are already in Keras' order.

    The rate is nowhere in the file; NeuralSeed and its relatives run at 48 kHz.
    """
    inputs = len(root["rec_weight_ih_l0"].items(1, 5))
    units = len(root["rec_weight_hh_l0"].items(1, _MOST_UNITS))
    said = _said(root)
    if said.get("unit_type", "GRU") != "GRU":
        root["meta"].fail(
            f"says unit_type {said['unit_type'][:20]}, and this layout is known for GRU only",
            "import the .json that the header was made from",
        )
    layer = Gru(
        root["rec_weight_ih_l0"].array(inputs, 3 * units),
        root["rec_weight_hh_l0"].array(units, 3 * units),
        root["rec_bias"].array(2, 3 * units),
    )
    dense = Dense(root["lin_weight"].array(1, units).T.copy(), root["lin_bias"].array(1))
    name = root.get("name")
    return Model(
        layers=(layer, dense),
        sample_rate=rate_or_default(root, sample_rate, 48_000),
        # NeuralSeed adds the input whatever the file says; it was trained with it.
        skip=0.0 if said.get("skip") == "0" else 1.0,
        knobs=inputs - 1,
        metadata=Metadata(name=name.text() if name else None, source_format=source_format),
    )


def _said(root: Node) -> dict[str, str]:
    """The lines "key : value" of "meta"."""
    meta = root.get("meta")
    lines = meta.text().splitlines() if meta else []
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}
