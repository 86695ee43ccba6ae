# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Images that several tests look at, built once."""

import shutil

import pytest

from pedalsmith.native.firmware import Image, build

COMPILERS = ("zig", "gcc")


def need(compiler: str) -> None:
    """Skips the test when the second compiler is not on this machine."""
    if compiler == "gcc" and shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed")


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
