# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What fine-tuning in the engine's words gives: float runs in, one row of a table each out.

    python trainer/benchmarks/finetuning.py RUN ... --weights int8 --steps 512

RUN is the folder of a float `pedalsmith train`. The held-out ESR is told in the engine's words with
16 bits of state: rounded to nearest, rounded as `convert` does, and tuned for `--steps`; then the
error against the float model (RMS without DC, dBFS) at 0, -20 and -40 dB of the shipped guitar.
"""

import argparse
import json
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import soundfile

from pedalsmith_trainer.quiet import quiet_tensorflow

quiet_tensorflow()

import keras  # noqa: E402

from pedalsmith.models.importers import load_model  # noqa: E402
from pedalsmith.models.model import Metadata  # noqa: E402
from pedalsmith.quantization.quantizer import WEIGHT_BITS, Quantizer  # noqa: E402
from pedalsmith.source import source_root  # noqa: E402
from pedalsmith_trainer import checkpoint, finetuning  # noqa: E402
from pedalsmith_trainer.adam import Adam  # noqa: E402
from pedalsmith_trainer.export import to_model  # noqa: E402
from pedalsmith_trainer.gathering import gather  # noqa: E402
from pedalsmith_trainer.grid import Grid, Levels  # noqa: E402
from pedalsmith_trainer.loss import esr_db  # noqa: E402
from pedalsmith_trainer.quantized_native import QuantizedKernel  # noqa: E402
from pedalsmith_trainer.quantized_training import QuantizedRehearsal  # noqa: E402
from pedalsmith_trainer.request import Request  # noqa: E402
from pedalsmith_trainer.settings import Settings  # noqa: E402
from pedalsmith_trainer.training import Outcome  # noqa: E402


def row(run: Path, weights: str, steps: int, test_seconds: float) -> str:
    """The table's row of one run."""
    figures = json.loads((run / "run.json").read_text())
    known = {field.name for field in fields(Settings)}
    kept = {key: value for key, value in figures["settings"].items() if key in known}
    finetuning.SHARE = 1.0
    settings = Settings(**{**kept, "steps": steps, "quantize": weights, "threads": 1})
    request = Request(
        run, settings, Path(figures["dry"]), Path(figures["wet"]), test_seconds=test_seconds
    )
    material = gather(request).material
    network = keras.saving.load_model(run / "model.keras")
    network.use_kernel(1)
    guitar, _ = soundfile.read(
        source_root() / "tools" / "pedalsmith" / "assets" / "overdrive_dry.flac"
    )
    bits = WEIGHT_BITS[weights][0]
    quantizer = Quantizer(load_model(run / "model.json"), str(run), guitar)
    plain = next(quantizer.candidates.of(bits))
    shifts = [
        quantizer.cells[k].shift if k in quantizer.cells else 0 for k in range(settings.layers)
    ]
    grid = Grid(
        network, Levels.of(material), weights, np.array(shifts), [one.step for one in plain.rows]
    )
    kernel = QuantizedKernel(
        settings.arch, settings.hidden, features=network.features, layers=settings.layers
    )
    before = network.get_weights()
    network.assign(grid.row_of(plain))
    rehearsals = [QuantizedRehearsal(take, material, grid, kernel) for take in material.held_out]
    nearest = float(np.mean([one.esr(network) for one in rehearsals]))
    network.set_weights(before)
    converted = quantizer.best(bits, 1).errors

    adam = Adam(int(network.flat_weights().shape[0]))
    _, _, adam.square, _, count, _ = checkpoint.load(run / checkpoint.FILE_NAME).variables
    adam.steps = int(count)
    with tempfile.TemporaryDirectory() as folder:
        outcome, tuned = finetuning.tune(
            material,
            settings,
            Outcome(network, figures["figures"]["held_out_esr"], adam=adam),
            report=lambda progress: None,
            should_stop=lambda: False,
            keep=Path(folder) / "kept.npz",
            resume=False,
        )
    assert tuned is not None
    model = to_model(outcome.network, material, Metadata())
    after = Quantizer(model, str(run), guitar).best(bits, 1).errors
    costs = [
        f"{esr_db(esr) - esr_db(tuned.float_esr):+.3f}"
        for esr in (nearest, tuned.rounded_esr, tuned.tuned_esr)
    ]
    noises = [
        " / ".join(f"{error.noise_dbfs:.1f}" for error in errors) for errors in (converted, after)
    ]
    name = f"{run.name} {settings.name} seed {settings.seed}"
    return " | ".join([f"| {name}", f"{tuned.float_esr:.6f}", *costs, *noises]) + " |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--weights", default="int8", choices=["int8", "int16"])
    parser.add_argument("--steps", type=int, default=512)
    parser.add_argument("--test-seconds", type=float, default=0.0, help="As in the runs.")
    asked = parser.parse_args()
    print(
        "| run | float ESR | to nearest, dB | converted, dB | tuned, dB | converted, dBFS | "
        "tuned, dBFS |\n|---|---|---|---|---|---|---|"
    )
    for run in asked.runs:
        print(row(run, asked.weights, asked.steps, asked.test_seconds), flush=True)


if __name__ == "__main__":
    main()
