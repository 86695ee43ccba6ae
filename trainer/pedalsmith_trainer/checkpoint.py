# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""All that a run needs to go on where it stopped, with the same bits as if it had not.

The order of the training material is a function of seed and step number (streams.py), so that no
random state has to be kept.
"""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.errors import BadInput
from pedalsmith.files import whole_file

FILE_NAME = "checkpoint.npz"


@dataclass(frozen=True)
class Checkpoint:
    """The variables of a run at the end of an epoch."""

    steps: int
    seconds: float
    """Trained so far, pauses included."""
    variables: list[np.ndarray]
    """Of network, optimizer and training loop, in their own order."""
    best_esr: float
    best_seconds: float
    best_weights: list[np.ndarray]
    history: list[dict[str, float]]
    settings: dict[str, Any]
    material: str
    """A hash of what is trained on."""


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Writes it whole."""
    arrays = {f"variable_{n}": value for n, value in enumerate(checkpoint.variables)}
    arrays |= {f"best_{n}": value for n, value in enumerate(checkpoint.best_weights)}
    rest = asdict(checkpoint)
    del rest["variables"], rest["best_weights"]
    with whole_file(path) as temporary, temporary.open("wb") as file:
        np.savez(file, rest=np.array(json.dumps(rest)), **arrays)


def load(path: Path) -> Checkpoint:
    """Reads one. Raises BadInput where there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            rest = json.loads(str(file["rest"]))
            return Checkpoint(
                variables=_numbered(file, "variable_"),
                best_weights=_numbered(file, "best_"),
                **rest,
            )
    except FileNotFoundError:
        raise BadInput(f"{path}: is not there; --resume needs the folder of a run.") from None
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        raise BadInput(f"{path}: cannot be read; train again without --resume.") from None


def _numbered(file: Any, prefix: str) -> list[np.ndarray]:
    found = []
    while f"{prefix}{len(found)}" in file:
        found.append(file[f"{prefix}{len(found)}"])
    return found
