# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith train`: a capture in, a run folder with model.json out."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pedalsmith_trainer.settings import LARGEST_HIDDEN, SMALLEST_HIDDEN


class Arch(StrEnum):
    """Kinds of network: recurrent ones, and the WaveNets of wavenet_shapes.py."""

    lstm = "lstm"
    gru = "gru"
    a2_lite = "a2-lite"
    a2_full = "a2-full"
    a1_nano = "a1-nano"
    a1_feather = "a1-feather"
    a1_lite = "a1-lite"
    a1_standard = "a1-standard"


class Quantize(StrEnum):
    """What the last part of a run is tuned for; words of `convert --weights`."""

    none = "none"
    int16 = "int16"
    int8 = "int8"


def command(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the run.")],
    dry: Annotated[Path | None, typer.Option(help="What went into the gear: WAV or FLAC.")] = None,
    wet: Annotated[Path | None, typer.Option(help="What came out of it.")] = None,
    captures: Annotated[
        Path | None,
        typer.Option(help="Or: a TOML list of captures, one a knob position; see below."),
    ] = None,
    arch: Annotated[
        Arch, typer.Option(help="lstm, gru, or a WaveNet of .nam players.")
    ] = Arch.lstm,
    hidden: Annotated[
        int, typer.Option(min=SMALLEST_HIDDEN, max=LARGEST_HIDDEN, help="Units of an LSTM or GRU.")
    ] = 16,
    layers: Annotated[int, typer.Option(min=1, max=2, help="Layers of LSTM or GRU.")] = 1,
    minutes: Annotated[
        float, typer.Option(min=0.02, max=1440, help="Time to train, start-up excluded.")
    ] = 3.0,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Train so many steps instead; repeatable bit by bit."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the first weights and the order.")] = 0,
    quantize: Annotated[
        Quantize,
        typer.Option(help="Fine-tune for recurrent weights of so many bits on the pedal."),
    ] = Quantize.none,
    target_esr: Annotated[
        float | None, typer.Option(min=0, max=1, help="End when this ESR is reached.")
    ] = None,
    patience: Annotated[
        float | None, typer.Option(min=0.01, help="End after so many minutes without progress.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the folder, made longer or not.")
    ] = False,
    skip: Annotated[
        bool, typer.Option("--skip/--no-skip", help="Add the dry sound to the network's output.")
    ] = True,
    fit: Annotated[
        str | None,
        typer.Option(help="Choose kind and size that fit this board, e.g. daisy_seed."),
    ] = None,
    max_cpu: Annotated[
        float, typer.Option(min=1, max=100, help="With --fit: percent of its time, worst case.")
    ] = 60.0,
    test_dry: Annotated[
        Path | None, typer.Option(help="Other playing, only for the figure at the end.")
    ] = None,
    test_wet: Annotated[Path | None, typer.Option(help="What the gear made of it.")] = None,
    test_seconds: Annotated[
        float, typer.Option(min=0, help="Or: keep so many last seconds of the capture for it.")
    ] = 0.0,
    channel: Annotated[
        int | None, typer.Option(min=1, help="Channel to use of files with several.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The model's name in its metadata.")] = None,
    gear: Annotated[str | None, typer.Option(help="What was captured, in words.")] = None,
    input_dbu: Annotated[
        float | None, typer.Option(help="dBu RMS of a sine that is 0 dBFS peak in the dry file.")
    ] = None,
    output_dbu: Annotated[float | None, typer.Option(help="The same of the wet file.")] = None,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Folder to log to as well, for TensorBoard.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads to compute with.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Train a model on a capture (two WAVs: dry into the gear, wet out of it).

    Example: pedalsmith train --dry dry.wav --wet wet.wav -o run --hidden 16 --minutes 3

    Ctrl-C ends the training early and keeps the best model so far; --resume goes on with it.

    A list for --captures makes a model with knobs: dry = "dry.wav", then for each position
    [[capture]] with wet = "low.wav" and drive = 0.1 (any names, 0..1), and [[test]] likewise. The
    files need not begin together: all are put in step with each other.
    """
    from pedalsmith_trainer.quiet import limit_threads, quiet_tensorflow
    from pedalsmith_trainer.settings import Settings, recipe

    quiet_tensorflow()
    limit_threads(threads)
    from pedalsmith_trainer.request import Request
    from pedalsmith_trainer.run import run

    settings = Settings(
        arch=arch.value,
        hidden=hidden,
        layers=layers,
        skip=skip,
        seconds=60 * minutes,
        steps=steps,
        quantize=None if quantize is Quantize.none else quantize.value,
        target_esr=target_esr,
        patience=None if patience is None else 60 * patience,
        seed=seed,
        threads=threads,
        **recipe(arch.value),
    )
    run(
        Request(
            output=output,
            settings=settings,
            dry=dry,
            wet=wet,
            captures=captures,
            test_dry=test_dry,
            test_wet=test_wet,
            test_seconds=test_seconds,
            channel=channel,
            name=name,
            gear=gear,
            input_dbu=input_dbu,
            output_dbu=output_dbu,
            fit=fit,
            max_cpu=max_cpu,
            tensorboard=tensorboard,
            resume=resume,
            as_json=as_json,
        )
    )
