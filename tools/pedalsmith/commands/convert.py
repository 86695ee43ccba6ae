# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith convert`: a float model into the blob that the engine plays."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from pedalsmith.audio import Samples
    from pedalsmith.quantization.report import Report

_CALIBRATION_SECONDS = 3.0
"""The least that calibration audio may have, s."""

_SILENT = 1e-3
"""Peak below which audio says nothing of a model: -60 dBFS."""

_MAX_CPU = 90.0
"""Percent of the block time that a model for a board may take, where none is said."""

_WHOLE_BLOCK = 100.0
"""Percent; the most that may be said."""


def command(
    model: Annotated[Path, typer.Argument(help="A float model: model.json, .nam, ...")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The blob to write, .psm.")],
    weights: Annotated[
        str,
        typer.Option(help="Recurrent weights: int16, int8 (half the bytes), or auto."),
    ] = "int16",
    noise: Annotated[
        float | None,
        typer.Option(
            help="dBFS; an error above it gets the model wider, slower formats. "
            "-80 if not given (and 55 dB below the sound), -100 for a WaveNet."
        ),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(help="Dry guitar to quantize on; the shipped recording otherwise."),
    ] = None,
    channel: Annotated[
        int | None,
        typer.Option(min=1, help="Channel of a calibration file with several, from 1."),
    ] = None,
    submodel: Annotated[
        int | None, typer.Option(min=1, help="Which model of a file that holds several.")
    ] = None,
    sample_rate: Annotated[
        int | None, typer.Option(min=8000, help="Hz, for a file that does not say it.")
    ] = None,
    board: Annotated[
        str | None, typer.Option(help="Take the best model and formats that fit this.")
    ] = None,
    max_cpu: Annotated[
        float | None,
        typer.Option(
            min=1, max=_WHOLE_BLOCK, help="With --board: percent of the block time; 90 if not said."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Quantize a float model into a blob for the pedal.

    Prints the error that every tensor took, how the cell state is held, and how far the integer
    engine is from the float model on guitar.

    Example: pedalsmith convert RUN/model.json -o tone.psm --weights int16
    """
    from pedalsmith.console import emit_json, notice, talk
    from pedalsmith.errors import BadInput, NegativeResult
    from pedalsmith.files import check_output
    from pedalsmith.intake.fitting import Settings, best_attempt
    from pedalsmith.intake.job import cost_of_fitting, other_image
    from pedalsmith.models.importers import RUN_FILE, ImportOptions, load_model
    from pedalsmith.native.boards import load_board
    from pedalsmith.quantization.psm import write
    from pedalsmith.quantization.quantizer import WEIGHT_BITS, Conversion, usual_noise

    check_output(output, model, model / RUN_FILE, calibration)
    if weights not in WEIGHT_BITS:
        raise BadInput(f"--weights {weights}: is not known; use {', '.join(WEIGHT_BITS)}.")
    if noise is not None and not -200.0 <= noise <= 0.0:
        raise BadInput(f"--noise {noise:g}: is outside -200..0 dBFS; -80 is usual.")
    if max_cpu is not None and board is None:
        raise BadInput(f"--max-cpu {max_cpu:g}: needs --board; name the board that it is of.")
    options = ImportOptions(sample_rate, submodel)
    samples = _calibration_samples(calibration, channel)
    if board is None:
        source = load_model(model, options)
        aim = usual_noise(source) if noise is None else noise
        with talk.status(f"quantizing {model.name} ..."):
            quantized = Conversion(source, str(model), samples).quantized(weights, aim)
    else:
        load_board(board)
        with talk.status(f"quantizing {model.name} for {board} ..."):
            settings = Settings(board, weights, _MAX_CPU if max_cpu is None else max_cpu)
            attempt = best_attempt(model, options, samples, settings, noise)
        if attempt.quantized is None:
            raise BadInput(f"{model}: {attempt.reason}")
        if attempt.reason:
            rough = f"{'not even ' if noise is None else ''}with an error of {attempt.aim:g} dBFS"
            why = attempt.reason
            if attempt.percent is not None:
                allow = " or raise --max-cpu" if attempt.percent <= _WHOLE_BLOCK else ""
                why = f"{why.rstrip('.')}; take a smaller model{allow}."
            raise NegativeResult(f"{model}: does not fit {board}, {rough}: {why}")
        source, aim, quantized = attempt.model, attempt.aim, attempt.quantized
    write(output, quantized.blob)
    if board and (kind := other_image(quantized.blob, board, model)):
        notice(
            f"{output.name}: is too large to be built into {board}'s usual image; load it into the "
            f"running pedal (pedalsmith load), or build with --image {kind}."
        )
    worst = max(error.noise_dbfs for error in quantized.report.errors)
    usual = usual_noise(source)
    if noise is None and aim != usual:
        notice(
            f"{output.name}: {cost_of_fitting(quantized.report)}, so that it fits {board}; "
            f"--noise {usual:g} makes it truer and slower."
        )
    if worst > aim:
        notice(
            f"{output.name}: its error reaches {worst:.1f} dBFS where {aim:g} are aimed at; "
            "no format that the engine has does better."
        )
    if quantized.report.state_bits == 32:
        notice(
            f"{output.name}: 16 bits of state would be heard, so it has 32; its matrix takes about "
            "twice the cycles (`pedalsmith info` counts them, --noise changes the choice)."
        )
    if rate := quantized.report.rate:
        notice(
            f"{output.name}: the model is of {rate.model_rate} Hz; the pedal resamples around it, "
            f"{rate.esr_db:.1f} dB from what it plays at its own rate, "
            f"{rate.latency_ms:.2f} ms later."
        )
    if json:
        emit_json({"model": str(model), "blob": str(output), **quantized.report.as_json()})
        return
    for table in _tables(quantized.report):
        talk.print(table)
    talk.print(f"{output}: {quantized.report.blob_bytes} bytes.", markup=False, soft_wrap=True)


def _calibration_samples(path: Path | None, channel: int | None) -> "Samples":
    import numpy as np

    from pedalsmith.assets import dry_path
    from pedalsmith.audio import read_audio
    from pedalsmith.errors import BadInput

    audio = read_audio(path or dry_path(), channel=channel, least_seconds=_CALIBRATION_SECONDS)
    if float(np.max(np.abs(audio.samples))) < _SILENT:
        raise BadInput(f"{audio.path}: is silent; calibrate on guitar.")
    return audio.samples


def _tables(report: "Report") -> "list[Table]":
    from rich.table import Table

    formats = f"{report.weights} weights, {report.state_bits}-bit state"
    tensors = Table(title=f"Tensors ({formats}, rounded {report.rounding})")
    for heading in ("layer", "tensor", "shape", "bits", "worst error", "error dB"):
        tensors.add_column(heading, justify="left" if heading in ("layer", "tensor") else "right")
    for t in report.tensors:
        shape = " x ".join(map(str, t.shape))
        tensors.add_row(
            *(t.layer, t.tensor, shape, str(t.bits)), f"{t.worst:.2e}", f"{t.error_db:.1f}"
        )
    tables = [tensors]
    if report.cells:
        cells = Table(title="Cell state")
        for heading in ("layer", "format", "largest met", "holds", "bound from weights", ""):
            cells.add_column(heading, justify="right")
        for number, cell in enumerate(report.cells, 1):
            cells.add_row(
                *(str(number), f"Q{24 - cell.shift}", f"{cell.largest:.2f}", f"{cell.range:.0f}"),
                f"{cell.bound:.4g}",
                "proved" if cell.proved else "saturates beyond",
            )
        tables.append(cells)
    errors = Table(
        title=f"Integer engine against float model, {report.measured_seconds:g} s of guitar a level"
    )
    for heading in ("input dB", "float output dBFS", "ESR dB", "error without DC dBFS"):
        errors.add_column(heading, justify="right")
    for e in report.errors:
        errors.add_row(
            str(e.level_db), f"{e.output_dbfs:.1f}", f"{e.esr_db:.1f}", f"{e.noise_dbfs:.1f}"
        )
    return [*tables, errors]
