# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A recording through the pedal: on the host, or on an emulated board and held against the host."""

import contextlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.emulator.boards import MOST_LATENCY, Options, Result, result_of, run
from pedalsmith.native.boards import Board, load_board
from pedalsmith.native.image_file import read_firmware
from pedalsmith.native.pedal import HostPedal

Words = npt.NDArray[np.int32]
Progress = Callable[[str, float], None]
"""Gets what is being done and the share of it."""

_CHUNK = 48_000


@dataclass(frozen=True)
class Played:
    """The pedal's output (n,) Q23 and the figures of the run, ready for JSON."""

    samples: Words
    figures: dict[str, Any]
    differing: int = 0
    """samples that differ from the host's, where they were compared"""


def play_on_host(blob: bytes, name: str, words: Words, progress: Progress) -> Played:
    """Plays `words` (n,) Q23 through firmware/pedal and firmware/engine in this process."""
    pedal = HostPedal(blob, name)
    before = time.process_time()
    parts = []
    for at in range(0, len(words), _CHUNK):
        parts.append(pedal.process(words[at : at + _CHUNK]))
        progress("host", (at + _CHUNK) / len(words))
    seconds = time.process_time() - before
    out = np.concatenate(parts) if parts else words
    return Played(out, {"on": "host", "samples": len(words), **_speed(len(words), 48_000, seconds)})


def play_on_board(
    board_name: str,
    model: Path,
    words: Words,
    progress: Progress,
    *,
    image: Path | str = "",
    block: int | None = None,
    options: Options | None = None,
    compare: bool = True,
    serial: str = "",
    on_serial: Callable[[str], None] = print,
) -> Played:
    """Builds the board's image with the model, flashes it and plays `words`.

    `image` is a kind of the board's images, or the file of a built one. With `serial`, "usb" or
    "uart", that port is a pseudo-terminal, whose path `on_serial` gets, and the board goes on in
    real time until KeyboardInterrupt.
    """
    board = load_board(board_name)
    with tempfile.TemporaryDirectory(prefix="pedalsmith-") as folder:
        if not isinstance(image, Path):
            from pedalsmith.native.firmware import build

            progress("building the firmware", 0.0)
            controls = options.controls if options else "none"
            kind = image or board.usual_image
            image = build(
                board, model, Path(folder), image=kind, block=block, controls=controls
            ).bin
        else:
            read_firmware(image).demand_board(board)
        if serial:
            done = _serve(board, image, words, options, serial, on_serial)
        else:
            done = run(
                image, board, words, options=options,
                on_progress=lambda share: progress(f"emulated {board.folder}", share),
            )  # fmt: skip
    figures = board_figures(board.folder, done)
    if not compare:
        return Played(done.samples, figures)
    wanted = play_on_host(model.read_bytes(), str(model), words, progress).samples
    differ = np.flatnonzero((done.samples != wanted) | (done.right != wanted))
    figures["differing"] = len(differ)
    if len(differ):
        figures["first_differing"] = int(differ[0])
    return Played(done.samples, figures, len(differ))


def _serve(
    board: Board,
    image: Path,
    words: Words,
    options: Options | None,
    serial: str,
    on_serial: Callable[[str], None],
) -> Result:
    """Serves the serial port until KeyboardInterrupt; what came out so far is the result."""
    from pedalsmith.emulator.plugged import PluggedBoard

    before = time.process_time()
    with PluggedBoard(board, image, options=options) as plugged:
        plugged.play(words, len(words) + MOST_LATENCY)
        with plugged.pty(uart=serial == "uart") as pty:
            on_serial(pty.path)
            with contextlib.suppress(KeyboardInterrupt):
                pty.serve(lambda: False)
        frames = min(len(words), max(plugged.emulated.audio.frames_out - MOST_LATENCY, 0))
        return result_of(plugged.emulated, frames, time.process_time() - before)


def board_figures(name: str, done: Result) -> dict[str, Any]:
    """What `emulate` prints of a run on a board."""
    # The first block carries the start-up, the last may be cut.
    steady = done.block_instructions[1:]
    return {
        "on": name,
        "samples": len(done.samples),
        "sample_rate": round(done.sample_rate, 3),
        "block": done.block,
        "latency_samples": done.latency,
        "latency_ms": round(1e3 * done.latency / done.sample_rate, 3),
        "instructions": done.instructions,
        "instructions_a_block_mean": round(float(steady.mean()), 1) if len(steady) else None,
        "instructions_a_block_most": int(steady.max()) if len(steady) else None,
        "console_load_counts": "instructions",
        "lights": [list(change) for change in done.lights],
        # The run may have ended in the middle of a line.
        "console": done.console.rpartition("\n")[0].splitlines(),
        **_speed(len(done.samples), done.sample_rate, done.cpu_seconds),
    }


def _speed(samples: int, rate: float, cpu_seconds: float) -> dict[str, Any]:
    audio_seconds = samples / rate
    return {
        "audio_seconds": round(audio_seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "times_real_time": round(audio_seconds / cpu_seconds, 2) if cpu_seconds else None,
    }
