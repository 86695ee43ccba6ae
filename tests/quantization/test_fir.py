# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Impulse responses: NumPy, host and Cortex-M7 play the same words, and nearly the float ones."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest

from pedalsmith.assets import dry_path
from pedalsmith.audio import read_audio
from pedalsmith.cycles.engine import BareEngine, engine_image
from pedalsmith.errors import BadInput
from pedalsmith.models.convolution import Conv1d
from pedalsmith.models.model import Model
from pedalsmith.native.host import HostEngine, check_status, status_text
from pedalsmith.quantization.blob import Blob
from pedalsmith.quantization.fir_record import SEGMENT, FirRecord
from pedalsmith.quantization.psm import decode, encode
from pedalsmith.quantization.quantizer import quantize
from pedalsmith.quantization.reference import ReferenceEngine, with_golden
from pedalsmith.quantization.refusal import Refused


def response(taps: int, seed: int = 1) -> np.ndarray:
    """A cabinet's kind of decay, the oldest tap first, of gain 1 for noise."""
    decay = np.exp(-np.arange(taps) / max(taps / 8, 1.0))
    h = np.random.default_rng(seed).standard_normal(taps) * decay
    return (h / np.sqrt(np.sum(h**2)))[::-1].astype(np.float32)


def model(taps: int, **rest: object) -> Model:
    layer = Conv1d(response(taps)[:, None, None], np.array([0.01], np.float32))
    return Model(layers=(layer,), sample_rate=48_000, **rest)  # type: ignore[arg-type]


def loudest_blob(segments: int) -> Blob:
    """Every sum at the bound of its proof, signs mixed."""
    weights = np.resize([32_767, -32_768, 0, 0], (segments, SEGMENT))
    weights[:, 4:] = 0
    scale = np.resize([1, -1], segments) * min(2**31 - 1, 2**32 // segments)
    record = FirRecord(weights, scale, bias=-5)
    return with_golden(Blob((record,), 48_000, rest_output=-5), np.full(4, 2**23 - 1))


@pytest.fixture(scope="module")
def guitar() -> np.ndarray:
    return read_audio(dry_path()).samples[: 4 * 48_000]


def words(count: int) -> np.ndarray:
    """Noise, then full scale of both signs."""
    noise = np.random.default_rng(5).integers(-(2**23), 2**23, count).astype(np.int32)
    noise[count // 2 :] = np.resize([-(2**23), 2**23 - 1], count - count // 2)
    return noise


@pytest.mark.parametrize("segments", [1, 2, 7])
def test_every_engine_plays_the_same_words_at_the_bound(segments: int) -> None:
    blob = loudest_blob(segments)
    data, audio = encode(blob), words(300)
    host = HostEngine(data)
    played = host.process(audio)
    assert np.array_equal(played, ReferenceEngine(blob).process(audio))
    bare = BareEngine(engine_image(), data)
    # Any way to cut the signal gives the same words.
    cuts = np.split(audio, [1, 4, 21, 22, 70, 150])
    assert np.array_equal(np.concatenate([bare.process(part) for part in cuts]), played)
    host.selftest()


@pytest.mark.parametrize("taps", [1, 31, 33, 2048])
def test_the_error_is_that_of_16_bit_taps(taps: int, guitar: np.ndarray) -> None:
    made = quantize(model(taps, skip=0.5), "cab", guitar)
    assert max(error.noise_dbfs for error in made.report.errors) < -100.0
    assert made.report.errors[0].esr_db < -75.0
    data = encode(made.blob)
    assert HostEngine(data).arena_bytes == made.blob.arena_bytes
    again = decode(data)
    (record,), (before,) = again.layers, made.blob.layers
    assert isinstance(record, FirRecord)
    assert isinstance(before, FirRecord)
    assert np.array_equal(record.weights, before.weights)
    assert np.array_equal(record.scale, before.scale)


def test_it_rests_at_its_bias_and_forgets(guitar: np.ndarray) -> None:
    data = encode(quantize(model(500), "cab", guitar).blob)
    engine = HostEngine(data)
    assert engine.rest_output == round(0.01 * 2**23)
    audio = np.concatenate([words(100), np.zeros(600, np.int32)])
    played = engine.process(audio)
    assert np.all(played[100 + 512 :] == engine.rest_output)
    assert played[520] != engine.rest_output
    engine.reset()
    assert np.array_equal(engine.process(audio), played)


def test_the_ring_may_lie_behind_the_cache(guitar: np.ndarray) -> None:
    data = encode(quantize(model(900), "cab", guitar).blob)
    whole = HostEngine(data)
    split = HostEngine(data, fast_bytes=whole.arena_bytes - 8)
    assert split.slow_bytes == whole.history_bytes > 900 * 4
    assert np.array_equal(split.process(words(2500)), whole.process(words(2500)))


def test_what_is_too_large_is_refused_by_name_and_number(guitar: np.ndarray) -> None:
    with pytest.raises(BadInput, match=r"cab: has 24001 taps; the engine runs 24000\."):
        quantize(model(24_001), "cab", guitar)
    with pytest.raises(BadInput, match="cab: the gain of the impulse response reaches"):
        quantize(model(8, output_gain_db=60.0), "cab", guitar)


def test_c_and_python_refuse_a_sum_that_may_overflow() -> None:
    blob = loudest_blob(3)
    (record,) = blob.layers
    assert isinstance(record, FirRecord)
    over = replace(record, scale=np.full(3, 2**31 - 1))
    with pytest.raises(Refused, match="may leave 64 bits"):
        encode(replace(blob, layers=(over,)))
    data = bytearray(encode(blob))
    at = 64 + 16 + 2 * record.weights.size
    data[at : at + 12] = struct.pack("<3i", *(2**31 - 1,) * 3)
    data[12:16] = bytes(4)
    data[12:16] = struct.pack("<I", zlib.crc32(bytes(data)))
    assert "could overflow" in status_text(check_status(bytes(data)))
