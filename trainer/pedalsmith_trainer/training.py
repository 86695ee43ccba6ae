# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One training run: from material and settings to the best network that was seen."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith_trainer import checkpoint
from pedalsmith_trainer.adam import Adam
from pedalsmith_trainer.callbacks import STEPS_AN_EPOCH, Judge, Pace, Progress
from pedalsmith_trainer.loss import CaptureLoss
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.played_network import PlayedNetwork
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.settings import Settings
from pedalsmith_trainer.streams import Streams
from pedalsmith_trainer.truncated import STEPS_A_BATCH, TruncatedTraining
from pedalsmith_trainer.wavenet_network import WaveNetwork
from pedalsmith_trainer.wavenet_shapes import SHAPES


@dataclass
class Outcome:
    """What a run came to; `network` has the best weights that were seen."""

    network: PlayedNetwork
    best_esr: float
    """Of the held-out part."""
    history: list[Progress] = field(default_factory=list)
    finished: bool = True
    """The time or the steps were used up; else it was stopped before."""
    samples_a_second: float = 0.0
    """Training throughput, looks at the held-out part excluded."""
    adam: Adam | None = None
    """The optimizer as it was at the end."""


class Run:
    """A training run with its callbacks; can be saved and continued between epochs."""

    def __init__(
        self, material: Material, settings: Settings, report: Callable[[Progress], None]
    ) -> None:
        self._settings = settings
        keras.utils.set_random_seed(settings.seed)
        self._fingerprint = _fingerprint(material)
        takes = [
            replace(take, dry=take.dry * material.input_gain, wet=take.wet * material.output_gain)
            for take in material.training
        ]
        self.streams = Streams(
            takes,
            streams=settings.streams,
            step_samples=settings.step_samples,
            seed=settings.seed,
        )
        self.network = self._network(material)
        self.training = self._training(CaptureLoss([take.wet for take in takes]))
        self.training.compile(jit_compile=False)
        self.pace = Pace(settings)
        self.judge = Judge(self._held_out(material), self.pace, settings, report)

    def _network(self, material: Material) -> PlayedNetwork:
        """The network to train."""
        network = _new_network(material, self._settings)
        if self._settings.kernel:
            _try_kernel(network, self._settings.threads)
        return network

    def _training(self, loss: CaptureLoss) -> TruncatedTraining:
        """The way to train it."""
        return TruncatedTraining(self.network, self.streams, loss)

    def _held_out(self, material: Material) -> list[Rehearsal]:
        """What chooses the best weights."""
        return [Rehearsal(take, material) for take in material.held_out]

    def go(self, should_stop: Callable[[], bool], keep: Path | None) -> Outcome:
        """Trains until the run is over or `should_stop`; saves it in `keep` after each epoch."""

        def stop(batch: int, logs: object) -> None:
            if should_stop():
                self.training.stop_training = True

        def save(epoch: int, logs: object) -> None:
            # A run that is stopped within an epoch is continued from the epoch's start.
            whole = self.pace.steps % STEPS_AN_EPOCH == 0
            if keep is not None and whole and self.judge.best_weights:
                checkpoint.save(self.snapshot(), keep)

        if self.pace.share < 1.0:
            self.fit([keras.callbacks.LambdaCallback(on_train_batch_end=stop, on_epoch_end=save)])
        if self.judge.best_weights:
            self.network.set_weights(self.judge.best_weights)
        return Outcome(
            network=self.network,
            best_esr=self.judge.best_esr,
            history=self.judge.history,
            finished=self.pace.share >= 1.0,
            samples_a_second=self.pace.steps_a_second
            * self.streams.streams
            * self.streams.step_samples,
            adam=self.training.adam,
        )

    def fit(self, callbacks: list[keras.callbacks.Callback]) -> None:
        """Trains until the pace, the judge or one of `callbacks` ends it."""
        self.training.fit(
            tf.data.Dataset.counter(start=self.pace.steps, step=STEPS_A_BATCH),
            steps_per_epoch=STEPS_AN_EPOCH // STEPS_A_BATCH,
            epochs=1_000_000,
            callbacks=[self.pace, self.judge, *callbacks],
            verbose=0,
        )

    def snapshot(self) -> checkpoint.Checkpoint:
        """The run as it is between two epochs."""
        return checkpoint.Checkpoint(
            steps=self.pace.steps,
            seconds=self.pace.seconds,
            variables=self.training.carried(),
            best_esr=self.judge.best_esr,
            best_seconds=self.judge.best_seconds,
            best_weights=self.judge.best_weights,
            history=[asdict(progress) for progress in self.judge.history],
            settings=self._lasting_settings(),
            material=self._fingerprint,
        )

    def resume(self, kept: checkpoint.Checkpoint, path: Path) -> None:
        """Goes on from `kept`. Raises BadInput where that was another run."""
        if kept.material != self._fingerprint:
            raise BadInput(f"{path}: was trained on another capture; resume with the same files.")
        if kept.settings != self._lasting_settings():
            changed = [k for k, v in self._lasting_settings().items() if kept.settings.get(k) != v]
            raise BadInput(
                f"{path}: was trained with another {', '.join(changed)}; resume with the same."
            )
        self.training.carry_on(kept.variables)
        self.pace.resume(kept.steps, kept.seconds)
        self.judge.best_esr, self.judge.best_weights = kept.best_esr, kept.best_weights
        self.judge.best_seconds = kept.best_seconds
        self.judge.history = [Progress(**line) for line in kept.history]

    def _lasting_settings(self) -> dict[str, object]:
        """Those that must not change in a resumed run; it may be made longer."""
        free = {"seconds", "steps", "threads", "kernel", "target_esr", "patience", "quantize"}
        return {k: v for k, v in asdict(self._settings).items() if k not in free}


def train(
    material: Material,
    settings: Settings,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    keep: Path | None = None,
    resume: bool = False,
) -> Outcome:
    """Trains a network.

    `should_stop` is asked between steps and ends the run in good order. With `keep` the run is
    saved there after each epoch; `resume` goes on from what is there.
    """
    run = Run(material, settings, report)
    if resume and keep is not None:
        run.resume(checkpoint.load(keep), keep)
    return run.go(should_stop, keep)


def _new_network(material: Material, settings: Settings) -> PlayedNetwork:
    if settings.arch in SHAPES:
        if material.knob_names:
            raise BadInput(f"--arch {settings.arch}: has no knobs; use lstm or gru.")
        return WaveNetwork(settings.arch)
    return AmpNetwork(
        settings.arch,
        settings.hidden,
        layers=settings.layers,
        features=1 + len(material.knob_names),
        skip=material.output_gain / material.input_gain if settings.skip else 0.0,
        cell_bound=settings.cell_bound,
    )


def _try_kernel(network: PlayedNetwork, threads: int) -> None:
    try:
        network.use_kernel(threads)
    except (BadInput, OSError) as error:
        notice(f"{error} Training goes on without it, several times slower.")


def _fingerprint(material: Material) -> str:
    digest = hashlib.sha256()
    for take in (*material.training, *material.held_out):
        digest.update(repr((len(take.dry), take.knobs)).encode())
        digest.update(np.ascontiguousarray(take.dry).tobytes())
        digest.update(np.ascontiguousarray(take.wet).tobytes())
    return digest.hexdigest()[:24]
