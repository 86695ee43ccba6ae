# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One model file into one blob, and what there is to say of it. Runs in a worker process."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pedalsmith.assets import dry_path
from pedalsmith.audio import Samples, read_audio
from pedalsmith.console import talk
from pedalsmith.errors import BadInput, PedalsmithError
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Conv1d, Gru, Lstm, Model, WaveNet

if TYPE_CHECKING:
    from pedalsmith.quantization.blob import Blob
    from pedalsmith.quantization.quantizer import Conversion
    from pedalsmith.quantization.report import Report

Outcome = Literal["fits", "too big", "refused"]


@dataclass(frozen=True)
class Settings:
    """What all files of a batch share."""

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
class Row:
    """What became of one file; plain data, as it stands in the table."""

    file: str
    outcome: Outcome
    reason: str = ""
    """Why it was refused or is too big; or which one of several was taken, and its rate."""
    name: str = ""
    source_format: str = ""
    network: str = ""
    """Such as "LSTM 16"."""
    sample_rate: int = 0
    cpu_percent: float = 0.0
    """Of the block time, in the worst block."""
    esr_db: float = 0.0
    """Integer engine against float model, on guitar as it was recorded (gain 0 dB)."""
    ram_bytes: int = 0
    blob: str = ""
    """Relative to the output folder; empty when none was written."""


def convert_file(path: Path, shown: str, output: Path, settings: Settings) -> Row:
    """Converts `path` into the blob `output`; `shown` is the file's name in the table.

    Nothing a file contains makes this raise: what is wrong is told in the row.
    """
    before, talk.quiet = talk.quiet, True  # notices of hundreds of files would bury the table
    try:
        return _convert(path, shown, output, settings)
    except PedalsmithError as error:
        return Row(shown, "refused", _without_path(str(error), path))
    except MemoryError:
        return Row(shown, "refused", "needs more memory than there is.")
    except Exception as error:
        # The batch goes on; the same file alone shows where it comes from.
        return Row(shown, "refused", f"internal error ({type(error).__name__}: {error}).")
    finally:
        talk.quiet = before


def _convert(path: Path, shown: str, output: Path, settings: Settings) -> Row:
    options = ImportOptions(settings.sample_rate)
    if settings.submodel is not None:
        # It is meant for the files of a folder that hold several.
        several = {"submodels", "bank_models"} & load_model(path, options).metadata.extra.keys()
        options = replace(options, submodel=settings.submodel if several else None)
    for conversion, noise in attempts(path, options, _guitar()):
        row = _quantized(conversion, noise, path, shown, output, settings)
        if row.outcome == "fits":
            break
    return row


def attempts(
    path: Path, options: ImportOptions, samples: Samples, noise: float | None = None
) -> Iterator[tuple["Conversion", float]]:
    """What to try for a board, the best first: models on `samples` and the noise to aim at, dBFS.

    Only `noise` where it is given. Raises BadInput.
    """
    from pedalsmith.quantization.quantizer import Conversion, noises

    for model in _candidates(path, options):
        conversion = Conversion(model, str(path), samples)
        for aim in noises(model) if noise is None else (noise,):
            yield conversion, aim


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


def _quantized(
    conversion: "Conversion", noise: float, path: Path, shown: str, output: Path, settings: Settings
) -> Row:
    """The row of a model that could be read."""
    from pedalsmith.quantization.psm import write

    model = conversion.model
    row = Row(
        shown,
        "refused",
        name=model.metadata.name or path.stem,
        source_format=model.metadata.source_format or "",
        network=describe(model),
        sample_rate=model.sample_rate,
    )
    try:
        quantized = conversion.quantized(settings.weights, noise)
    except PedalsmithError as error:
        return replace(row, reason=_without_path(str(error), path))
    nominal = min(quantized.report.errors, key=lambda error: abs(error.level_db))
    row = replace(row, esr_db=round(nominal.esr_db, 1), ram_bytes=quantized.report.arena_bytes)
    try:
        percent = load_percent(quantized.blob, settings.board, str(path))
    except BadInput as error:
        return replace(row, outcome="too big", reason=_without_path(str(error), path))
    row = replace(row, cpu_percent=round(percent, 1))
    if reason := _too_much(percent, settings.max_cpu):
        return replace(row, outcome="too big", reason=reason)
    write(output, quantized.blob)
    kind = other_image(quantized.blob, settings.board, path)
    remark = _remark(model, quantized.report, kind)
    return replace(row, outcome="fits", reason=remark, blob=output.name)


def _remark(model: Model, report: "Report", kind: str) -> str:
    """Which of several models was taken, what image it needs, what its rate costs; or nothing."""
    extra, remarks = model.metadata.extra, []
    if kind:
        remarks.append(f"by `pedalsmith load` or in an image of the kind {kind}")
    if "bank_models" in extra:
        remarks.append(f"number {extra['bank_position']} of {extra['bank_models']} in the file")
    if "submodels" in extra:
        remarks.append(f"submodel {extra['submodel']} of {extra['submodels']}")
    if report.rate is not None:
        remarks.append(f"resampled from {report.rate.model_rate} Hz ({report.rate.esr_db:.0f} dB)")
    return ", ".join(remarks) + "." if remarks else ""


def too_big(blob: "Blob", board: str, max_cpu: float, path: Path) -> str:
    """Why the model of `path` does not fit the board, or nothing."""
    try:
        return _too_much(load_percent(blob, board, str(path)), max_cpu)
    except BadInput as error:
        return _without_path(str(error), path)


def other_image(blob: "Blob", board: str, path: Path) -> str:
    """The kind of image that holds a model which the board's first kind does not; nothing else."""
    from pedalsmith.cycles.board_prices import prices_of
    from pedalsmith.native.boards import load_board

    kind = prices_of(board).kind_for(blob, str(path))
    return "" if kind == load_board(board).usual_image else kind


def _too_much(percent: float, most: float) -> str:
    return f"needs {percent:.1f} % of the CPU, {most:g} % is allowed." if percent > most else ""


def load_percent(blob: "Blob", board_name: str, name: str) -> float:
    """Of the block time, in the worst block of the board's image with this model.

    `name` begins the errors. Raises BadInput when flash or RAM of the board cannot hold it.
    """
    from pedalsmith.cycles.board_prices import prices_of
    from pedalsmith.native.boards import load_board

    board = load_board(board_name)
    cost = prices_of(board_name).price(blob, name)
    return 100 * cost.load(board.clock_hz, board.sample_rate, worst=True)


def describe(model: Model) -> str:
    """A network in a few words: "LSTM 16", "LSTM 24+24", "WaveNet 16+8", "ConvNet 8"."""
    recurrent = [layer for layer in model.layers if isinstance(layer, Lstm | Gru)]
    if recurrent:
        sizes = "+".join(str(layer.hidden_size) for layer in recurrent)
        return f"{type(recurrent[0]).__name__.upper()} {sizes}"
    if isinstance(model.layers[0], WaveNet):
        return "WaveNet " + "+".join(str(array.channels) for array in model.layers[0].arrays)
    channels = [layer.outputs for layer in model.layers if isinstance(layer, Conv1d)]
    if len(model.layers) == 1 and channels:
        return "impulse response"
    return f"ConvNet {max(channels)}" if channels else "Dense"


@lru_cache(maxsize=1)
def _guitar() -> Samples:
    """The recording that models are quantized on."""
    return read_audio(dry_path()).samples


def _without_path(text: str, path: Path) -> str:
    return text.removeprefix(f"{path}: ")
