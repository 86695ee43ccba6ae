# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Delay and polarity: planted ones are found again, unrelated sound is refused."""

import itertools
import os

import numpy as np
import pytest

from capture.sounds import delayed, guitar, noisy, pedal
from pedalsmith.audio import read_audio
from pedalsmith.capture.alignment import measure_alignment, shifted

CAPTURES = [
    ("ts9_guitarix/test_dry.wav", "ts9_guitarix/test_wet.wav"),
    ("ds1_boss/dry.wav", "ds1_boss/wet.wav"),
    ("hrd3_drive/dry.wav", "hrd3_drive/wet_drive02.wav"),
    ("hrd3_drive/dry.wav", "hrd3_drive/wet_drive08.wav"),
    ("hrd3_drive/dry.wav", "hrd3_drive/wet_drive12.wav"),
]


@pytest.fixture(scope="module")
def dry():
    return guitar(6.0)


@pytest.mark.parametrize("planted", [-2000, -731.4, -9, -0.5, 0.3, 5, 12.75, 1234.5, 2000])
@pytest.mark.parametrize(("gain", "inverted"), [(10.0, False), (0.1, True)])
def test_planted_delays_are_found(dry, planted, gain, inverted):
    base = measure_alignment(dry, pedal(dry))
    wet = noisy(delayed(pedal(dry), planted), -40) * (-gain if inverted else gain)
    found = measure_alignment(dry, wet)
    assert found.found
    assert found.delay - base.delay == pytest.approx(planted, abs=0.1)
    assert found.inverted == inverted


def test_a_pure_delay_is_found_as_it_is(dry):
    assert measure_alignment(dry, delayed(dry, 41.0)).delay == pytest.approx(41.0, abs=0.1)


def test_the_ds1_leads_by_nine_samples_and_is_inverted(shared):
    folder = shared / "captures" / "ds1_boss"
    dry, wet = (read_audio(folder / name).samples for name in ("dry.wav", "wet.wav"))
    found = measure_alignment(dry, wet)
    assert found.found
    assert found.inverted
    assert found.shift == -9


@pytest.mark.parametrize(("dry_name", "wet_name"), CAPTURES)
@pytest.mark.parametrize(("planted", "gain"), [(-1999.3, -10.0), (777.5, 0.1)])
def test_planted_delays_are_found_in_real_captures(shared, dry_name, wet_name, planted, gain):
    dry = read_audio(shared / "captures" / dry_name).samples
    wet = read_audio(shared / "captures" / wet_name).samples
    base = measure_alignment(dry, wet)
    found = measure_alignment(dry, noisy(delayed(wet, planted), -40) * gain)
    assert found.found
    assert found.delay - base.delay == pytest.approx(planted, abs=0.1)
    assert found.inverted == (base.inverted ^ (gain < 0))


EVERY_PAIR = [
    ("ts9_guitarix", "train_dry.wav", "train_wet.wav"),
    ("ts9_guitarix", "test_dry.wav", "test_wet.wav"),
    ("ds1_boss", "dry.wav", "wet.wav"),
    *(("hrd3_drive", "dry.wav", f"wet_drive{drive:02d}.wav") for drive in range(2, 13, 2)),
]
SIZES = (0.1, 0.25, 0.5, 1, 7.9, 17.3, 100.6, 501.25, 1000.5, 1499.75, 2000)


@pytest.mark.skipif(
    "PEDALSMITH_EVERY_DELAY" not in os.environ,
    reason="takes a quarter of an hour; set PEDALSMITH_EVERY_DELAY=1",
)
@pytest.mark.parametrize(("folder", "dry_name", "wet_name"), EVERY_PAIR)
def test_no_planted_delay_is_got_wrong(shared, folder, dry_name, wet_name):
    """Every shared capture, either way, with noise, gain and inversion: found, or refused."""
    dry = read_audio(shared / "captures" / folder / dry_name).samples
    wet = read_audio(shared / "captures" / folder / wet_name).samples
    base = measure_alignment(dry, wet)
    gains = itertools.cycle([10.0, -1.0, 0.1, -10.0, 1.0, -0.1])
    wrong, refused = [], []
    for planted in (0, *SIZES, *(-size for size in SIZES)):
        gain = next(gains)
        found = measure_alignment(dry, gain * noisy(delayed(wet, planted), -40))
        if not found.found:
            refused.append(planted)
        elif (
            abs(found.delay - base.delay - planted) > 0.1
            or found.inverted != base.inverted ^ (gain < 0)
        ):  # fmt: skip
            wrong.append((planted, gain, found.delay - base.delay))
    print(f"{wet_name}: {len(refused)} refused, {len(wrong)} wrong of {2 * len(SIZES) + 1}")
    assert not wrong


@pytest.mark.parametrize(
    "wet",
    [pedal(guitar(6.0, seed=9)), np.random.default_rng(2).normal(size=6 * 48_000)],
    ids=["other playing", "noise"],
)
def test_unrelated_sound_is_refused(dry, wet):
    assert not measure_alignment(dry, wet).found


def test_unrelated_captures_are_refused(shared):
    names = [pair[0] for pair in CAPTURES[:3]], [pair[1] for pair in CAPTURES]
    for dry_name in names[0]:
        dry = read_audio(shared / "captures" / dry_name).samples
        for wet_name in names[1]:
            if wet_name.split("/")[0] != dry_name.split("/")[0]:
                wet = read_audio(shared / "captures" / wet_name).samples
                assert not measure_alignment(dry, wet).found, (dry_name, wet_name)


@pytest.mark.parametrize("shift", [-3, 0, 4])
def test_shifting_takes_the_delay_back(shift):
    sound = np.arange(100.0)
    wet = np.roll(sound, shift)
    a, b = shifted(sound, wet, shift)
    inner = slice(5, 90)
    assert len(a) == len(b)
    assert np.array_equal(a[inner], b[inner])
