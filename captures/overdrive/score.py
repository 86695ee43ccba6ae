# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is played: 36 s that cover E2 to E6, soft to hard, muted to ringing.

The last 6 s (from TEST_SECONDS) are other playing of the same kinds, to measure on.
"""

from collections.abc import Iterator

from string_model import Note

SECONDS = 36.0
TEST_SECONDS = 30.0

_E5 = ((0, 0), (1, 2), (2, 2))
_G5 = ((0, 3), (1, 5), (2, 5))
_A5 = ((1, 0), (2, 2), (3, 2))
_D5 = ((2, 0), (3, 2), (4, 3))
_EM = ((0, 0), (1, 2), (2, 2), (3, 0), (4, 0), (5, 0))
_C = ((1, 3), (2, 2), (3, 0), (4, 1), (5, 0))
_G = ((0, 3), (1, 2), (2, 0), (3, 0), (4, 0), (5, 3))
_D = ((2, 0), (3, 2), (4, 3), (5, 2))
_AM = ((1, 0), (2, 2), (3, 2), (4, 1), (5, 0))
_B7 = ((1, 2), (2, 1), (3, 2), (4, 0), (5, 2))

Shape = tuple[tuple[int, int], ...]


def notes() -> Iterator[Note]:
    """Yields every pluck, in no particular order."""
    yield from _riff(0.4)
    yield from _chords(6.3)
    yield from _lead(11.0)
    yield from _arpeggio(16.2)
    yield from _swells(20.0)
    yield from _ladder(24.0)
    yield from _test(30.2)


def volume() -> tuple[tuple[float, float], ...]:
    """The guitar's volume knob: (s, factor), joined by straight lines.

    Down and up over two ringing chords, so that the wet side is heard cleaning up.
    """
    return (
        (20.5, 1.0), (21.9, 0.0), (22.0, 0.0), (22.1, 0.0), (23.2, 1.0), (29.9, 1.0),
        (30.0, 0.0), (30.1, 1.0), (33.6, 1.0), (34.4, 0.08), (34.5, 0.08), (34.6, 1.0),
    )  # fmt: skip


def _strum(
    at: float, shape: Shape, velocity: float, seconds: float, *, gap: float = 0.014,
    up: bool = False, palm: bool = False,
) -> Iterator[Note]:  # fmt: skip
    for i, (string, fret) in enumerate(reversed(shape) if up else shape):
        late = i * gap
        yield Note(
            at + late, string, fret, max(velocity - 0.05 - 0.02 * i, 0.03), seconds - late, palm
        )


def _riff(at: float) -> Iterator[Note]:
    """Palm mutes on the low strings and power chords, twice: soft, then hard."""
    for turn, velocity in enumerate((0.45, 0.92)):
        t = at + turn * 2.9
        for i, (string, fret) in enumerate(((0, 0), (0, 0), (0, 3), (0, 0), (1, 0), (1, 1))):
            yield Note(t + 0.16 * i, string, fret, velocity - 0.1 * (i % 2), 0.14, palm=True)
        yield from _strum(t + 0.98, _E5, velocity, 0.42, gap=0.006)
        yield from _strum(t + 1.42, _G5, velocity, 0.3, gap=0.006)
        yield from _strum(t + 1.74, _A5, velocity + 0.05, 1.0, gap=0.006)


def _chords(at: float) -> Iterator[Note]:
    """Full chords, each stroke harder than the one before, and one that is only brushed."""
    for i, (shape, velocity) in enumerate(
        ((_EM, 0.3), (_C, 0.5), (_G, 0.66), (_D, 0.82), (_AM, 0.97), (_B7, 0.18))
    ):
        t = at + 0.76 * i
        yield from _strum(t, shape, velocity, 0.5, gap=0.016)
        yield from _strum(t + 0.5, shape[-4:], velocity - 0.1, 0.24, gap=0.009, up=True)


def _lead(at: float) -> Iterator[Note]:
    """Single notes up the neck to E6, bends and vibrato."""
    line: tuple[tuple[float, int, int, float, float], ...] = (
        (0.0, 3, 9, 0.8, 0.2), (0.2, 3, 11, 0.7, 0.2), (0.4, 4, 10, 0.85, 0.2),
        (1.3, 4, 12, 0.6, 0.18), (1.48, 5, 12, 0.75, 0.18), (1.66, 5, 15, 0.9, 0.3),
        (2.7, 4, 15, 0.55, 0.16), (2.86, 5, 17, 0.7, 0.16), (3.02, 5, 19, 0.85, 0.16),
        (3.18, 5, 22, 0.9, 0.22), (4.35, 5, 20, 0.35, 0.2), (4.55, 5, 17, 0.25, 0.25),
    )  # fmt: skip
    for late, string, fret, velocity, seconds in line:
        yield Note(at + late, string, fret, velocity, seconds)
    yield Note(at + 0.6, 4, 12, 0.95, 0.65, vibrato=28)
    yield Note(at + 1.96, 4, 15, 0.97, 0.7, bend=((0.05, 0), (0.22, 2), (0.5, 2), (0.62, 0)))
    yield Note(at + 3.4, 5, 24, 0.98, 0.85, vibrato=22)
    yield Note(at + 4.8, 3, 7, 0.5, 0.35, bend=((0.0, 0), (0.3, 1)), vibrato=15)


def _arpeggio(at: float) -> Iterator[Note]:
    """Fingers, soft, strings ringing into each other: -40 to -25 dBFS."""
    for i, (string, fret) in enumerate(
        ((0, 0), (2, 2), (3, 0), (4, 0), (5, 0), (4, 3), (3, 2), (2, 0),
         (1, 3), (2, 2), (3, 0), (4, 1), (5, 3), (4, 1), (3, 0), (5, 7))
    ):  # fmt: skip
        yield Note(at + 0.22 * i, string, fret, 0.12 + 0.026 * i, 0.85, pick=1.7)


def _swells(at: float) -> Iterator[Note]:
    """Two chords under the volume knob."""
    yield from _strum(at, (*_E5, (3, 4), (4, 5), (5, 7)), 1.0, 1.95, gap=0.004)
    yield from _strum(at + 2.02, (*_D, (1, 0)), 1.0, 1.7, gap=0.004)


def _ladder(at: float) -> Iterator[Note]:
    """Every pitch region once at every loudness: 32 notes, fourths and sevenths apart."""
    for i in range(32):
        step = (i * 19) % 48
        velocity = 0.1 + 0.9 * ((i * 13) % 32) / 31
        string = min(step // 5, 5)
        fret = step - (0, 5, 10, 15, 19, 24)[string]
        near = (0.45, 1.0, 1.6)[i % 3]
        yield Note(at + 0.178 * i, string, fret, velocity, 0.16, palm=i % 7 == 3, pick=near)


def _test(at: float) -> Iterator[Note]:
    """Other playing: a muted line, ringing thirds, a bend, chords hard and soft."""
    for i, (string, fret) in enumerate(((1, 0), (1, 3), (1, 0), (0, 5), (1, 2), (0, 3), (0, 2))):
        yield Note(at + 0.15 * i, string, fret, 0.9 - 0.12 * (i % 3), 0.13, palm=i % 3 != 2)
    yield from _strum(at + 1.08, _D5, 0.9, 0.42, gap=0.007)
    yield Note(at + 1.55, 3, 12, 0.95, 0.5, bend=((0.05, 0), (0.2, 2)), vibrato=20)
    yield Note(at + 2.1, 5, 20, 0.85, 0.28)
    yield Note(at + 2.4, 4, 17, 0.65, 0.28, vibrato=18)
    yield from _strum(at + 2.75, _AM, 0.95, 1.4, gap=0.01)
    for i, (string, fret) in enumerate(((1, 0), (3, 2), (4, 1), (5, 0), (4, 3))):
        yield Note(at + 4.25 + 0.13 * i, string, fret, 0.2 + 0.06 * i, 0.4, pick=1.5)
    yield from _strum(at + 4.95, _EM, 0.8, 0.75, gap=0.012)
