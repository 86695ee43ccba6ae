# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
""".namb holds what the .nam it was made from holds."""

import json
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from models.namb import namb
from models.test_exporters import assert_same
from models.wavenets import wavenet_models
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import nam
from pedalsmith.models.importers import load_model
from pedalsmith.models.model import Model

NAMES = ["lstm", "lstm_2x24", "BossWN-nano", "wavenet_a2_lite", "a2_dynamic_gated_ch8"]
NAMES += ["convnet_test", "linear_test"]


@pytest.mark.parametrize("name", NAMES)
def test_namb_gives_what_its_nam_gives(shared: Path, tmp_path: Path, name: str) -> None:
    source = shared / f"models/nam/{name}.nam"
    model = load_model(source)
    path = tmp_path / "model.bin"
    path.write_bytes(namb(json.loads(source.read_text())))
    back = load_model(path)
    # Slopes are float32 in .namb.
    if "a2" not in name:
        assert_same(model.layers, back.layers)
    else:
        before, after = ([a.conv for a in m.layers[0].arrays[0].layers] for m in (model, back))  # type: ignore[union-attr]
        assert_same(tuple(before), tuple(after))
    assert back.sample_rate == model.sample_rate
    for key in ("loudness_db", "input_level_dbu", "output_level_dbu"):
        assert getattr(back.metadata, key) == getattr(model.metadata, key)


@given(wavenet_models())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_wavenets_of_every_kind(tmp_path_factory: pytest.TempPathFactory, model: Model) -> None:
    net = model.layers[0]
    # The format has no post-stack head and no dilation of the head.
    assume(not net.post_head)  # type: ignore[union-attr]
    arrays = [*net.arrays, *(a for inner in net.condition for a in inner.arrays)]  # type: ignore[union-attr]
    assume(all(a.head.dilation == 1 for a in arrays))
    folder = tmp_path_factory.mktemp("namb")
    nam.write(model, folder / "net.nam")
    (folder / "net.namb").write_bytes(namb(json.loads((folder / "net.nam").read_text())))
    text, binary = load_model(folder / "net.nam"), load_model(folder / "net.namb")
    for a, b in zip(text.layers[0].arrays, binary.layers[0].arrays, strict=True):  # type: ignore[union-attr]
        assert_same(a.rechannel, b.rechannel)
        assert_same(a.head, b.head)
        for one, other in zip(a.layers, b.layers, strict=True):
            # Slopes are float32 in .namb.
            same = {"activation": one.activation, "secondary": one.secondary}
            assert_same(one, replace(other, **same))
            assert other.activation.kind == one.activation.kind


def damaged(data: bytes, at: int, value: bytes, *, crc: bool = True) -> bytes:
    """The file with bytes replaced, and the checksum made right again."""
    changed = bytearray(data)
    changed[at : at + len(value)] = value
    if crc:
        total = zlib.crc32(changed[28:], zlib.crc32(changed[:24]))
        changed[24:28] = struct.pack("<I", total)
    return bytes(changed)


def test_a_damaged_namb_is_refused(tmp_path: Path) -> None:
    document = {
        "version": "0.5.4",
        "architecture": "LSTM",
        "config": {"input_size": 1, "hidden_size": 2, "num_layers": 1},
        "weights": [0.25] * (8 * 3 + 8 + 4 + 3),
        "sample_rate": 48_000,
    }
    whole, path = namb(document), tmp_path / "model.namb"
    path.write_bytes(whole)
    assert load_model(path).layers[0].outputs == 2  # type: ignore[union-attr]
    cases = {
        "is truncated after 60 bytes": whole[:60],
        "is truncated, 200 of": whole[:200],
        "5 bytes too many": whole + b"extra",
        "checksum does not fit": damaged(whole, 100, b"\xff", crc=False),
        "version 2 of .namb": damaged(whole, 4, b"\x02"),
        "weights lie outside": damaged(whole, 16, struct.pack("<I", 1 << 30)),
        "architecture number 9": damaged(whole, 80, b"\x09"),
        "version: is 9.0.0, newer": damaged(whole, 32, b"\x09\x00\x00"),
        "weights: ends after 39 numbers": damaged(whole, 88, b"\x03"),
        "model block ends too early": damaged(whole, 80, b"\x03\x00\x00\x00\x01\x00\xff\x00"),
        "weights[0]: is nan, which no": damaged(whole, len(whole) - 4 * 39, b"\0\0\xc0\x7f"),
    }
    for words, data in cases.items():
        path.write_bytes(data)
        with pytest.raises(BadInput) as caught:
            load_model(path)
        assert words in str(caught.value), (words, str(caught.value))


def test_any_flipped_bit_is_refused(shared: Path, tmp_path: Path) -> None:
    data = namb(json.loads((shared / "models/nam/lstm.nam").read_text()))
    path = tmp_path / "model.namb"
    for bit in range(0, 8 * len(data), 13):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        with pytest.raises(BadInput):
            load_model(path)


def test_our_writer_makes_files_of_the_published_sizes(shared: Path) -> None:
    """tone-3000's embedded README gives the bytes of A2-Lite and A2-Full."""
    document = json.loads((shared / "models/nam/A2.nam").read_text())
    sizes = [len(namb(entry["model"])) for entry in document["config"]["submodels"]]
    assert sizes == [7_980, 49_080]
