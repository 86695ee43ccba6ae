# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Networks of another sample rate: C equals the reference, whatever the rates and the blocks."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pedalsmith.errors import BadInput
from pedalsmith.native.host import HostEngine, check_status, status_text
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.rate import COEFFICIENT_ONE, RateRecord, rate_record
from pedalsmith.quantization.reference import REST_FRAMES, ReferenceEngine, with_golden
from pedalsmith.quantization.refusal import Refused
from pedalsmith.quantization.resampling import typical

from .arm import Machine, build
from .blobs import random_blob, signals
from .compilers import ARM_COMPILERS
from .mutations import signed_off

RATES = (12_000, 22_050, 32_000, 44_100, 47_999, 48_000, 88_200, 96_000)


def blob_at(model_rate: int, seed: int = 1, **shape: object) -> Blob:
    blob = random_blob(seed, **shape)  # type: ignore[arg-type]
    blob = replace(blob, rate=rate_record(model_rate, 48_000))
    return with_golden(blob, blob.golden_input)


def random_rate(seed: int) -> RateRecord:
    """Any two rates and any filters, up to the bound of the proof."""
    rng = np.random.default_rng(seed)
    board = int(rng.integers(1, 2**16))
    model = int(rng.integers(-(-board // 4), min(2 * board, 2**16 - 1) + 1))

    def table() -> np.ndarray:
        words = rng.integers(-(2**31), 2**31, (33, 2 * int(rng.integers(1, 20))))
        scaled = np.abs(words) * (2**31 - 1) // np.abs(words).sum(axis=1, keepdims=True)
        return np.sign(words) * scaled

    return RateRecord(model, board, table(), table())


@settings(max_examples=25, deadline=None)
@given(
    rate=st.one_of(st.sampled_from(RATES), st.integers(0, 2**32 - 1).map(lambda seed: -1 - seed)),
    signal=st.sampled_from(sorted(signals(0, 1))),
    knobs=st.integers(0, 1),
    cuts=st.lists(st.integers(0, 90), max_size=6),
)
def test_c_equals_reference_in_any_blocks(
    rate: int, signal: str, knobs: int, cuts: list[int]
) -> None:
    blob = random_blob(abs(rate), hidden=(3,), knobs=knobs)
    blob = replace(blob, rate=rate_record(rate, 48_000) if rate > 0 else random_rate(-1 - rate))
    blob = with_golden(blob, blob.golden_input)
    host, reference = HostEngine(psm.encode(blob)), ReferenceEngine(blob)
    audio = signals(abs(rate), 90)[signal]
    parts = [host.process(audio[a:b]) for a, b in pairwise(sorted({0, 90, *cuts}))]
    assert np.array_equal(np.concatenate(parts), reference.process(audio))
    for knob in range(knobs):
        host.set_knob(knob, 9_000)
        reference.set_knob(knob, 9_000)
    assert np.array_equal(host.process(audio), reference.process(audio))
    host.selftest()


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
def test_a_cortex_m7_gives_the_hosts_words(compiler: str, tmp_path: Path) -> None:
    image = build(compiler, tmp_path)
    for model_rate in (22_050, 44_100, 96_000):
        data = psm.encode(blob_at(model_rate, hidden=(7,)))
        host, machine = HostEngine(data), Machine(image, data)
        for audio in signals(5, 60).values():
            assert np.array_equal(machine.process(audio, 48), host.process(audio))


@pytest.mark.parametrize("compiler", ARM_COMPILERS)
def test_a_cortex_m7_plays_filters_of_any_length(compiler: str, tmp_path: Path) -> None:
    image, lengths = build(compiler, tmp_path), set()
    for seed in range(16):
        rate = random_rate(seed)
        lengths |= {rate.front.shape[1] % 8, rate.behind.shape[1] % 8}
        blob = replace(random_blob(seed, hidden=(3,)), rate=rate)
        data = psm.encode(with_golden(blob, blob.golden_input))
        audio = signals(seed, 90)["random"]
        assert np.array_equal(Machine(image, data).process(audio), HostEngine(data).process(audio))
    assert lengths == {0, 2, 4, 6}, "rounds of whole and of fewer pairs of taps"


@pytest.mark.parametrize("model_rate", RATES)
def test_a_constant_and_a_tone_come_through(model_rate: int) -> None:
    """A network that only passes its input on: what is heard is the two filters,
    whose ripple is 72 dB below the tone."""
    blob = blob_at(model_rate, hidden=(1,))
    silent = replace(blob.layers[-1], weights=0 * blob.layers[-1].weights)
    silent = replace(silent, bias=0 * silent.bias)
    blob = replace(blob, layers=(blob.layers[0], silent), skip=1 << 24, rest_output=0)
    engine = HostEngine(psm.encode(with_golden(blob, blob.golden_input)))
    assert blob.rate is not None
    level = np.full(400, 1_234_567, np.int32)
    assert (engine.process(level)[200:] == level[200:]).all()
    engine.reset()
    late = blob.rate.latency
    time = np.arange(2_000)
    pitch = min(1_000.0, model_rate / 20) / 48_000
    tone = np.round(np.sin(2 * np.pi * pitch * time) * 2**22).astype(np.int32)
    true = np.sin(2 * np.pi * pitch * (time - late)) * 2**22
    error = (engine.process(tone) - true)[300:]
    assert 20 * np.log10(np.sqrt(np.mean(error**2)) / 2**22) < -70


def test_rest_is_the_rest_output_and_ends_in_a_reset() -> None:
    blob = blob_at(44_100, hidden=(2,))
    engine, reference = HostEngine(psm.encode(blob)), ReferenceEngine(blob)
    audio = np.concatenate(
        [signals(3, 64)["random"], np.zeros(REST_FRAMES + 40, np.int32), signals(4, 64)["random"]]
    )
    played = engine.process(audio)
    assert (played[64 + REST_FRAMES : 64 + REST_FRAMES + 40] == blob.rest_output).all()
    assert np.array_equal(played[:64], reference.process(audio[:64]))
    reference.reset()
    assert np.array_equal(played[-64:], reference.process(audio[-64:]))


def test_bytes_to_blob_and_back() -> None:
    data = psm.encode(blob_at(44_100, knobs=2))
    assert psm.encode(psm.decode(data)) == data
    assert HostEngine(data).arena_bytes == psm.decode(data).arena_bytes


def test_what_it_costs_is_measured_where_the_recording_is_as_loud_as_on_the_whole() -> None:
    loudness = np.repeat([0.01, 1.0, 0.55, 0.02], 100)
    take = loudness * np.random.default_rng(1).normal(size=400)
    assert np.array_equal(typical(take, 100), take[200:300])
    assert np.array_equal(typical(take, 1000), take)


def test_rates_too_far_apart_are_refused() -> None:
    for rate in (11_999, 96_001, 192_000):
        with pytest.raises(
            Refused, match=f"{rate} Hz; a board of 48000 Hz plays .* 12000 to 96000"
        ):
            rate_record(rate, 48_000)


def test_c_and_python_refuse_alike() -> None:
    blob = blob_at(44_100, hidden=(1,))
    assert blob.rate is not None
    good = psm.encode(blob)

    def refused(at: int, data: bytes) -> str:
        lie = signed_off(good[:at] + data + good[at + len(data) :])
        with pytest.raises(BadInput):
            psm.decode(lie)
        return status_text(check_status(lie))

    four = 4 * COEFFICIENT_ONE.to_bytes(4, "little")
    assert refused(64 + 16, four) == "a layer's sums could overflow"
    assert "format" in refused(64 + 2, b"\x02\x00")
    for place, value in [(8, 25), (8, 98), (10, 0), (12, 0), (12, 321), (14, 0), (14, 589)]:
        said = refused(64 + place, value.to_bytes(2, "little"))
        assert "limits" in said or "length" in said, (place, value)
    assert "length" in refused(64 + 4, (16).to_bytes(4, "little"))
