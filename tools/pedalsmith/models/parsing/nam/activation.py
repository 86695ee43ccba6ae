# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Activations of .nam: a name, or an object with a type and parameters."""

from pedalsmith.models.convolution import Activation
from pedalsmith.models.parsing.node import Node

KINDS = {
    "Tanh": "tanh",
    "Hardtanh": "hardtanh",
    "Fasttanh": "fasttanh",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "Sigmoid": "sigmoid",
    "SiLU": "silu",
    "Hardswish": "hardswish",
    "LeakyHardtanh": "leaky_hardtanh",
    "LeakyHardTanh": "leaky_hardtanh",
    "Softsign": "softsign",
}
"""Names that NeuralAmpModelerCore knows, and the kinds of Activation they are."""

_DEFAULT_SLOPE = 0.01


def read_activation(node: Node, channels: int) -> Activation:
    """The activation of `channels` channels; defaults as in NAM/activations.cpp."""
    name = node if not node.is_object() else node["type"]
    if name.text() not in KINDS:
        name.fail(
            f"{name.text()[:40]!r} is an activation that is not supported",
            "train with Tanh, ReLU, LeakyReLU or another one of NeuralAmpModelerCore",
        )
    kind = KINDS[name.text()]
    if kind == "leaky_relu":
        return Activation(kind, (_parameter(node, "negative_slope", _DEFAULT_SLOPE),))
    if kind == "leaky_hardtanh":
        low, high = _parameter(node, "min_val", -1.0), _parameter(node, "max_val", 1.0)
        slopes = (_parameter(node, key, _DEFAULT_SLOPE) for key in ("min_slope", "max_slope"))
        return Activation(kind, (low, high, *slopes))
    if kind == "prelu":
        return _prelu(node, channels)
    if kind == "hardtanh":
        limits = (_parameter(node, "min_val", -1.0), _parameter(node, "max_val", 1.0))
        if limits != (-1.0, 1.0):
            # NeuralAmpModelerCore ignores them and clips at +-1, so no player has it right.
            node.fail("Hardtanh with limits other than -1 and 1 is not supported")
    return Activation(kind)


def _prelu(node: Node, channels: int) -> Activation:
    slopes = node.get("negative_slopes") if node.is_object() else None
    if slopes is None or node.get("negative_slope") is not None:
        return Activation("leaky_relu", (_parameter(node, "negative_slope", _DEFAULT_SLOPE),))
    return Activation("prelu", tuple(map(float, slopes.array(channels))))


def _parameter(node: Node, key: str, default: float) -> float:
    found = node.get(key) if node.is_object() else None
    return default if found is None else found.number(-1e6, 1e6)
