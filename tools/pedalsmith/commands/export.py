# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith export`: a float model into a file that other programs open."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    model: Annotated[Path, typer.Argument(help="A float model, or the folder of a training run.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    format: Annotated[
        str | None,
        typer.Option(help="nam, keras-json, proteus, c-header, ...; the suffix says it if not."),
    ] = None,
    tflite: Annotated[
        str | None, typer.Option(help="Kind of .tflite: float, int8 or int16x8.")
    ] = None,
    submodel: Annotated[
        int | None, typer.Option(min=1, help="Which model of a file that holds several.")
    ] = None,
    sample_rate: Annotated[
        int | None, typer.Option(min=8000, help="Hz, for a file that does not say it.")
    ] = None,
) -> None:
    """Write a model as .nam, AIDA-X/RTNeural JSON, Proteus JSON, C header or TensorFlow Lite.

    Example: pedalsmith export RUN -o tone.nam
    """
    from pedalsmith.console import talk
    from pedalsmith.errors import BadInput
    from pedalsmith.files import check_output
    from pedalsmith.models.exporters import exporter_for
    from pedalsmith.models.importers import RUN_FILE, ImportOptions, load_model

    check_output(output, model, model / RUN_FILE)
    exporter = exporter_for(output, format)
    loaded = load_model(model, ImportOptions(sample_rate, submodel))
    if tflite is None:
        exporter.write(loaded, output)
    elif hasattr(exporter, "VARIANTS"):
        exporter.write(loaded, output, tflite)
    else:
        raise BadInput(f"{output}: --tflite is for .tflite files only; leave it out.")
    talk.print(f"{output}: {output.stat().st_size} bytes.", markup=False, soft_wrap=True)
