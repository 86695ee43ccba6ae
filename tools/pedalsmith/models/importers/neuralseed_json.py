# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The weights of a NeuralSeed model header, as JSON.

Keys: name, meta (lines "key : value"), rec_weight_ih_l0 (inputs, 3 H), rec_weight_hh_l0 (H, 3 H),
rec_bias (2, 3 H), lin_weight (1, H), lin_bias (1,). GuitarML's script has already transposed
PyTorch's matrices and put the gates into the order z, r, n of RTNeural and Keras.
"""

from pedalsmith.models.importers import ImportOptions
from pedalsmith.models.model import Model
from pedalsmith.models.parsing.content import Content
from pedalsmith.models.parsing.neuralseed import model_from

NAME = "NeuralSeed (.json)"


def matches(content: Content) -> bool:
    """Whether the tensors of a header are there under their names."""
    return content.json is not None and content.json.has("rec_weight_ih_l0", "rec_weight_hh_l0")


def read(content: Content, options: ImportOptions) -> Model:
    """Reads the model."""
    assert content.json is not None
    return model_from(content.json, options.sample_rate, "neuralseed-json")
