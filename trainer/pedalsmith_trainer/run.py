# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What `pedalsmith train` does, from the files of a capture to the folder of a run.

RUN/model.json      the float model (Keras JSON), what every other command reads
RUN/run.json        settings, versions, alignment, figures
RUN/history.csv     one line an epoch
RUN/model.keras     the Keras network, on the trained level
RUN/checkpoint.npz  what --resume goes on with
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pedalsmith.capture.judgement import Grade, judge
from pedalsmith.capture.reading import Capture, describe_alignment, read_capture
from pedalsmith.console import emit_json, notice, talk
from pedalsmith.errors import BadInput, NegativeResult
from pedalsmith_trainer import checkpoint, folder
from pedalsmith_trainer.display import Display
from pedalsmith_trainer.export import to_model
from pedalsmith_trainer.loss import esr_db, esr_words
from pedalsmith_trainer.material import Material, prepare
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.settings import Settings
from pedalsmith_trainer.training import Outcome, train


@dataclass(frozen=True)
class Request:
    """The command line."""

    dry: Path
    wet: Path
    output: Path
    settings: Settings
    test_dry: Path | None = None
    test_wet: Path | None = None
    test_seconds: float = 0.0
    channel: int | None = None
    name: str | None = None
    gear: str | None = None
    resume: bool = False
    as_json: bool = False


def run(request: Request) -> None:
    """Trains, writes the run folder, tells the figures."""
    folder.check_writable(request.output)
    capture = read_capture(request.dry, request.wet, channel=request.channel)
    test = _read_test(request, capture)
    material = prepare(capture, test=test, test_seconds=request.test_seconds)
    talk.print(
        f"{capture.seconds:.1f} s of capture; {describe_alignment(capture.alignment)}.",
        markup=False,
    )
    _warn(capture)
    with Display(request.settings) as display, _interrupts() as interrupted:
        outcome = train(
            material,
            request.settings,
            report=display.show,
            should_stop=lambda: interrupted[0],
            keep=request.output / checkpoint.FILE_NAME,
            resume=request.resume,
        )
    if not np.isfinite(outcome.best_esr):
        raise NegativeResult(
            f"{request.output}: stopped before the first look at the held-out part; nothing was "
            "written."
        )
    test_esr = _test_esr(outcome, material)
    model = to_model(outcome.network, material, request.name, request.gear, test_esr)
    figures = folder.write(request, material, outcome, model, test_esr)
    if interrupted[0]:
        talk.print(
            "Stopped; the best model so far is kept, --resume goes on with it.", markup=False
        )
    _tell("held-out", outcome.best_esr)
    if test_esr is not None:
        _tell("test", test_esr)
    talk.print(f"{request.output / 'model.json'} is the model.", markup=False, soft_wrap=True)
    if request.as_json:
        emit_json(figures)


def _warn(capture: Capture) -> None:
    """Tells what `pedalsmith check` would find fault with."""
    for finding in judge(capture.dry_audio, capture.wet_audio, capture.alignment):
        if finding.grade is not Grade.GOOD:
            notice(f"{finding.subject}: {finding.found}; {finding.remedy}.")


def _read_test(request: Request, capture: Capture) -> Capture | None:
    if (request.test_dry is None) != (request.test_wet is None):
        raise BadInput("--test-dry and --test-wet: give both or none.")
    if request.test_dry is None or request.test_wet is None:
        if request.test_seconds > 0.5 * capture.seconds:
            raise BadInput(
                f"--test-seconds {request.test_seconds:g}: is more than half of the capture "
                f"({capture.seconds:.1f} s); ask for less."
            )
        return None
    return read_capture(
        request.test_dry,
        request.test_wet,
        channel=request.channel,
        alignment=capture.alignment,
    )


def _test_esr(outcome: Outcome, material: Material) -> float | None:
    """The ESR on the test pair, played in one piece from the state of silence."""
    if material.test is None:
        return None
    return Rehearsal(material.test_run_in, material.test, material, pieces=1).esr(outcome.network)


def _tell(part: str, ratio: float) -> None:
    talk.print(f"{part} ESR {ratio:.5f} ({esr_db(ratio):.1f} dB): {esr_words(ratio)}", markup=False)


@contextmanager
def _interrupts() -> Iterator[list[bool]]:
    """Yields a list whose one value turns True at the first Ctrl-C; a second one gets through."""
    interrupted = [False]

    def stop(number: int, frame: object) -> None:
        interrupted[0] = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
