# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith signal` and `pedalsmith check`: each fault is found, and a good capture has none."""

import json

import numpy as np
import pytest
import soundfile
import soxr
from typer.testing import CliRunner

from capture.sounds import RATE, delayed, noisy, one_pole, pedal
from pedalsmith.capture.measures import repeated_phrase
from pedalsmith.capture.signal import make_signal
from pedalsmith.cli import build_app
from pedalsmith.errors import NegativeResult


@pytest.fixture(scope="module")
def signal():
    """The test signal's parts that matter to the checks: 32 s of it."""
    sound, places = make_signal()
    kept = {"count-in", "silence", "blips", "phrase", "noise"}
    return np.concatenate(
        [
            sound[round(start * RATE) : round((start + seconds) * RATE)]
            for part, start, seconds in places
            if part.name in kept
        ]
    )


@pytest.fixture(scope="module")
def wet(signal):
    return delayed(pedal(signal, 4.0), 30)


def check(folder, signal, wet):
    soundfile.write(folder / "dry.wav", signal, RATE, subtype="PCM_24")
    soundfile.write(folder / "wet.wav", wet, RATE, subtype="PCM_24")
    result = CliRunner().invoke(
        build_app(), ["check", str(folder / "dry.wav"), str(folder / "wet.wav"), "--json"]
    )
    findings = {finding["subject"]: finding for finding in json.loads(result.stdout)["findings"]}
    return result, {subject: finding["grade"] for subject, finding in findings.items()}, findings


def test_a_good_capture_is_good(tmp_path, signal, wet):
    result, grades, findings = check(tmp_path, signal, wet)
    assert result.exit_code == 0
    assert set(grades.values()) == {"good"}
    assert findings["same playing twice"]["found"].startswith("ESR 0.0000")


def chorus(wet):
    """A copy whose delay swings once in 1.7 s."""
    at = np.arange(len(wet))
    swing = at - 200 - 100 * np.sin(2 * np.pi * at / (1.7 * RATE))
    return 0.5 * wet + 0.5 * np.interp(swing, at, wet)


def humming(wet):
    time = np.arange(len(wet)) / RATE
    return wet + 0.004 * (np.sin(2 * np.pi * 50 * time) + 0.5 * np.sin(2 * np.pi * 150 * time))


FAULTS = {
    "clipping of wet.wav": (lambda wet: np.clip(5 * wet, -1, 1), "bad"),
    "DC of wet.wav": (lambda wet: wet + 0.02, "doubtful"),
    "level of wet.wav": (lambda wet: 0.01 * wet, "doubtful"),
    "noise of the wet sound in pauses": (lambda wet: noisy(wet, -15), "doubtful"),
    "hum": (humming, "doubtful"),
    "drift": (lambda wet: soxr.resample(wet, RATE, RATE * (1 + 5e-6)), "bad"),
    "same playing twice": (chorus, "bad"),
    "alignment": (lambda wet: wet[::-1], "bad"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(tmp_path, signal, wet, fault):
    spoil, grade = FAULTS[fault]
    result, grades, findings = check(tmp_path, signal, spoil(wet)[: len(wet)])
    assert grades[fault] == grade
    assert findings[fault]["remedy"]
    assert isinstance(result.exception, NegativeResult) == ("bad" in grades.values())


@pytest.mark.parametrize(
    ("dry_name", "wet_name"),
    [
        ("ts9_guitarix/test_dry.wav", "ts9_guitarix/test_wet.wav"),
        ("ds1_boss/dry.wav", "ds1_boss/wet.wav"),
    ],
)
def test_real_captures_have_nothing_bad(shared, dry_name, wet_name):
    folder = shared / "captures"
    result = CliRunner().invoke(
        build_app(), ["check", str(folder / dry_name), str(folder / wet_name)]
    )
    assert result.exit_code == 0


def test_the_signal_is_what_it_says(tmp_path):
    path = tmp_path / "signal.wav"
    result = CliRunner().invoke(build_app(), ["signal", "-o", str(path), "--json"])
    sound, rate = soundfile.read(path)
    parts = json.loads(result.stdout)
    assert rate == RATE
    assert soundfile.info(path).subtype == "PCM_24"
    assert 0.85 < np.abs(sound).max() < 0.9
    last = parts[-1]
    assert len(sound) == round((last["start"] + last["seconds"]) * RATE)
    first, second = (round(part["start"] * RATE) for part in parts if part["name"] == "phrase")
    repeat = repeated_phrase(sound)
    assert repeat.second - repeat.first == second - first


def test_a_filter_alone_does_not_count_as_change(tmp_path, signal):
    _, grades, _ = check(tmp_path, signal, one_pole(signal, 0.05))
    assert grades["drift"] == "good"
    assert grades["same playing twice"] == "good"
