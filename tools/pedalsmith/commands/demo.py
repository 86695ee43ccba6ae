# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith demo`: from a capture to a pedal that was heard, in one go."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for everything that is made.")
    ] = Path("demo"),
    board: Annotated[str, typer.Option(help="A folder under boards/.")] = "daisy_seed",
    arch: Annotated[Literal["lstm", "gru"], typer.Option(help="Kind of recurrent layer.")] = "lstm",
    hidden: Annotated[int, typer.Option(min=4, max=64, help="Units of that layer.")] = 16,
    weights: Annotated[
        Literal["int16", "int8"], typer.Option(help="Bits of the recurrent weights.")
    ] = "int16",
    minutes: Annotated[float, typer.Option(min=0.02, max=1440, help="Time to train.")] = 2.0,
    seed: Annotated[int, typer.Option(min=0, help="Of the training.")] = 0,
    seconds: Annotated[
        float, typer.Option(min=1.0, max=36.0, help="Of the capture, compared on the board.")
    ] = 36.0,
    svg: Annotated[
        Path | None, typer.Option(hidden=True, help="Picture of the terminal, for the README.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Train, quantize, build, emulate and report on the capture that the package ships.

    Takes under five minutes on two cores and needs no hardware. The end says how near the pedal
    comes to the gear, whether the emulated board gave the same bits as the computer, and how
    busy its processor is.

    Example: pedalsmith demo -o demo
    """
    import time

    from pedalsmith import report
    from pedalsmith.console import emit_json, talk
    from pedalsmith.demo import flow, summary
    from pedalsmith.demo.steps import Steps
    from pedalsmith.files import write_whole

    settings = flow.Settings(
        output,
        output / "run",
        "Diode overdrive",
        "simulated: a string model plays through a circuit in SPICE (captures/)",
        board,
        weights,
        seconds,
    )
    began = time.monotonic()
    talk.print(summary.heading(settings))
    steps = Steps(talk)
    trained = flow.train(settings, flow.Training(arch, hidden, minutes, seed), steps)
    figures = flow.play(settings, steps, flow.shipped_sound(trained), trained)
    with steps.step("report", "all on one page") as step:
        report.write(output / "report.html", summary.report_data(settings, figures))
        step.result = str(output / "report.html")
    talk.print()
    taken = time.monotonic() - began
    talk.print(summary.panel(settings, figures, taken))
    if svg:
        write_whole(svg, summary.picture(settings, figures, steps, taken))
    if as_json:
        emit_json(summary.as_json(settings, figures, steps))
    summary.hold_to_the_computer(figures)
