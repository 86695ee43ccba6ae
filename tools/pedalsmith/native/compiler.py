# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""C for this machine, by the compiler of the `ziglang` wheel; what was built once is kept.

A library is kept under the hash of everything that went into it, in the user's cache folder
(PEDALSMITH_CACHE overrides where). Processes may build the same library at the same time: each
builds its own and the last rename wins, with the same bytes.
"""

import hashlib
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from pedalsmith.errors import BadInput
from pedalsmith.source import firmware_dir

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


def cpu_has(*features: str) -> bool:
    """Whether this CPU has all of them, by the names of NumPy, which knows them anyway."""
    from numpy._core._multiarray_umath import (  # type: ignore[import-not-found]
        __cpu_features__ as has,
    )

    return all(has.get(feature) for feature in features)


def host_cpu() -> str:
    """The -mcpu of the host's libraries: x86_64_v2 (SSE4.1, PMULDQ) where this CPU has it.

    zig builds for the CPU at hand by default; a cached library must run wherever the folder is
    seen, so the choice is one of two, and part of the library's name.
    """
    return "x86_64_v2" if cpu_has("SSE42", "POPCNT") else "baseline"


HOST_FLAGS = (f"-mcpu={host_cpu()}", "-std=c11", "-O3", "-fPIC", "-fno-builtin", *WARNINGS)
_HASHED = {".c", ".h", ".S"}


def zig_cc() -> list[str]:
    """The command that is a C compiler: clang in the ziglang wheel of this interpreter."""
    return [sys.executable, "-m", "ziglang", "cc"]


def cache_dir() -> Path:
    """Where built libraries are kept. Made when it is not there. Raises BadInput."""
    chosen = os.environ.get("PEDALSMITH_CACHE")
    if chosen:
        folder = Path(chosen)
    elif platform.system() == "Windows":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "pedalsmith" / "cache"
    elif platform.system() == "Darwin":
        folder = Path.home() / "Library" / "Caches" / "pedalsmith"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pedalsmith"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{folder}: cannot be the cache ({error.strerror}); set PEDALSMITH_CACHE to a folder."
        ) from None
    return folder


def zig_environment() -> dict[str, str]:
    """The environment that zig runs in: its own cache is below ours where the usual one, in the
    user's folder, cannot be written. Raises BadInput.
    """
    environment = dict(os.environ)
    if platform.system() == "Windows" or environment.get("ZIG_GLOBAL_CACHE_DIR"):
        return environment
    caches = environment.get("XDG_CACHE_HOME")
    try:
        usual = (Path(caches) if caches else Path(environment["HOME"]) / ".cache") / "zig"
        usual.mkdir(parents=True, exist_ok=True)
        writable = os.access(usual, os.W_OK | os.X_OK)
    except (KeyError, OSError):
        writable = False
    if not writable:
        environment["ZIG_GLOBAL_CACHE_DIR"] = str((cache_dir() / "zig").resolve())
    return environment


def _ingredients(folders: Sequence[Path], suffixes: Collection[str] = _HASHED) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*") if path.suffix in suffixes)


def _key(folders: Sequence[Path], headers: Sequence[Path], flags: Sequence[str]) -> str:
    digest = hashlib.sha256()
    zig = importlib.metadata.version("ziglang")
    digest.update("\0".join((zig, platform.system(), platform.machine(), *flags)).encode())
    for path in (*_ingredients(folders), *_ingredients(headers, {".h"})):
        digest.update(f"\0{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def run_compiler(command: Sequence[str], what: str) -> None:
    """Runs a compiler. Raises BadInput with its first complaint, one line."""
    try:
        done = subprocess.run(
            command,
            env=zig_environment(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise BadInput(f"{what}: no compiler ({error.strerror}); install ziglang again.") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        first = next((line for line in lines if "error" in line), (lines or ["no message"])[0])
        raise BadInput(f"{what}: does not compile: {first}")


def shared_library(*names: str, flags: Sequence[str] = HOST_FLAGS) -> Path:
    """A shared library of all C files below firmware/<name>, built or found in the cache.

    Sources are found by folder, so the host and the firmware cannot drift apart. Raises BadInput.
    """
    return library_of([firmware_dir() / name for name in names], flags)


def library_of(
    folders: Sequence[Path], flags: Sequence[str] = HOST_FLAGS, headers: Sequence[Path] = ()
) -> Path:
    """A shared library of all C files below the folders, built or cached. Raises BadInput.

    Of the folders in `headers` only the headers are used.
    """
    names = [folder.name for folder in folders]
    suffix = {"Windows": ".dll", "Darwin": ".dylib"}.get(platform.system(), ".so")
    library = cache_dir() / f"{'-'.join(names)}-{_key(folders, headers, flags)}{suffix}"
    if library.is_file():
        return library
    sources = [str(path) for path in _ingredients(folders) if path.suffix == ".c"]
    includes = [f"-I{folder}" for folder in (*folders, *headers)]
    with tempfile.TemporaryDirectory(prefix=".build-", dir=library.parent) as build:
        built = Path(build) / library.name
        command = [*zig_cc(), *flags, *includes, "-shared", "-o", str(built), *sources]
        run_compiler(command, ", ".join(names))
        built.replace(library)
    return library
