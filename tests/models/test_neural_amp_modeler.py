# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Our .nam files in the package that defines the format.

Runs where PEDALSMITH_NAM_PYTHON names an interpreter that has the package neural-amp-modeler
(and with it PyTorch, which is why it is no dependency of ours):

    python -m venv nam && nam/bin/pip install neural-amp-modeler
    PEDALSMITH_NAM_PYTHON=nam/bin/python .venv/bin/pytest tests/models/test_neural_amp_modeler.py
"""

import os
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from models.examples import small_model
from models.wavenets import a1
from pedalsmith.models.exporters import nam
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import Activation, Model
from pedalsmith.models.reference import run

SCRIPT = """
import json, sys
import numpy as np, torch
from nam.models import init_from_nam
torch.set_num_threads(1)
for name in sys.argv[2:]:
    document = json.load(open(name))
    for array in document["config"].get("layers", []):
        # The package's reader knows gates only as later versions write them; players read both.
        if array.pop("gated", False):
            count = len(array["dilations"])
            array["activation"] = [{"type": array["activation"]}] * count
            array["gating_mode"] = ["gated"] * count
            array["secondary_activation"] = [{"type": "Sigmoid"}] * count
    model = init_from_nam(document)
    model.eval()
    audio = torch.tensor(np.load(sys.argv[1]), dtype=torch.float32)
    with torch.no_grad():
        output = model(audio, pad_start=True)
    np.save(name + ".npy", output.numpy())
"""

RNG = np.random.default_rng(0)


def a2_like() -> Model:
    """A net of the later generation: kernels and activations by layer, gates, a long head."""
    net = a1(RNG)
    first = net.arrays[0]
    other = replace(first.layers[1], activation=Activation("leaky_relu", (0.01,)))
    arrays = (replace(first, layers=(first.layers[0], other, first.layers[2])), net.arrays[1])
    return Model((replace(net, arrays=arrays),), 48_000)


MODELS = {
    "lstm": small_model(units=8),
    "lstm-with-skip": small_model(units=8, skip=1.0, input_gain_db=-3.0),
    "a1": Model((a1(RNG),), 48_000),
    "a1-gated": Model((a1(RNG, gated=True),), 48_000),
    "a2": a2_like(),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Every model's output, by the package and by us."""
    python = os.environ.get("PEDALSMITH_NAM_PYTHON")
    if not python:
        pytest.skip("PEDALSMITH_NAM_PYTHON names no interpreter with neural-amp-modeler")
    folder = tmp_path_factory.mktemp("nam")
    audio = RNG.uniform(-0.5, 0.5, size=2000)
    np.save(folder / "audio.npy", audio)
    names = []
    for name, model in MODELS.items():
        nam.write(model, folder / f"{name}.nam")
        names.append(str(folder / f"{name}.nam"))
    subprocess.run([python, "-c", SCRIPT, str(folder / "audio.npy"), *names], check=True)
    return {
        name: (np.load(folder / f"{name}.nam.npy"), run(load_model(folder / f"{name}.nam"), audio))
        for name in MODELS
    }


@pytest.mark.parametrize("name", MODELS)
def test_neural_amp_modeler_plays_what_we_write(
    played: dict[str, tuple[np.ndarray, np.ndarray]], name: str
) -> None:
    theirs, ours = played[name]
    # PyTorch pads the start in its own way; after the receptive field nothing of that is left.
    assert np.abs(theirs[-1500:] - ours[-1500:]).max() <= 1e-5
