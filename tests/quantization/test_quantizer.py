# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A model becomes a blob: the parts that hold for any model."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_models import plucks, random_model

from pedalsmith.audio import Q23_ONE, SAMPLE_RATE, from_q23, to_q23
from pedalsmith.errors import BadInput
from pedalsmith.models.model import Lstm, Model
from pedalsmith.models.reference import Reference
from pedalsmith.native.host import HostEngine
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import KNOB_ONE
from pedalsmith.quantization.cell import saturating
from pedalsmith.quantization.quantizer import (
    ESR_DB,
    NOISE_DBFS,
    ROUGHEST_DBFS,
    Quantizer,
    quantize,
)
from pedalsmith.quantization.reference import ReferenceEngine

AUDIO = plucks(0.6)
SHORT = plucks(0.1)
"""Enough to build a quantizer on where its quality does not matter."""


@pytest.mark.parametrize(
    ("kind", "hidden", "layers", "knobs", "weights"),
    [
        ("lstm", 7, 1, 0, "int8"),
        ("gru", 6, 1, 1, "int8"),
        ("lstm", 5, 2, 2, "int16"),
        ("gru", 4, 3, 0, "int16"),
    ],
)
def test_a_blob_that_every_engine_plays(
    kind: str, hidden: int, layers: int, knobs: int, weights: str
) -> None:
    model = random_model(
        kind, hidden, layers=layers, knobs=knobs, skip=1.0, gains=(2.0, -3.0), size=1.5
    )
    quantized = quantize(model, "random", AUDIO, weights)
    data = psm.encode(quantized.blob)
    assert len(data) == quantized.report.blob_bytes
    assert psm.encode(psm.decode(data)) == data
    engine = HostEngine(data)
    engine.selftest()
    assert len(quantized.blob.golden_input) == 256
    assert np.max(np.abs(quantized.blob.golden_input)) > Q23_ONE // 100

    # Other playing than it was quantized on, other knobs: near the float model, word for word the
    # same in C and NumPy.
    words = to_q23(plucks(0.5, seed=9))
    turned = tuple(0.2 + 0.5 * k for k in range(knobs))
    reference = ReferenceEngine(quantized.blob)
    for index, value in enumerate(turned):
        engine.set_knob(index, round(value * KNOB_ONE))
        reference.set_knob(index, round(value * KNOB_ONE))
    engine.reset()
    played = engine.process(words)
    np.testing.assert_array_equal(played[:2000], reference.process(words[:2000]))
    float_ = Reference(model, knobs=turned)
    float_.play(np.zeros(24_000))
    wanted = float_.play(from_q23(words))
    error = from_q23(played) - wanted
    esr = 10 * np.log10(np.mean(error[2000:] ** 2) / np.var(wanted[2000:]))
    assert esr < (-50 if weights == "int16" else -30)


@pytest.mark.parametrize("bits", [8, 16])
def test_never_worse_than_rounding_to_nearest(bits: int) -> None:
    quantizer = Quantizer(random_model("lstm", 8, size=2.0, seed=4), "random", AUDIO)
    plain = quantizer.measure(quantizer.assemble(next(quantizer.candidates.of(bits))))
    best = quantizer.best(bits, 1).errors
    assert best[0].esr_db <= plain[0].esr_db
    if bits == 8:
        assert best[0].esr_db < plain[0].esr_db - 6


