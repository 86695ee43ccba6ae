# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The demo from end to end, small: a network of 4 units, 3 s of training, 7 s of guitar."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from pedalsmith.audio import read_audio
from pedalsmith.cli import build_app
from pedalsmith.errors import BadInput


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run(
        [sys.executable, "-m", "pedalsmith", "demo", "-o", folder, "--hidden", "4", "--minutes",
         "0.05", "--seconds", "7", "--svg", folder / "terminal.svg", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return folder, json.loads(done.stdout)


def test_the_board_gives_the_computers_words(demo: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = demo
    assert figures["samples_compared"] == 7 * 48_000
    assert figures["samples_differing"] == 0
    host = read_audio(folder / "words/host.wav").samples
    board = read_audio(folder / "words/daisy_seed.wav").samples
    assert np.array_equal(host, board) and np.std(host) > 0.001


def test_the_figures_are_those_of_the_files(demo: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = demo
    dry, target, model, pedal = (
        read_audio(folder / f"{name}.wav").samples for name in ("dry", "target", "model", "pedal")
    )
    assert len(dry) == len(target) == len(model) == len(pedal) == 6 * 48_000
    for name, output in (("esr_float", model), ("esr_quantized", pedal)):
        error = output - target
        measured = np.sum((error - error.mean()) ** 2) / np.sum(target**2)
        assert figures[name] == pytest.approx(measured, rel=1e-3)
    # The trainer's own figure, from its own network, has the offset in it.
    trained = np.sum((model - target) ** 2) / np.sum(target**2)
    assert figures["train"]["figures"]["test_esr"] == pytest.approx(trained, rel=0.02)
    # Three seconds teach little; something must have been learned, and the integers cost nothing.
    assert figures["esr_float"] < 0.5
    assert figures["esr_rounding"] < 1e-4
    assert 0 < figures["load_mean"] <= figures["load_worst"] < 100


def test_report_and_picture_ask_for_nothing(demo: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = demo
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"{figures['samples_compared']:,}" in page
    assert page.count("<audio") == 4
    for text in (page, (folder / "terminal.svg").read_text(encoding="utf-8")):
        addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
        assert all(address.startswith("http://www.w3.org/") for address in addresses)


def test_a_run_has_a_report_of_its_own(demo: tuple[Path, dict[str, Any]]) -> None:
    folder, figures = demo
    run = folder / "run"
    done = subprocess.run(
        [sys.executable, "-m", "pedalsmith", "report", run, "--weights", "int8", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The end that chose the best weights: a tenth of the capture after a second of run-in.
    dry = read_audio(run / "held_out_dry.wav").samples
    assert found["samples_compared"] == len(dry)
    assert found["samples_differing"] == 0
    heard = len(read_audio(run / "report" / "target.wav").samples)
    assert len(dry) - heard == figures["train"]["held_out"]["run_in_samples"] == 48_000
    assert found["esr_float"] == pytest.approx(
        figures["train"]["figures"]["held_out_esr"], rel=0.2, abs=0.01
    )
    page = (run / "report" / "report.html").read_text(encoding="utf-8")
    assert "Diode overdrive" in page
    assert "int8" in page
    assert page.count("<audio") == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no run.json"),
        ("{}", "older pedalsmith"),
        ('{"held_out": {"run_in_samples": 0, "knobs": {"drive": 1}}}', "held_out_dry.wav"),
    ],
)
def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    result = CliRunner().invoke(build_app(), ["report", str(tmp_path)])
    assert isinstance(result.exception, BadInput)
    assert said in str(result.exception)
    assert not (tmp_path / "report").exists()


def test_a_folder_that_cannot_be_written_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    done = subprocess.run(
        [sys.executable, "-m", "pedalsmith", "demo", "-o", tmp_path / "file" / "out"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("pedalsmith: train: ") and "file" in last
