# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Renders the wet side in ngspice: python captures/overdrive/render_wet.py [OUT.flac] [SECONDS].

Without arguments it writes the whole file that the package ships. The circuit runs at four
times the sample rate, so that what the diodes make above 24 kHz is filtered out, not folded back.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

RATE = 48_000
"""Hz."""
OVERSAMPLING = 4
_TAPS = 64
"""Half length of the interpolation filter, in samples of RATE."""
GAIN = 0.4
"""Full scale per volt at the output jack."""
HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "tools/pedalsmith/assets"

Samples = npt.NDArray[np.float64]


def render(seconds: float) -> npt.NDArray[np.int32]:
    """Returns the first `seconds` of the wet side as 24-bit words."""
    wanted = round(seconds * RATE)
    # A little more than wanted, so that the filter sees what follows.
    words, _ = soundfile.read(
        ASSETS / "overdrive_dry.flac", dtype="int32", frames=wanted + 4 * _TAPS
    )
    dry = np.concatenate([words / 2.0**31, np.zeros(8 * _TAPS)])
    stuffed = np.zeros(len(dry) * OVERSAMPLING)
    stuffed[::OVERSAMPLING] = dry * OVERSAMPLING
    fast = np.convolve(stuffed, _filter(), mode="same")
    wet = np.convolve(_simulate(fast), _filter(), mode="same")[::OVERSAMPLING][:wanted]
    return np.clip(np.rint(wet * GAIN * 2**23), -(2**23), 2**23 - 1).astype(np.int32)


def _filter() -> Samples:
    """Low-pass between the rates: Kaiser-windowed sinc, -6 dB at 22.5 kHz, -100 dB at 24 kHz."""
    n = np.arange(-_TAPS * OVERSAMPLING, _TAPS * OVERSAMPLING + 1)
    cut = 22_500 / (RATE * OVERSAMPLING / 2)
    taps = np.sinc(n * cut) * np.kaiser(len(n), 10.0)
    return np.asarray(taps / taps.sum())


def _simulate(volts: Samples) -> Samples:
    """Runs the netlist on `volts` (n,) at OVERSAMPLING * RATE; returns the jack's volts (n,)."""
    step = 1 / (RATE * OVERSAMPLING)
    t = np.arange(len(volts)) * step
    netlist = (HERE / "overdrive.cir").read_text(encoding="utf-8")
    netlist = netlist.replace("STEP", repr(step)).replace("SECONDS", repr(float(t[-1])))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savetxt(folder / "dry.txt", np.column_stack([t, volts]), fmt="%.12g")
        (folder / "overdrive.cir").write_text(netlist, encoding="utf-8")
        done = subprocess.run(
            ["ngspice", "-b", "overdrive.cir"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if not (folder / "wet.txt").exists():
            raise SystemExit(f"ngspice failed:\n{done.stdout}\n{done.stderr}")
        out = np.loadtxt(folder / "wet.txt", usecols=(0, 1))
    # linearize's grid is ours; interpolation only covers a point more or less at the end.
    return np.interp(t, out[:, 0], out[:, 1])


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ASSETS / "overdrive_wet.flac"
    length = float(sys.argv[2]) if len(sys.argv) > 2 else 36.0
    # libsndfile takes the 24 upper bits of an int32.
    soundfile.write(path, render(length) << 8, RATE, subtype="PCM_24", format="FLAC")
    print(f"{path}: {path.stat().st_size} bytes")
