# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith check`: is this capture worth training on?"""

from pathlib import Path
from typing import Annotated

import typer

_SIGNS = {"good": "[green]good[/]", "doubtful": "[yellow]doubtful[/]", "bad": "[red]bad[/]"}


def command(
    dry: Annotated[Path, typer.Argument(help="What went into the gear: WAV or FLAC.")],
    wet: Annotated[Path, typer.Argument(help="What came out of it.")],
    channel: Annotated[
        int | None, typer.Option(min=1, help="Channel to use of files with several.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Judge a capture before training: levels, noise, delay, drift, polarity, repeatability.

    Ends with exit code 1 when something is bad enough to record again.

    Example: pedalsmith check dry.wav wet.wav
    """
    from dataclasses import asdict

    from rich.markup import escape
    from rich.table import Table

    from pedalsmith.capture.judgement import Grade, judge_files
    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import NegativeResult

    findings, alignment = judge_files(dry, wet, channel=channel)
    if as_json:
        emit_json(
            {
                "findings": [asdict(finding) for finding in findings],
                "alignment": {
                    **asdict(alignment),
                    "shift": alignment.shift,
                    "found": alignment.found,
                },
            }
        )
    else:
        table = Table("", "what", "found", "likely cause and remedy")
        for finding in findings:
            table.add_row(
                _SIGNS[finding.grade],
                escape(finding.subject),
                escape(finding.found),
                escape(finding.remedy),
            )
        talk.print(table)
    bad = [finding.subject for finding in findings if finding.grade is Grade.BAD]
    if bad:
        raise NegativeResult(f"{wet}: not worth training on ({', '.join(bad)}).")
