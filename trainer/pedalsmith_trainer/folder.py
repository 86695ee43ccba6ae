# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The folder of a run; every file in it is there whole or not at all."""

import csv
import io
import json
import os
import platform
from dataclasses import asdict, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pedalsmith.audio import write_wav
from pedalsmith.errors import BadInput
from pedalsmith.files import whole_file, write_whole
from pedalsmith.models.exporters import keras_json, nam
from pedalsmith.models.model import Model, WaveNet
from pedalsmith_trainer.callbacks import Progress
from pedalsmith_trainer.finetuning import Tuned
from pedalsmith_trainer.fitting import Trial
from pedalsmith_trainer.gathering import Gathered
from pedalsmith_trainer.loss import esr_db, esr_words
from pedalsmith_trainer.request import Request
from pedalsmith_trainer.training import Outcome


def check_writable(folder: Path) -> None:
    """Raises BadInput at once, not after minutes of training, when `folder` cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{folder}: cannot be made ({error.strerror}); name another.") from None
    if not os.access(folder, os.W_OK):
        raise BadInput(f"{folder}: cannot be written; name another folder.")


def write(
    request: Request,
    gathered: Gathered,
    outcome: Outcome,
    model: Model,
    tests: list[float],
    trials: list[Trial],
    tuned: Tuned | None,
) -> dict[str, Any]:
    """Writes the run and returns what run.json holds."""
    figures = _figures(request, gathered, outcome, tests)
    if trials:
        figures["tried"] = [asdict(trial) for trial in trials]
    if tuned is not None:
        figures["quantized"] = asdict(tuned)
    folder = request.output
    # .nam is JSON, too, and the format for WaveNets; what reads models looks at the content.
    writer = nam if isinstance(model.layers[0], WaveNet) else keras_json
    writer.write(model, folder / "model.json")
    with whole_file(folder / "model.keras") as temporary:
        outcome.network.save(temporary)
    kept = gathered.material.held_out[0]
    for name, samples in (("dry", kept.dry), ("wet", kept.wet)):
        write_wav(folder / f"held_out_{name}.wav", samples)
    write_whole(folder / "history.csv", _history(outcome.history))
    write_whole(folder / "run.json", json.dumps(figures, indent=2) + "\n")
    return figures


def _figures(
    request: Request, gathered: Gathered, outcome: Outcome, tests: list[float]
) -> dict[str, Any]:
    last = outcome.history[-1]
    material = gathered.material
    test_esr = sum(tests) / len(tests) if tests else None
    captures = [
        {
            "dry": str(capture.dry_path),
            "wet": str(capture.wet_path),
            "knobs": dict(zip(material.knob_names, take.knobs, strict=True)),
            "alignment": {
                **asdict(capture.alignment),
                "shift": capture.alignment.shift,
            },
        }
        for capture, take in zip(gathered.captures, material.training, strict=True)
    ]
    return {
        # The first capture's, where readers of a run with one capture look.
        **{key: captures[0][key] for key in ("dry", "wet", "alignment")},
        "captures": captures,
        "name": request.name,
        "gear": request.gear,
        # What held_out_dry.wav and held_out_wet.wav hold, of the first capture.
        "held_out": {
            "run_in_samples": material.held_out[0].run_in,
            "knobs": captures[0]["knobs"],
        },
        "settings": asdict(request.settings),
        "levels": {"input_gain": material.input_gain, "output_gain": material.output_gain},
        "figures": {
            "held_out_esr": outcome.best_esr,
            "held_out_esr_db": esr_db(outcome.best_esr),
            "test_esr": test_esr,
            "test_esr_db": None if test_esr is None else esr_db(test_esr),
            "tests": [
                {"knobs": dict(zip(material.knob_names, take.knobs, strict=True)), "esr": ratio}
                for take, ratio in zip(material.test, tests, strict=True)
            ],
            "in_words": esr_words(outcome.best_esr if test_esr is None else test_esr),
            "seconds": last.seconds,
            "steps": last.steps,
            "samples_a_second": outcome.samples_a_second,
            "cell_excess": last.cell_excess,
            "finished": outcome.finished,
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("pedalsmith", "keras", "numpy")},
            "tensorflow": _tensorflow_version(),
        },
    }


def _tensorflow_version() -> str:
    import tensorflow as tf

    return str(tf.__version__)


def _history(history: list[Progress]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Progress)]
    writer.writerow(names)
    for line in history:
        writer.writerow([f"{getattr(line, name):.6g}" for name in names])
    return text.getvalue()
