# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A blob that is not exactly what the format says is refused, by C and Python alike."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.errors import BadInput
from pedalsmith.native.host import HostEngine, check_status, status_text
from pedalsmith.quantization import psm
from pedalsmith.quantization.blob import DenseRecord, LstmRecord
from pedalsmith.quantization.proof import Refused
from pedalsmith.quantization.table import TABLE_BYTES

from .blobs import random_blob, random_bytes
from .mutations import field_attacks, random_attacks, signed_off


def python_refusal(data: bytes) -> str:
    try:
        psm.decode(data)
    except BadInput as refusal:
        assert "\n" not in str(refusal)
        return str(refusal)
    return ""


def python_takes(data: bytes) -> bool:
    return not python_refusal(data)


@pytest.fixture(scope="module")
def small() -> bytes:
    return random_bytes(5, hidden=(1,), golden_frames=2)


def test_the_untouched_blob_is_taken(small: bytes) -> None:
    assert check_status(small) == 0
    assert python_takes(small)
    assert psm.encode(psm.decode(small)) == small


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize("int8", [False, True])
def test_bytes_to_blob_and_back(kind: str, int8: bool) -> None:
    data = random_bytes(3, kind=kind, hidden=(5, 3), knobs=3, int8=int8, dense=(2, 1))
    assert psm.encode(psm.decode(data)) == data


def test_every_single_bit_flip_is_refused(small: bytes) -> None:
    for bit in range(len(small) * 8):
        flipped = bytearray(small)
        flipped[bit // 8] ^= 1 << bit % 8
        assert check_status(bytes(flipped)) != 0, bit
        assert not python_takes(bytes(flipped)), bit


def test_every_truncation_is_refused(small: bytes) -> None:
    for length in range(len(small)):
        assert check_status(small[:length]) != 0, length
        assert not python_takes(small[:length]), length
        # Even one that states its new length and has a CRC to match.
        assert check_status(signed_off(small[:length])) != 0, length
        assert not python_takes(signed_off(small[:length])), length
    assert check_status(small + bytes(4)) != 0
    assert check_status(signed_off(small + bytes(4))) != 0


def test_c_and_python_judge_lies_alike(small: bytes) -> None:
    taken = 0
    for data in field_attacks(small) + random_attacks(1500):
        verdict, refusal = check_status(data) == 0, python_refusal(data)
        if "JSON" not in refusal:  # C finds the metadata, but does not read it
            assert verdict == (not refusal), (refusal, data.hex())
        taken += verdict
        if verdict:
            HostEngine(data).process(np.full(20, -(2**23), np.int32))
    assert taken > 20, "some lies are harmless (a sample rate, a weight): those must play"


def test_row_one_beyond_its_bound_is_refused() -> None:
    blob = random_blob(6, hidden=(2,), extreme=True)
    layer = blob.layers[0]
    assert isinstance(layer, LstmRecord)
    for row in range(layer.rows):
        bias = layer.bias.copy()
        bias[row] += 1 if bias[row] >= 0 else -1
        with pytest.raises(Refused, match="256"):
            psm.encode(replace(blob, layers=(replace(layer, bias=bias), *blob.layers[1:])))
        changed = psm.encode(blob).replace(
            layer.bias.astype("<i4").tobytes(), bias.astype("<i4").tobytes()
        )
        status = check_status(signed_off(changed))
        assert status_text(status) == "a layer's sums could overflow"


def test_row_whose_weights_sum_to_more_is_refused() -> None:
    blob = random_blob(6, hidden=(3,))
    layer = blob.layers[0]
    assert isinstance(layer, LstmRecord)
    weights = layer.weights.copy()
    weights[0] = (32767, -32767, 1)
    scale = layer.scale.copy()
    scale[0] = 0
    at_bound = replace(blob, layers=(replace(layer, weights=weights, scale=scale), blob.layers[1]))
    data = psm.encode(at_bound)
    assert check_status(data) == 0
    weights = weights.copy()
    weights[0, 2] = 2
    old, new = (w.astype("<i2").tobytes() for w in (at_bound.layers[0].weights, weights))
    assert status_text(check_status(signed_off(data.replace(old, new)))) == (
        "a layer's sums could overflow"
    )


def test_dense_sum_beyond_64_bits_is_refused() -> None:
    blob = random_blob(6, hidden=(3,), dense=(4, 1))
    last = DenseRecord(np.full((4, 1), 2**30), np.zeros(1, np.int64), 31)
    with pytest.raises(Refused, match="64 bits"):
        psm.encode(replace(blob, layers=(*blob.layers[:2], last)))


def test_arena_smaller_than_stated_and_stated_smaller_than_needed(small: bytes) -> None:
    body = bytearray(small)
    stated = int.from_bytes(body[20:24], "little")
    body[20:24] = (stated - 1).to_bytes(4, "little")
    lie = signed_off(bytes(body))
    assert status_text(check_status(lie)) == "the model states less RAM than its layers need"
    with pytest.raises(BadInput, match="bytes of RAM"):
        psm.decode(lie)
    body[20:24] = (stated + 4096).to_bytes(4, "little")
    assert HostEngine(signed_off(bytes(body))).arena_bytes == stated + 4096 + TABLE_BYTES


def test_wrong_golden_output_fails_the_selftest(small: bytes) -> None:
    blob = psm.decode(small)
    lie = psm.encode(replace(blob, golden_output=blob.golden_output + 1))
    with pytest.raises(BadInput, match="golden"):
        HostEngine(lie).selftest()


def test_file_errors_are_one_line_with_the_name(tmp_path: Path, small: bytes) -> None:
    missing = tmp_path / "none.psm"
    with pytest.raises(BadInput, match=r"none\.psm: cannot be read"):
        psm.read(missing)
    damaged = tmp_path / "damaged.psm"
    damaged.write_bytes(small[:-1] + b"\x01")
    with pytest.raises(BadInput, match=r"damaged\.psm: is damaged"):
        psm.read(damaged)
    float_model = tmp_path / "lead.nam"
    float_model.write_text("{" + 300 * " " + "}")
    first = (
        r"lead\.nam: .*no PSMB.*; convert it first: pedalsmith convert .*lead\.nam -o lead\.psm\."
    )
    with pytest.raises(BadInput, match=first):
        psm.read(float_model)
    with pytest.raises(BadInput, match=first):
        HostEngine(float_model.read_bytes(), str(float_model))
    psm.write(tmp_path / "good.psm", psm.decode(small))
    assert (tmp_path / "good.psm").read_bytes() == small
    with pytest.raises(BadInput, match="no such knob"):
        HostEngine(small).set_knob(0, 1)
