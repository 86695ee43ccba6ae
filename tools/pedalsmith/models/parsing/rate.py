# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Sample rates of models, given or not."""

from pedalsmith.console import notice
from pedalsmith.models.parsing.node import Node

LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
"""Hz; a rate beyond is taken for an error in the file."""


def rate_or_default(root: Node, said: int | None, convention: int) -> int:
    """The rate for a file that gives none: what the user said, or the format's convention."""
    if said is not None:
        return said
    notice(
        f"{root.path.name}: says no sample rate; {convention} Hz assumed, as programs for its "
        "format do (convert, import and export take --sample-rate)."
    )
    return convention
