# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The run that some files bring along, used as a self-test of the import."""

from dataclasses import replace

import numpy as np

from pedalsmith.models.model import Golden, Model
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.reference import run
from pedalsmith.models.validation import validate

LARGEST_DIFFERENCE = 1e-3
"""Full scale. Files of known writers differ by 2e-7; a wrong gate order differs by 1e-1."""

LONGEST_CHECK = 8_192
"""Samples that are run; a file may bring any number."""


def checked_golden(root: Node, model: Model, golden: Golden | None) -> Model:
    """Returns `model` with `golden` in it, after running it; BadInput when it does not come out.

    A vector written before somebody set gains in the file still tells that the weights are
    right; the output kept is then the one with the gains.
    """
    if golden is None or (model.knobs and len(golden.knobs) != model.knobs):
        return model
    validate(model, str(root.path))
    golden = Golden(golden.input[:LONGEST_CHECK], golden.output[:LONGEST_CHECK], golden.knobs)
    ungained = replace(model, input_gain_db=0.0, output_gain_db=0.0)
    outputs = [run(variant, golden.input, knobs=golden.knobs) for variant in (model, ungained)]
    differences = [np.abs(output - golden.output) for output in outputs]
    best = min(differences, key=lambda difference: float(difference.max()))
    # Written so that NaN, which an absurd model computes, fails too.
    if not best.max() <= LARGEST_DIFFERENCE:
        at = int(best.argmax())
        root["output_batch"].fail(
            f"the weights do not give the file's own output_batch (sample {at} differs by "
            f"{best[at]:.2g})",
            "export the model again with a current version of its trainer",
        )
    output = np.ascontiguousarray(outputs[0].astype(np.float32))
    kept = golden.output if best is differences[0] else output
    return replace(model, golden=Golden(golden.input, kept, golden.knobs))
