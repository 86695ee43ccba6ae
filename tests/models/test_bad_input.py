# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Files that are no models, or broken ones: one line with file, place, reason and what to do."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.examples import small_model
from pedalsmith.errors import BadInput
from pedalsmith.models.exporters import keras_json
from pedalsmith.models.importers import ImportOptions, load_model
from pedalsmith.models.model import Dense
from pedalsmith.models.parsing.node import Node
from pedalsmith.models.validation import validate


def refusal(path: Path) -> str:
    """The one line that the file is refused with."""
    with pytest.raises(BadInput) as caught:
        load_model(path)
    line = str(caught.value)
    assert "\n" not in line and line.startswith(str(path)) and line.endswith(".") and ";" in line
    assert len(line) < len(str(path)) + 320
    return line


WHOLE_FILES = {
    "empty": (b"", "is empty"),
    "blank": (b"  \n ", "is empty"),
    "binary": (bytes(range(256)), "is no model file"),
    "text": (b"hello", "is no model file"),
    "png": (b"\x89PNG\r\n\x1a\n", "is no model file"),
    "pickle": (b"\x80\x02}q\x00.", "Python pickle"),
    "hdf5": (b"\x89HDF\r\n\x1a\n", "HDF5"),
    "web page": (b"\n\n <!DOCTYPE html>\n<html>", "is a web page"),
    "web page of old": (b"<HTML><body>", "(on GitHub: Raw)"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
    "SmartAmpPro": (
        b'{"conv1d": {}, "conv1d_1": {}, "dense": {}, "lstm": {}, "input_size": 120}',
        "is a GuitarLSTM or SmartAmpPro model",
    ),
    "truncated JSON": (b'{"layers": [{"type": "ls', "line 1, column"),
    "other JSON": (b'{"colour": "red"}', "JSON, but of no known model format"),
    "a list": (b"[1, 2]", "JSON, but of no known model format"),
    "duplicate key": (b'{"layers": [], "layers": []}', "key 'layers' twice"),
    "duplicate key behind many": (
        b"{" + b"".join(b'"%d":0,' % i for i in range(100_000)) + b'"9":1,"9":2}',
        "key '9' twice",
    ),
    "NaN": (b'{"layers": [NaN]}', "layers[0]: is nan where an object belongs"),
    "Infinity": (b'{"layers": [], "in_gain": -Infinity, "in_shape": [Infinity]}', "is inf where a"),
    "UTF-16": ('{"layers": []}'.encode("utf-16"), "save it as UTF-8"),
    "UTF-16 without a mark": ('{"layers": []}'.encode("utf-16-le"), "save it as UTF-8"),
    "UTF-32": ('{"layers": []}'.encode("utf-32-be"), "save it as UTF-8"),
    "endless integer": (b'{"layers": ' + b"9" * 5000 + b"}", "thousands of digits"),
    "deep lists": (b"[" * 1_000_000, "nested"),
    "deep objects": (b'{"layers":' * 500_000, "nested"),
    "closed deep lists": (b"[" * 500_000 + b"]" * 500_000, "nested"),
    "9 MB": (b'{"layers": [' + b"1," * 4_500_000 + b"1]}", "more than 8 MB"),
    "7 MB of lists": (b'{"layers": [' + b"[]," * 2_400_000 + b"1]}", "more than 500,000 values"),
    "400,000 empty lists": (b'{"layers": [' + b"[]," * 400_000 + b"[]]}", "layers"),
}


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_what_is_no_model_is_refused(tmp_path: Path, name: str) -> None:
    data, words = WHOLE_FILES[name]
    path = tmp_path / "model.nam"
    path.write_bytes(data)
    assert words in refusal(path)


def test_a_zip_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    archive = tmp_path / "model.nam"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("config.json", "{}")
    assert "is a zip archive" in refusal(archive)
    assert "is a folder" in refusal(tmp_path)
    assert "no such file" in refusal(tmp_path / "none.json")
    os.mkfifo(tmp_path / "pipe.nam")
    assert "is a device or a pipe" in refusal(tmp_path / "pipe.nam")


def test_a_place_of_any_length_leaves_the_message_short(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        Node(tmp_path, {}, f"state_dict.{'9' * 5_000}.weight").fail("is not supported")
    text = str(caught.value)
    assert "state_dict.99" in text and "9.weight: is not supported" in text and len(text) < 400


Edit = Callable[[dict[str, Any]], object]


def weights(document: dict[str, Any], layer: int = 0) -> list[Any]:
    found: list[Any] = document["layers"][layer]["weights"]
    return found


def put(target: Any, key: Any, value: Any) -> None:
    target[key] = value


KERAS_EDITS: dict[str, tuple[Edit, str]] = {
    "a row short": (
        lambda d: weights(d)[1].pop(),
        "layers[0].weights[1]: has 2 elements where 3 belong",
    ),
    "a column short": (
        lambda d: weights(d)[1][2].pop(),
        "layers[0].weights[1][2]: has 11 elements where 12 belong",
    ),
    "a tensor short": (
        lambda d: weights(d).pop(),
        "layers[0].weights: has 2 elements where 3 belong",
    ),
    "NaN": (
        lambda d: put(weights(d)[2], 5, float("nan")),
        "layers[0].weights[2][5]: is nan, which no float32",
    ),
    "a gain of NaN": (lambda d: put(d, "in_gain", float("nan")), "in_gain: is nan; -120 to 120"),
    "1e308": (
        lambda d: put(weights(d)[2], 5, 1e308),
        "layers[0].weights[2][5]: is 1e+308, which no float32",
    ),
    "1e999": (lambda d: put(weights(d)[2], 5, float("1e39")), "which no float32 can hold"),
    "a huge integer": (lambda d: put(weights(d)[2], 5, 10**400), "no float32 can hold"),
    "a word": (
        lambda d: put(weights(d)[0][0], 1, "0.5"),
        "layers[0].weights[0][0][1]: is '0.5' where a number belongs",
    ),
    "null": (lambda d: put(weights(d)[0][0], 1, None), "is null where a number belongs"),
    "true": (lambda d: put(weights(d)[0][0], 1, True), "is true where a number belongs"),
    "a list too deep": (lambda d: put(weights(d)[0][0], 1, [1]), "is a list where a number"),
    "no weights": (lambda d: d["layers"][0].pop("weights"), "layers[0]: the key 'weights'"),
    "no type": (lambda d: d["layers"][0].pop("type"), "layers[0]: the key 'type' is missing"),
    "a numeric type": (lambda d: put(d["layers"][0], "type", 3), "is 3 where a text belongs"),
    "an unknown layer": (
        lambda d: put(d["layers"][0], "type", "attention"),
        "layers[0].type: 'attention' is a layer that is not supported",
    ),
    "an unknown activation": (
        lambda d: put(d["layers"][1], "activation", "swish"),
        "layers[1].activation: 'swish' is an activation that is not supported",
    ),
    "no layers": (lambda d: put(d, "layers", []), "layers: has 0 elements where 1 to 64"),
    "many layers": (
        lambda d: put(d, "layers", d["layers"] * 50),
        "layers: has 100 elements",
    ),
    "layers no list": (lambda d: put(d, "layers", {}), "layers: is an object where a list"),
    "no inputs": (lambda d: put(d, "in_shape", []), "in_shape: has 0 elements where 1 to 4"),
    "negative inputs": (lambda d: put(d, "in_shape", [None, None, -1]), "in_shape[2]: is -1"),
    "many inputs": (lambda d: put(d, "in_shape", [None, None, 9]), "in_shape[2]: is 9; 1 to 5"),
    "half an input": (lambda d: put(d, "in_shape", [1.5]), "is 1.5 where a whole number"),
    "other inputs": (
        lambda d: put(d, "in_shape", [None, None, 2]),
        "layers[0].weights[0]: has 1 elements where 2 belong",
    ),
    "huge shape": (
        lambda d: put(d["layers"][0], "shape", [None, None, 10**9]),
        "layers[0].shape[2]: is 1000000000; 1 to 512",
    ),
    "two outputs": (
        lambda d: d["layers"].pop(),
        "the last layer gives 3 outputs where 1",
    ),
    "skip 2": (lambda d: put(d, "in_skip", 2), "in_skip: is 2; 0 to 1"),
    "loud": (lambda d: put(d, "in_gain", 1e6), "in_gain: is 1000000.0; -120 to 120"),
    "a gain in words": (lambda d: put(d, "out_gain", "+6"), "out_gain: is '+6' where a number"),
    "rate 0": (lambda d: put(d["metadata"], "samplerate", 0), "metadata.samplerate: is 0"),
    "rate in words": (
        lambda d: put(d["metadata"], "samplerate", "fast"),
        "metadata.samplerate: is 'fast' where a rate in Hz belongs",
    ),
    "rate 44100.5": (lambda d: put(d["metadata"], "samplerate", 44100.5), "a whole number"),
    "a golden of another length": (
        lambda d: d["output_batch"].pop(),
        "output_batch: has 2047 elements where 2048 belong",
    ),
}


@pytest.mark.parametrize("name", KERAS_EDITS)
def test_a_damaged_keras_json_is_refused_at_its_place(tmp_path: Path, name: str) -> None:
    edit, words = KERAS_EDITS[name]
    path = tmp_path / "model.json"
    keras_json.write(small_model(), path)
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))
    assert words in refusal(path)


