# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One training run: truncated back-propagation with many short steps, inside keras.fit.

The data set that fit draws from is the step number; Streams turns it into sound. The recurrent
state and the gradient's running norm are variables of the training model, so that they carry over.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from pedalsmith.audio import Samples
from pedalsmith.console import notice
from pedalsmith.errors import BadInput
from pedalsmith_trainer.loss import CaptureLoss, esr
from pedalsmith_trainer.material import Material, Pair
from pedalsmith_trainer.network import AmpNetwork
from pedalsmith_trainer.schedule import one_cycle
from pedalsmith_trainer.settings import Settings
from pedalsmith_trainer.streams import Streams

STEPS_AN_EPOCH = 256
"""Steps between two looks at the held-out part."""

_STEPS_PER_EXECUTION = 32
_CELL_WEIGHT = 0.01
_NORM_DECAY = 0.99


@dataclass(frozen=True)
class Progress:
    """What is told after each epoch."""

    seconds: float
    share: float
    """Of the time or the steps, 0..1."""
    steps: int
    loss: float
    held_out_esr: float
    best_esr: float
    learning_rate: float
    cell_excess: float
    """RMS of what LSTM cells had beyond the bound."""


@dataclass
class Outcome:
    """What a run came to; `network` has the best weights that were seen."""

    network: AmpNetwork
    best_esr: float
    """Of the held-out part."""
    history: list[Progress] = field(default_factory=list)
    stopped_early: bool = False
    samples_a_second: float = 0.0
    """Training throughput, looks at the held-out part excluded."""


class TruncatedTraining(keras.Model):
    """Learns `network` from `streams`, one piece of time a step, state carried along."""

    def __init__(
        self, network: AmpNetwork, streams: Streams, loss: CaptureLoss, settings: Settings
    ) -> None:
        super().__init__()
        self.network = network
        self._streams, self._capture_loss = streams, loss
        self._state = tf.Variable(network.zero_state(streams.streams), trainable=False)
        self._running_norm = tf.Variable(0.0, trainable=False)
        self.loss_mean = keras.metrics.Mean(name="loss")
        self.excess_mean = keras.metrics.Mean(name="excess")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Output for inputs (time, streams, 1) from zero state."""
        return self.network(inputs, self.network.zero_state(tf.shape(inputs)[1]))[0]

    def train_step(self, data: tf.Tensor) -> dict[str, tf.Tensor]:
        """One update; `data` is the step's number."""
        dry, wet, learn = self._streams.batch(data)
        with tf.GradientTape() as tape:
            output, state, penalty = self.network(
                dry[..., None], self._state.read_value(), training=True
            )
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


class Pace(keras.callbacks.Callback):
    """Sets the learning rate by the time or the steps gone by, and ends the run."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._begun: float | None = None
        self._paused = 0.0
        self.steps = 0

    @property
    def seconds(self) -> float:
        """Since the first step ended (its time goes into building the graph)."""
        return 0.0 if self._begun is None else time.monotonic() - self._begun

    @property
    def training_seconds(self) -> float:
        """The same without the time taken by looks at the held-out part."""
        return self.seconds - self._paused

    @property
    def share(self) -> float:
        """Of the run, 0..1."""
        if self._settings.steps is not None:
            return min(1.0, self.steps / self._settings.steps)
        return min(1.0, self.seconds / self._settings.seconds)

    def paused(self, seconds: float) -> None:
        """Tells of time that did not go into training."""
        self._paused += seconds

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Sets the learning rate for the steps to come."""
        rate = one_cycle(self.share, self._settings.learning_rate, self._settings.warm_up)
        self.model.optimizer.learning_rate.assign(rate)

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Counts, and stops when the time is over."""
        self.steps += _STEPS_PER_EXECUTION
        if self._begun is None:
            self._begun = time.monotonic()
            self._first = self.steps
        if self.share >= 1.0:
            self.model.stop_training = True

    @property
    def timed_steps(self) -> int:
        """Steps that `training_seconds` went into."""
        return 0 if self._begun is None else self.steps - self._first


class Judge(keras.callbacks.Callback):
    """Measures the held-out ESR after each epoch, keeps the best weights, reports."""

    def __init__(self, material: Material, pace: Pace, report: Callable[[Progress], None]) -> None:
        super().__init__()
        self._held_out = Rehearsal(material.run_in, material.held_out, material)
        self._pace, self._report = pace, report
        self.best_esr = float("inf")
        self.best_weights: list[np.ndarray] | None = None
        self.history: list[Progress] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Looks."""
        begun = time.monotonic()
        network = self.model.network
        ratio = self._held_out.esr(network)
        if np.isfinite(ratio) and ratio < self.best_esr:
            self.best_esr, self.best_weights = ratio, network.get_weights()
        progress = Progress(
            seconds=self._pace.seconds,
            share=self._pace.share,
            steps=self._pace.steps,
            loss=float((logs or {}).get("loss", float("nan"))),
            held_out_esr=ratio,
            best_esr=self.best_esr,
            learning_rate=float(self.model.optimizer.learning_rate.numpy()),
            cell_excess=float((logs or {}).get("excess", float("nan"))),
        )
        self.history.append(progress)
        self._report(progress)
        self._pace.paused(time.monotonic() - begun)


