# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A copy of everything, to try something and forget it: what-if runs of a machine that has booted.

The process forks, so that a machine with all its memories, events and peripherals is copied in a
few milliseconds and only what changes takes memory. POSIX only.
"""

import os
import pickle
from collections.abc import Callable
from typing import TypeVar

from pedalsmith.emulator.faults import EmulationError

T = TypeVar("T")


def in_a_copy(call: Callable[[], T]) -> T:
    """Calls `call` in a copy of this process; returns what it returns, raises what it raises.

    Both must be picklable. Nothing that `call` does to a machine is seen here.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _answer(writer, call)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    if not said:
        raise EmulationError("the copy of the machine ended without an answer.")
    result: T
    result, error = pickle.loads(said)
    if error is not None:
        raise error
    return result


def _answer(writer: int, call: Callable[[], object]) -> None:
    """The child: never returns, and runs nothing that the parent has registered for its end."""
    try:
        try:
            said = pickle.dumps((call(), None))
        except BaseException as error:
            said = pickle.dumps((None, error))
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(said)
    finally:
        os._exit(0)
