# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Fixtures that every test may use."""

import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # So a shell starts what is in the background; what tests start would be deaf to Ctrl-C, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that trains takes longest, and a worker plays whole files: it goes first."""
    items.sort(key=lambda item: item.path.name != "test_whole_path.py")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real captures and models beside the checkout; skips where it is not."""
    folder = ROOT.parent / "shared"
    if not (folder / "captures").is_dir():
        pytest.skip("real captures and models are not beside this checkout (../shared)")
    return folder
