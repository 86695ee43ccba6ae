# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Initializers of C arrays."""

import re

from pedalsmith.models.parsing.node import Node

_TOKEN = re.compile(r"[{},]|[^{},\s]+")
_DEEPEST = 3


def read_braces(place: Node, braces: str) -> list[object]:
    """Nested lists of numbers from nested braces; BadInput at `place` for anything else."""
    stack: list[list[object]] = [[]]
    for token in _TOKEN.findall(braces):
        if token == "{":
            if len(stack) > _DEEPEST:
                place.fail("is nested too deeply")
            stack.append([])
        elif token == "}":
            if len(stack) < 2:
                place.fail("has a brace too many")
            done = stack.pop()
            stack[-1].append(done)
        elif token != ",":
            try:
                stack[-1].append(float(token.rstrip("fF")))
            except ValueError:
                place.fail(f"contains {ascii(token)[:30]} where a number belongs")
    if len(stack) != 1 or len(stack[0]) != 1:
        place.fail("has braces that do not match")
    result = stack[0][0]
    if not isinstance(result, list):
        place.fail("is a number where a list in braces belongs")
    return result
