# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Choosing kind and size of the network for a board: successive halving over a few candidates.

For LSTM and GRU the largest size that the board has time for, and about two thirds of that, which
learns faster, are trained for a short while each; the better half goes on for longer; the winner
is trained afresh with what is left of the time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pedalsmith.errors import BadInput
from pedalsmith_trainer.callbacks import Progress
from pedalsmith_trainer.material import Material
from pedalsmith_trainer.settings import LARGEST_HIDDEN, SMALLEST_HIDDEN, Settings
from pedalsmith_trainer.training import train

# Shares of the whole time: all candidates of a round together.
_ROUNDS = (0.25, 0.2)


@dataclass(frozen=True)
class Candidate:
    """A network that fits."""

    arch: str
    hidden: int
    worst_load: float
    """Share of the block time on the board in the worst case, estimated; 1 is all."""

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.arch.upper()}-{self.hidden}"


@dataclass(frozen=True)
class Trial:
    """One short training of a candidate."""

    candidate: Candidate
    seconds: float
    esr: float
    """Of the held-out part."""


def candidates(board_name: str, max_cpu: float, *, layers: int, knobs: int) -> list[Candidate]:
    """What fits into `max_cpu` percent of the board's time. Raises BadInput if nothing does.

    Priced with 32 bits of recurrent state, the slower format: which one a model needs is known
    only when it is converted.
    """
    from pedalsmith.cycles.engine import largest_that_fits
    from pedalsmith.cycles.synthetic import Shape
    from pedalsmith.native.boards import load_board

    board = load_board(board_name)
    cycles = board.clock_hz / board.sample_rate
    found = []
    for arch in ("lstm", "gru"):
        below = LARGEST_HIDDEN + 1
        for _ in range(2):
            like = Shape(arch, below, layers, knobs, state_bits=32)
            largest = largest_that_fits(like, cycles * max_cpu / 100, board.block)
            if largest is None or largest[0] < SMALLEST_HIDDEN:
                break
            hidden, price = largest
            found.append(Candidate(arch, hidden, price.worst_cycles / cycles))
            below = hidden * 2 // 3 + 1
    if not found:
        raise BadInput(
            f"--max-cpu {max_cpu:g}: not even 4 units fit into that on {board.name}; allow more."
        )
    return found


def choose(
    found: list[Candidate],
    material: Material,
    settings: Settings,
    *,
    tell: Callable[[Trial], None],
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Settings, list[Trial]]:
    """Returns the settings for the winner, with the time that is left, and what was tried."""
    trials: list[Trial] = []
    left = 1.0
    for share in _ROUNDS:
        if len(found) == 1 or should_stop():
            break
        each = share / len(found)
        left -= share
        tried = []
        for candidate in found:
            outcome = train(
                material,
                _shortened(settings, candidate, each),
                report=report,
                should_stop=should_stop,
            )
            spent = outcome.history[-1].seconds if outcome.history else 0.0
            tried.append(Trial(candidate, spent, outcome.best_esr))
            tell(tried[-1])
            if should_stop():
                break
        trials += tried
        tried.sort(key=lambda trial: trial.esr)
        found = [trial.candidate for trial in tried[: max(1, len(tried) // 2)]]
    return _shortened(settings, found[0], left), trials


def _shortened(settings: Settings, candidate: Candidate, share: float) -> Settings:
    steps = None if settings.steps is None else max(1, round(settings.steps * share))
    return replace(
        settings,
        arch=candidate.arch,
        hidden=candidate.hidden,
        seconds=settings.seconds * share,
        steps=steps,
    )
