# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A little of what tests/models/fuzz.py does for as long as one likes."""

import random
import zlib
from pathlib import Path

import pytest

from models import fuzz
from pedalsmith.models.importers import formats

FILES = 200


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    return fuzz.seeds(tmp_path_factory.mktemp("seeds"))


def test_every_importer_has_good_files_to_damage(
    files: dict[str, list[bytes]], tmp_path: Path
) -> None:
    assert sorted(files) == formats()
    for name, data in ((name, data) for name, all_ in files.items() for data in all_):
        assert fuzz.attempt(tmp_path / "whole", data).good, name


@pytest.mark.parametrize("name", formats())
def test_a_damaged_file_gives_a_model_or_one_line(
    files: dict[str, list[bytes]], tmp_path: Path, name: str
) -> None:
    rng = random.Random(zlib.crc32(name.encode()))
    tried = [
        fuzz.attempt(tmp_path / "damaged", fuzz.damage(rng, rng.choice(files[name])))
        for _ in range(FILES)
    ]
    # Damage that always or never tells would test nothing.
    assert 0 < sum(found.good for found in tried) < FILES
    assert max(found.cpu for found in tried) < fuzz.LONGEST_SECONDS
