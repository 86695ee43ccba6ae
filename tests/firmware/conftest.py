# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Images that several tests look at, built once."""

import ctypes as ct
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from engine.blobs import random_bytes
from pedalsmith.native.firmware import Image, build

from .blobs import write_lstm
from .host import load as load_pedal

COMPILERS = ("zig", "gcc")
BOARDS = ("daisy_seed", "teensy41")
PEDALS = {"daisy_seed": "terrarium", "teensy41": "pedal"}
MODEL = random_bytes(1, kind="lstm", hidden=(8,), golden_frames=64)


def need(compiler: str) -> None:
    """Skips the test when the second compiler is not on this machine."""
    if compiler == "gcc" and shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")


@pytest.fixture(scope="session")
def lib() -> ct.CDLL:
    """firmware/engine and firmware/pedal on this machine."""
    return load_pedal()


@pytest.fixture
def silent_model(tmp_path: Path) -> bytes:
    """Its output is its rest output, so that wet is exactly 0."""
    return write_lstm(tmp_path / "silent.psm", 8).read_bytes()


@pytest.fixture(scope="session")
def dry(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image of a Daisy Seed alone, without a model."""
    return build("daisy_seed", None, tmp_path_factory.mktemp("dry"))


@pytest.fixture(scope="session")
def dry_by_gcc(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The same by the second compiler."""
    need("gcc")
    return build("daisy_seed", None, tmp_path_factory.mktemp("gcc"), "gcc")


@pytest.fixture(params=COMPILERS)
def image(request: pytest.FixtureRequest) -> Image:
    """Both of them."""
    by: Image = request.getfixturevalue("dry" if request.param == "zig" else "dry_by_gcc")
    return by


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with MODEL."""
    path = tmp_path_factory.mktemp("model") / "random.psm"
    path.write_bytes(MODEL)
    return path


@pytest.fixture(scope="session")
def image_of(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Image]:
    """Board, compiler: the image of the board alone with MODEL, built once."""

    @cache
    def made(board: str, compiler: str) -> Image:
        need(compiler)
        return build(board, model, tmp_path_factory.mktemp(f"{board}_{compiler}"), compiler)

    return made


@pytest.fixture(scope="session")
def pedal_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Image]:
    """Board, compiler: the image of a pedal, built once.

    It has a model that lets the input through and one that is silent.
    """
    folder = tmp_path_factory.mktemp("pedals")
    through = write_lstm(folder / "through.psm", 8, skip=1 << 24)
    silent = write_lstm(folder / "silent.psm", 8)

    @cache
    def made(board: str, compiler: str) -> Image:
        need(compiler)
        at = tmp_path_factory.mktemp(f"{board}_{compiler}")
        return build(board, [through, silent], at, compiler, controls=PEDALS[board])

    return made
