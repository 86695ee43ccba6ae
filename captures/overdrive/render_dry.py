# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Renders the dry side: python captures/overdrive/render_dry.py [OUT.flac].

Without an argument it writes the file that the package ships.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import score
import soundfile
from string_model import RATE, Note, pickup, pluck

PEAK_DBFS = -3.0
SHIPPED = Path(__file__).parents[2] / "tools/pedalsmith/assets/overdrive_dry.flac"


def render() -> npt.NDArray[np.int32]:
    """Returns the whole track, (36 s,) as 24-bit words."""
    track = np.zeros(int(score.SECONDS * RATE))
    for index, note in enumerate(_damped(list(score.notes()))):
        # PCG64's raw words are the same in every NumPy.
        raw = np.random.PCG64(1000 + index).random_raw(400)
        sound = pluck(note, (raw >> np.uint64(11)).astype(np.float64) / 2**53)
        at = round(note.start * RATE)
        piece = sound[: len(track) - at]
        track[at : at + len(piece)] += piece
    t = np.arange(len(track)) / RATE
    seconds, factor = zip(*score.volume(), strict=True)
    sound = pickup(track) * np.interp(t, seconds, factor)
    sound *= 10 ** (PEAK_DBFS / 20) / np.abs(sound).max()
    return np.rint(sound * 2**23).astype(np.int32)


def _damped(notes: list[Note]) -> list[Note]:
    """Ends a note where the same string is plucked again: one string, one note."""
    ordered = sorted(notes, key=lambda note: (note.start, note.string))
    result = []
    for i, note in enumerate(ordered):
        later = (n.start for n in ordered[i + 1 :] if n.string == note.string)
        until = min(next(later, np.inf) - note.start, note.seconds)
        result.append(Note(**{**vars(note), "seconds": until}))
    return result


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    # libsndfile takes the 24 upper bits of an int32.
    soundfile.write(path, render() << 8, RATE, subtype="PCM_24", format="FLAC")
    print(f"{path}: {path.stat().st_size} bytes")
