# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Ctrl-C while the emulator runs is never lost, wherever Python happens to be."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

from pedalsmith.emulator.bare import BareMachine
from pedalsmith.emulator.interrupts import kept
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.stm32h750.chip import FLASH, Stm32h750


@pytest.fixture(autouse=True)
def handlers_put_back() -> Iterator[None]:
    """Puts back what a test changes."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def interrupted(where: Callable[[FrameType], bool]) -> Iterator[None]:
    """Ctrl-C on the first line of the first call that is `where`, which must end what is within."""
    met: list[FrameType] = []

    def enter(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and not met and where(frame):
            met.append(frame)
            signal.raise_signal(signal.SIGINT)

    sys.setprofile(enter)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        sys.setprofile(None)
    assert met


def test_on_the_first_line_of_what_c_calls(chip: Stm32h750, program: Callable[..., object]) -> None:
    machine = chip.machine
    machine.load(program("void program(void) { for (;;) { } }"))  # type: ignore[arg-type]
    machine.reset(FLASH)
    seen: list[str] = []
    machine.after(0.001, lambda: seen.append("event"))

    with interrupted(lambda frame: frame.f_code is Machine._on_event.__code__):
        machine.run(0.01)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    machine.run(0.01)
    assert seen == ["event"], "nothing is lost by it"


def test_while_instructions_are_recorded() -> None:
    # movs r0, #100; 1: subs r0, #1; bne 1b; bx lr
    machine = BareMachine([(0x100, bytes.fromhex("6420 0138 fdd1 7047"))])

    def from_c(frame: FrameType) -> bool:
        """What Unicorn's binding wraps hooks in."""
        return frame.f_back is not None and frame.f_back.f_code.co_name == "emu_start"

    with interrupted(from_c):
        machine.record(0x100)
    assert len(machine.record(0x100)[0]) == 202


def test_who_handles_it_otherwise_goes_on_doing_so() -> None:
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    with kept(pytest.fail):
        signal.raise_signal(signal.SIGINT)
    assert heard == [signal.SIGINT]


def test_another_thread_leaves_it_to_the_main_one() -> None:
    handlers = []

    def work() -> None:
        with kept(pytest.fail):
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]
