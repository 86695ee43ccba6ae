# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Puts the page together: figures in words, charts, players, one file."""

import base64
import hashlib
import math
from pathlib import Path

import jinja2

from pedalsmith.files import write_whole
from pedalsmith.report import charts
from pedalsmith.report.data import ReportData
from pedalsmith.report.players import matched

_HERE = Path(__file__).resolve().parent


def write(path: Path, data: ReportData) -> None:
    """Writes the report of one run to `path`, whole or not at all.

    Raises BadInput when the folder cannot be written.
    """
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"ratio": ratio, "decibel": decibel, "part": part, "size": size}
    pictures = [charts.waveforms(data), charts.close_up(data), charts.spectrum(data)]
    if data.curve and len(data.curve.esr) > 1:
        pictures.append(charts.training(data.curve))
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    page = environment.get_template("page.html.j2").render(
        data=data,
        charts=pictures,
        players=matched(
            [
                ("dry", "Dry", "The guitar, as it enters the gear.", data.dry),
                ("target", "Target", "The gear itself.", data.target),
                ("model", "Model", "The network in floating point.", data.model),
                ("pedal", "Pedal", f"What left the {data.board}'s codec.", data.pedal),
            ]
        ),
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=base64.b64encode(digest).decode("ascii"),
    )
    write_whole(path, page)


def ratio(esr: float) -> str:
    """An ESR as a short number: 0.0042, 0.00018, 2.1e-06."""
    return f"{esr:.4f}" if esr >= 0.001 else f"{esr:.2g}"


def decibel(esr: float) -> str:
    """An ESR in dB: -23.8 dB."""
    if esr <= 0:
        return "no error"
    return f"{10 * math.log10(esr):.1f} dB".replace("-", "\N{MINUS SIGN}")


def part(esr: float) -> str:
    """An ESR in words: "one part in 240 of the sound's power"."""
    if esr <= 0:
        return "no error at all"
    if esr > 0.1:
        return f"{esr * 100:.0f} % of the sound's power"
    parts = 1 / esr
    step = 10 ** max(math.floor(math.log10(parts)) - 1, 0)
    return f"one part in {round(parts / step) * step:,.0f} of the sound's power"


def size(count: int) -> str:
    """Bytes for a person: 812 B, 34.5 kB (1 kB = 1024 B)."""
    return f"{count} B" if count < 1024 else f"{count / 1024:.1f} kB"
