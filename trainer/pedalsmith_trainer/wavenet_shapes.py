# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The shapes of WaveNet that `.nam` players know by name: A1 (2023) and A2 (2026).

Sizes are those of the files that neural-amp-modeler writes; fast players have code for just these.
"""

from dataclasses import dataclass

from pedalsmith.models.convolution import Activation

_LONG = tuple(2**k for k in range(10))
_SHORT, _REST = _LONG[:7], (*_LONG[7:], *_LONG)
_A2_DILATIONS = (*(1, 3, 7, 17, 41, 101, 239) * 2, 1, 13, 1, 3, 7, 17, 41, 101, 239)
_A2_TAPS = (*(6,) * 14, 15, 15, *(6,) * 7)


@dataclass(frozen=True)
class ArrayShape:
    """A stack of layers; see WaveNetArray."""

    channels: int
    dilations: tuple[int, ...]
    taps: tuple[int, ...]
    """One a layer."""
    head_outputs: int
    head_taps: int
    head_bias: bool


@dataclass(frozen=True)
class WaveNetShape:
    """The whole net."""

    arrays: tuple[ArrayShape, ...]
    activation: Activation
    head_scale: float = 0.02


def _a1(first: int, second: int, head: int, dilations: tuple[tuple[int, ...], ...]) -> WaveNetShape:
    return WaveNetShape(
        tuple(
            ArrayShape(channels, steps, (3,) * len(steps), outputs, 1, bias)
            for channels, outputs, bias, steps in zip(
                (first, second), (head, 1), (False, True), dilations, strict=True
            )
        ),
        Activation("tanh"),
    )


def _a2(channels: int) -> WaveNetShape:
    return WaveNetShape(
        (ArrayShape(channels, _A2_DILATIONS, _A2_TAPS, 1, 16, head_bias=True),),
        Activation("leaky_relu", (0.01,)),
    )


SHAPES: dict[str, WaveNetShape] = {
    "a2-lite": _a2(3),
    "a2-full": _a2(8),
    "a1-nano": _a1(4, 2, 2, (_SHORT, _REST)),
    "a1-feather": _a1(8, 4, 4, (_SHORT, _REST)),
    "a1-lite": _a1(12, 6, 6, (_SHORT, _REST)),
    "a1-standard": _a1(16, 8, 8, (_LONG, _LONG)),
}
