# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The cheapest places that leave little enough noise, against all sets there are."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from test_wavenet import model_of, noise

from pedalsmith.models.convolution import Activation
from pedalsmith.quantization.wavenet_choice import TRIES, Chosen, Search, front_of
from pedalsmith.quantization.wavenet_quantizer import OTHERS_DB, WaveNetQuantizer
from pedalsmith.quantization.wavenet_sensitivity import ACTIVATION, HISTORY, Source


def made_up(seed: int, count: int, levels: int) -> list[Source]:
    """Of powers that spread over 30 dB, each level for itself."""
    rng = np.random.default_rng(seed)
    return [
        Source(
            HISTORY if number % 2 else ACTIVATION,
            (0, number),
            tuple(10 ** rng.uniform(-12, -9, levels)),
            int(rng.choice([30, 43, 256])),
        )
        for number in range(count)
    ]


def subsets(found: list[Source]) -> Iterator[Chosen]:
    for count in range(len(found) + 1):
        yield from map(frozenset, combinations(found, count))


def cost(chosen: Chosen) -> int:
    return sum(source.cost for source in chosen)


def left(found: list[Source], chosen: Chosen) -> np.ndarray:
    rest = [source.powers for source in found if source not in chosen]
    return np.sum(rest, axis=0) if rest else np.zeros(len(found[0].powers))


def cheapest(found: list[Source], power: float, noise_of: Callable[[Chosen], np.ndarray]) -> int:
    return min(cost(s) for s in subsets(found) if np.max(noise_of(s)) <= power)


@pytest.mark.parametrize("seed", range(4))
def test_of_one_level_the_front_is_the_best_of_all_sets(seed: int) -> None:
    found = made_up(seed, 9, 1)
    front = front_of(found)
    assert front.chosen(0) == frozenset() and front.chosen(-1) == frozenset(found)
    for index, (spent, power) in enumerate(zip(front.costs, front.left[:, 0], strict=True)):
        assert spent == cost(front.chosen(index))
        assert power == pytest.approx(left(found, front.chosen(index))[0], abs=1e-20)
        best = min(left(found, s)[0] for s in subsets(found) if cost(s) <= spent)
        assert power == pytest.approx(best, abs=1e-20)
        if index:
            assert spent > front.costs[index - 1] and power < front.left[index - 1, 0]


@pytest.mark.parametrize("seed", range(4))
def test_of_several_levels_the_worst_counts(seed: int) -> None:
    """That no mix of levels finds the cheapest set costs little: at any power 5 % of all."""
    found = made_up(seed, 9, 3)
    front = front_of(found)
    for power in 10 ** np.linspace(-11.5, -9, 12):
        index = int(np.flatnonzero(front.left.max(axis=1) <= power)[0])
        best = cheapest(found, power, lambda s: left(found, s))
        assert best <= front.costs[index] <= best + 0.05 * front.costs[-1]


def test_dear_costs_are_told_apart_in_steps() -> None:
    found = [replace(source, cost=source.cost * 997 + 1) for source in made_up(1, 9, 1)]
    front = front_of(found)
    assert all(cost(front.chosen(i)) == front.costs[i] for i in range(len(front.costs)))


class Played:
    """An engine of which each source has other noise than was estimated, and one that stays."""

    def __init__(self, found: list[Source], seed: int, spread_db: float, floor: float) -> None:
        rng = np.random.default_rng(seed)
        self.found, self.floor, self.asked = found, floor, list[Chosen]()
        self.true = {s: np.array(s.powers) * 10 ** (rng.normal() * spread_db / 10) for s in found}

    def noise(self, chosen: Chosen) -> np.ndarray:
        rest = [self.true[source] for source in self.found if source not in chosen]
        return np.sum([*rest, np.full(len(self.found[0].powers), self.floor)], axis=0)

    def measure(self, chosen: Chosen) -> np.ndarray:
        assert chosen not in self.asked, "measured twice"
        self.asked.append(chosen)
        return self.noise(chosen)


