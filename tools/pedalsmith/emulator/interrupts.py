# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Ctrl-C while C runs that calls Python back.

Raised on the first line of such a call, before its `try`, KeyboardInterrupt has nowhere to go: it
is printed as ignored, and the emulator runs on.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def kept(keep: Callable[[BaseException], None]) -> Iterator[None]:
    """Within it Ctrl-C is handed to `keep` instead of being raised; nothing changes for who handles
    it otherwise, or in another thread than the main one, which it never reaches."""
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        keep(KeyboardInterrupt())

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
