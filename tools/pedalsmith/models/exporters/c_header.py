# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A plain C header: the weights as float arrays, and a golden run to check a program against.

The comment at the top is the Keras JSON of the model with the names of the arrays in the place
of the numbers, so the layout needs no other documentation and importers/c_header.py reads it.
"""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.files import write_whole
from pedalsmith.models.model import Model
from pedalsmith.models.writing.keras_document import document_of

SUFFIXES = (".h",)

_VALUES_A_LINE = 6


def write(model: Model, path: Path) -> None:
    """Writes `model`. Raises BadInput for layers that Keras JSON does not have either."""
    document = document_of(model, path, "a C header")
    arrays: list[str] = []
    for index, layer in enumerate(document["layers"]):
        names = []
        for number, tensor in enumerate(layer["weights"]):
            names.append(f"layer{index}_weights{number}")
            arrays.append(_array(names[-1], tensor))
        layer["weights"] = names
    for key in ("input_batch", "output_batch"):
        arrays.append(_array(key, document[key]))
        document[key] = key
    guard = re.sub(r"\W", "_", path.stem).upper() + "_H"
    # "*/" would end the comment; JSON may write a slash as "\/".
    described = json.dumps(document, indent=1).replace("/", "\\/")
    text = (
        f"/* pedalsmith model\n{described}\n*/\n"
        f"#ifndef {guard}\n#define {guard}\n\n" + "\n".join(arrays) + "\n#endif\n"
    )
    write_whole(path, text)


def _array(name: str, tensor: Any) -> str:
    """One array of floats; the shape is in its declaration."""
    values: npt.NDArray[np.float32] = np.array(tensor, np.float32)
    shape = "".join(f"[{length}]" for length in values.shape)
    return f"static const float {name}{shape} = {_braces(values)};\n"


def _braces(values: npt.NDArray[np.float32]) -> str:
    if values.ndim > 1:
        return "{" + ",\n".join(_braces(row) for row in values) + "}"
    texts = [_literal(value) for value in values]
    lines = [
        ", ".join(texts[at : at + _VALUES_A_LINE]) for at in range(0, len(texts), _VALUES_A_LINE)
    ]
    return "{" + ",\n ".join(lines) + "}"


def _literal(value: np.float32) -> str:
    """A float constant of C; the shortest that is this value."""
    text = str(value)
    return f"{text}f" if re.search(r"[.e]", text) else f"{text}.0f"
