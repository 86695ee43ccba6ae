# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One training run: truncated back-propagation with many short steps, inside keras.fit.

The data set that fit draws from is the step number; Streams turns it into sound. The recurrent
state and the gradient's running norm are variables of the training model, so that they carry over.
"""

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
        self._state = np.zeros((network.state_count, streams.streams), np.float32)
        self._running_norm = 0.0
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.excess_mean = keras.metrics.Mean(name="excess")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Output for inputs (time, streams, 1 + knobs) from zero state."""
        return self.network(inputs, self.network.zero_state(tf.shape(inputs)[1]))[0]

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update; `data` is the step's number.

        All but the optimizer is one call into NumPy and C: as separate TensorFlow operations the
        small things around the recurrence took as long as the recurrence.
        """
        row = self.network.flat_weights()
        loss, excess, gradient = tf.numpy_function(
            self._learn, [row, data], [tf.float32, tf.float32, tf.float32]
        )
        gradient.set_shape(row.shape)
        self.optimizer.apply(self.network.unflattened(gradient), self.network.trainable_variables)
        self.loss_mean.update_state(tf.reshape(loss, []))
        self.excess_mean.update_state(tf.reshape(excess, []))
        return {"loss": self.loss_mean.result(), "excess": self.excess_mean.result()}

    def _learn(
        self, weights: np.ndarray, step: np.ndarray
    ) -> tuple[np.float32, np.float32, np.ndarray]:
        """Plays a step and returns loss, RMS of the cells' excess, and the clipped gradient."""
        batch = self._streams.batch(int(step))
        player, skip = self.network.player, np.float32(self.network.skip)
        output, self._state, penalty, ticket = player.forward(weights, batch.inputs, self._state)
        output += skip * batch.inputs[..., 0]
        loss, by_output = self._capture_loss(batch.target, output, batch.weight)
        cells = output.size * self.network.hidden
        gradient = player.backward(int(ticket), weights, by_output, _CELL_WEIGHT / cells)
        excess = np.float32(np.sqrt(penalty / cells))
        return np.float32(loss), excess, self._clipped(gradient, batch.learn)

    def _clipped(self, gradient: np.ndarray, learn: bool) -> np.ndarray:
        """Holds the gradient's norm to twice its running mean; spikes are common in feedback."""
        norm = float(np.linalg.norm(gradient))
        if not learn or not np.isfinite(norm):
            return np.zeros_like(gradient)
        running = self._running_norm or norm
        bounded = min(norm, 2.0 * running)
        self._running_norm = running + (1 - _NORM_DECAY) * (bounded - running)
        return gradient * np.float32(bounded / (norm + 1e-12))

    def carried(self) -> list[np.ndarray]:
        """All that goes from one step to the next."""
        variables = [*self.network.variables, *self.optimizer.variables]
        return [*map(np.asarray, variables), self._state, np.array(self._running_norm)]

    def carry_on(self, carried: list[np.ndarray]) -> None:
        """Takes over what `carried` gave."""
        *values, self._state, running_norm = carried
        for variable, value in zip(
            [*self.network.variables, *self.optimizer.variables], values, strict=True
        ):
            variable.assign(value)
        self._running_norm = float(running_norm)


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
        self.network = AmpNetwork(
            settings.arch,
            settings.hidden,
            layers=settings.layers,
            features=1 + len(material.knob_names),
            skip=material.output_gain / material.input_gain if settings.skip else 0.0,
            cell_bound=settings.cell_bound,
        )
        if settings.kernel:
            _try_kernel(self.network, settings.threads)
        self.training = TruncatedTraining(
            self.network, self.streams, CaptureLoss([take.wet for take in takes])
        )
        optimizer = keras.optimizers.Adam(settings.learning_rate)
        optimizer.build(self.network.trainable_variables)
        self.training.compile(
            optimizer=optimizer, steps_per_execution=_STEPS_PER_EXECUTION, jit_compile=False
        )
        held_out = [Rehearsal(take, material) for take in material.held_out]
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
    for take in (*material.training, *material.held_out):
        digest.update(repr((len(take.dry), take.knobs)).encode())
        digest.update(np.ascontiguousarray(take.dry).tobytes())
        digest.update(np.ascontiguousarray(take.wet).tobytes())
    return digest.hexdigest()[:24]
