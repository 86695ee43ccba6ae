# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is told after each epoch as scalars that TensorBoard draws.

The file is TensorFlow's own: records of Event. tf.summary writes the same but wants the package
tensorboard, which who looks at the curves has and a trainer need not have.
"""

import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import tensorflow as tf

from pedalsmith_trainer.callbacks import Progress

Event, Summary = tf.compat.v1.Event, tf.compat.v1.Summary


class Scalars:
    """Writes every field of Progress over the number of steps."""

    def __init__(self, folder: Path) -> None:
        # TensorBoard takes all files of a folder that are named so as one run, in this order.
        path = folder / f"events.out.tfevents.{time.time_ns() // 1000:020d}"
        self._writer = tf.io.TFRecordWriter(str(path))
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def __enter__(self) -> "Scalars":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()

    def show(self, report: Progress) -> None:
        """Writes one epoch, at once: it may be looked at while the run goes on."""
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in asdict(report).items()
            if name != "steps"
        ]
        summary = Summary(value=values)
        self._write(Event(wall_time=time.time(), step=report.steps, summary=summary))

    def _write(self, event: Event) -> None:
        self._writer.write(event.SerializeToString())
        self._writer.flush()
