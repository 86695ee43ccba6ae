# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The configuration and weights of a WaveNet.

Keys, defaults and the order of the weights: NeuralAmpModelerCore, NAM/wavenet/model.cpp.
"""

from pedalsmith.models.convolution import Activation, Conv1d
from pedalsmith.models.model import Layer
from pedalsmith.models.parsing.nam.activation import read_activation
from pedalsmith.models.parsing.nam.weights import Weights
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.wavenet import (
    FILM_PLACES,
    GATINGS,
    Film,
    WaveNet,
    WaveNetArray,
    WaveNetLayer,
)

MOST_CHANNELS = 512
MOST_TAPS = 4_096
LONGEST_DILATION = 65_536
_MOST_LAYERS = 256
_MOST_ARRAYS = 16


def read_wavenet(
    config: Node, weights: Weights, inputs: int, condition: tuple[Layer, ...], condition_size: int
) -> WaveNet:
    """The net; `condition` gives `condition_size` channels (() and `inputs` without one)."""
    arrays: list[WaveNetArray] = []
    width, head_width = inputs, None
    for node in config["layers"].items(1, _MOST_ARRAYS):
        _same(node["input_size"], width, "what comes in")
        _check_condition(node["condition_size"], condition_size, own=bool(condition))
        arrays.append(_Reader(node, weights).array())
        if head_width is not None and arrays[-1].head.inputs != head_width:
            node.fail(
                f"its head sum has {arrays[-1].head.inputs} channels, and the array before "
                f"gives {head_width}"
            )
        width, head_width = arrays[-1].channels, arrays[-1].head.outputs
    assert head_width is not None
    post_head = config.get("head")
    parts = _post_head(post_head, weights, head_width) if post_head else ()
    head_scale = float(weights.take("head_scale", 1)[0])
    return WaveNet(tuple(arrays), head_scale, parts, condition)


def _post_head(node: Node, weights: Weights, inputs: int) -> tuple[Activation | Conv1d, ...]:
    """Activation and convolution in turn; the last convolution gives out_channels."""
    if (said := node.get("in_channels")) is not None:
        _same(said, inputs, "the head of the last array")
    inner = node["channels"].integer(1, MOST_CHANNELS)
    outputs = node["out_channels"].integer(1, MOST_CHANNELS)
    sizes = [size.integer(1, MOST_TAPS) for size in node["kernel_sizes"].items(1, _MOST_LAYERS)]
    parts: list[Activation | Conv1d] = []
    for index, taps in enumerate(sizes):
        parts.append(read_activation(node["activation"], inputs))
        width = outputs if index + 1 == len(sizes) else inner
        parts.append(weights.convolution(f"head[{index}]", inputs, width, taps, bias=True))
        inputs = width
    return tuple(parts)


class _Reader:
    """One layer array being read."""

    def __init__(self, node: Node, weights: Weights) -> None:
        self._node, self._weights = node, weights
        self._channels = node["channels"].integer(1, MOST_CHANNELS)
        self._condition = node["condition_size"].integer(1, MOST_CHANNELS)
        bottleneck = node.get("bottleneck")
        self._bottleneck = bottleneck.integer(1, MOST_CHANNELS) if bottleneck else self._channels
        dilations = node["dilations"].items(1, _MOST_LAYERS)
        self._dilations = [entry.integer(1, LONGEST_DILATION) for entry in dilations]

    def array(self) -> WaveNetArray:
        """Rechannel, layers, head, as their weights follow each other."""
        node, weights = self._node, self._weights
        inputs = node["input_size"].integer(1, MOST_CHANNELS)
        kernels, gatings = self._kernel_sizes(), self._gatings()
        activations = self._per_layer("activation")
        rechannel = weights.convolution(
            f"{node.place}.rechannel", inputs, self._channels, bias=False
        )
        layers = []
        for index, taps in enumerate(kernels):
            secondary = self._secondary(index) if gatings[index] != "none" else None
            activation = read_activation(activations[index], self._bottleneck)
            layers.append(self._layer(index, taps, gatings[index], activation, secondary))
        head_inputs = layers[0].head_outputs
        return WaveNetArray(rechannel, tuple(layers), self._head(head_inputs))

    def _layer(
        self,
        index: int,
        taps: int,
        gating: str,
        activation: Activation,
        secondary: Activation | None,
    ) -> WaveNetLayer:
        place = f"{self._node.place}, layer {index}"
        rows = self._bottleneck * (1 if gating == "none" else 2)
        conv = self._grouped(
            place + " conv", "groups_input", self._channels, rows, taps, self._dilations[index]
        )
        mixin = self._grouped(place + " input_mixin", "groups_input_mixin", self._condition, rows)
        layer1x1 = self._one_by_one(place, "layer1x1", self._channels, active=True)
        head1x1 = self._one_by_one(place, "head1x1", None, active=False)
        widths = {
            "conv_pre_film": self._channels,
            "conv_post_film": rows,
            "input_mixin_pre_film": self._condition,
            "input_mixin_post_film": rows,
            "activation_pre_film": rows,
            "activation_post_film": self._bottleneck,
            "layer1x1_post_film": layer1x1.outputs if layer1x1 else None,
            "head1x1_post_film": head1x1.outputs if head1x1 else None,
        }
        films: dict[str, Film | None] = {}
        for key in FILM_PLACES:
            films[key] = self._film(place, key, widths[key])
        return WaveNetLayer(conv, mixin, activation, gating, secondary, layer1x1, head1x1, **films)

    def _grouped(
        self, place: str, key: str, inputs: int, outputs: int, taps: int = 1, dilation: int = 1
    ) -> Conv1d:
        """A convolution whose groups the key `key` gives; only one of one tap has no bias."""
        groups = self._groups(self._node, key, inputs, outputs)
        return self._weights.convolution(
            place,
            inputs,
            outputs,
            taps,
            bias=key == "groups_input",
            dilation=dilation,
            groups=groups,
        )

    def _one_by_one(
        self, place: str, key: str, outputs: int | None, *, active: bool
    ) -> Conv1d | None:
        """layer1x1 or head1x1: bottleneck -> `outputs`, or what the file says."""
        node = self._node.get(key)
        if node is not None:
            active = node["active"].boolean()
        if not active:
            return None
        if outputs is None:
            assert node is not None
            outputs = node["out_channels"].integer(1, MOST_CHANNELS)
        groups = self._groups(node, "groups", self._bottleneck, outputs) if node else 1
        return self._weights.convolution(
            f"{place} {key}", self._bottleneck, outputs, bias=True, groups=groups
        )

    def _film(self, place: str, key: str, width: int | None) -> Film | None:
        node = self._node.get(key)
        if node is None or node.value is False:
            return None
        active, shift = node.get("active"), node.get("shift")
        if active is not None and not active.boolean():
            return None
        if width is None:
            node.fail(
                f"{key.split('_')[0]} is not active, so there is nothing that it could act on"
            )
        shifted = shift is None or shift.boolean()
        rows = width * (2 if shifted else 1)
        groups = self._groups(node, "groups", self._condition, rows)
        projection = self._weights.convolution(
            f"{place} {key}", self._condition, rows, bias=True, groups=groups
        )
        return Film(projection, shifted)

    def _head(self, inputs: int) -> Conv1d:
        """The array's head: an object, or the two keys of old files."""
        node, weights = self._node, self._weights
        what = f"{node.place}.head"
        head = node.get("head")
        if head is None:
            outputs = node["head_size"].integer(1, MOST_CHANNELS)
            return weights.convolution(what, inputs, outputs, bias=node["head_bias"].boolean())
        dilation = head.get("head_dilation")
        return weights.convolution(
            what,
            inputs,
            head["out_channels"].integer(1, MOST_CHANNELS),
            head["kernel_size"].integer(1, MOST_TAPS),
            bias=head["bias"].boolean(),
            dilation=dilation.integer(1, LONGEST_DILATION) if dilation else 1,
        )

    def _kernel_sizes(self) -> list[int]:
        node, count = self._node, len(self._dilations)
        one, many = node.get("kernel_size"), node.get("kernel_sizes")
        if one and many:
            node.fail("kernel_size and kernel_sizes are both there, and only one may be")
        if many is None:
            return [node["kernel_size"].integer(1, MOST_TAPS)] * count
        return [size.integer(1, MOST_TAPS) for size in many.items(count, count)]

    def _gatings(self) -> list[str]:
        node, count = self._node, len(self._dilations)
        if node.get("gating_mode") is None:
            gated = node.get("gated")
            return ["gated" if gated and gated.boolean() else "none"] * count
        modes = []
        for entry in self._per_layer("gating_mode"):
            if entry.text() not in GATINGS:
                entry.fail(f"{entry.text()[:40]!r} is a gating that is not supported")
            modes.append(entry.text())
        return modes

    def _secondary(self, index: int) -> Activation:
        """The gate's activation of a layer; Sigmoid when the file does not say."""
        if self._node.get("secondary_activation") is None:
            return Activation("sigmoid")
        return read_activation(self._per_layer("secondary_activation")[index], self._bottleneck)

    def _per_layer(self, key: str) -> list[Node]:
        """A value for each layer: the list in the file, or its one value for all."""
        node, count = self._node[key], len(self._dilations)
        return node.items(count, count) if node.is_list() else [node] * count

    def _groups(self, node: Node, key: str, inputs: int, outputs: int) -> int:
        found = node.get(key)
        groups = 1 if found is None else found.integer(1, MOST_CHANNELS)
        if inputs % groups or outputs % groups:
            assert found is not None
            found.fail(f"{groups} groups do not divide {inputs} inputs and {outputs} outputs")
        return groups


def _check_condition(node: Node, expected: int, *, own: bool) -> None:
    """`own`: the file has a network for its condition, which only exporters can use."""
    if own and node.integer(1, MOST_CHANNELS) != expected:
        node.fail(
            f"is {node.show()}, and condition_dsp gives {expected} channels",
            "take a model without condition_dsp, which the engine does not play",
        )
    _same(node, expected, "the condition")


def _same(node: Node, expected: int, what: str) -> None:
    """Refuses a number that does not follow from the rest of the file."""
    if node.integer(1, MOST_CHANNELS) != expected:
        node.fail(f"is {node.show()}, and {what} has {expected} channels")
