# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The truest form of a model that fits a board: of a file with several the best, in formats with
the least noise that leave it fast enough.

Formats follow from the noise that is aimed at (quantizer.py), and a truer one is never faster, so
that few are made and priced: the usual aim, the roughest, and halves of what is between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pedalsmith.audio import Samples
from pedalsmith.errors import BadInput, PedalsmithError
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Model

if TYPE_CHECKING:
    from pedalsmith.quantization.blob import Blob
    from pedalsmith.quantization.quantizer import Conversion, Quantized


@dataclass(frozen=True)
class Settings:
    """What a model is made for."""

    board: str
    weights: str
    """int16, int8 or auto"""
    max_cpu: float
    """Percent of the block time that a model may take in its worst block."""
    sample_rate: int | None = None
    """Hz, for files that do not say it."""
    submodel: int | None = None
    """Of a container; None takes the largest that fits."""


@dataclass(frozen=True)
class Attempt:
    """A model, and what became of it."""

    model: Model
    aim: float
    """Noise that was aimed at, dBFS"""
    quantized: "Quantized | None" = None
    """None: `reason` says why it could not be quantized"""
    percent: float | None = None
    """Of the block time, in the worst block; None: it has not been priced"""
    reason: str = ""
    """Why it does not fit; empty: it does"""


def best_attempt(
    path: Path, options: ImportOptions, samples: Samples, settings: Settings,
    noise: float | None = None,
) -> Attempt:  # fmt: skip
    """The first model of `path` that fits with little noise, or with some, or the last one tried.

    `samples` are what it is quantized on, `noise` the only aim, dBFS. Raises BadInput for a file
    that cannot be read.
    """
    from pedalsmith.quantization.quantizer import NOISE_DBFS, Conversion

    found: Attempt | None = None
    for model in _candidates(path, options):
        conversion = Conversion(model, str(path), samples)
        attempt = _truest(conversion, path, settings, noise)
        if not attempt.reason and (noise is not None or attempt.aim <= NOISE_DBFS):
            return attempt
        if found is None or found.reason:
            found = attempt
    assert found is not None
    return found


def _candidates(path: Path, options: ImportOptions) -> Iterator[Model]:
    """The model of a file, or all of a container, the best first. Raises BadInput."""
    model = load_model(path, options)
    count = int(model.metadata.extra.get("submodels", "1"))
    if options.submodel is not None or count == 1:
        yield model
        return
    # The largest comes last; it is the best that was trained.
    for number in range(count, 0, -1):
        yield load_model(path, ImportOptions(options.sample_rate, number))


def _truest(
    conversion: "Conversion", path: Path, settings: Settings, noise: float | None
) -> Attempt:
    """Of one model."""
    from pedalsmith.quantization.quantizer import noises

    aims = noises(conversion.model) if noise is None else (noise,)
    truest = _attempt(conversion, aims[0], path, settings)
    if not truest.reason or truest.quantized is None or len(aims) == 1:
        return truest
    best = _attempt(conversion, aims[-1], path, settings)
    slow, fast = 0, len(aims) - 1
    while not best.reason and fast - slow > 1:
        middle = (slow + fast) // 2
        attempt = _attempt(conversion, aims[middle], path, settings)
        if attempt.reason:
            slow = middle
        else:
            fast, best = middle, attempt
    return best


def _attempt(conversion: "Conversion", aim: float, path: Path, settings: Settings) -> Attempt:
    try:
        quantized = conversion.quantized(settings.weights, aim)
    except PedalsmithError as error:
        return Attempt(conversion.model, aim, reason=without_path(str(error), path))
    try:
        percent = load_percent(quantized.blob, settings.board, str(path))
    except BadInput as error:
        return Attempt(conversion.model, aim, quantized, reason=without_path(str(error), path))
    reason = ""
    if percent > settings.max_cpu:
        reason = f"needs {percent:.1f} % of the CPU, {settings.max_cpu:g} % is allowed."
    return Attempt(conversion.model, aim, quantized, percent, reason)


def load_percent(blob: "Blob", board_name: str, name: str) -> float:
    """Of the block time, in the worst block of the board's image with this model.

    `name` begins the errors. Raises BadInput when flash or RAM of the board cannot hold it.
    """
    from pedalsmith.cycles.board_prices import prices_of
    from pedalsmith.native.boards import load_board

    board = load_board(board_name)
    cost = prices_of(board_name).price(blob, name)
    return 100 * cost.load(board.clock_hz, board.sample_rate, worst=True)


def without_path(text: str, path: Path) -> str:
    """An error that begins with the file's path, without that."""
    return text.removeprefix(f"{path}: ")
