# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith emulate`: a recording through the pedal, on the host or on an emulated board."""

from pathlib import Path
from typing import Annotated, Any

import typer


def command(
    model: Annotated[Path, typer.Argument(help="Blob (.psm).")],
    source: Annotated[Path, typer.Argument(metavar="IN", help="Dry guitar, WAV or FLAC.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="24-bit WAV to write.")],
    on: Annotated[str, typer.Option(help="`host`, or a folder under boards/.")] = "host",
    image: Annotated[
        str,
        typer.Option(
            help="A built .bin, .hex or .elf with the model, or the kind to build: bootloader."
        ),
    ] = "",
    block: Annotated[int | None, typer.Option(help="Samples a block, 1 to 256.")] = None,
    controls: Annotated[
        str,
        typer.Option(help="Pedal that the board is in; with --knob or --press the board's first."),
    ] = "",
    knob: Annotated[
        list[str] | None,
        typer.Option(help="gain=0.7, or later: gain=0.7@2.5s; repeatable."),
    ] = None,
    press: Annotated[
        list[str] | None, typer.Option(help="fs1@2.0s, held 2.5 s: fs1@2.0s:2.5s; repeatable.")
    ] = None,
    codec: Annotated[str, typer.Option(help="Codec of the board, where it has revisions.")] = "",
    serial: Annotated[
        str, typer.Option(help="`usb` or `uart`: that port as a pseudo-terminal, until Ctrl-C.")
    ] = "",
    channel: Annotated[int | None, typer.Option(min=1, help="Channel of IN, from 1.")] = None,
    compare: Annotated[
        bool, typer.Option(help="Compare with the host, without controls; differing: exit 1.")
    ] = True,
    console: Annotated[bool, typer.Option(help="Show all that the board's console says.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Play a recording through the pedal, on the host or on an emulated board.

    On a board the file that is flashed is run, with every register it touches; audio enters at the
    codec and leaves by it. Knobs: gain, level, gate, model1 to model3. Switches: fs1, fs2; times
    are seconds since power-up. With --serial the board goes on in real time after the recording,
    so that a terminal or `pedalsmith monitor --port` may talk to it.

    Example: pedalsmith emulate tone.psm dry.wav pedal.wav --on daisy_seed
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from pedalsmith.audio import from_q23, read_audio, to_q23, write_wav
    from pedalsmith.console import emit_json, talk
    from pedalsmith.emulator.boards import Options
    from pedalsmith.emulator.panel import parse_press, parse_turn
    from pedalsmith.emulator.session import play_on_board, play_on_host
    from pedalsmith.errors import BadInput, NegativeResult
    from pedalsmith.files import check_output

    if not model.is_file():
        raise BadInput(f"{model}: there is no such file; make one with `pedalsmith convert`.")
    check_output(target, model, source)
    if serial and (on == "host" or serial not in {"usb", "uart", "pty"}):
        raise BadInput(f"--serial {serial}: write usb or uart, with a board: --on daisy_seed.")
    of_a_board = {"image": image, "block": block, "controls": controls, "knob": knob,
                  "press": press, "codec": codec}  # fmt: skip
    given = next((name for name, value in of_a_board.items() if value), "")
    if on == "host" and given:
        raise BadInput(f"--{given}: the host has none; name a board with it: --on daisy_seed.")
    which = _image(image, on) if image else ""
    if isinstance(which, Path) and block is not None:
        raise BadInput(
            f"--block {block}: {image} is built with its own; leave out --block, or --image to "
            "build another."
        )
    turns = tuple(parse_turn(text) for text in knob or ())
    presses = tuple(parse_press(text) for text in press or ())
    controls = controls or _pedal(on, wanted=bool(turns or presses))
    options = Options(controls=controls, turns=turns, presses=presses, codec=codec.lower())
    words = to_q23(read_audio(source, channel=channel).samples)
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=talk, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def progress(what: str, share: float) -> None:
            bar.update(task, description=what, completed=min(share, 1.0))

        def tell(path: str) -> None:
            bar.stop()
            if not as_json:
                print(f"serial port: {path}", flush=True)
            talk.print(f"open {path} with any terminal program; Ctrl-C ends", soft_wrap=True)

        if on == "host":
            played = play_on_host(model.read_bytes(), str(model), words, progress)
        else:
            played = play_on_board(
                on, model, words, progress,
                image=which, block=block, options=options, serial=serial,
                compare=compare and controls == "none" and not serial, on_serial=tell,
            )  # fmt: skip
    write_wav(target, from_q23(played.samples))
    if as_json:
        emit_json(played.figures)
    else:
        _print(played.figures, all_lines=console)
    if played.differing:
        dry = _why_dry(played.figures["console"])
        if dry:
            raise NegativeResult(f"{on}: {dry}.")
        first = played.figures["first_differing"]
        raise NegativeResult(
            f"{on}: {played.differing:,} of {len(words):,} samples differ from the host's, the "
            f"first at {first:,}; the image holds another model or the engines disagree."
        )


def _pedal(on: str, *, wanted: bool) -> str:
    """The board's first pedal where controls are wanted; the board alone else."""
    from pedalsmith.native.boards import load_board

    if on == "host" or not wanted:
        return "none"
    return next((name for name in load_board(on).controls if name != "none"), "none")


def _image(text: str, board: str) -> Path | str:
    """The kind of image that `text` names, or the path of one."""
    from pedalsmith.native.boards import load_board

    return text if text in load_board(board).images else Path(text)


def _why_dry(console: list[str]) -> str:
    """Why the board plays no model, without a full stop; '' where it plays one."""
    said = next((line for line in console if line.startswith("model: ")), "")
    if not said.endswith("the input passes dry"):
        return ""
    if said.startswith("model: none,"):
        return "the image holds no model, the input passes dry; build it with --model"
    return said


def _print(figures: dict[str, Any], *, all_lines: bool) -> None:
    speed = figures["times_real_time"]
    line = (
        f"{figures['on']}: {figures['audio_seconds']:.2f} s of audio, {speed or 0:.1f} x real time"
    )
    print(line)
    if "latency_samples" in figures:
        print(
            f"latency {figures['latency_samples']} samples ({figures['latency_ms']:.2f} ms) at "
            f"{figures['sample_rate']:.2f} Hz, block {figures['block']}"
        )
        mean, most = figures["instructions_a_block_mean"], figures["instructions_a_block_most"]
        if mean is not None:
            print(
                f"{mean / figures['block']:,.0f} instructions a sample, "
                f"at most {most:,} in a block of {figures['block']}"
            )
        for seconds, light, lit in figures["lights"]:
            print(f"  {seconds:.3f} s: light {light + 1} {'on' if lit else 'off'}")
        print("the board's console (its load takes 0.6 cycles an instruction, info estimates it):")
        for said in figures["console"] if all_lines else _shortened(figures["console"]):
            print(f"  {said}")
    if "differing" in figures:
        print(f"{figures['differing']:,} of {figures['samples']:,} samples differ from the host's")


def _shortened(lines: list[str]) -> list[str]:
    """The lines of the start and the last of those that come once a second."""
    status = [index for index, line in enumerate(lines) if line.startswith("load:")]
    return [*lines[: status[0]], lines[status[-1]]] if status else lines
