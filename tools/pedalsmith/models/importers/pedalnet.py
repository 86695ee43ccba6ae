# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""PedalNetRT and SmartGuitarAmp: a gated WaveNet in JSON, with numbers as text.

Source: PedalNetRT, model.py and export.py. An input convolution of one tap, then per layer a
dilated convolution whose first half of outputs goes through tanh and second half through
sigmoid, multiplied; a residual of one tap; all gated outputs side by side are mixed to one.
Tensors are flattened from (taps, inputs, outputs).
"""

import numpy as np

from pedalsmith.models.convolution import Activation, Array, Conv1d
from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Metadata, Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.parsing.rate import rate_or_default
from pedalsmith.models.wavenet import WaveNet, WaveNetArray, WaveNetLayer

_MOST_CHANNELS = 128
_MOST_TAPS = 64
_MOST_LAYERS = 64
_LONGEST_DILATION = 65_536

NAME = "PedalNet and SmartAmp (.json)"


def matches(content: Content) -> bool:
    """Whether this is an object with dilations and a list of variables."""
    return content.json is not None and content.json.has("variables", "dilations")


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model as a WaveNet of one array whose condition is not used."""
    root = content.json
    assert root is not None
    _check_kind(root)
    channels = root["residual_channels"].integer(1, _MOST_CHANNELS)
    taps = root["filter_width"].integer(1, _MOST_TAPS)
    dilations = [
        node.integer(1, _LONGEST_DILATION) for node in root["dilations"].items(1, _MOST_LAYERS)
    ]
    variables = _Variables(root["variables"], len(dilations))
    rechannel = variables.convolution(-1, "", 1, 1, channels)
    mix = variables.convolution(len(dilations), "", 1, channels * len(dilations), 1)
    layers = []
    for index, dilation in enumerate(dilations):
        conv = variables.convolution(index, "_conv", taps, channels, 2 * channels, dilation)
        # The mix of all layers' outputs is the sum of a mix of each.
        own = mix.kernel[:, index * channels : (index + 1) * channels]
        layers.append(
            WaveNetLayer(
                conv,
                mixin=Conv1d(np.zeros((1, 1, 2 * channels), np.float32)),
                activation=Activation("tanh"),
                gating="gated",
                secondary=Activation("sigmoid"),
                layer1x1=variables.convolution(index, "_out", 1, channels, channels),
                head1x1=Conv1d(np.ascontiguousarray(own)),
            )
        )
    head = Conv1d(np.ones((1, 1, 1), np.float32), mix.bias)
    net = WaveNet((WaveNetArray(rechannel, tuple(layers), head),), 1.0)
    return Model(
        (net,),
        rate_or_default(root, options.sample_rate, 44_100),
        metadata=Metadata(source_format="pedalnet"),
    )


def _check_kind(root: Node) -> None:
    activation = root["activation"]
    if activation.text() != "gated":
        activation.fail(
            f"{activation.text()[:40]!r} is an activation that is not supported",
            "train with PedalNetRT, which uses 'gated'",
        )
    for key in ("input_channels", "output_channels"):
        root[key].integer(1, 1)


class _Variables:
    """The tensors, by layer and name."""

    def __init__(self, node: Node, layers: int) -> None:
        self._node = node
        self._found: dict[tuple[int, str], Node] = {}
        for entry in node.items(1, 4 * _MOST_LAYERS + 4):
            key = (entry["layer_idx"].integer(-1, layers), entry["name"].text())
            if key in self._found:
                entry.fail(f"layer {key[0]} has {key[1][:20]!r} twice")
            self._found[key] = entry["data"]

    def convolution(
        self, layer: int, suffix: str, taps: int, inputs: int, outputs: int, dilation: int = 1
    ) -> Conv1d:
        """W and b with `suffix` of a layer; -1 is the input, one more than the last the mix."""
        kernel = self._numbers(layer, "W" + suffix, taps * inputs * outputs)
        bias = self._numbers(layer, "b" + suffix, outputs)
        return Conv1d(kernel.reshape(taps, inputs, outputs), bias, dilation)

    def _numbers(self, layer: int, name: str, count: int) -> Array:
        """Numbers, which are texts in the file."""
        node = self._found.get((layer, name))
        if node is None:
            self._node.fail(f"layer {layer} has no {name!r}")
        if not node.is_list() or len(node.value) != count:
            node.fail(f"{count} numbers belong here")
        try:
            numbers = [float(text) for text in node.value]
        except (TypeError, ValueError, OverflowError):
            node.fail("contains something that is no number")
        return Node(node.path, numbers, node.place).array(count)
