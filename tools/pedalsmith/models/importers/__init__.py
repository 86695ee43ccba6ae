# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One file per format that a Model can be read from; `load_model` finds the one that fits.

An importer is a module in this folder with `NAME`, the words for it in a message,
`matches(content) -> bool`, which looks at what the file contains and never at its name, and
`read(content, options) -> Model`. It is found by being there. A format whose files are banks of
models that have nothing to do with each other also has `count(content) -> int`, one whose files are
containers of sizes of one model `CONTAINERS = True`.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pedalsmith.errors import BadInput
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.validation import validate

RUN_FILE = "model.json"
"""The model within the folder that `pedalsmith train` writes."""


@dataclass(frozen=True)
class ImportOptions:
    """What a user may say of a file that does not say it itself."""

    sample_rate: int | None = None
    """Hz; stands in, with no notice, for a rate that the file does not give."""
    submodel: int | None = None
    """Which model of a container (.nam), from 1; None takes the first, which is the smallest."""


def load_model(path: Path, options: ImportOptions = ImportOptions()) -> Model:
    """Reads a float model of any known format, found by its content.

    `path` may also be the folder of a training run. The model returned has passed `validate`.
    Raises BadInput in one line that names the file, the place in it, the reason and what to do.
    """
    # A run is named by its folder as well.
    content = Content(path / RUN_FILE if (path / RUN_FILE).is_file() else path)
    importers = _importers()
    for importer in importers:
        if importer.matches(content):
            one = not hasattr(importer, "count") and not hasattr(importer, "CONTAINERS")
            if one and options.submodel is not None:
                raise BadInput(
                    f"{path}: holds one model, so there is none to choose; leave out --submodel."
                )
            model: Model = importer.read(content, options)
            validate(model, str(path))
            return model
    if content.json and content.json.has("input_size", "conv1d", "conv1d_1", "lstm"):
        raise BadInput(
            f"{path}: is a GuitarLSTM or SmartAmpPro model, strided convolutions below an LSTM "
            "that begins anew with each sample, which the engine does not play; take a capture of "
            "another kind, such as NeuralPi, Proteus or SmartAmp."
        )
    what = "JSON, but of no known model format" if content.json else "no model file"
    known = ", ".join(importer.NAME for importer in importers)
    raise BadInput(f"{path}: is {what}; name a file of one of these: {known}.")


def count_models(path: Path) -> int:
    """How many models of a bank the file holds; 1 for what is none, or no model at all."""
    try:
        content = Content(path)
    except BadInput:
        return 1
    for importer in _importers():
        if hasattr(importer, "count") and importer.matches(content):
            return max(1, int(importer.count(content)))
    return 1


def _importers() -> list[Any]:
    return [importlib.import_module(f"{__name__}.{name}") for name in formats()]


def formats() -> list[str]:
    """The names of the formats that can be read, which are the modules' names."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__))
