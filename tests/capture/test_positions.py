# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Captures of several knob positions come in step with each other, whatever each says alone."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from capture.sounds import RATE, delayed, guitar, one_pole, pedal
from pedalsmith.capture.positions import in_step
from pedalsmith.capture.reading import read_capture

DRIVES = (2.0, 8.0, 32.0)


def captured(folder, dry, wets):
    soundfile.write(folder / "dry.wav", dry, RATE, subtype="FLOAT")
    for number, wet in enumerate(wets):
        soundfile.write(folder / f"wet{number}.wav", wet, RATE, subtype="FLOAT")
    return [read_capture(folder / "dry.wav", folder / f"wet{n}.wav") for n in range(len(wets))]


@pytest.fixture(scope="module")
def dry():
    return guitar(6.0)


def test_files_that_were_cut_anywhere_are_put_in_step(dry, tmp_path):
    places = (-700.0, 310.25, -41.5)
    wets = [delayed(pedal(dry, d), at) for d, at in zip(DRIVES, places, strict=True)]
    captures = captured(tmp_path, dry, wets)
    # What a heavy distortion does to the delay that is measured alone.
    wrong = replace(captures[2].alignment, delay=captures[2].alignment.delay + 8, linear_share=0.4)
    captures[2] = replace(captures[2], alignment=wrong)
    placed = in_step(captures, [(d / 32,) for d in DRIVES])
    found = [one.alignment.delay for one in placed]
    for one, place in zip(found[1:], places[1:], strict=True):
        assert one - found[0] == pytest.approx(place - places[0], abs=0.1)
    # The sounds, laid over what the gear makes with the anchor's fraction of a sample.
    rest = places[0] - placed[0].alignment.shift
    for one, drive, place in zip(placed, DRIVES, places, strict=True):
        begun = len(dry) - len(one.dry) if place < 0 else 0
        ideal = delayed(pedal(dry, drive), rest)[begun + RATE :]
        error = one.wet[RATE : RATE + 3 * RATE] - ideal[: 3 * RATE]
        assert np.sqrt(np.mean(error**2)) < 0.02 * np.sqrt(np.mean(ideal**2))


def test_one_session_is_left_as_it_was_recorded(dry, tmp_path):
    """A tone knob turns the phase; that is the gear's, not the recording's."""
    bright = delayed(pedal(dry), 20)
    captures = captured(tmp_path, dry, [bright, one_pole(bright, 0.2)])
    placed = in_step(captures, [(0.0,), (1.0,)])
    lengths = {len(one.wet) for one in placed}
    assert len(lengths) == 1
    whole = len(dry) - lengths.pop()
    assert np.array_equal(placed[1].wet, captures[1].wet_audio.samples[whole:])
