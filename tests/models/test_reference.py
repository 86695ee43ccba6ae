# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The float64 reference against the textbook formulas, and against itself in pieces."""

from pathlib import Path

import numpy as np
import pytest

from models.examples import small_model
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Conv1d, Dense, Gru, Lstm, Model
from pedalsmith.models.reference import Reference, run


def plain_sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def plain_run(
    model: Model, audio: np.ndarray, knobs: tuple[float, ...], delay: float = 0.0
) -> np.ndarray:
    """The formulas of model.py, one sample after the other, with nothing rearranged."""
    first, last = model.layers
    assert isinstance(first, Lstm | Gru) and isinstance(last, Dense)
    W, U, b = (a.astype(float) for a in (first.kernel, first.recurrent, first.bias))
    h = c = np.zeros(first.hidden_size)
    before = (h, c)
    output = []
    for sample in audio * 10 ** (model.input_gain_db / 20):
        x = np.array([sample, *knobs])
        newest = (h, c)
        h, c = ((1 - delay) * new + delay * old for new, old in zip(newest, before, strict=True))
        before = newest
        if isinstance(first, Lstm):
            i, f, g, o = np.split(x @ W + h @ U + b, 4)
            c = plain_sigmoid(f) * c + plain_sigmoid(i) * np.tanh(g)
            h = plain_sigmoid(o) * np.tanh(c)
        else:
            (xz, xr, xn), (hz, hr, hn) = np.split(x @ W + b[0], 3), np.split(h @ U + b[1], 3)
            z, r = plain_sigmoid(xz + hz), plain_sigmoid(xr + hr)
            h = (1 - z) * np.tanh(xn + r * hn) + z * h
        y = (h @ last.kernel.astype(float) + last.bias.astype(float))[0]
        output.append((y + model.skip * sample) * 10 ** (model.output_gain_db / 20))
    return np.array(output)


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_the_reference_is_the_formula(kind: str) -> None:
    model = small_model(
        7, units=5, kind=kind, knobs=2, skip=1.0, input_gain_db=6.0, output_gain_db=-3.0
    )
    audio = np.random.default_rng(2).normal(size=300)
    expected = plain_run(model, audio, (0.2, 0.9))
    assert np.abs(run(model, audio, knobs=(0.2, 0.9)) - expected).max() <= 1e-13


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_pieces_give_what_the_whole_gives(kind: str) -> None:
    model = small_model(3, kind=kind)
    audio = np.random.default_rng(2).normal(size=100)
    player = Reference(model)
    pieces = np.concatenate([player.play(audio[:1]), player.play([]), player.play(audio[1:])])
    # BLAS sums a single row in another order than many.
    assert np.abs(pieces - run(model, audio)).max() <= 1e-15


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_a_trace_holds_the_states_between_input_and_output(kind: str) -> None:
    model = small_model(3, kind=kind, units=4)
    audio = np.random.default_rng(2).normal(size=50)
    output, (first, last) = Reference(model).trace(audio)
    assert np.array_equal(output, run(model, audio))
    assert last.pre_activation is not None and first.pre_activation is not None
    assert np.array_equal(last.pre_activation[:, 0], output)
    z = np.split(first.pre_activation, 4 if kind == "lstm" else 3, axis=1)
    before = np.vstack([np.zeros(4), first.output[:-1]])
    if kind == "lstm":
        assert first.cell is not None
        hidden = plain_sigmoid(z[3]) * np.tanh(first.cell)
    else:
        hidden = (1 - plain_sigmoid(z[0])) * np.tanh(z[2]) + plain_sigmoid(z[0]) * before
        assert first.state_part is not None
        layer = model.layers[0]
        part = before @ layer.recurrent[:, 8:].astype(float) + layer.bias[1, 8:].astype(float)
        assert np.abs(first.state_part - part).max() <= 1e-14
    assert np.abs(hidden - first.output).max() <= 1e-14


def test_silence_before_the_audio_is_played_and_not_returned() -> None:
    model = small_model()
    whole = run(model, np.concatenate([np.zeros(30), np.ones(10)]))
    assert np.array_equal(run(model, np.ones(10), silence=30), whole[30:])


def test_too_many_knobs_are_no_small_matter() -> None:
    with pytest.raises(ValueError, match="2 knobs given"):
        Reference(small_model(knobs=1), knobs=(0.1, 0.2))


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_another_rate_delays_the_state_by_the_ratio(kind: str) -> None:
    model = small_model(7, units=5, kind=kind, sample_rate=44_100)
    audio = np.random.default_rng(2).normal(size=300)
    expected = plain_run(model, audio, (), delay=48_000 / 44_100 - 1)
    assert np.abs(run(model, audio, sample_rate=48_000) - expected).max() <= 1e-13
    player = Reference(model, sample_rate=48_000)
    pieces = np.concatenate([player.play(audio[:7]), player.play(audio[7:])])
    assert np.abs(pieces - expected).max() <= 1e-13


@pytest.mark.parametrize("name", ["LittleBigMuff_HighGainPedal", "neuralpi_TS9"])
def test_a_model_of_44_1_khz_keeps_its_sound_at_48_khz(shared: Path, name: str) -> None:
    """Against the model at its own rate: ESR at most -40 dB, 20 dB less than uncorrected."""
    import soxr

    from pedalsmith.assets import dry_path
    from pedalsmith.audio import read_audio

    path = shared / f"models/guitarml/{name}.json"
    model = load_model(path, ImportOptions(sample_rate=44_100))
    guitar = read_audio(dry_path()).samples[144_000:240_000]
    slow = soxr.resample(guitar, 48_000, 44_100, quality="VHQ")
    own = soxr.resample(run(model, slow), 44_100, 48_000, quality="VHQ")
    fast = soxr.resample(slow, 44_100, 48_000, quality="VHQ")[: len(own)]
    heard = slice(24_000, len(fast) - 4_800)

    def esr_db(output: np.ndarray) -> float:
        error, target = output[heard] - own[heard], own[heard] - own[heard].mean()
        return 10 * np.log10(np.sum(error**2) / np.sum(target**2))

    corrected, plain = esr_db(run(model, fast, sample_rate=48_000)), esr_db(run(model, fast))
    assert corrected <= -40
    assert corrected <= plain - 20


def test_a_rate_that_cannot_be_corrected_is_no_small_matter() -> None:
    with pytest.raises(ValueError, match="96000 Hz cannot be played at 48000"):
        Reference(small_model(sample_rate=96_000), sample_rate=48_000)
    net = Model((Conv1d(np.ones((2, 1, 1), np.float32)),), 44_100)
    with pytest.raises(ValueError, match="only be played at its own"):
        Reference(net, sample_rate=48_000)
