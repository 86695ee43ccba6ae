# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The last part of a run: the network learns to live with the engine's integers.

It begins from the best rounding that the converter knows, moves the weights at a low rate while
words are played, and keeps what is best in words on the held-out part, the beginning included.
The optimizer keeps the sizes of gradients that the float network had: with none, Adam moves all
weights alike, and of a real DS-1 the ESR went from 0.009 to 0.05 (in float as well).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith_trainer import checkpoint
from pedalsmith_trainer.callbacks import Progress
from pedalsmith_trainer.grid import Grid, Levels, grid_for
from pedalsmith_trainer.loss import CaptureLoss
from pedalsmith_trainer.material import Material, Take
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.quantized_native import QuantizedKernel
from pedalsmith_trainer.quantized_training import QuantizedRehearsal, QuantizedTraining
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.settings import RECURRENT, Settings
from pedalsmith_trainer.training import Outcome, Run

FILE_NAME = "finetuning.npz"

SHARE = 0.15
"""Of a run's time or steps."""

LEARNING_RATE = 1e-4
"""The highest one of the stage. Real DS-1: 1e-3 lost more than rounding ever did."""

WARM_UP = 0.05

_FREE = {"threads", "kernel", "target_esr", "patience"}


@dataclass(frozen=True)
class Tuned:
    """What the stage came to; held-out ESRs are power ratios, in words unless said otherwise."""

    weights: str
    """"int8" or "int16", with 16 bits of state."""
    float_esr: float
    """Of the float network before it."""
    rounded_esr: float
    """Of that, rounded in the converter's best way."""
    tuned_esr: float
    steps: int
    tests: tuple[float, ...] = ()
    """One a take of the test part."""


def before(settings: Settings) -> Settings:
    """What is left of a run for the float network. Raises BadInput where there is none to tune."""
    if settings.quantize is None:
        return settings
    if settings.arch not in RECURRENT:
        raise BadInput(
            f"--quantize {settings.quantize}: is for lstm and gru; leave it away for a WaveNet."
        )
    steps = None if settings.steps is None else settings.steps - _steps(settings)
    return replace(settings, seconds=(1 - SHARE) * settings.seconds, steps=steps)


def _steps(settings: Settings) -> int:
    return round(SHARE * (settings.steps or 0))


def tune(
    material: Material,
    settings: Settings,
    outcome: Outcome,
    *,
    report: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    keep: Path,
    resume: bool,
) -> tuple[Outcome, Tuned | None]:
    """Tunes the network of `outcome` for settings.quantize, as the rest of the run.

    The run is kept in `keep`; with `resume` it goes on from there if that was this run. Returns
    the outcome of both parts and what the second one did; None where it was not to be done.
    """
    network = outcome.network
    if settings.quantize is None or should_stop():
        return outcome, None
    assert isinstance(network, AmpNetwork)
    try:
        kernel = QuantizedKernel(
            *(network.arch, network.hidden),
            features=network.features,
            layers=len(network.recurrent),
            cell_bound=network.cell_bound,
            threads=settings.threads,
        )
    except (BadInput, OSError) as error:
        notice(f"{error} The network is not fine-tuned for {settings.quantize}.")
        return outcome, None
    kept = _kept(keep, settings) if resume else None
    levels = Levels.of(material)
    if kept is None:
        grid, row = grid_for(network, levels, settings.quantize, material.training[0].dry)
        network.assign(row)
    else:
        shifts, *steps = kept.variables[-1 - len(network.recurrent) :]
        grid = Grid(network, levels, settings.quantize, shifts, steps)

    def tell(progress: Progress) -> None:
        report(_second_part(outcome.history, progress))

    run = FineTuning(material, settings, tell, grid, kernel)
    if kept is None:
        assert outcome.adam is not None
        run.training.adam = outcome.adam.rested()
        run.judge.look(network)
        run.rounded_esr = run.judge.best_esr
    else:
        run.resume(kept, keep)
    tuned = run.go(should_stop, keep)
    rehearsals = [run.rehearsal(take, material, pieces=1) for take in material.test]
    told = Tuned(
        settings.quantize,
        outcome.best_esr,
        run.rounded_esr,
        tuned.best_esr,
        run.pace.steps,
        tuple(one.esr(network) for one in rehearsals),
    )
    first = [first_part(settings, line) for line in outcome.history]
    history = first + [_second_part(outcome.history, line) for line in tuned.history]
    return replace(tuned, history=history), told


def first_part(settings: Settings, progress: Progress) -> Progress:
    """What the float network tells, as part of the whole run."""
    if settings.quantize is None:
        return progress
    return replace(progress, share=(1 - SHARE) * progress.share)


def _second_part(before_it: list[Progress], progress: Progress) -> Progress:
    """What the stage tells, as part of the whole run: seconds and steps are counted on."""
    seconds, steps = (before_it[-1].seconds, before_it[-1].steps) if before_it else (0.0, 0)
    return replace(
        progress,
        seconds=seconds + progress.seconds,
        steps=steps + progress.steps,
        share=1 - SHARE + SHARE * progress.share,
    )


class FineTuning(Run):
    """A training run on a grid, of a network that has learnt before."""

    def __init__(
        self,
        material: Material,
        settings: Settings,
        report: Callable[[Progress], None],
        grid: Grid,
        kernel: QuantizedKernel,
    ) -> None:
        """`settings` are those of both parts."""
        self._whole, self._grid, self._kernel = settings, grid, kernel
        self.rounded_esr = float("nan")
        """Held-out, before the first step."""
        stage = replace(
            settings,
            seconds=SHARE * settings.seconds,
            steps=None if settings.steps is None else _steps(settings),
            learning_rate=LEARNING_RATE,
            warm_up=WARM_UP,
            target_esr=None,
            patience=None,
        )
        super().__init__(material, stage, report)

    def rehearsal(self, take: Take, material: Material, pieces: int = 16) -> QuantizedRehearsal:
        """What the words make of a take."""
        return QuantizedRehearsal(take, material, self._grid, self._kernel, pieces=pieces)

    def _network(self, material: Material) -> AmpNetwork:
        return self._grid.network

    def _training(self, loss: CaptureLoss) -> QuantizedTraining:
        return QuantizedTraining(self.streams, loss, self._grid, self._kernel)

    def _held_out(self, material: Material) -> list[Rehearsal]:
        return [self.rehearsal(take, material) for take in material.held_out]

    def snapshot(self) -> checkpoint.Checkpoint:
        """See Run; the grid goes last."""
        kept, grid = super().snapshot(), self._grid
        ours = [np.array(self.rounded_esr), grid.cell_shifts, *grid.steps]
        return replace(kept, variables=[*kept.variables, *ours])

    def resume(self, kept: checkpoint.Checkpoint, path: Path) -> None:
        """See Run."""
        *variables, rounded = kept.variables[: -1 - len(self._grid.steps)]
        self.rounded_esr = float(rounded)
        super().resume(replace(kept, variables=variables), path)

    def _lasting_settings(self) -> dict[str, object]:
        return _lasting(self._whole)


def _lasting(settings: Settings) -> dict[str, object]:
    """Those that must not change in a resumed stage: a run made longer has another first part."""
    return {k: v for k, v in asdict(settings).items() if k not in _FREE}


def _kept(path: Path, settings: Settings) -> checkpoint.Checkpoint | None:
    """What is kept of the stage of just this run."""
    if not path.exists():
        return None
    kept = checkpoint.load(path)
    return kept if kept.settings == _lasting(settings) else None
