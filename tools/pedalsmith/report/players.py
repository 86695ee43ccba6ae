# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The sounds of a report: brought to one loudness and packed as FLAC inside the page."""

import base64
import io
from dataclasses import dataclass

import numpy as np
import soundfile

from pedalsmith.audio import SAMPLE_RATE, Samples

_RMS_DBFS, _PEAK_DBFS = -18.0, -1.0


@dataclass(frozen=True)
class Player:
    """One row of the listening part."""

    key: str
    """Which of the page's colours: dry, target, model, pedal."""
    name: str
    text: str
    gain_db: float
    """What level matching did to it."""
    source: str
    """data: URI"""


def matched(sounds: list[tuple[str, str, str, Samples]]) -> list[Player]:
    """Makes players of (key, name, text, samples), all at one RMS level.

    The level is -18 dBFS RMS, or lower where a peak would pass -1 dBFS. Only what is heard is
    matched; no figure is measured on it.
    """
    level = min([10 ** (_RMS_DBFS / 20), *(_highest_rms(samples) for *_, samples in sounds)])
    players = []
    for key, name, text, samples in sounds:
        rms = float(np.sqrt(np.mean(samples**2)))
        gain = level / rms if rms > 0 else 1.0
        gain_db = 20 * float(np.log10(gain))
        players.append(Player(key, name, text, gain_db, _flac_uri(samples * gain)))
    return players


def _highest_rms(samples: Samples) -> float:
    """The RMS level at which the peak of `samples` reaches the highest that is allowed."""
    peak = float(np.abs(samples).max(initial=0.0))
    rms = float(np.sqrt(np.mean(samples**2)))
    return rms / peak * 10 ** (_PEAK_DBFS / 20) if peak > 0 else 1.0


def _flac_uri(samples: Samples) -> str:
    """Packs (n,) samples as 16-bit FLAC, which every browser plays, into a data: URI."""
    words = np.clip(np.rint(samples * 32767), -32768, 32767).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, words, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return "data:audio/flac;base64," + base64.b64encode(file.getvalue()).decode("ascii")
