# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith report`: what came of a training run, on one page, to look at and to listen to."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a training run.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for all that is made; RUN/report otherwise."),
    ] = None,
    board: Annotated[str, typer.Option(help="A folder under boards/.")] = "daisy_seed",
    weights: Annotated[
        Literal["int16", "int8", "auto"], typer.Option(help="Bits of the recurrent weights.")
    ] = "int16",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Quantize, build and emulate the model of a run, and write report.html.

    On the page: dry, target, model and pedal at one level, a blind test, the error in each band,
    the error over the time of training, integers beside float, and what it costs on each board.

    Example: pedalsmith report RUN
    """
    import json
    import time

    from pedalsmith import report
    from pedalsmith.console import emit_json, talk
    from pedalsmith.demo import flow, summary
    from pedalsmith.demo.steps import Steps
    from pedalsmith.errors import BadInput
    from pedalsmith.native.boards import load_board

    load_board(board)
    try:
        trained = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadInput(f"{run}: has no run.json; name the folder of `pedalsmith train`.") from None
    sound = flow.held_out_sound(run, trained)
    if trained["held_out"]["knobs"]:
        raise BadInput(f"{run}: has knobs, which a report cannot turn; use `pedalsmith emulate`.")
    folder = output or run / "report"
    gear = trained.get("gear") or Path(trained["wet"]).name
    title = trained.get("name") or Path(trained["wet"]).stem
    settings = flow.Settings(folder, run, title, gear, board, weights)
    began = time.monotonic()
    steps = Steps(talk)
    figures = flow.play(settings, steps, sound, trained)
    report.write(folder / "report.html", summary.report_data(settings, figures))
    talk.print()
    talk.print(summary.panel(settings, figures, time.monotonic() - began))
    if as_json:
        emit_json(summary.as_json(settings, figures, steps))
    summary.hold_to_the_computer(figures)
