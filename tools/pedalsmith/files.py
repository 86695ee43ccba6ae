# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Files that are there whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pedalsmith.errors import BadInput

FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
"""What an operating system says when no more can be written."""


def check_output(path: Path, *inputs: Path | None) -> None:
    """Raises BadInput where `path` cannot be a file that is written anew: a folder, a device, or
    one of the `inputs`, which would be lost."""
    if path.is_dir():
        raise BadInput(f"{path}: is a folder; name a file in it.")
    if path.exists() and not path.is_file():
        raise BadInput(f"{path}: is a device and no file; name a file to write.")
    for read in inputs:
        if read and path.exists() and read.exists() and path.samefile(read):
            raise BadInput(f"{path}: is what is read, and would be lost; name another file.")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`; renames it to `path` when the block succeeds.

    On an exception the temporary file is removed, so nothing half-written stays behind.
    Raises BadInput when the folder cannot be written, or no more can be.
    """
    check_output(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent
        )
    except OSError as error:
        raise BadInput(
            f"{path}: cannot write here ({error.strerror}); name another folder."
        ) from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise BadInput(f"{path}: cannot be written ({error.strerror}); make room there.") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes | str) -> None:
    """Writes `data` to `path` so that a reader sees the old file or all of the new one."""
    with whole_file(path) as temporary:
        if isinstance(data, str):
            temporary.write_text(data, encoding="utf-8")
        else:
            temporary.write_bytes(data)


def clear_unfinished(paths: Iterable[Path]) -> None:
    """Removes what processes that were killed had begun to write for these; nobody may be at it."""
    wanted: dict[Path, list[Path]] = {}
    for path in paths:
        wanted.setdefault(path.parent, []).append(path)
    for folder, files in wanted.items():
        beginnings = tuple(f".{path.name}." for path in files)
        for found in folder.glob(".*"):
            if found.name.startswith(beginnings) and found.is_file():
                found.unlink(missing_ok=True)
