# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""AK4556 and PCM3060 as the Daisy Seed has them: one pin each."""


def ak4556_mute(level: bool | None, levels: list[bool]) -> str:
    """Why the AK4556 is mute, or ''. `level` of PDN now, `levels` all it was driven to."""
    if not level:
        return "the AK4556 stays in reset: PDN is not high"
    if levels[-2:] != [False, True]:
        return "the AK4556 has seen no pulse on PDN"
    return ""


def pcm3060_mute(level: bool | None, levels: list[bool]) -> str:
    """Why the PCM3060 is wrong, or ''. `level` of DEMP now."""
    return "" if level is False else "the PCM3060 would de-emphasise: DEMP is not low"