@given(
    st.sampled_from(["lstm", "gru"]),
    st.integers(1, 12),
    st.floats(0.01, 4.0),
    st.integers(0, 99),
    st.sampled_from([8, 16]),
)
@settings(deadline=None, max_examples=8)
def test_nothing_ever_leaves_its_word(
    kind: str, hidden: int, size: float, seed: int, bits: int
) -> None:
    """The reference engine raises RangeError where C would wrap."""
    quantizer = Quantizer(random_model(kind, hidden, size=size, seed=seed), "random", SHORT)
    blob = quantizer.assemble(next(quantizer.candidates.of(bits)))
    rng = np.random.default_rng(seed)
    square = np.where(np.arange(300) // 50 % 2, Q23_ONE - 1, -Q23_ONE)
    noise = rng.integers(-Q23_ONE, Q23_ONE, 300)
    words = np.concatenate([square, noise, np.full(100, -Q23_ONE)]).astype(np.int32)
    played = ReferenceEngine(blob).process(words)
    np.testing.assert_array_equal(played, HostEngine(psm.encode(blob)).process(words))


def test_formats_are_chosen_by_the_error_they_leave() -> None:
    quantizer = Quantizer(random_model("gru", 6, size=2.0, seed=7), "random", AUDIO)
    narrow = quantizer.best(16, 1)
    wide = quantizer.best(16, 2)
    assert wide.noise_dbfs < narrow.noise_dbfs - 6
    between = 0.5 * (wide.noise_dbfs + narrow.noise_dbfs)
    assert quantizer.choose("int16", narrow.noise_dbfs + 1).state_format == 1
    assert quantizer.choose("int16", between).state_format == 2
    assert quantizer.choose("auto", 0.0).bits == 8
    assert quantizer.choose("auto", between).noise_dbfs <= between
    # Nothing reaches this: the best there is.
    assert quantizer.choose("int16", -190.0).noise_dbfs == pytest.approx(wide.noise_dbfs)


def test_a_quiet_capture_is_as_true_as_a_loud_one_unless_told_otherwise() -> None:
    """Whoever plays it turns it up, and its error as well."""
    quiet = random_model("lstm", 6, seed=7, gains=(-50.0, 10.0))
    quantizer = Quantizer(quiet, "quiet", AUDIO)
    narrow, wide = quantizer.best(16, 1), quantizer.best(16, 2)
    assert narrow.noise_dbfs < NOISE_DBFS and narrow.errors[0].esr_db > ESR_DB
    assert wide.errors[0].esr_db < narrow.errors[0].esr_db - 20
    for weights in ("int16", "auto"):
        chosen = quantizer.choose(weights, NOISE_DBFS)
        assert chosen is wide, weights  # found once, whatever is aimed at
        assert quantizer.choose(weights, ROUGHEST_DBFS) is narrow, weights
    # What 8 bits of weight leave, a wider state does not mend.
    assert quantizer.choose("int8", NOISE_DBFS).state_format == 1


def test_where_nothing_is_true_enough_compensation_is_trusted_more() -> None:
    model = random_model("lstm", 8, seed=2)
    layer = model.layers[0]
    assert isinstance(layer, Lstm)
    loud = replace(layer, kernel=layer.kernel * np.float32(30.0))
    quantizer = Quantizer(replace(model, layers=(loud, model.layers[1])), "loud", AUDIO)
    usual = quantizer.best(16, 2)
    assert quantizer.choose("int16", usual.noise_dbfs + 0.1) is usual
    assert quantizer.choose("int16", usual.noise_dbfs - 0.1).score < usual.score - 1.0


def test_silence_ends_in_the_stated_output() -> None:
    blob = quantize(random_model("lstm", 8, size=1.5, seed=2), "random", AUDIO, "int8").blob
    engine = HostEngine(psm.encode(blob))
    engine.process(to_q23(AUDIO))
    silence = engine.process(np.zeros(60_000, np.int32))
    assert np.all(silence[48_000:] == blob.rest_output)
    engine.reset()
    assert np.all(np.abs(engine.process(np.zeros(24_000, np.int32)) - blob.rest_output) < 2**8)


def test_a_cell_that_grows_gets_a_wider_format() -> None:
    model = random_model("lstm", 4, size=0.5, seed=1)
    layer = model.layers[0]
    assert isinstance(layer, Lstm)
    bias = layer.bias.copy()
    bias[4:8] = 9.0  # forget gates: hardly anything is forgotten
    bias[8:12] = 3.0
    layer = replace(layer, bias=bias)
    quantizer = Quantizer(replace(model, layers=(layer, model.layers[1])), "random", AUDIO)
    cell = quantizer.cells[0]
    assert cell.largest > 64
    assert cell.range >= 2 * cell.largest
    assert quantizer.best(16, 1).errors[0].noise_dbfs < -60


def counting(bias: float, drive: float) -> Model:
    """Of an LSTM's four units the first forgets nothing: it counts tanh(bias + drive x)."""
    model = random_model("lstm", 4, size=0.5, seed=1)
    layer = model.layers[0]
    assert isinstance(layer, Lstm)
    kernel, recurrent, own = (part.copy() for part in (layer.kernel, layer.recurrent, layer.bias))
    kernel[:, ::4], recurrent[:, ::4], own[::4] = 0.0, 0.0, 20.0
    own[8], kernel[0, 8] = bias, drive
    return replace(
        model,
        layers=(replace(layer, kernel=kernel, recurrent=recurrent, bias=own), model.layers[1]),
    )


def test_a_cell_that_only_counts_up_saturates_and_one_that_comes_back_does_not() -> None:
    """One format serves all units: holding a count takes fraction bits of the others."""
    up = Quantizer(counting(3.0, 0.0), "up", plucks(1.2))
    assert up.cells[0].largest > 8192 and up.cells[0].range == 256
    assert up.best(16, 2).errors[0].esr_db < ESR_DB
    slow = 0.5 * np.sin(2 * np.pi * 4 * np.arange(SAMPLE_RATE) / SAMPLE_RATE)
    back = Quantizer(counting(0.0, 8.0), "back", slow)
    assert back.cells[0].range > back.cells[0].largest > 8192
    held = back.best(16, 2)
    back.cells = {0: saturating(back.cells[0])}
    early = back.measure(back.assemble(held.candidate, 2))
    assert early[0].esr_db > held.errors[0].esr_db + 10


def test_a_knob_that_is_turned_up_is_1() -> None:
    """As Q15 it is 32767; a difference of 3e-5 stood out from everything else."""
    quantizer = Quantizer(random_model("gru", 4, size=2.0, seed=2, knobs=1), "knob", AUDIO)
    assert quantizer.best(16, 2).errors[0].esr_db < -110


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_a_network_that_does_nothing_is_no_trouble(kind: str) -> None:
    quantized = quantize(random_model(kind, 2, size=0.0), "zeros", SHORT, "int8")
    played = HostEngine(psm.encode(quantized.blob)).process(to_q23(AUDIO))
    assert not np.any(played)


def test_weights_that_cannot_be_proved_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"^tone\.json: row .*; train it with weight"):
        quantize(random_model("lstm", 32, size=200.0), "tone.json", SHORT, "int16")
