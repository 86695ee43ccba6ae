# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Options that several commands share."""

from typing import Annotated

import typer

PortOption = Annotated[
    str | None,
    typer.Option(
        "--port",
        envvar="PEDALSMITH_PORT",
        help="Serial port of the pedal, such as /dev/ttyACM0 or COM3. Default: found by itself.",
    ),
]
SerialOption = Annotated[
    str | None,
    typer.Option(
        "--serial", envvar="PEDALSMITH_SERIAL", help="Serial number, when several are connected."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]
