# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith signal`: the sound to play into the gear."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    output: Annotated[Path, typer.Option("-o", "--output", help="The WAV to write.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the parts as JSON.")] = False,
) -> None:
    """Write a test signal to record gear with: 48 kHz, 24 bit, mono, two and a half minutes.

    Play it into the gear and record what comes out; then hand both files to `pedalsmith check`
    and `pedalsmith train`.

    Example: pedalsmith signal -o signal.wav
    """
    from rich.table import Table

    from pedalsmith.audio import SAMPLE_RATE, write_wav
    from pedalsmith.capture.signal import make_signal
    from pedalsmith.console import emit_json, talk

    sound, places = make_signal()
    write_wav(output, sound)
    if as_json:
        emit_json(
            [
                {"name": part.name, "purpose": part.purpose, "start": start, "seconds": seconds}
                for part, start, seconds in places
            ]
        )
        return
    table = Table("at", "part", "what it is for")
    for part, start, _ in places:
        table.add_row(f"{int(start) // 60}:{start % 60:04.1f}", part.name, part.purpose)
    talk.print(table)
    talk.print(
        f"{output}: {len(sound) / SAMPLE_RATE:.0f} s. Set the recording level so that the loudest "
        "part stays below -3 dBFS.",
        markup=False,
        soft_wrap=True,
    )
