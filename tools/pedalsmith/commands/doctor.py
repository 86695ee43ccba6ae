# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith doctor`: is everything there to talk to a board?"""

from typing import Annotated

import typer

from pedalsmith.link.options import JsonOption

_SIGNS = {"good": "[green]good[/]", "note": "[cyan]note[/]", "bad": "[red]bad[/]"}


def command(
    rules: Annotated[
        bool, typer.Option("--udev-rules", help="Print the udev rules and nothing else.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at packages, permissions, ModemManager and what is plugged in; tell the fix for each.

    Ends with exit code 1 when something has to be fixed.

    Example: pedalsmith doctor
    """
    from dataclasses import asdict

    from rich.markup import escape
    from rich.table import Table

    from pedalsmith.console import emit_json, talk
    from pedalsmith.errors import NegativeResult
    from pedalsmith.link.checks import examine
    from pedalsmith.link.permission import RULES

    if rules:
        print(RULES.read_text(encoding="utf-8"), end="")
        return
    with talk.status("looking ..."):
        findings = examine()
    if as_json:
        emit_json([asdict(finding) for finding in findings])
    else:
        table = Table("", "what", "found")
        for finding in findings:
            table.add_row(_SIGNS[finding.grade], finding.subject, escape(finding.found))
        talk.print(table)
        # A command is copied from a line of its own, not out of a table.
        for finding in findings:
            if finding.fix:
                talk.print(f"{finding.subject}: {finding.fix}", markup=False, soft_wrap=True)
    bad = [finding.subject for finding in findings if finding.grade == "bad"]
    if bad:
        raise NegativeResult(f"to be fixed: {', '.join(bad)}; the lines above say how.")
