# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A step is a command of its own: its answer is data, its failure one line and its exit code."""

import io
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pedalsmith.demo import steps as module
from pedalsmith.demo.steps import StepFailed, Steps, clock


@pytest.fixture
def steps() -> Steps:
    return Steps(Console(file=io.StringIO(), width=100))


def replace_command(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Lets a step run a Python one-liner instead of pedalsmith."""
    real = module.subprocess.Popen

    def popen(line: list[str], **options: object) -> object:
        return real([sys.executable, "-c", script], **options)

    monkeypatch.setattr(module.subprocess, "Popen", popen)


def test_a_failing_command_is_its_own_line_and_code(steps: Steps, tmp_path: Path) -> None:
    missing = tmp_path / "missing.json"
    with pytest.raises(StepFailed, match=r"^convert: .*missing\.json: ") as caught:  # noqa: SIM117
        with steps.step("convert", "") as step:
            steps.run(step, "convert", str(missing), "-o", str(tmp_path / "tone.psm"))
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_json_comes_back_and_the_last_word_is_shown(
    steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_command(
        monkeypatch,
        "import sys; print('{\"a\": 1}'); "
        "sys.stderr.write('first\\n\\x1b[2Kbar \\x1b[36m50 %\\x1b[0m\\r'); sys.stderr.flush()",
    )
    with steps.step("info", "") as step:
        assert steps.run(step, "info") == {"a": 1}
    assert step.said == "bar 50 %"
    assert step.done and "✓" in steps._console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("script", "line", "code"),
    [
        ("import sys; sys.exit('pedalsmith: x.psm: is damaged.')", "build: x.psm: is damaged.", 1),
        ("import sys; print('what', file=sys.stderr); sys.exit(3)", "build: failed .*3.*what", 3),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "build: was ended .*SIGKILL",
            1,
        ),
        ("print('no json')", "build: printed no JSON", 1),
    ],
)
def test_every_way_to_fail(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, script: str, line: str, code: int
) -> None:
    if os.name == "nt" and "SIGKILL" in script:
        pytest.skip("no signals here")
    replace_command(monkeypatch, script)
    with pytest.raises(StepFailed, match=line) as caught, steps.step("build", "") as step:
        steps.run(step, "build")
    assert caught.value.exit_code == code


def test_much_output_does_not_block(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_command(
        monkeypatch,
        "import sys; sys.stderr.write('line\\n' * 100_000); print('[' + '1,' * 100_000 + '1]')",
    )
    with steps.step("emulate", "") as step:
        assert len(steps.run(step, "emulate")) == 100_001


def test_clock() -> None:
    assert [clock(0.4), clock(59.6), clock(125)] == ["0:00", "1:00", "2:05"]
