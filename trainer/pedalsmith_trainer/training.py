# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One training run: truncated back-propagation with many short steps, inside keras.fit.

The data set that fit draws from is the step number; Streams turns it into sound. The recurrent
state and the gradient's running norm are variables of the training model, so that they carry over.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith_trainer import checkpoint
from pedalsmith_trainer.callbacks import STEPS_AN_EPOCH, Judge, Pace, Progress
from pedalsmith_trainer.loss import CaptureLoss
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.settings import Settings
from pedalsmith_trainer.streams import Streams

_STEPS_PER_EXECUTION = 32
_CELL_WEIGHT = 0.01
_NORM_DECAY = 0.99


@dataclass
class Outcome:
    """What a run came to; `network` has the best weights that were seen."""

    network: AmpNetwork
    best_esr: float
    """Of the held-out part."""
    history: list[Progress] = field(default_factory=list)
    finished: bool = True
    """The time or the steps were used up; else it was stopped before."""
    samples_a_second: float = 0.0
    """Training throughput, looks at the held-out part excluded."""


class TruncatedTraining(keras.Model):
    """Learns `network` from `streams`, one piece of time a step, state carried along."""

    def __init__(self, network: AmpNetwork, streams: Streams, loss: CaptureLoss) -> None:
        super().__init__()
        self.network = network
        self._streams, self._capture_loss = streams, loss
        self._state = tf.Variable(network.zero_state(streams.streams), trainable=False)
        self._running_norm = tf.Variable(0.0, trainable=False)
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.excess_mean = keras.metrics.Mean(name="excess")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Output for inputs (time, streams, 1 + knobs) from zero state."""
        return self.network(inputs, self.network.zero_state(tf.shape(inputs)[1]))[0]

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update; `data` is the step's number."""
        dry, wet, learn = self._streams.batch(data)
        with tf.GradientTape() as tape:
            output, state, penalty = self.network(dry, self._state.read_value(), training=True)
            error = self._capture_loss(wet, output)
            cells = tf.cast(tf.size(output) * self.network.hidden, tf.float32)
            loss = error + _CELL_WEIGHT * penalty / cells
        weights = self.network.trainable_variables
        gradients = tape.gradient(loss, weights)
        self._state.assign(state)
        self.optimizer.apply(self._clipped(gradients, tf.cast(learn, tf.float32)), weights)
        self.loss_mean.update_state(error)
        self.excess_mean.update_state(tf.sqrt(penalty / cells))
        return {"loss": self.loss_mean.result(), "excess": self.excess_mean.result()}

    def _clipped(self, gradients: list[tf.Tensor], learn: tf.Tensor) -> list[tf.Tensor]:
        """Holds the gradient's norm to twice its running mean; spikes are common in feedback."""
        norm = tf.linalg.global_norm(gradients)
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)
        running = tf.where(self._running_norm > 0, self._running_norm, norm)
        factor = learn * tf.minimum(1.0, 2.0 * running / (norm + 1e-12))
        self._running_norm.assign(
            running + learn * (1 - _NORM_DECAY) * (tf.minimum(norm, 2.0 * running) - running)
        )
        return [tf.where(tf.math.is_finite(g), g, 0.0) * factor for g in gradients]

    def carried(self) -> list[tf.Variable]:
        """All that goes from one step to the next."""
        return [
            *self.network.variables,
            *self.optimizer.variables,
            self._state,
            self._running_norm,
        ]


class Run:
    """A training run with its callbacks; can be saved and continued between epochs."""

    def __init__(
        self, material: Material, settings: Settings, report: Callable[[Progress], None]
    ) -> None:
        self._settings = settings
        keras.utils.set_random_seed(settings.seed)
        self._fingerprint = _fingerprint(material)
        pair = material.training
        dry, wet = pair.dry * material.input_gain, pair.wet * material.output_gain
        self.streams = Streams(
            dry,
            wet,
            streams=settings.streams,
            step_samples=settings.step_samples,
            seed=settings.seed,
        )
        self.network = AmpNetwork(
            settings.arch,
            settings.hidden,
            skip=material.output_gain / material.input_gain if settings.skip else 0.0,
            cell_bound=settings.cell_bound,
        )
        if settings.kernel:
            _try_kernel(self.network, settings.threads)
        self.training = TruncatedTraining(self.network, self.streams, CaptureLoss(wet))
        optimizer = keras.optimizers.Adam(settings.learning_rate)
        optimizer.build(self.network.trainable_variables)
        self.training.compile(
            optimizer=optimizer, steps_per_execution=_STEPS_PER_EXECUTION, jit_compile=False
        )
        held_out = Rehearsal(material.run_in, material.held_out, material)
        self.pace = Pace(settings, _STEPS_PER_EXECUTION)
        self.judge = Judge(held_out, self.pace, settings, report)

    def fit(self, callbacks: list[keras.callbacks.Callback]) -> None:
        """Trains until the pace, the judge or one of `callbacks` ends it."""
        self.training.fit(
            tf.data.Dataset.counter(start=self.pace.steps),
            steps_per_epoch=STEPS_AN_EPOCH,
            epochs=1_000_000,
            callbacks=[self.pace, self.judge, *callbacks],
            verbose=0,
        )

    def snapshot(self) -> checkpoint.Checkpoint:
        """The run as it is between two epochs."""
        return checkpoint.Checkpoint(
            steps=self.pace.steps,
            seconds=self.pace.seconds,
            variables=[np.asarray(variable) for variable in self.training.carried()],
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
        for variable, value in zip(self.training.carried(), kept.variables, strict=True):
            variable.assign(value)
        self.pace.resume(kept.steps, kept.seconds)
        self.judge.best_esr, self.judge.best_weights = kept.best_esr, kept.best_weights
        self.judge.best_seconds = kept.best_seconds
        self.judge.history = [Progress(**line) for line in kept.history]

    def _lasting_settings(self) -> dict[str, object]:
        """Those that must not change in a resumed run; it may be made longer."""
        free = {"seconds", "steps", "threads", "kernel", "target_esr", "patience"}
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

    def stop(batch: int, logs: object) -> None:
        if should_stop():
            run.training.stop_training = True

    def save(epoch: int, logs: object) -> None:
        # A run that is stopped within an epoch is continued from the epoch's start.
        if keep is not None and run.pace.steps % STEPS_AN_EPOCH == 0 and run.judge.best_weights:
            checkpoint.save(run.snapshot(), keep)

    if run.pace.share < 1.0:
        run.fit([keras.callbacks.LambdaCallback(on_train_batch_end=stop, on_epoch_end=save)])
    if run.judge.best_weights:
        run.network.set_weights(run.judge.best_weights)
    return Outcome(
        network=run.network,
        best_esr=run.judge.best_esr,
        history=run.judge.history,
        finished=run.pace.share >= 1.0,
        samples_a_second=run.pace.steps_a_second * run.streams.streams * run.streams.step_samples,
    )


def _try_kernel(network: AmpNetwork, threads: int) -> None:
    try:
        network.use_kernel(threads)
    except (BadInput, OSError) as error:
        notice(f"{error} Training goes on without it, several times slower.")


def _fingerprint(material: Material) -> str:
    digest = hashlib.sha256()
    for samples in (material.training.dry, material.training.wet, material.held_out.wet):
        digest.update(np.ascontiguousarray(samples).tobytes())
    return digest.hexdigest()[:24]