def test_validate_names_the_tensor(tmp_path: Path) -> None:
    from dataclasses import replace

    model = small_model()
    validate(model, "model")
    first, last = model.layers
    flawed = {
        "layer 0 (lstm): kernel has the shape (1, 11)": replace(first, kernel=first.kernel[:, 1:]),
        "layer 0 (lstm): bias contains a value": replace(
            first, bias=first.bias * np.float32("nan")
        ),
        "layer 0 (lstm): bias is not a float32": replace(first, bias=first.bias.astype(float)),
        "layer 0 (lstm): initial_cell has the shape": replace(first, initial_cell=first.bias),
        "layer 0 (dense): the activation 'selu'": Dense(
            first.kernel[:, :3].copy(), first.bias[:3].copy(), "selu"
        ),
    }
    for words, layer in flawed.items():
        with pytest.raises(BadInput) as caught:
            validate(replace(model, layers=(layer, last)), "RUN/model.json")
        assert str(caught.value).startswith("RUN/model.json: " + words)
    for words, changes in {
        "the model has no layers": {"layers": ()},
        "the sample rate is 0 Hz": {"sample_rate": 0},
        "skip is not finite": {"skip": float("inf")},
    }.items():
        with pytest.raises(BadInput, match=words):
            validate(replace(model, **changes), "x")  # type: ignore[arg-type]


def test_there_is_nothing_to_choose_in_a_file_of_one_model(tmp_path: Path) -> None:
    keras_json.write(small_model(), tmp_path / "model.json")
    with pytest.raises(BadInput, match="holds one model, so there is none to choose"):
        load_model(tmp_path / "model.json", ImportOptions(submodel=1))
