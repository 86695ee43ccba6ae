# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the demo says at the end: on the terminal, as JSON, and as the report."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pedalsmith.console import as_svg
from pedalsmith.demo.flow import Figures, Settings, training_curve
from pedalsmith.demo.steps import Steps, clock, row
from pedalsmith.errors import NegativeResult
from pedalsmith.native.boards import load_board
from pedalsmith.report import BoardLoad, Memory, ReportData
from pedalsmith.report.page import decibel, part

_TOOLS = ("pedalsmith", "tensorflow-cpu", "tensorflow", "keras", "numpy", "ziglang", "unicorn")


_STATES = {16: "16 bit with error feedback", 32: "32 bit"}


def report_data(settings: Settings, figures: Figures) -> ReportData:
    """Gathers the report's figures from what the commands printed."""
    board = load_board(settings.board)
    trained = figures.train["figures"]
    image = next(name for name in figures.build["files"] if name.endswith(".bin"))
    return ReportData(
        title=settings.title,
        board=board.name,
        dry=figures.sounds["dry"],
        target=figures.sounds["target"],
        model=figures.sounds["model"],
        pedal=figures.sounds["pedal"],
        esr_float=figures.esr_float,
        esr_quantized=figures.esr_quantized,
        esr_rounding=figures.esr_rounding,
        samples_compared=figures.samples_compared,
        samples_differing=figures.samples_differing,
        **_load(figures),
        memory=tuple(
            Memory(name, use["used"], use["size"]) for name, use in figures.build["memory"].items()
        ),
        boards=tuple(
            BoardLoad(load_board(name).name, info["load_mean_percent"], info["load_worst_percent"])
            for name, info in figures.boards.items()
        ),
        curve=training_curve(settings),
        facts=(
            ("Gear", settings.gear),
            (
                "Network",
                f"{_network(figures.train['settings'])}, {figures.info['parameters']:,} parameters",
            ),
            ("Training", f"{clock(trained['seconds'])} min, {trained['steps']:,} steps of Adam"),
            ("Weights", f"{settings.weights}, {figures.convert['blob_bytes']:,} bytes of .psm"),
            ("State", _STATES[figures.convert["state_bits"]]),
            (
                "Work",
                f"{figures.info['instructions_per_sample']:,.0f} instructions a sample, counted; "
                f"{figures.info['cycles_per_sample']:,.0f} cycles, estimated",
            ),
            ("Image", f"{Path(image).name}, {Path(image).stat().st_size:,} bytes"),
        ),
        versions=(*_versions(), ("Python", platform.python_version())),
        flashing=tuple(step.replace("{image}", image) for step in board.flashing),
    )


def _network(settings: dict[str, Any]) -> str:
    """The network in words: LSTM, 16 units."""
    arch = settings["arch"].upper()
    return f"{arch}, {settings['hidden']} units" if arch in ("LSTM", "GRU") else arch


def _load(figures: Figures) -> dict[str, Any]:
    return {
        "load_mean": figures.info["load_mean_percent"],
        "load_worst": figures.info["load_worst_percent"],
        "load_error": figures.info["load_error"],
    }


def _versions() -> list[tuple[str, str]]:
    found = []
    for name in _TOOLS:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found


def hold_to_the_computer(figures: Figures) -> None:
    """Raises NegativeResult where the board gave other words than the computer."""
    if figures.samples_differing:
        said = [line for line in figures.emulate["console"] if line.startswith("model:")]
        raise NegativeResult(
            f"{figures.samples_differing:,} of {figures.samples_compared:,} samples differ between "
            f"host and board (the board says: {'; '.join(said) or 'nothing'}); please report it."
        )


def as_json(settings: Settings, figures: Figures, steps: Steps) -> dict[str, Any]:
    """The figures as plain data, the commands' own answers included."""
    return {
        "esr_float": figures.esr_float,
        "esr_quantized": figures.esr_quantized,
        "esr_rounding": figures.esr_rounding,
        "samples_compared": figures.samples_compared,
        "samples_differing": figures.samples_differing,
        **_load(figures),
        "report": str(settings.output / "report.html"),
        "wavs": [str(settings.output / f"{name}.wav") for name in figures.sounds],
        "seconds": {step.name: round(step.seconds, 1) for step in steps.all},
        "train": figures.train,
        "convert": figures.convert,
        "build": figures.build,
        "emulate": figures.emulate,
        "info": figures.info,
    }


def panel(settings: Settings, figures: Figures, seconds: float) -> Panel:
    """The end of the demo on a terminal."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="bold")
    table.add_column(style="dim")
    load = _load(figures)
    differing = figures.samples_differing
    table.add_row("model against the gear", decibel(figures.esr_float), _esr(figures.esr_float))
    table.add_row(
        "pedal against the gear", decibel(figures.esr_quantized), _esr(figures.esr_quantized)
    )
    table.add_row(
        "board against computer",
        Text(f"{differing:,} differ", "bold red" if differing else "bold green"),
        f"of {figures.samples_compared:,} samples",
    )
    table.add_row(
        "processor load",
        f"{load['load_mean']:.1f} %",
        f"at worst {load['load_worst']:.1f} %, {load['load_error'].split(',')[0]}",
    )
    image = next(name for name in figures.build["files"] if name.endswith(".bin"))
    places = Table.grid(padding=(0, 3, 0, 0))
    places.add_column(no_wrap=True)
    places.add_column(overflow="fold")
    places.add_row("open", Text(str(settings.output / "report.html"), "bold"))
    places.add_row("listen", f"{settings.output}/*.wav: {', '.join(figures.sounds)}")
    places.add_row("flash", image)
    return Panel(
        Group(table, "", places),
        title=f"done in {clock(seconds)}",
        title_align="left",
        border_style="dim",
        padding=(1, 2),
    )


def picture(settings: Settings, figures: Figures, steps: Steps, seconds: float) -> str:
    """The end of the demo as an SVG, for the README."""
    lines = (row(step) for step in steps.all)
    end = panel(settings, figures, seconds)
    return as_svg("./tools/dev demo", heading(settings), *lines, "", end)


def heading(settings: Settings) -> str:
    """The first line of the demo."""
    name = load_board(settings.board).name
    return f"\n[bold]pedalsmith[/]  a diode overdrive into a {name}\n"


def _esr(ratio: float) -> str:
    words = part(ratio).removesuffix(" of the sound's power")
    return f"ESR {ratio:.5f}, {words}"
