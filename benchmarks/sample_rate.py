# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Recurrent models of another sample rate on a board: what two remedies leave of an error.

    python benchmarks/sample_rate.py -o benchmarks/sample_rate.md [--sample-rate 44100] MODEL...

The engine resamples around a network; a recurrent one could instead be run at the board's rate with
a state that comes later by the ratio of the rates, between samples by a straight line. Each is
compared with the model at its own rate between two conversions of very high quality (soxr).
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import soxr

from pedalsmith.assets import dry_path
from pedalsmith.audio import SAMPLE_RATE, Samples, from_q23, read_audio, to_q23
from pedalsmith.errors import BadInput, PedalsmithError
from pedalsmith.files import write_whole
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Model
from pedalsmith.models.reference import run
from pedalsmith.quantization.quantizer import quantize
from pedalsmith.quantization.rate import Int, RateReference, rate_record
from pedalsmith.quantization.resampling import at_model_rate, delayed

START, SECONDS = 3, 2
"""Of the shipped guitar."""
EDGE = SAMPLE_RATE // 2, SAMPLE_RATE // 10
"""Samples at the two ends that are not compared: the network settles, the conversions begin."""

HEADINGS = ("model", "Hz", "resampling", "quantized too", "delayed state", "nothing")

TITLE = """# A model of another sample rate

On a board of 48 kHz, error against the model at its own rate between two conversions of very high
quality (soxr), on guitar; ESR in dB. Resampling: by the engine's own filters around the float
network; quantized too: the engine as a whole, as `pedalsmith convert` measures it. Delayed state:
the float network at 48 kHz, its state late by the ratio of the rates. Nothing: the float network
at 48 kHz as it is. Made by

    python benchmarks/sample_rate.py -o benchmarks/sample_rate.md MODEL...

"""


def main() -> None:
    """Makes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--sample-rate", type=int, help="Hz, of files that do not say it")
    arguments = parser.parse_args()
    rows = [measure(path, arguments.sample_rate) for path in arguments.models]
    lines = [" | ".join(cells) for cells in (HEADINGS, ["---"] * len(HEADINGS), *rows)]
    write_whole(arguments.output, TITLE + "".join(f"| {line} |\n" for line in lines))


def measure(path: Path, sample_rate: int | None) -> list[str]:
    """One row. Raises BadInput for a model of the board's own rate."""
    model = load_model(path, ImportOptions(sample_rate))
    if model.sample_rate == SAMPLE_RATE:
        raise BadInput(f"{path}: is of {SAMPLE_RATE} Hz, the board's own rate; name another.")
    guitar = read_audio(dry_path()).samples
    quantized = quantize(model, str(path), guitar).report.rate
    assert quantized is not None
    guitar = guitar[START * SAMPLE_RATE : (START + SECONDS) * SAMPLE_RATE]
    # Without what is above the model's band, which no remedy could treat as the model does.
    guitar = soxr.resample(at_model_rate(guitar, model), model.sample_rate, SAMPLE_RATE, "VHQ")
    own = run(model, at_model_rate(guitar, model), knobs=knobs(model))
    own = soxr.resample(own, model.sample_rate, SAMPLE_RATE, quality="VHQ")
    filtered, late = resampled(model, guitar)
    moved = run(model, guitar, knobs=knobs(model), sample_rate=SAMPLE_RATE)
    found = (
        error_db(filtered, delayed(own, late)),
        quantized.esr_db,
        error_db(moved, own),
        error_db(run(model, guitar, knobs=knobs(model)), own),
    )
    return [path.stem, str(model.sample_rate), *(f"{error:.1f}" for error in found)]


def resampled(model: Model, guitar: Samples) -> tuple[Samples, float]:
    """The float network between the engine's filters, and the samples that it is late by."""
    record = rate_record(model.sample_rate, SAMPLE_RATE)
    rest = int(to_q23(run(model, [0.0], knobs=knobs(model), silence=model.sample_rate))[0])
    reference = RateReference(record)
    reference.reset(rest)

    def network(frames: Int) -> Int:
        heard = from_q23(frames.astype(np.int32))
        return to_q23(run(model, heard, knobs=knobs(model))).astype(np.int64)

    output = reference.play(to_q23(guitar).astype(np.int64), network)
    return from_q23(output.astype(np.int32)), record.latency


def knobs(model: Model) -> tuple[float, ...]:
    """In the middle, as a blob's rest."""
    return (0.5,) * model.knobs


def error_db(ours: Samples, true: Samples) -> float:
    """ESR without the mean; dB."""
    count = min(len(ours), len(true))
    heard = slice(EDGE[0], count - EDGE[1])
    power = np.sum((true[heard] - true[heard].mean()) ** 2)
    return float(10 * np.log10(np.sum((ours[heard] - true[heard]) ** 2) / power))


if __name__ == "__main__":
    try:
        main()
    except PedalsmithError as error:
        sys.exit(f"sample_rate: {error}")
