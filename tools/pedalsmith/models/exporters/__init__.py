# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""One file per format that a Model can be written to; `exporter_for` finds the one that fits.

An exporter is a module in this folder with `SUFFIXES`, the file names that mean it, and
`write(model, path)`, which raises BadInput, naming the feature, for a model that its format
cannot hold. It is found by being there, or by an entry point in the group
"pedalsmith.exporters" (the trainer brings TensorFlow Lite that way).
"""

import importlib
import pkgutil
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pedalsmith.errors import BadInput

GROUP = "pedalsmith.exporters"


def formats() -> dict[str, Any]:
    """The exporters by the names that a user gives: "nam", "keras-json", ..."""
    found: dict[str, Any] = {
        info.name.replace("_", "-"): importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    }
    for point in entry_points(group=GROUP):
        found[point.name] = point.load()
    return found


def exporter_for(path: Path, name: str | None) -> Any:
    """The exporter called `name`, or the one that the suffix of `path` means. Raises BadInput."""
    known = formats()
    if name is not None:
        if name not in known:
            raise BadInput(f"--format {name}: is not known; known are {', '.join(known)}.")
        return known[name]
    for exporter in known.values():
        if path.suffix.lower() in exporter.SUFFIXES:
            return exporter
    if path.suffix.lower() == ".tflite":
        raise BadInput(f"{path}: TensorFlow writes this; install pedalsmith[train].")
    raise BadInput(
        f"{path}: the suffix {path.suffix!r} means no format; say one of --format "
        f"{', '.join(known)}."
    )
