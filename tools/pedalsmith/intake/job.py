# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One model file into one blob, and what there is to say of it. Runs in a worker process."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pedalsmith.assets import dry_path
from pedalsmith.audio import Samples, read_audio
from pedalsmith.console import talk
from pedalsmith.errors import PedalsmithError
from pedalsmith.intake.fitting import Attempt, Settings, best_attempt, without_path
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Conv1d, Gru, Lstm, Model, WaveNet

if TYPE_CHECKING:
    from pedalsmith.quantization.blob import Blob
    from pedalsmith.quantization.report import Report

Outcome = Literal["fits", "too big", "refused"]


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
        return Row(shown, "refused", without_path(str(error), path))
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
    return _row(best_attempt(path, options, _guitar(), settings), path, shown, output, settings)


def _row(attempt: Attempt, path: Path, shown: str, output: Path, settings: Settings) -> Row:
    """What there is to say of a model that could be read; writes the blob of one that fits."""
    from pedalsmith.quantization.psm import write

    model, quantized = attempt.model, attempt.quantized
    row = Row(
        shown,
        "refused",
        reason=attempt.reason,
        name=model.metadata.name or path.stem,
        source_format=model.metadata.source_format or "",
        network=describe(model),
        sample_rate=model.sample_rate,
    )
    if quantized is None:
        return row
    nominal = min(quantized.report.errors, key=lambda error: abs(error.level_db))
    row = replace(row, esr_db=round(nominal.esr_db, 1), ram_bytes=quantized.report.arena_bytes)
    if attempt.percent is not None:
        row = replace(row, cpu_percent=round(attempt.percent, 1))
    if attempt.reason:
        return replace(row, outcome="too big")
    write(output, quantized.blob)
    kind = other_image(quantized.blob, settings.board, path)
    remark = _remark(attempt, quantized.report, kind)
    return replace(row, outcome="fits", reason=remark, blob=output.name)


def _remark(attempt: Attempt, report: "Report", kind: str) -> str:
    """Which of several models was taken, what it costs that it fits, what image it needs, what its
    rate costs; or nothing."""
    from pedalsmith.quantization.quantizer import usual_noise

    extra, remarks = attempt.model.metadata.extra, []
    if attempt.aim > usual_noise(attempt.model):
        remarks.append(f"{cost_of_fitting(report)}, so that it fits")
    if kind:
        remarks.append(f"by `pedalsmith load` or in an image of the kind {kind}")
    if "bank_models" in extra:
        remarks.append(f"number {extra['bank_position']} of {extra['bank_models']} in the file")
    if "submodels" in extra:
        remarks.append(f"submodel {extra['submodel']} of {extra['submodels']}")
    if report.rate is not None:
        remarks.append(f"resampled from {report.rate.model_rate} Hz ({report.rate.esr_db:.0f} dB)")
    return ", ".join(remarks) + "." if remarks else ""


def cost_of_fitting(report: "Report") -> str:
    """The error of a model that has rougher formats than usual: the worst in dBFS, and beside what
    guitar as it was recorded comes out as."""
    worst = max(error.noise_dbfs for error in report.errors)
    nominal = min(report.errors, key=lambda error: abs(error.level_db))
    return f"its error is {worst:.1f} dBFS, {-nominal.esr_db:.0f} dB below the sound"


def other_image(blob: "Blob", board: str, path: Path) -> str:
    """The kind of image that holds a model which the board's first kind does not; nothing else."""
    from pedalsmith.cycles.board_prices import prices_of
    from pedalsmith.native.boards import load_board

    kind = prices_of(board).kind_for(blob, str(path))
    return "" if kind == load_board(board).usual_image else kind


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
