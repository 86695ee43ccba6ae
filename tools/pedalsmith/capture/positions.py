# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Captures of one piece of gear with its knobs at several positions, put in step with each other.

Measured alone, a position that distorts more seems to come later or earlier by some samples (8 were
seen), and what a network is told of the knob is then delay as much as tone. The wet recordings of
one playing are much more like each other than like the dry one, so that the delay between two of
them is measured to a fraction of a sample.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pedalsmith.audio import Samples
from pedalsmith.capture.alignment import measure_lag, shifted
from pedalsmith.capture.reading import Capture
from pedalsmith.console import notice

_GEARS_OWN = 2.0
"""Samples that a tone knob's phase looks like; less than that is no delay of the recording."""

_HALF_TAPS = 32
_KAISER_BETA = 8.0


def in_step(captures: Sequence[Capture], positions: Sequence[tuple[float, ...]]) -> list[Capture]:
    """The captures with the delay of the cleanest, and moved by what the others lie beside it.

    `positions` has where the knobs stood. The delay is handed from each position to the nearest
    one, because neighbours are alike. Captures of another dry recording are left as they are.
    """
    placed = list(captures)
    for dry_path in {capture.dry_path for capture in captures}:
        group = [n for n, capture in enumerate(captures) if capture.dry_path == dry_path]
        anchor = max(group, key=lambda n: captures[n].alignment.linear_share)
        for number, lag in _lags(captures, positions, group, anchor).items():
            placed[number] = _moved(captures[number], captures[anchor], lag)
    return placed


def _lags(
    captures: Sequence[Capture],
    positions: Sequence[tuple[float, ...]],
    group: list[int],
    anchor: int,
) -> dict[int, float]:
    """Samples by which the wet files of `group` come after the anchor's, where that was found."""
    found, left = {anchor: 0.0}, set(group) - {anchor}
    while left:
        near, far = min(
            ((a, b) for a in found for b in left),
            key=lambda pair: math.dist(positions[pair[0]], positions[pair[1]]),
        )
        left.remove(far)
        lag = measure_lag(_upright(captures[near]), _upright(captures[far]))
        if lag is not None:
            found[far] = found[near] + lag
    return {number: lag for number, lag in found.items() if number != anchor}


def _moved(capture: Capture, anchor: Capture, lag: float) -> Capture:
    lag = 0.0 if abs(lag) < _GEARS_OWN else lag
    alone = capture.alignment
    delay = anchor.alignment.delay + lag
    if abs(delay - alone.delay) >= _GEARS_OWN:
        notice(
            f"{capture.wet_path.name}: moved by {abs(delay - alone.delay):.1f} samples, in step "
            f"with {anchor.wet_path.name}."
        )
    shift = anchor.alignment.shift + lag
    whole = int(np.floor(shift))
    wet = _earlier(_upright(capture), shift - whole)
    dry, wet = shifted(capture.dry_audio.samples, wet, whole)
    return replace(capture, dry=dry, wet=wet, alignment=replace(alone, delay=delay))


def _upright(capture: Capture) -> Samples:
    wet = capture.wet_audio.samples
    return -wet if capture.alignment.inverted else wet


def _earlier(samples: Samples, fraction: float) -> Samples:
    """`samples` (n,) earlier by 0 <= fraction < 1 of a sample: a windowed sinc."""
    if fraction == 0:
        return samples
    taps = np.arange(-_HALF_TAPS, _HALF_TAPS + 1)
    kernel = np.sinc(taps + fraction) * np.kaiser(len(taps), _KAISER_BETA)
    return np.convolve(samples, kernel / kernel.sum(), "same")
