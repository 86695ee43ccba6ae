# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A writer of .namb, from the published layout, for the tests of the reader."""

import struct
import zlib
from typing import Any

import numpy as np

ACTIVATIONS = [
    "Tanh", "Hardtanh", "Fasttanh", "ReLU", "LeakyReLU", "PReLU", "Sigmoid", "SiLU", "Hardswish",
    "LeakyHardtanh", "Softsign",
]  # fmt: skip
FILMS = [
    "conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film",
    "activation_pre_film", "activation_post_film", "layer1x1_post_film", "head1x1_post_film",
]  # fmt: skip


def activation(config: Any) -> bytes:
    if config is None:
        return struct.pack("<BB", 0, 0)
    config = {"type": config} if isinstance(config, str) else config
    values: list[float] = []
    for key in ("negative_slope", "min_val", "max_val", "min_slope", "max_slope"):
        if key in config:
            values.append(config[key])
    values += config.get("negative_slopes", [])
    head = struct.pack("<BB", ACTIVATIONS.index(config["type"]), len(values))
    return head + struct.pack(f"<{len(values)}f", *values)


def metadata(document: dict[str, Any]) -> bytes:
    said = document.get("metadata") or {}
    values = [said.get(key) for key in ("loudness", "input_level_dbu", "output_level_dbu")]
    flags = sum(1 << index for index, value in enumerate(values) if value is not None)
    version = map(int, document["version"].split("."))
    rate = document.get("sample_rate", -1.0)
    return struct.pack("<4B4d12x", *version, flags, rate, *(value or 0.0 for value in values))


def array(config: dict[str, Any]) -> bytes:
    count = len(config["dilations"])
    head = config.get("head") or {
        "out_channels": config["head_size"],
        "kernel_size": 0,
        "bias": config["head_bias"],
    }
    one, more = config.get("layer1x1", {"active": True, "groups": 1}), config.get("head1x1")
    more = more or {"active": False, "out_channels": 0, "groups": 1}
    channels = config["channels"]
    data = struct.pack(
        "<6HBBHHBHxBHHx",
        config["input_size"], config["condition_size"], head["out_channels"], channels,
        config.get("bottleneck", channels), head["kernel_size"], head["bias"], count,
        config.get("groups_input", 1), config.get("groups_input_mixin", 1),
        one["active"], one["groups"], more["active"], more["out_channels"], more["groups"],
    )  # fmt: skip
    for key in FILMS:
        film = config.get(key) or {"active": False, "shift": True, "groups": 1}
        data += struct.pack("<BxH", film["active"] + 2 * film["shift"], film["groups"])
    data += struct.pack(f"<{count}i", *config["dilations"])
    kernels = config.get("kernel_sizes") or [config["kernel_size"]] * count
    data += struct.pack(f"<{count}H", *kernels)
    own = config["activation"]
    data += b"".join(map(activation, own if isinstance(own, list) else [own] * count))
    gating = config.get("gating_mode") or ["gated" if config.get("gated") else "none"] * count
    data += bytes(["none", "gated", "blended"].index(mode) for mode in gating)
    default = [None if mode == "none" else "Sigmoid" for mode in gating]
    return data + b"".join(map(activation, config.get("secondary_activation") or default))


def model(document: dict[str, Any]) -> tuple[bytes, list[float]]:
    """The model block, and the weights with those of a condition_dsp in front."""
    config, weights = document["config"], list(document["weights"])
    kind = ["Linear", "ConvNet", "LSTM", "WaveNet"].index(document["architecture"])
    data = struct.pack("<BxH", kind, 0)
    channels = config.get("in_channels", 1), config.get("out_channels", 1)
    if kind == 0:
        data += struct.pack("<iBBBx", config["receptive_field"], config["bias"], *channels)
    elif kind == 1:
        count = len(config["dilations"])
        sizes = config["channels"], config["batchnorm"], count, config.get("groups", 1)
        data += struct.pack("<HBBHBB", *sizes, *channels) + activation(config["activation"])
        data += struct.pack(f"<{count}i", *config["dilations"])
    elif kind == 2:
        sizes = config["num_layers"], config["input_size"], config["hidden_size"]
        data += struct.pack("<HHHBB2x", *sizes, *channels)
    else:
        inner = config.get("condition_dsp")
        layers = config["layers"]
        data += struct.pack("<BBBB", channels[0], 0, len(layers), inner is not None)
        if inner is not None:
            block, before = model(inner)
            data += struct.pack("<I", len(before)) + metadata(inner) + block
            weights = before + weights
        data += b"".join(map(array, layers))
    return data, weights


def namb(document: dict[str, Any]) -> bytes:
    block, weights = model(document)
    block += bytes(-len(block) % 4)
    numbers = np.array(weights, "<f4").tobytes()
    start = 80 + len(block)
    header = struct.pack(
        "<IHHIIIII", 0x4E414D42, 1, 0, start + len(numbers), start, len(weights), len(block), 0
    )
    data = bytearray(header + bytes(4) + metadata(document) + block + numbers)
    crc = zlib.crc32(data[28:], zlib.crc32(data[:24]))
    data[24:28] = struct.pack("<I", crc)
    return bytes(data)