class Rehearsal:
    """Plays a pair through a network in training, in parallel pieces with a run-in each."""

    def __init__(self, before: Pair, pair: Pair, material: Material, *, pieces: int = 8) -> None:
        lead = len(before.dry)
        dry = np.concatenate([before.dry, pair.dry]) * material.input_gain
        length = -(-len(pair.dry) // pieces)
        dry = np.append(dry, np.zeros(length * pieces - len(pair.dry)))
        rows = np.arange(lead + length)[:, None] + np.arange(pieces)[None, :] * length
        self._dry = tf.constant(dry[rows][..., None], tf.float32)
        self._lead = lead
        self._wet = pair.wet * material.output_gain

    def output(self, network: AmpNetwork) -> Samples:
        """What the network makes of the pair's dry sound, on the trained level."""
        pieces = _play(network, self._dry)[0].numpy()[self._lead :]
        return np.asarray(pieces.T.reshape(-1)[: len(self._wet)], dtype=np.float64)

    def esr(self, network: AmpNetwork) -> float:
        """Error-to-signal ratio of that."""
        return esr(self._wet, self.output(network))


@tf.function(reduce_retracing=True)
def _play(network: AmpNetwork, dry: tf.Tensor) -> tuple[tf.Tensor, object, object]:
    return network(dry, network.zero_state(tf.shape(dry)[1]))


def train(
    material: Material,
    settings: Settings,
    *,
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Trains a network; `should_stop` is asked between steps and ends the run in good order."""
    keras.utils.set_random_seed(settings.seed)
    dry = material.training.dry * material.input_gain
    wet = material.training.wet * material.output_gain
    skip = material.output_gain / material.input_gain if settings.skip else 0.0
    network = AmpNetwork(settings.arch, settings.hidden, skip=skip, cell_bound=settings.cell_bound)
    if settings.kernel:
        _try_kernel(network, settings.threads)
    streams = Streams(
        dry,
        wet,
        streams=settings.streams,
        step_samples=settings.step_samples,
        seed=settings.seed,
    )
    training = TruncatedTraining(network, streams, CaptureLoss(wet), settings)
    training.compile(
        optimizer=keras.optimizers.Adam(settings.learning_rate),
        steps_per_execution=_STEPS_PER_EXECUTION,
        jit_compile=False,
    )
    pace = Pace(settings)
    judge = Judge(material, pace, report)
    stop = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: _stop_if(training, should_stop)
    )
    training.fit(
        tf.data.Dataset.counter(),
        steps_per_epoch=STEPS_AN_EPOCH,
        epochs=1_000_000,
        callbacks=[pace, judge, stop],
        verbose=0,
    )
    if judge.best_weights is not None:
        network.set_weights(judge.best_weights)
    rate = pace.timed_steps * streams.streams * streams.step_samples
    return Outcome(
        network=network,
        best_esr=judge.best_esr,
        history=judge.history,
        stopped_early=pace.share < 1.0,
        samples_a_second=rate / max(pace.training_seconds, 1e-9),
    )


def _try_kernel(network: AmpNetwork, threads: int) -> None:
    try:
        network.use_kernel(threads)
    except (BadInput, OSError) as error:
        notice(f"{error} Training goes on without it, several times slower.")


def _stop_if(training: keras.Model, should_stop: Callable[[], bool]) -> None:
    if should_stop():
        training.stop_training = True
