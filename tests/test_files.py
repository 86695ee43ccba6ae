# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What is written is whole, and nothing that is read is lost."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from models.examples import small_model
from pedalsmith.errors import BadInput
from pedalsmith.files import check_output, whole_file
from pedalsmith.models.exporters import keras_json


def test_an_output_that_is_read_is_refused(tmp_path: Path) -> None:
    read, other = tmp_path / "a.nam", tmp_path / "b.nam"
    read.write_text("model")
    check_output(other, read, None)
    check_output(read, other)
    (tmp_path / "link.nam").symlink_to(read)
    for output in (read, tmp_path / "link.nam", tmp_path / "." / "a.nam"):
        with pytest.raises(BadInput, match=r"is what is read, and would be lost; name another"):
            check_output(output, other, read)


@pytest.mark.parametrize("command", ["convert", "export"])
def test_a_command_does_not_write_over_its_model(command: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    keras_json.write(small_model(units=8), path)
    before = path.read_bytes()
    for model in (path, tmp_path):  # by itself, or as the folder of a run
        done = pedalsmith(command, model, "-o", path)
        assert done.returncode == 2
        assert "would be lost" in done.stderr
    assert path.read_bytes() == before


def test_a_device_is_not_replaced_by_a_file() -> None:
    device = Path("/dev/null")
    if not device.is_char_device():
        pytest.skip("there is no /dev/null")
    with pytest.raises(BadInput, match="is a device and no file"), whole_file(device):
        pytest.fail("it must not be written")  # as root it would be replaced


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    said = r"cannot be written \(No space left on device\)"
    with pytest.raises(BadInput, match=said), whole_file(tmp_path / "a.psm") as temporary:
        temporary.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not list(tmp_path.iterdir())


def test_a_sound_that_is_larger_than_may_be_written_is_said(tmp_path: Path) -> None:
    """libsndfile says "System error." of it."""
    done = subprocess.run(
        [sys.executable, "-m", "pedalsmith", "signal", "-o", str(tmp_path / "signal.wav")],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip().endswith("cannot be written; make room there.")
    assert not list(tmp_path.iterdir())


def test_a_full_standard_output_is_said() -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("there is no /dev/full")
    with full.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "pedalsmith", "--help"],
            stdout=out, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.strip() == "pedalsmith: cannot write (No space left on device); make room."


def pedalsmith(*words: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pedalsmith", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, check=False)
