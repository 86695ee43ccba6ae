# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""CMake's build folders for firmware, kept: another model in the same firmware only links anew.

A folder is kept in the cache (see compiler.cache_dir) under the hash of everything that goes into
an image but its models. One process at a time uses it.
"""

import hashlib
import importlib.metadata
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pedalsmith.errors import BadInput
from pedalsmith.native.compiler import cache_dir
from pedalsmith.source import boards_dir, firmware_dir

_KEPT = 24
"""Folders, of some 3 MB each; beyond that the one that was used longest ago goes."""
_NO_PART = {".md", ".svg"}
_TOOLS = ("cmake", "ninja", "ziglang")


@contextmanager
def build_tree(options: Mapping[str, object], *sources: Path) -> Iterator[Path]:
    """Yields the folder for firmware/ and boards/ as they are now, `sources` and CMake's options.

    It holds what an earlier build left there. Raises BadInput when the cache cannot be written.
    """
    cache = cache_dir()
    tree = cache / f"firmware-{_key(options, sources)}"
    lock = tree.with_suffix(".lock")
    try:
        with FileLock(lock):
            tree.mkdir(exist_ok=True)
            yield tree
            lock.touch()
    except OSError as error:
        raise BadInput(
            f"{cache}: cannot be the cache ({error.strerror}); set PEDALSMITH_CACHE to a folder."
        ) from None
    _forget_old(cache)


def _key(options: Mapping[str, object], sources: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for name in _TOOLS:
        digest.update(f"{name} {importlib.metadata.version(name)}\0".encode())
    for name, value in options.items():
        digest.update(f"{name}={value}\0".encode())
    files = [
        path
        for folder in (firmware_dir(), boards_dir())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in _NO_PART
    ]
    for path in (*files, *sources):
        # CMake writes full paths into the folder.
        digest.update(f"{path}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _forget_old(cache: Path) -> None:
    locks = sorted(cache.glob("firmware-*.lock"), key=lambda path: path.stat().st_mtime)
    for lock in locks[:-_KEPT]:
        try:
            with FileLock(lock, timeout=0):
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
        except (Timeout, OSError):
            continue  # in use, or another process was quicker
