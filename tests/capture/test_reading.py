# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Pairs that no network could learn from are refused in one line that says what to do."""

import numpy as np
import pytest
import soundfile

from capture.sounds import RATE, delayed, guitar, pedal
from pedalsmith.capture.reading import read_capture
from pedalsmith.errors import BadInput

DRY = guitar(4.0)
WET = pedal(DRY)


def clipped():
    return np.clip(12 * WET, -1, 1)


def written(folder, name, samples, rate=RATE, subtype="PCM_24"):
    path = folder / name
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


BAD = {
    "other playing": (DRY, pedal(guitar(4.0, seed=5)), RATE, "no common delay"),
    "silent wet": (DRY, np.zeros(4 * RATE), RATE, "is silent"),
    "silent dry": (np.zeros(4 * RATE), WET, RATE, "is silent"),
    "clipped": (DRY, clipped(), RATE, "is clipped"),
    "short": (DRY[: 2 * RATE], WET[: 2 * RATE], RATE, "at least 3 s"),
    "lengths": (DRY, WET[: int(3.2 * RATE)], RATE, "export both from the same start"),
    "rates": (DRY, WET, 44_100, "export both at the same rate"),
    "stereo": (DRY, np.stack([WET, WET], axis=1), RATE, "--channel"),
    "not finite": (DRY, np.where(np.arange(len(WET)) == 77, np.nan, WET), RATE, "no numbers"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_pairs_are_refused_in_one_line(tmp_path, case):
    dry, wet, rate, said = BAD[case]
    dry_path = written(tmp_path, "dry.wav", dry)
    wet_path = written(
        tmp_path, "wet.wav", wet, rate, "FLOAT" if case == "not finite" else "PCM_24"
    )
    with pytest.raises(BadInput) as refused:
        read_capture(dry_path, wet_path)
    message = str(refused.value)
    assert said in message
    assert "\n" not in message
    assert "wet.wav" in message or "dry.wav" in message


def test_no_wav_and_truncated_wav_are_refused(tmp_path):
    dry = written(tmp_path, "dry.wav", DRY)
    wet = written(tmp_path, "wet.wav", WET)
    text = tmp_path / "text.wav"
    text.write_text("this is no sound")
    cut = tmp_path / "cut.wav"
    cut.write_bytes(wet.read_bytes()[:-5000])
    for path, said in ((text, "no WAV"), (cut, "truncated"), (tmp_path / "gone.wav", "no such")):
        with pytest.raises(BadInput, match=said):
            read_capture(dry, path)


def test_a_late_inverted_stereo_wet_is_put_right(tmp_path):
    dry = written(tmp_path, "dry.wav", np.stack([0 * DRY, DRY], axis=1))
    wet = written(tmp_path, "wet.wav", np.stack([0 * WET, -delayed(WET, 100)], axis=1)[:-2000])
    capture = read_capture(dry, wet, channel=2)
    assert capture.alignment.inverted
    late = 100 - capture.alignment.shift
    assert abs(late) <= 2
    kept = slice(1000, 3 * RATE)
    assert np.max(np.abs(capture.dry[kept] - DRY[kept])) < 1e-6
    assert np.max(np.abs(capture.wet[kept] - delayed(WET, late)[kept])) < 1e-6
