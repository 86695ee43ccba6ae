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


@pytest.fixture(scope="session", params=COMPILERS)
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """A dry image of the Daisy Seed by each compiler."""
    need(request.param)
    return build("daisy_seed", None, tmp_path_factory.mktemp(request.param), request.param)
