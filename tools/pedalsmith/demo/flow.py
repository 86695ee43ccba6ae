# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the demo and the report of a run do: a model into integers, into an image, into sound.

DIR/run/            the demo's training run, model.json in it
DIR/tone.psm        the quantized model
DIR/firmware/       the image that is flashed
DIR/words/          seconds out of the host's engine and out of the emulated board, word for word
DIR/*.wav           the end, which training did not hear: dry, target, model, pedal
DIR/report.html     all of it on one page
"""

import contextlib
import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith import assets
from pedalsmith.audio import SAMPLE_RATE, Samples, read_audio, to_q23, write_wav
from pedalsmith.demo.steps import StepFailed, Steps
from pedalsmith.errors import BadInput, NegativeResult
from pedalsmith.native.boards import board_names
from pedalsmith.report import Curve

_RUN_IN_SECONDS = 4.0
"""Played before the part that is measured, so that the model's state has settled."""


@dataclass(frozen=True)
class Settings:
    """What is made of a model, and where."""

    output: Path
    run: Path
    """Folder of the training run."""
    title: str
    gear: str
    """What was captured, in words."""
    board: str = "daisy_seed"
    weights: str = "int16"
    seconds: float = 36.0
    """How much of the sound is played through host and board; the end of it is measured."""


@dataclass(frozen=True)
class Training:
    """What the demo's network is and how long it learns."""

    arch: str = "lstm"
    hidden: int = 16
    minutes: float = 2.0
    seed: int = 0


@dataclass(frozen=True)
class Sound:
    """A capture in step: (n,) each, at SAMPLE_RATE."""

    dry: Samples
    target: Samples
    """What the gear made of `dry`."""
    first: int
    """Sample from which on training did not hear it; before it the model may settle."""


@dataclass
class Figures:
    """What the demo found; the JSON answers are what the commands printed."""

    train: dict[str, Any]
    """What RUN/run.json holds."""
    convert: dict[str, Any] = field(default_factory=dict)
    build: dict[str, Any] = field(default_factory=dict)
    emulate: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What info says of each board."""
    sounds: dict[str, Samples] = field(default_factory=dict)
    """dry, target, model, pedal: (n,) each, the test part."""
    esr_float: float = 0.0
    esr_quantized: float = 0.0
    esr_rounding: float = 0.0
    samples_compared: int = 0
    samples_differing: int = 0


def play(settings: Settings, steps: Steps, sound: Sound, trained: dict[str, Any]) -> Figures:
    """Does everything but the report with the model of a run. Raises StepFailed when it fails."""
    figures = Figures(trained)
    folder = settings.output
    with steps.step("convert", f"integers, {settings.weights} weights") as step:
        figures.convert = steps.run(
            step, "convert", str(settings.run / "model.json"), "-o", str(folder / "tone.psm"),
            "--weights", settings.weights,
        )  # fmt: skip
        loudest = figures.convert["errors"][0]
        step.result = f"\N{MINUS SIGN}{-loudest['esr_db']:.1f} dB of rounding"
    with steps.step("build", "the image that is flashed") as step:
        figures.build = steps.run(
            step, "build", "--board", settings.board, "--model", str(folder / "tone.psm"),
            "-o", str(folder / "firmware"),
        )  # fmt: skip
        flash = figures.build["memory"]["flash"]
        step.result = f"{flash['used'] / 1024:.1f} kB of {flash['size'] / 1024:.0f} kB flash"
    _emulate(settings, steps, figures, sound)
    with steps.step("info", "instructions, counted") as step:
        figures.info = steps.run(
            step, "info", str(folder / "tone.psm"), "--board", settings.board
        )  # fmt: skip
        for name in board_names():
            # A model may be too large for another board; the report then leaves that one out.
            with contextlib.suppress(StepFailed):
                figures.boards[name] = (
                    figures.info
                    if name == settings.board
                    else steps.run(step, "info", str(folder / "tone.psm"), "--board", name)
                )
        step.result = f"{figures.info['load_mean_percent']:.1f} % of the block time"
    kept = (len(sound.dry) - sound.first) / SAMPLE_RATE
    with steps.step("measure", f"on {kept:.1f} s kept from training") as step:
        _measure(settings, figures, sound)
        step.result = f"ESR {figures.esr_quantized:.4f} in the pedal"
    return figures


def train(settings: Settings, training: Training, steps: Steps) -> dict[str, Any]:
    """Trains on the shipped capture; returns what RUN/run.json holds."""
    network = f"{training.arch.upper()}-{training.hidden}"
    first, last = assets.TEST_SECONDS
    with steps.step("train", f"{network} on {first:.0f} s of overdrive") as step:
        trained = steps.run(
            step, "train", "--dry", str(assets.dry_path()), "--wet", str(assets.wet_path()),
            "-o", str(settings.run), "--arch", training.arch,
            "--hidden", str(training.hidden), "--minutes", f"{training.minutes:g}",
            "--seed", str(training.seed), "--test-seconds", f"{last - first:g}",
            "--name", settings.title, "--gear", settings.gear,
        )  # fmt: skip
        step.result = f"ESR {trained['figures']['test_esr']:.4f}"
    return trained


def shipped_sound(trained: dict[str, Any]) -> Sound:
    """The shipped capture, brought to where training had it."""
    first, last = (round(second * SAMPLE_RATE) for second in assets.TEST_SECONDS)
    # What training corrected, it learned without: the target is brought to the same place.
    alignment = trained["alignment"]
    target = np.roll(read_audio(assets.wet_path()).samples, -alignment["shift"])[:last]
    target = -target if alignment["inverted"] else target
    return Sound(read_audio(assets.dry_path()).samples[:last], target, first)


def held_out_sound(run: Path, trained: dict[str, Any]) -> Sound:
    """What a run kept from training. Raises BadInput where it kept nothing that can be read."""
    if "held_out" not in trained:
        raise BadInput(f"{run}: was trained by an older pedalsmith; train again, or --resume.")
    dry, target = (read_audio(run / f"held_out_{name}.wav").samples for name in ("dry", "wet"))
    return Sound(dry, target, int(trained["held_out"]["run_in_samples"]))


def _emulate(settings: Settings, steps: Steps, figures: Figures, sound: Sound) -> None:
    """Plays the sound through host and board and lays the words side by side."""
    folder = settings.output / "words"
    played = sound.dry[-round(settings.seconds * SAMPLE_RATE) :]
    dry = folder / "dry.wav"
    write_wav(dry, played)
    with steps.step("emulate", f"{len(played) / SAMPLE_RATE:.0f} s on computer and board") as step:
        tone = str(settings.output / "tone.psm")
        steps.run(step, "emulate", tone, str(dry), str(folder / "host.wav"), "--on", "host")
        # The very file that is flashed. What it plays is laid beside the host's here, not there.
        image = next(name for name in figures.build["files"] if name.endswith(".bin"))
        figures.emulate = steps.run(
            step, "emulate", tone, str(dry), str(folder / f"{settings.board}.wav"),
            "--on", settings.board, "--image", image, "--no-compare",
        )  # fmt: skip
        host = to_q23(read_audio(folder / "host.wav").samples)
        board = to_q23(read_audio(folder / f"{settings.board}.wav").samples)
        if len(host) != len(board):
            raise NegativeResult(
                f"{folder}: the host gave {len(host)} samples, the board {len(board)}."
            )
        figures.samples_compared = len(host)
        figures.samples_differing = int(np.count_nonzero(host != board))
        step.result = f"{len(host):,} samples, {figures.samples_differing:,} differ"


def _measure(settings: Settings, figures: Figures, sound: Sound) -> None:
    """Plays the float model on the part that training did not hear, measures, writes the WAVs."""
    from pedalsmith.models.importers import load_model
    from pedalsmith.models.reference import Reference

    player = Reference(load_model(settings.run / "model.json"))
    run_in = min(sound.first, round(_RUN_IN_SECONDS * SAMPLE_RATE))
    model = player.play(sound.dry[sound.first - run_in :])[run_in:]
    pedal = read_audio(settings.output / "words" / f"{settings.board}.wav").samples
    count = min(len(model), len(pedal))
    sounds = {"dry": sound.dry, "target": sound.target, "model": model, "pedal": pedal}
    figures.sounds = {name: samples[-count:] for name, samples in sounds.items()}
    for name, samples in figures.sounds.items():
        write_wav(settings.output / f"{name}.wav", samples)
    target, model, pedal = (figures.sounds[name] for name in ("target", "model", "pedal"))
    figures.esr_float = esr(model, target)
    figures.esr_quantized = esr(pedal, target)
    figures.esr_rounding = esr(pedal, model)


def esr(output: Samples, target: Samples) -> float:
    """Power of the error over power of the target; 0 for equal sounds.

    The error's mean is left out: the pedal takes the model's resting output off, the float model
    keeps it, and neither passes a codec.
    """
    error = output - target
    return float(np.sum((error - error.mean()) ** 2) / np.sum(target**2))


def training_curve(settings: Settings) -> Curve | None:
    """What RUN/history.csv says of the training, if it says anything."""
    with (settings.run / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        return None
    return Curve(
        tuple(float(row["seconds"]) for row in rows),
        tuple(float(row["held_out_esr"]) for row in rows),
    )
