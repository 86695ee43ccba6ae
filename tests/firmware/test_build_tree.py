# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Build folders that are kept between builds."""

import os
from pathlib import Path

import pytest

from pedalsmith.errors import BadInput
from pedalsmith.native import build_tree as kept
from pedalsmith.native.build_tree import build_tree
from pedalsmith.native.compiler import library_of, zig_environment
from pedalsmith.native.firmware import build


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PEDALSMITH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_same_options_find_what_was_left(cache: Path, tmp_path: Path) -> None:
    main = tmp_path / "main.c"
    main.write_text("int main(void) { return 0; }\n")
    with build_tree({"BOARD": "a"}, main) as first:
        (first / "left").touch()
    with build_tree({"BOARD": "a"}, main) as again:
        assert again == first and (again / "left").is_file()
    with build_tree({"BOARD": "b"}, main) as other:
        assert other != first and not list(other.iterdir())
    main.write_text("int main(void) { return 1; }\n")
    with build_tree({"BOARD": "a"}, main) as changed:
        assert changed not in (first, other)
    assert first.parent == cache


def test_a_folder_stays_for_the_next_one_when_a_build_fails(cache: Path) -> None:
    with pytest.raises(ZeroDivisionError), build_tree({}) as tree:
        (tree / "object").touch()
        _ = 1 / 0
    with build_tree({}) as again:
        assert (again / "object").is_file()


def test_only_those_used_last_are_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_KEPT", 2)
    for number in range(4):
        with build_tree({"n": number}) as tree:
            pass
        os.utime(tree.with_suffix(".lock"), (number, number))
    left = sorted(path for path in cache.iterdir() if path.is_dir())
    assert len(left) == 2 and tree in left
    with build_tree({"n": 2}) as before, build_tree({"n": 5}), build_tree({"n": 6}):
        pass
    assert before.is_dir(), "the oldest one is not taken away from who uses it"


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "file"
    place.touch()
    monkeypatch.setenv("PEDALSMITH_CACHE", str(place / "cache"))
    with pytest.raises(BadInput, match="set PEDALSMITH_CACHE to a folder"), build_tree({}):
        pass


def test_zig_keeps_its_files_in_our_cache_where_home_cannot_be_written(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("XDG_CACHE_HOME", "ZIG_GLOBAL_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "host").mkdir()
    (tmp_path / "host/one.c").write_text("int one(void);\nint one(void) { return 1; }\n")
    assert library_of([tmp_path / "host"]).is_file()
    assert (cache / "zig").is_dir()
    assert build("daisy_seed", None, tmp_path).bin.is_file()
    monkeypatch.setenv("HOME", str(tmp_path / "another"))
    assert "ZIG_GLOBAL_CACHE_DIR" not in zig_environment()
