# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Where words go: talk to stderr, data to stdout."""

import io
import json
import re
import sys
from typing import Any

from rich.console import Console, RenderableType

talk = Console(stderr=True, highlight=False)
"""Progress, notices and tables meant for a person."""


def notice(text: str) -> None:
    """Prints one line of talk that the user should see but need not act on."""
    talk.print(f"note: {text}", markup=False, soft_wrap=True)


def emit_json(data: Any) -> None:
    """Prints `data` (anything json can write) on stdout, indented, for --json."""
    json.dump(data, sys.stdout, indent=2)
    sys.stdout.write("\n")


def as_svg(title: str, *shown: RenderableType, width: int = 104) -> str:
    """What a terminal of that width shows, as a picture with a title bar."""
    console = Console(record=True, width=width, file=io.StringIO(), color_system="truecolor")
    for one in shown:
        console.print(one)
    svg = console.export_svg(title=title, unique_id=title.split()[-1])
    # rich's fonts come from the network; the reader's own will do.
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->", "", svg, flags=re.DOTALL)
