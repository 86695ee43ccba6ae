# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""WaveNets: the C kernel against TensorFlow's operations, and a whole run on a pedal."""

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from capture.sounds import RATE, guitar, pedal
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Activation
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import WaveNet
from pedalsmith.models.reference import run
from pedalsmith_trainer.quiet import quiet_tensorflow

quiet_tensorflow()

from pedalsmith_trainer.wavenet_native import WaveNetKernel  # noqa: E402
from pedalsmith_trainer.wavenet_player import WaveNetPlayer  # noqa: E402
from pedalsmith_trainer.wavenet_shapes import ArrayShape, WaveNetShape  # noqa: E402

LEAKY = Activation("leaky_relu", (0.01,))


def close(a, b, bound=1e-4):
    return np.max(np.abs(a - b)) <= bound * np.max(np.abs(b))


# As A2 and A1 are built, but with few layers: TensorFlow takes half a minute to trace the whole.
SMALL = {
    "a2": WaveNetShape((ArrayShape(3, (1, 41, 13), (6, 6, 15), 1, 16, True),), LEAKY),
    "a1": WaveNetShape(
        (ArrayShape(8, (1, 64), (3, 3), 5, 1, False), ArrayShape(5, (2, 8), (3, 3), 1, 1, True)),
        Activation("tanh"),
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_the_kernel_gives_what_tensorflow_gives(name):
    kernel, plain = WaveNetKernel(SMALL[name], 2), WaveNetPlayer(SMALL[name])
    assert (kernel.weight_count, kernel.state_count) == (plain.weight_count, plain.state_count)
    generator = np.random.default_rng(0)

    def normal(scale, *shape):
        return (scale * generator.normal(size=shape)).astype(np.float32)

    weights, state = normal(0.2, plain.weight_count), normal(0.1, plain.state_count, 3)
    dry, by = normal(1.0, 150, 3, 1), normal(1.0, 150, 3)
    results = []
    for player in (kernel, plain):
        first, between, *_ = player.forward(weights, dry[:37], state, keep=False)
        second, after, _, ticket = player.forward(weights, dry[37:], between)
        results.append((first, second, after, player.backward(ticket, weights, by[37:], 0.0)))
    for ours, theirs in zip(*results, strict=True):
        assert close(ours, theirs)
    whole, *_ = kernel.forward(weights, dry, state, keep=False)
    assert close(np.concatenate(results[0][:2]), whole)


def train(folder, output, *options):
    return CliRunner().invoke(
        build_app(),
        ["train", "--dry", str(folder / "dry.wav"), "--wet", str(folder / "wet.wav"),
         "-o", str(output), "--threads", "1", "--json", *options],
        catch_exceptions=False,
    )  # fmt: skip


def test_a_pedal_is_learnt_and_plays_as_the_figures_say(tmp_path):
    dry = guitar(5.0)
    soundfile.write(tmp_path / "dry.wav", dry, RATE, subtype="PCM_24")
    soundfile.write(tmp_path / "wet.wav", pedal(dry), RATE, subtype="PCM_24")
    options = ("--arch", "a2-lite", "--steps", "192", "--test-seconds", "1")
    figures = json.loads(train(tmp_path, tmp_path / "run", *options).stdout)["figures"]
    assert figures["test_esr"] < 0.1
    model = load_model(tmp_path / "run" / "model.json")
    assert isinstance(model.layers[0], WaveNet)
    dry, wet = (soundfile.read(tmp_path / f"{name}.wav")[0] for name in ("dry", "wet"))
    error = (run(model, dry) - wet)[-RATE:]
    assert np.sum(error**2) / np.sum(wet[-RATE:] ** 2) == pytest.approx(
        figures["test_esr"], rel=0.02
    )
    assert model.metadata.esr == pytest.approx(figures["test_esr"])


def test_knobs_are_refused(tmp_path):
    dry = guitar(4.0)
    soundfile.write(tmp_path / "dry.wav", dry, RATE, subtype="PCM_24")
    soundfile.write(tmp_path / "wet.wav", pedal(dry), RATE, subtype="PCM_24")
    entries = "".join(f'[[capture]]\nwet = "wet.wav"\ndrive = {drive}\n' for drive in (0.1, 0.9))
    (tmp_path / "list.toml").write_text('dry = "dry.wav"\n' + entries)
    arguments = ["train", "--captures", str(tmp_path / "list.toml"), "-o", str(tmp_path / "run")]
    with pytest.raises(BadInput, match="has no knobs"):
        CliRunner().invoke(build_app(), [*arguments, "--arch", "a2-lite"], catch_exceptions=False)