@pytest.mark.parametrize("seed", range(6))
def test_what_measures_well_enough_is_near_the_cheapest(seed: int) -> None:
    """Estimates are 0.7 dB off, and a third of the noise has other causes."""
    found = made_up(seed, 9, 3)
    played = Played(found, seed, 0.7, 3e-11)
    search = Search(found, played.measure)
    for number, power in enumerate((1e-10, 1e-9, 3e-10), 1):
        chosen = search.cheapest(power)
        assert chosen is not None and np.max(played.noise(chosen)) <= power
        assert len(played.asked) <= number * TRIES
        best = cheapest(found, power, played.noise)
        assert cost(chosen) <= best + 0.1 * cost(frozenset(found))


def test_a_known_set_is_not_measured_for_the_same_aim_again() -> None:
    found = made_up(2, 9, 3)
    played = Played(found, 2, 0.0, 0.0)
    search = Search(found, played.measure)
    chosen = search.cheapest(1e-10)
    asked = len(played.asked)
    assert search.cheapest(1e-10) == chosen and len(played.asked) == asked


def test_where_the_estimates_hold_one_measurement_is_enough() -> None:
    found = made_up(3, 9, 1)
    played = Played(found, 3, 0.0, 0.0)
    chosen = Search(found, played.measure).cheapest(1e-10)
    assert chosen is not None and cost(chosen) == cheapest(found, 1e-10, played.noise)
    assert len(played.asked) == 1


@pytest.mark.parametrize(("factor", "floor"), [(0.4, 0.0), (1.0, 7e-11)])
def test_what_is_measured_corrects_the_estimates(factor: float, floor: float) -> None:
    """All sources make 4 dB less noise than was estimated, or most of it has other causes."""
    found = made_up(5, 9, 1)
    played = Played(found, 5, 0.0, floor)
    played.true = {source: factor * power for source, power in played.true.items()}
    chosen = Search(found, played.measure).cheapest(1e-10)
    assert chosen is not None and len(played.asked) <= 3
    best = cheapest(found, 1e-10, played.noise)
    assert best <= cost(chosen) <= best + 0.03 * cost(frozenset(found))


def test_a_place_that_is_not_needed_is_given_back() -> None:
    """What is left without it was estimated at 0.1 dB too much, and is 0.5 dB less."""
    loud = Source(ACTIVATION, (0, 0), (1e-9,), 30)
    quiet = Source(HISTORY, (0, 1), (1.02e-10,), 256)
    played = Played([loud, quiet], 0, 0.0, 0.0)
    played.true[quiet] = np.array([0.9e-10])
    assert Search([loud, quiet], played.measure).cheapest(1e-10) == {loud}


def test_before_none_is_enough_all_are_measured() -> None:
    found = made_up(4, 9, 3)
    played = Played(found, 4, 0.7, 1e-10)
    assert Search(found, played.measure).cheapest(0.9e-10) is None
    assert frozenset(found) in played.asked and len(played.asked) <= TRIES


def test_of_a_network_no_place_has_32_bits_in_vain() -> None:
    """Of random weights; the aim lies between the noise of 16 and that of 32 bits."""
    model = model_of(3, Activation("leaky_relu", (0.1,)), channels=6)
    quantizer = WaveNetQuantizer(model, "m", noise(4, 60_000))
    truest = quantizer.choose(-300.0)
    places = {(array, layer) for array in (0, 1) for layer in (0, 1, 2)}
    assert {(0, 1), (0, 2)} <= truest.formats.histories <= places
    rough = quantizer.choose(0.0)
    assert not rough.formats.histories and truest.noise_dbfs < rough.noise_dbfs - 10.0
    aim = 0.5 * (truest.noise_dbfs + rough.noise_dbfs)
    chosen = quantizer.choose(aim + OTHERS_DB)
    assert chosen.noise_dbfs <= aim
    assert chosen.formats.histories | chosen.formats.activations
    assert quantizer.choose(aim + OTHERS_DB) is chosen
    for kind in ("histories", "activations"):
        for place in getattr(chosen.formats, kind):
            fewer = replace(chosen.formats, **{kind: getattr(chosen.formats, kind) - {place}})
            assert quantizer._try(fewer).noise_dbfs > aim, (kind, place)
