# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The compilers that the engine is held to: zig always, GCC where it is installed."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pedalsmith.native.compiler import WARNINGS, zig_cc
from pedalsmith.source import firmware_dir

ENGINE = firmware_dir() / "engine"
HERE = Path(__file__).parent

ARM_COMPILERS = ("zig", "gcc")
_ZIG_ARM = ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16")
_GCC_ARM = ("-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-d16", "-mfloat-abi=hard")
COMMON = ("-std=c11", *WARNINGS, "-fno-unwind-tables", "-fno-asynchronous-unwind-tables")


def engine_sources(assembly: bool) -> list[str]:
    """The engine's files; for a Cortex-M7 its assembly as well."""
    return [
        str(path)
        for path in sorted(ENGINE.rglob("*"))
        if path.suffix == ".c" or (assembly and path.suffix == ".S")
    ]


def arm_cc(compiler: str) -> list[str]:
    """The Cortex-M7 compiler command; skips where GCC is not installed."""
    if compiler == "zig":
        return [*zig_cc(), *_ZIG_ARM, *COMMON]
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc, the second compiler, is not installed")
    return ["arm-none-eabi-gcc", *_GCC_ARM, *COMMON]


def host_cc(compiler: str) -> list[str]:
    """The host compiler command; skips where GCC is not installed."""
    if compiler == "zig":
        return [*zig_cc(), *COMMON]
    if shutil.which("gcc") is None:
        pytest.skip("gcc, the second compiler, is not installed")
    return ["gcc", *COMMON]


def compile_or_fail(command: Sequence[str]) -> None:
    """Runs a compiler; what it says is the failure's text."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
