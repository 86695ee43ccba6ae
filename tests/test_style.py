# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The house rules that a program can check."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 420
HEADER = ("SPDX-License-Identifier: MIT", "Copyright (c) 2026 the pedalsmith developers")


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path.suffix in suffixes]


def run(*line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *line], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", ".")


def test_python_is_formatted() -> None:
    run("ruff", "format", "--check", ".")


def test_types_hold() -> None:
    run("mypy")


def test_c_is_formatted() -> None:
    sources = [str(path) for path in tracked(".c", ".cc", ".h")]
    from clang_format import get_executable

    done = subprocess.run(
        [get_executable("clang-format"), "--dry-run", "-Werror", *sources],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_source_file_names_its_licence() -> None:
    for path in tracked(".py", ".c", ".cc", ".h", ".S", ".ld", ".cmake"):
        head = path.read_text(encoding="utf-8").splitlines()[:4]
        for line in HEADER:
            assert any(line in there for there in head), f"{path.relative_to(ROOT)}: lacks '{line}'"


def test_no_file_is_too_long_to_read() -> None:
    for path in tracked(".py", ".c", ".cc", ".h", ".S", ".cmake"):
        count = len(path.read_text(encoding="utf-8").splitlines())
        assert count <= MOST_LINES or "table" in path.stem, (
            f"{path.relative_to(ROOT)}: {count} lines"
        )


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


ROOMS_BELOW: dict[str, set[str]] = {
    "native": set(),
    "report": set(),
    "capture": set(),
    "models": {"native"},
    "quantization": {"models", "native"},
    "emulator": {"native"},
    "cycles": {"emulator", "models", "native", "quantization"},
    "intake": {"cycles", "emulator", "models", "native", "quantization"},
    "demo": {"models", "native", "report"},
    "link": {"native", "quantization"},
}
"""What a room of tools/pedalsmith may import besides itself and the files at its top."""


def test_data_goes_one_way() -> None:
    rooms = set(ROOMS_BELOW) | {"commands"}
    for path in tracked(".py"):
        relative = path.relative_to(ROOT)
        if relative.parts[:2] != ("tools", "pedalsmith"):
            continue
        found = imports(path)
        assert not any(name.startswith("pedalsmith_trainer") for name in found), (
            f"{relative} imports the trainer"
        )
        room = relative.parts[2]
        if room not in ROOMS_BELOW:
            continue
        used = {name.split(".")[1] for name in found if name.startswith("pedalsmith.")} & rooms
        wrong = used - {room} - ROOMS_BELOW[room]
        assert not wrong, f"{relative} imports from {sorted(wrong)}"


def test_only_the_trainer_imports_tensorflow() -> None:
    for path in tracked(".py"):
        relative = path.relative_to(ROOT)
        if relative.parts[0] == "trainer" or relative.parts[:2] == ("tests", "trainer"):
            continue
        assert not any(name.split(".")[0] in {"tensorflow", "keras"} for name in imports(path)), (
            relative
        )
