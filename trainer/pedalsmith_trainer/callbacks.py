# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Callbacks of keras.fit: the pace of a run, and the looks at the held-out part."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from pedalsmith_trainer.played_network import PlayedNetwork
from pedalsmith_trainer.rehearsal import Rehearsal
from pedalsmith_trainer.schedule import one_cycle
from pedalsmith_trainer.settings import Settings
from pedalsmith_trainer.truncated import STEPS_A_BATCH

STEPS_AN_EPOCH = 128
"""Steps between two looks at the held-out part."""


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


class Pace(keras.callbacks.Callback):
    """Sets the learning rate by the time or the steps gone by, and ends the run."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._begun: float | None = None
        self._earlier = 0.0
        self._paused = 0.0
        self._untimed_steps = 0
        self.steps = 0

    def resume(self, steps: int, seconds: float) -> None:
        """Goes on from an earlier run."""
        self.steps = self._untimed_steps = steps
        self._earlier = seconds

    @property
    def seconds(self) -> float:
        """Since the first step ended (its time goes into building the graph)."""
        return self._earlier + (0.0 if self._begun is None else time.monotonic() - self._begun)

    @property
    def share(self) -> float:
        """Of the run, 0..1."""
        if self._settings.steps is not None:
            return min(1.0, self.steps / self._settings.steps)
        return min(1.0, self.seconds / self._settings.seconds)

    @property
    def steps_a_second(self) -> float:
        """In this session, looks at the held-out part excluded."""
        seconds = self.seconds - self._earlier - self._paused
        return (self.steps - self._untimed_steps) / seconds if seconds > 0 else 0.0

    def paused(self, seconds: float) -> None:
        """Tells of time that did not go into training."""
        self._paused += seconds

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Sets the learning rate for the steps to come."""
        rate = one_cycle(self.share, self._settings.learning_rate, self._settings.warm_up)
        self.model.adam.learning_rate = rate

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Counts, and stops when the time is over."""
        self.steps += STEPS_A_BATCH
        if self._begun is None:
            self._begun = time.monotonic()
            self._untimed_steps = self.steps
        if self.share >= 1.0:
            self.model.stop_training = True


class Judge(keras.callbacks.Callback):
    """Measures the held-out ESR after each epoch, keeps the best weights, reports."""

    def __init__(
        self,
        held_out: Sequence[Rehearsal],
        pace: Pace,
        settings: Settings,
        report: Callable[[Progress], None],
    ) -> None:
        super().__init__()
        self._held_out, self._pace, self._settings = held_out, pace, settings
        self._report = report
        self.best_esr = float("inf")
        self.best_seconds = 0.0
        self.best_weights: list[np.ndarray] = []
        self.history: list[Progress] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Looks, and stops when it is good enough or gets no better."""
        begun = time.monotonic()
        logs = logs or {}
        self.model.settle()
        ratio = self.look(self.model.network)
        progress = Progress(
            seconds=self._pace.seconds,
            share=self._pace.share,
            steps=self._pace.steps,
            loss=float(logs.get("loss", float("nan"))),
            held_out_esr=ratio,
            best_esr=self.best_esr,
            learning_rate=self.model.adam.learning_rate,
            cell_excess=float(logs.get("excess", float("nan"))),
        )
        self.history.append(progress)
        self._stop_if_done()
        self._report(progress)
        self._pace.paused(time.monotonic() - begun)

    def look(self, network: PlayedNetwork) -> float:
        """Measures the ESR that the network has now; its weights are kept if it is the best."""
        ratio = float(np.mean([take.esr(network) for take in self._held_out]))
        if np.isfinite(ratio) and ratio < self.best_esr:
            self.best_esr, self.best_weights = ratio, network.get_weights()
            self.best_seconds = self._pace.seconds
        return ratio

    def _stop_if_done(self) -> None:
        target, patience = self._settings.target_esr, self._settings.patience
        if target is not None and self.best_esr <= target:
            self.model.stop_training = True
        if patience is not None and self._pace.seconds - self.best_seconds > patience:
            self.model.stop_training = True
