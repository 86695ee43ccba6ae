# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What `pedalsmith train` does, from the files of a capture to the folder of a run.

RUN/model.json      the float model (Keras JSON), what every other command reads
RUN/run.json        settings, versions, alignment, figures
RUN/history.csv     one line an epoch
RUN/model.keras     the Keras network, on the trained level
RUN/held_out_*.wav  dry and wet sound that was kept from training, put in step; 1 s of run-in first
RUN/checkpoint.npz  what --resume goes on with; RUN/finetuning.npz, in the last part of a tuned run
"""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np

from pedalsmith.console import emit_json, talk
from pedalsmith.errors import BadInput, NegativeResult
from pedalsmith.models.model import Metadata
from pedalsmith_trainer import checkpoint, finetuning, folder
from pedalsmith_trainer.callbacks import Progress
from pedalsmith_trainer.display import Display
from pedalsmith_trainer.export import to_model
from pedalsmith_trainer.finetuning import Tuned
from pedalsmith_trainer.fitting import Trial, candidates, choose
from pedalsmith_trainer.gathering import gather
from pedalsmith_trainer.loss import esr_db, esr_words
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.request import Request
from pedalsmith_trainer.tensorboard import Scalars
from pedalsmith_trainer.training import Outcome, train


def run(request: Request) -> None:
    """Trains, writes the run folder, tells the figures."""
    folder.check_writable(request.output)
    gathered = gather(request)
    material = gathered.material
    with _interrupts() as interrupted:
        trials: list[Trial] = []
        if request.fit is not None:
            request, trials = _fitted(request, material, interrupted)
        outcome, tuned = _train(request, material, interrupted)
    if not np.isfinite(outcome.best_esr):
        raise NegativeResult(
            f"{request.output}: stopped before the first look at the held-out part; nothing was "
            "written."
        )
    tests = [Rehearsal(take, material, pieces=1).esr(outcome.network) for take in material.test]
    test_esr = float(np.mean(tests)) if tests else None
    metadata = Metadata(
        name=request.name,
        gear=request.gear,
        esr=test_esr,
        input_level_dbu=request.input_dbu,
        output_level_dbu=request.output_dbu,
    )
    model = to_model(outcome.network, material, metadata)
    figures = folder.write(request, gathered, outcome, model, tests, trials, tuned)
    if interrupted[0]:
        talk.print(
            "Stopped; the best model so far is kept, --resume goes on with it.", markup=False
        )
    _tell("held-out", outcome.best_esr)
    if tuned is not None:
        _tell_tuned(tuned)
    for take, ratio in zip(material.test, tests, strict=True):
        knobs = zip(material.knob_names, take.knobs, strict=True)
        _tell(" ".join(["test", *(f"{name} {value:g}" for name, value in knobs)]), ratio)
    model_path = request.output / "model.json"
    talk.print(
        f"{model_path} is the model; `pedalsmith report {request.output}` lets you hear it.",
        markup=False,
        soft_wrap=True,
    )
    if request.as_json:
        emit_json(figures)


def _train(
    request: Request, material: Material, interrupted: list[bool]
) -> tuple[Outcome, Tuned | None]:
    with ExitStack() as stack:
        watchers = [stack.enter_context(Display(request.settings)).show]
        if request.tensorboard is not None:
            folder.check_writable(request.tensorboard)
            watchers.append(stack.enter_context(Scalars(request.tensorboard)).show)

        def report(progress: Progress) -> None:
            for show in watchers:
                show(progress)

        outcome = train(
            material,
            finetuning.before(request.settings),
            report=lambda progress: report(finetuning.first_part(request.settings, progress)),
            should_stop=lambda: interrupted[0],
            keep=request.output / checkpoint.FILE_NAME,
            resume=request.resume,
        )
        return finetuning.tune(
            material,
            request.settings,
            outcome,
            report=report,
            should_stop=lambda: interrupted[0],
            keep=request.output / finetuning.FILE_NAME,
            resume=request.resume,
        )


def _fitted(
    request: Request, material: Material, interrupted: list[bool]
) -> tuple[Request, list[Trial]]:
    """The request with the network that the trials spoke for."""
    if request.resume:
        raise BadInput("--fit: cannot be resumed; use the --arch and --hidden that run.json has.")
    found = candidates(
        request.fit or "",
        request.max_cpu,
        layers=request.settings.layers,
        knobs=len(material.knob_names),
    )
    tried = ", ".join(f"{one.name} ({100 * one.worst_load:.0f} %)" for one in found)
    talk.print(f"fits {request.fit}, worst case of the CPU: {tried}.", markup=False)
    settings, trials = choose(
        found, material, request.settings, tell=_tell_trial, should_stop=lambda: interrupted[0]
    )
    return replace(request, settings=settings), trials


def _tell_trial(trial: Trial) -> None:
    talk.print(
        f"tried {trial.candidate.name} for {trial.seconds:.0f} s: ESR {trial.esr:.5f}",
        markup=False,
    )


def _tell_tuned(tuned: Tuned) -> None:
    talk.print(
        f"{tuned.weights} in the pedal's words, held-out ESR: rounded {tuned.rounded_esr:.5f}, "
        f"fine-tuned {tuned.tuned_esr:.5f} (float before: {tuned.float_esr:.5f})",
        markup=False,
        soft_wrap=True,
    )


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
