# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Where words go: talk to stderr, data to stdout."""

import json
import sys
from typing import Any

from rich.console import Console

talk = Console(stderr=True, highlight=False)
"""Progress, notices and tables meant for a person."""


def notice(text: str) -> None:
    """Prints one line of talk that the user should see but need not act on."""
    talk.print(f"note: {text}", markup=False, soft_wrap=True)


def emit_json(data: Any) -> None:
    """Prints `data` (anything json can write) on stdout, indented, for --json."""
    json.dump(data, sys.stdout, indent=2)
    sys.stdout.write("\n")
