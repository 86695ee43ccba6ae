# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The bytes of a .namb as the document that a .nam holds.

Little-endian: header (32 bytes), metadata (48), model block, weights as float32 in .nam's order;
those of a condition_dsp come first.
"""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.models.parsing.node import Node

MAGIC = struct.pack("<I", 0x4E414D42)
_VERSION = 1
_HEADER, _METADATA = 32, 48
_CRC_AT = 24
_DEEPEST = 4

_ACTIVATIONS = (
    "Tanh",
    "Hardtanh",
    "Fasttanh",
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "Sigmoid",
    "SiLU",
    "Hardswish",
    "LeakyHardtanh",
    "Softsign",
)
_GATINGS = ("none", "gated", "blended")
_FILMS = (
    "conv_pre_film",
    "conv_post_film",
    "input_mixin_pre_film",
    "input_mixin_post_film",
    "activation_pre_film",
    "activation_post_film",
    "layer1x1_post_film",
    "head1x1_post_film",
)
_HAS_LOUDNESS, _HAS_INPUT_LEVEL, _HAS_OUTPUT_LEVEL = 1, 2, 4


def document_of(path: Path, data: bytes) -> Node:
    """The document; raises BadInput for a file that is damaged or of another version."""
    root = Node(path, {})
    if len(data) < _HEADER + _METADATA:
        root.fail(f"is truncated after {len(data)} bytes")
    version, _, size, weights_at, count, _, crc = struct.unpack_from("<HHIIIII", data, 4)
    if version != _VERSION:
        root.fail(f"is version {version} of .namb, and {_VERSION} is known", "export it as .nam")
    if size > len(data):
        root.fail(f"is truncated, {len(data)} of {size} bytes are there")
    if size < len(data):
        root.fail(f"has {len(data) - size} bytes too many")
    if zlib.crc32(data[_CRC_AT + 4 :], zlib.crc32(data[:_CRC_AT])) != crc:
        root.fail("is damaged, its checksum does not fit")
    if not _HEADER + _METADATA <= weights_at <= size or 4 * count > size - weights_at:
        root.fail("its weights lie outside the file")
    weights = np.frombuffer(data, "<f4", count, weights_at)
    reader = _Reader(root, data[_HEADER:weights_at], weights)
    document = reader.metadata()
    document.update(reader.model(depth=0))
    document["weights"] = reader.rest_of_weights()
    return Node(path, document)


class _Reader:
    """Fields one after the other, and the weights, of which nested models take theirs."""

    def __init__(self, root: Node, data: bytes, weights: Any) -> None:
        self._root, self._data, self._at = root, data, 0
        self._weights = weights

    def _take(self, fields: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + fields)
        if self._at + size > len(self._data):
            self._root.fail("its model block ends too early")
        self._at += size
        return struct.unpack_from("<" + fields, self._data, self._at - size)

    def rest_of_weights(self) -> list[float]:
        """The weights that no nested model has taken."""
        return [float(value) for value in self._weights]

    def metadata(self) -> dict[str, Any]:
        """version, sample_rate and metadata, as a .nam has them."""
        major, minor, patch, flags, rate, loudness, input_level, output_level = self._take(
            "4B4d12x"
        )
        said = {
            "loudness": loudness if flags & _HAS_LOUDNESS else None,
            "input_level_dbu": input_level if flags & _HAS_INPUT_LEVEL else None,
            "output_level_dbu": output_level if flags & _HAS_OUTPUT_LEVEL else None,
        }
        return {
            "version": f"{major}.{minor}.{patch}",
            "sample_rate": rate if rate > 0 else None,
            "metadata": said,
        }

    def model(self, depth: int) -> dict[str, Any]:
        """architecture and config."""
        if depth > _DEEPEST:
            self._root.fail("condition_dsp is nested too deeply")
        (kind, _) = self._take("BxH")
        readers = (self._linear, self._convnet, self._lstm)
        names = ("Linear", "ConvNet", "LSTM")
        if kind < len(readers):
            return {"architecture": names[kind], "config": readers[kind]()}
        if kind != len(readers):
            self._root.fail(f"has the architecture number {kind}, which is not known")
        return {"architecture": "WaveNet", "config": self._wavenet(depth)}

    def _linear(self) -> dict[str, Any]:
        field, bias, inputs, outputs = self._take("iBBBx")
        return {
            "receptive_field": field,
            "bias": bool(bias),
            "in_channels": inputs,
            "out_channels": outputs,
        }

    def _lstm(self) -> dict[str, Any]:
        layers, width, hidden, inputs, outputs = self._take("HHHBB2x")
        return {
            "num_layers": layers,
            "input_size": width,
            "hidden_size": hidden,
            "in_channels": inputs,
            "out_channels": outputs,
        }

    def _convnet(self) -> dict[str, Any]:
        channels, batchnorm, count, groups, inputs, outputs = self._take("HBBHBB")
        return {
            "channels": channels,
            "batchnorm": bool(batchnorm),
            "groups": groups,
            "in_channels": inputs,
            "out_channels": outputs,
            "activation": self._activation(),
            "dilations": list(self._take(f"{count}i")),
        }

    def _wavenet(self, depth: int) -> dict[str, Any]:
        inputs, has_head, arrays, has_condition = self._take("BBBB")
        if has_head:
            self._root.fail("has a post-stack head, which .namb cannot hold", "export it as .nam")
        condition = self._condition(depth) if has_condition else None
        return {
            "in_channels": inputs,
            "condition_dsp": condition,
            "layers": [self._array() for _ in range(arrays)],
        }

    def _condition(self, depth: int) -> dict[str, Any]:
        (count,) = self._take("I")
        document = self.metadata()
        if count > len(self._weights):
            self._root.fail("the weights of condition_dsp lie outside the file")
        own, self._weights = self._weights[:count], self._weights[count:]
        # A condition network within this one takes its weights from its own share.
        outer, self._weights = self._weights, own
        document.update(self.model(depth + 1))
        document["weights"] = self.rest_of_weights()
        self._weights = outer
        return document

    def _array(self) -> dict[str, Any]:
        inputs, condition, head_size, channels, bottleneck, head_taps = self._take("6H")
        head_bias, count, groups, mixin_groups = self._take("BBHH")
        layer1x1, layer1x1_groups, head1x1, head1x1_outputs, head1x1_groups = self._take("BHxBHHx")
        array: dict[str, Any] = {
            "input_size": inputs,
            "condition_size": condition,
            "channels": channels,
            "bottleneck": bottleneck,
            "head": {
                "out_channels": head_size,
                "kernel_size": head_taps or 1,
                "bias": bool(head_bias),
            },
            "groups_input": groups,
            "groups_input_mixin": mixin_groups,
            "layer1x1": {"active": bool(layer1x1), "groups": layer1x1_groups},
            "head1x1": {
                "active": bool(head1x1),
                "out_channels": head1x1_outputs,
                "groups": head1x1_groups,
            },
        }
        for key in _FILMS:
            flags, film_groups = self._take("BxH")
            array[key] = {
                "active": bool(flags & 1),
                "shift": bool(flags & 2),
                "groups": film_groups,
            }
        array["dilations"] = list(self._take(f"{count}i"))
        array["kernel_sizes"] = list(self._take(f"{count}H"))
        array["activation"] = [self._activation() for _ in range(count)]
        modes = self._take(f"{count}B")
        array["gating_mode"] = [
            _GATINGS[mode] if mode < len(_GATINGS) else "none" for mode in modes
        ]
        array["secondary_activation"] = [self._activation() for _ in range(count)]
        return array

    def _activation(self) -> dict[str, Any]:
        kind, count = self._take("BB")
        values = self._take(f"{count}f")
        if kind >= len(_ACTIVATIONS):
            self._root.fail(f"has the activation number {kind}, which is not known")
        activation: dict[str, Any] = {"type": _ACTIVATIONS[kind]}
        if activation["type"] in {"LeakyReLU", "PReLU"} and count:
            one = activation["type"] == "LeakyReLU" or count == 1
            activation |= (
                {"negative_slope": values[0]} if one else {"negative_slopes": list(values)}
            )
        if activation["type"] == "LeakyHardtanh" and count >= 4:
            keys = ("min_val", "max_val", "min_slope", "max_slope")
            activation |= dict(zip(keys, values, strict=False))
        return activation
