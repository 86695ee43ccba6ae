# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Readings of a pedal as long as wanted, over unplugging and plugging in again."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link.connect import connect
from pedalsmith.link.protocol import HelloAnswer
from pedalsmith.link.readings import Reading, Readings

_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Seen:
    """One moment: a reading, or why there is none."""

    hello: HelloAnswer
    where: str
    reading: Reading | None
    trouble: str = ""


def watch(
    port: str | None, serial: str | None, interval: float, seconds: float | None
) -> Iterator[Seen]:
    """Yields a moment every `interval` s, for `seconds` or without end.

    A pedal that goes away is waited for; one that is not there at the start raises DeviceTrouble.
    """
    began = time.monotonic()
    until = None if seconds is None else began + seconds
    client = connect(port, serial)
    hello, where = client.hello, client.where
    while True:
        try:
            readings = Readings(client, began)
            due = time.monotonic()
            while until is None or time.monotonic() < until:
                due = max(due + interval, time.monotonic())
                time.sleep(due - time.monotonic())
                yield Seen(hello, where, readings.next())
            return
        except DeviceTrouble as error:
            trouble = str(error)
        finally:
            client.close()
        while True:
            yield Seen(hello, where, None, trouble)
            if until is not None and time.monotonic() >= until:
                return
            time.sleep(_AGAIN_SECONDS)
            try:
                client = connect(port, serial)
            except DeviceTrouble as error:
                trouble = str(error)
                continue
            hello, where = client.hello, client.where
            break
