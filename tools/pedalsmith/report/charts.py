# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The charts of a report, as inline SVG in the page's own colours.

A chart is drawn twice, for a wide page and for a phone, because text in an SVG shrinks with it; the
page shows one of the two. Colours are drawn as placeholders and become CSS variables, so that one
picture serves light and dark.
"""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from pedalsmith.audio import SAMPLE_RATE, Samples
from pedalsmith.report.data import Curve, ReportData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {
    "#010101": "var(--ink)",
    "#020202": "var(--faint)",
    "#030303": "var(--rule)",
    "#040404": "var(--dry)",
    "#050505": "var(--target)",
    "#060606": "var(--model)",
    "#070707": "var(--pedal)",
    "#080808": "var(--error)",
}
INK, FAINT, RULE, DRY, TARGET, MODEL, PEDAL, ERROR = _COLOURS

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "pedalsmith",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": FAINT,
    "ytick.labelcolor": FAINT,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "path.simplify": True,
}
_WIDE, _NARROW = 9.6, 4.3
"""Widths in inches; 72 SVG points each."""


@dataclass(frozen=True)
class Chart:
    """One chart: what it shows in a sentence, and its two drawings."""

    title: str
    text: str
    """For the caption; also what a screen reader says."""
    wide: str
    narrow: str


def waveforms(data: ReportData) -> Chart:
    """Target, pedal and what is left between them, on one scale."""
    top = float(max(np.abs(data.target).max(), np.abs(data.pedal).max(), 1e-6)) * 1.05
    rows = (
        ("target", TARGET, data.target),
        ("pedal", PEDAL, data.pedal),
        ("target \N{MINUS SIGN} pedal", ERROR, data.target - data.pedal),
    )

    def draw(figure: Figure, narrow: bool) -> None:
        axes = figure.subplots(3, 1, sharex=True, sharey=True)
        for axis, (name, colour, samples) in zip(axes, rows, strict=True):
            t, low, high = _envelope(samples, 300 if narrow else 800)
            axis.fill_between(t, low, high, color=colour, linewidth=0.4)
            axis.set_ylim(-top, top)
            axis.margins(x=0)
            axis.set_title(name, loc="left", fontsize=11, color=colour)
        axes[-1].set_xlabel("seconds")

    text = (
        f"{len(data.target) / SAMPLE_RATE:.0f} s that training did not hear: the gear, the pedal, "
        "and the difference of the two on the same scale."
    )
    return _chart("The sound, and what is missing", text, draw, 4.4, 4.4)


def close_up(data: ReportData) -> Chart:
    """25 ms around the loudest moment of the target."""
    span = int(0.025 * SAMPLE_RATE)
    middle = int(np.argmax(np.abs(data.target)))
    first = max(0, min(middle - span // 3, len(data.target) - span))
    part = slice(first, first + span)
    milliseconds = np.arange(len(data.target[part])) * 1000 / SAMPLE_RATE
    loud = float(np.abs(data.target[part]).max())
    quiet = float(np.abs(data.dry[part]).max())

    def draw(figure: Figure, narrow: bool) -> None:
        axis = figure.subplots()
        scaled = data.dry[part] * (loud / quiet if quiet else 1.0)
        axis.plot(milliseconds, scaled, color=DRY, linewidth=1, label="dry, scaled")
        axis.plot(milliseconds, data.target[part], color=TARGET, linewidth=3.2, label="target")
        axis.plot(milliseconds, data.model[part], color=MODEL, linewidth=1.6, label="model")
        axis.plot(
            milliseconds, data.pedal[part], color=PEDAL, linewidth=1.4, linestyle=(0, (3, 2)),
            label="pedal",
        )  # fmt: skip
        axis.margins(x=0)
        axis.set_xlabel("milliseconds")
        _legend(axis, narrow)

    text = (
        f"25 ms from {first / SAMPLE_RATE:.2f} s, the loudest moment. The dry signal is scaled to "
        "the target's height."
    )
    return _chart("Close up", text, draw, 3.3, 3.6)


def spectrum(data: ReportData) -> Chart:
    """Mean power over frequency: target, model, pedal, and the error."""
    hz, target = _bands(data.target)
    curves = (
        ("target", TARGET, 3.2, "-", target),
        ("model", MODEL, 1.6, "-", _bands(data.model)[1]),
        ("pedal", PEDAL, 1.4, (0, (3, 2)), _bands(data.pedal)[1]),
        ("target \N{MINUS SIGN} pedal", ERROR, 1.2, "-", _bands(data.target - data.pedal)[1]),
    )
    top = float(target.max())

    def draw(figure: Figure, narrow: bool) -> None:
        axis = figure.subplots()
        for name, colour, width, style, power in curves:
            axis.semilogx(
                hz, power - top, color=colour, linewidth=width, linestyle=style, label=name
            )
        axis.set_xlim(40, 20_000)
        axis.set_ylim(-90, 5)
        axis.set_xticks([50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000])
        axis.set_xticklabels(
            ["50", "", "200", "", "1k", "", "5k", "", "20k"]
            if narrow
            else ["50", "100", "200", "500", "1k", "2k", "5k", "10k", "20k"]
        )
        axis.minorticks_off()
        axis.set_xlabel("Hz")
        axis.set_ylabel("dB under the loudest band")
        _legend(axis, narrow)

    text = (
        "Power in sixth-octave bands. Where the red line lies far under the others, the pedal has "
        "the gear's tone at that pitch."
    )
    return _chart("Tone", text, draw, 3.6, 4.0)


def training(curve: Curve) -> Chart:
    """ESR on held-back audio over training time."""
    decibel = 10 * np.log10(np.maximum(np.asarray(curve.esr, dtype=np.float64), 1e-12))
    seconds = np.asarray(curve.seconds, dtype=np.float64)
    best = np.minimum.accumulate(decibel)

    def draw(figure: Figure, narrow: bool) -> None:
        axis = figure.subplots()
        axis.plot(seconds, decibel, color=MODEL, linewidth=1, alpha=0.55, label="each check")
        axis.step(
            seconds, best, color=MODEL, linewidth=2, where="post", label="best, which is kept"
        )
        axis.margins(x=0.01)
        axis.set_xlabel("seconds of training")
        axis.set_ylabel("ESR, dB")
        _legend(axis, narrow)

    text = f"Error on audio held back from training; it ends at \N{MINUS SIGN}{-best[-1]:.1f} dB."
    return _chart("Learning", text, draw, 2.8, 3.2)


def _legend(axis: "Axes", narrow: bool) -> None:
    """A legend above the chart, left."""
    axis.legend(
        loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=2 if narrow else 4, borderaxespad=0,
        handlelength=1.8, columnspacing=1.4, fontsize=11,
    )  # fmt: skip


def _envelope(samples: Samples, columns: int) -> tuple[Samples, Samples, Samples]:
    """Returns (columns,) each: seconds, lowest and highest sample of each column."""
    size = max(1, len(samples) // columns)
    table = samples[: len(samples) // size * size].reshape(-1, size)
    return (np.arange(len(table)) + 0.5) * size / SAMPLE_RATE, table.min(axis=1), table.max(axis=1)


def _bands(samples: Samples) -> tuple[Samples, Samples]:
    """Returns (bands,) each: middle in Hz, mean power in dB, sixth octaves from 40 Hz to 20 kHz."""
    size = 16_384
    padded = np.pad(samples, (0, max(0, size - len(samples))))
    starts = range(0, len(padded) - size + 1, size // 2)
    window = np.hanning(size)
    power = np.mean(
        [np.abs(np.fft.rfft(padded[s : s + size] * window)) ** 2 for s in starts], axis=0
    )
    hz = np.asarray(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), dtype=np.float64)
    edges = 40 * 2 ** (np.arange(0, 55) / 6)
    middles = np.sqrt(edges[:-1] * edges[1:])
    sums = [power[_bins(hz, low, high)].mean() for low, high in pairwise(edges)]
    return middles, 10 * np.log10(np.maximum(np.asarray(sums), 1e-20))


def _bins(hz: Samples, low: float, high: float) -> slice:
    """The FFT bins of a band; at least the nearest one."""
    first = int(np.searchsorted(hz, low))
    return slice(first, max(int(np.searchsorted(hz, high)), first + 1))


def _chart(
    title: str, text: str, draw: Callable[[Figure, bool], None], high: float, high_narrow: float
) -> Chart:
    """Draws both sizes; `high`, `high_narrow` in inches."""
    drawings = []
    for narrow, size in ((False, (_WIDE, high)), (True, (_NARROW, high_narrow))):
        with mpl.rc_context(_STYLE):
            figure = Figure(figsize=size, layout="constrained")
            draw(figure, narrow)
            drawings.append(_svg(figure, f"{title} {text}", "narrow" if narrow else "wide"))
    return Chart(title, text, *drawings)


def _svg(figure: Figure, description: str, prefix: str) -> str:
    """The figure as an <svg> element without size, in the page's colours."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<svg [^>]*viewBox="([^"]*)"[^>]*>', _opening(description), svg, count=1)
    # The names inside are unique within one drawing only.
    tag = f"{prefix}-{zlib.crc32(description.encode()):x}-"
    svg = re.sub(r'\bid="', f'id="{tag}', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{tag}", svg).replace("xlink:href", "href")
    svg = re.sub(r"font: [^;\"]*?(\d+)px [^;\"]*", r"font: \1px var(--sans)", svg)
    for placeholder, variable in _COLOURS.items():
        svg = svg.replace(placeholder, variable)
    return svg


def _opening(description: str) -> str:
    """The <svg> tag with its text alternative."""
    quoted = description.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    quoted = quoted.replace("\\", r"\\")
    return rf'<svg viewBox="\g<1>" role="img" aria-label="{quoted}">'
