# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Which formats are taken for a board: the truest that are fast enough, in few tries."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from pedalsmith.errors import BadInput
from pedalsmith.intake import fitting
from pedalsmith.intake.fitting import Settings, best_attempt
from pedalsmith.models.importers import ImportOptions
from pedalsmith.quantization import quantizer

LOADS = {-100.0: 180.0, -95.0: 150.0, -90.0: 120.0, -85.0: 100.0, -80.0: 97.0, -75.0: 93.0}
"""Percent of aims up to each; 82 of all others."""


class Made:
    """In the place of quantizer.Conversion: a blob is what was aimed at."""

    aims: ClassVar[list[tuple[str, float]]] = []

    def __init__(self, model: Any, name: str, samples: object) -> None:
        self.model = model

    def quantized(self, weights: str, aim: float) -> Any:
        self.aims.append((self.model.name, aim))
        return SimpleNamespace(blob=(self.model.name, aim))


def load(blob: tuple[str, float], board: str, name: str) -> float:
    if blob[0] == "vast":
        raise BadInput(f"{name}: needs more RAM than there is.")
    percent = next((LOADS[aim] for aim in sorted(LOADS) if aim >= blob[1]), 82.0)
    return percent / (3.0 if blob[0] == "small" else 1.0)


def best(
    monkeypatch: pytest.MonkeyPatch,
    most: float,
    *names: str,
    noise: float | None = None,
    wavenet: bool = True,
) -> fitting.Attempt:
    Made.aims = []
    models = [SimpleNamespace(name=name) for name in names]
    monkeypatch.setattr(quantizer, "Conversion", Made)
    monkeypatch.setattr(quantizer, "serves", lambda model: wavenet)
    monkeypatch.setattr(fitting, "_candidates", lambda path, options: iter(models))
    monkeypatch.setattr(fitting, "load_percent", load)
    settings = Settings("teensy41", "int16", most)
    return best_attempt(Path("amp.nam"), ImportOptions(), None, settings, noise)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("most", "aim"),
    [(200, -100), (150, -97.5), (119, -87.5), (95, -77.5), (90, -72.5), (82, -72.5)],
)
def test_the_truest_that_is_fast_enough(
    monkeypatch: pytest.MonkeyPatch, most: float, aim: float
) -> None:
    found = best(monkeypatch, most, "amp")
    assert (found.aim, found.reason) == (aim, "")
    assert len(Made.aims) <= 6, Made.aims


def test_what_is_too_slow_in_any_format_says_what_the_fastest_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = best(monkeypatch, 70, "amp")
    assert found.reason == "needs 82.0 % of the CPU, 70 % is allowed."
    assert [aim for _, aim in Made.aims] == [-100.0, -60.0]


def test_a_small_model_with_little_noise_is_better_than_a_large_one_with_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = best(monkeypatch, 95, "large", "small")
    assert (found.model.name, found.aim) == ("small", -100.0)
    found = best(monkeypatch, 97, "large", "small")
    assert (found.model.name, found.aim) == ("large", -82.5)
    found = best(monkeypatch, 95, "large", "vast")
    assert (found.model.name, found.aim) == ("large", -77.5)
    found = best(monkeypatch, 95, "vast")
    assert found.reason == "needs more RAM than there is." and found.percent is None


def test_of_a_recurrent_network_the_narrow_state_is_taken_where_the_wide_one_is_too_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = best(monkeypatch, 97, "amp", wavenet=False)
    assert (found.aim, Made.aims) == (-80.0, [("amp", -80.0)])
    found = best(monkeypatch, 95, "amp", wavenet=False)
    assert (found.aim, found.reason) == (-60.0, "")
    assert Made.aims == [("amp", -80.0), ("amp", -60.0)]
    found = best(monkeypatch, 70, "amp", wavenet=False)
    assert found.reason == "needs 82.0 % of the CPU, 70 % is allowed."
    found = best(monkeypatch, 95, "large", "small", wavenet=False)
    assert (found.model.name, found.aim) == ("small", -80.0)


def test_a_noise_that_is_asked_for_is_the_only_aim(monkeypatch: pytest.MonkeyPatch) -> None:
    found = best(monkeypatch, 90, "amp", noise=-90.0)
    assert found.reason == "needs 120.0 % of the CPU, 90 % is allowed."
    assert Made.aims == [("amp", -90.0)]
    assert best(monkeypatch, 90, "large", "small", noise=-90.0).model.name == "small"
