# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Lying and extreme blobs through the C engine under AddressSanitizer and UBSan."""

import os
import struct
import subprocess
from functools import cache
from pathlib import Path

import pytest

from pedalsmith.native.host import check_status

from .blobs import random_bytes
from .compilers import ENGINE, HERE, compile_or_fail, engine_sources, host_cc
from .mutations import field_attacks, random_attacks, signed_off
from .wavenets import every_feature

SANITIZERS = {
    # zig has no AddressSanitizer; its UBSan stops at the first find.
    "zig": ("-fsanitize=undefined", "-fno-sanitize-trap=undefined"),
    "gcc": ("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
}


@cache
def blobs() -> list[bytes]:
    small = random_bytes(5, hidden=(1,), golden_frames=2)
    taken = [
        random_bytes(seed, kind=kind, hidden=hidden, extreme=True, int8=int8, knobs=seed % 5)
        for seed, (kind, hidden, int8) in enumerate(
            (kind, hidden, int8)
            for kind in ("lstm", "gru")
            for hidden in ((1,), (16,), (5, 3), (64, 3, 7))
            for int8 in (False, True)
        )
    ]
    cuts = [signed_off(small[:length]) for length in range(0, len(small), 3)]
    nets = every_feature()
    taken += nets + random_attacks(300, seed=2, sources=nets)
    return taken + cuts + [b"", b"P"] + field_attacks(small) + random_attacks(500, seed=1)


@pytest.mark.parametrize(
    ("compiler", "portable"), [("gcc", True), ("zig", False)], ids=["gcc-portable", "zig-sse2"]
)
def test_no_find_in_any_blob(compiler: str, portable: bool, tmp_path: Path) -> None:
    program = tmp_path / "fuzz"
    command = [*host_cc(compiler), *SANITIZERS[compiler], "-O1", "-g", f"-I{ENGINE}"]
    define = ["-DMATVEC_PORTABLE"] if portable else []
    sources = [*engine_sources(assembly=False), str(HERE / "fuzz.c")]
    compile_or_fail([*command, *define, *sources, "-o", str(program)])
    data = blobs()
    feed = tmp_path / "blobs"
    feed.write_bytes(b"".join(struct.pack("<I", len(blob)) + blob for blob in data))
    # Freed blocks are handed out again soon: keeping them costs more time than the runs.
    environment = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
    done = subprocess.run(
        [program, feed], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr[:2000]
    assert [int(line) for line in done.stdout.split()] == [check_status(blob) for blob in data]
