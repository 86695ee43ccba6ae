# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The committed golden blobs are what the reference makes today, and what the C plays."""

import pytest

from pedalsmith.native.host import HostEngine

from .golden import FOLDER, golden_blobs


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.psm")))
def test_c_plays_the_committed_words(name: str) -> None:
    HostEngine((FOLDER / name).read_bytes(), name).selftest()


def test_reference_makes_the_committed_words() -> None:
    made = golden_blobs()
    assert len(made) == 4
    committed = {path.name: path.read_bytes() for path in FOLDER.glob("*.psm")}
    assert committed == made, "cd tests && python -m engine.golden, if the change is wanted"
