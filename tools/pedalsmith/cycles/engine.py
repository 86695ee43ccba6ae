# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The engine alone in the bare machine: builds it for the Cortex-M7, loads a blob, plays audio.

Code in ITCM, tables, weights and state in DTCM: what a model costs where everything is placed well.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pedalsmith.cycles.machine import Image, Machine
from pedalsmith.cycles.trace import Trace
from pedalsmith.errors import BadInput
from pedalsmith.source import firmware_dir

_TARGET = ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16")
_FLAGS = (
    "-std=c11",
    "-O3",
    "-ffreestanding",
    "-nostdlib",
    "-ffunction-sections",
    "-fdata-sections",
)
_SCRIPT = """
PHDRS { code PT_LOAD; data PT_LOAD; }
SECTIONS {
  .text 0x00000100 : { *(.text*) *(.itcm*) } :code
  .data 0x20000000 : { *(.rodata*) *(.data*) *(.bss*) *(COMMON) *(.dtcm*) } :data
  /DISCARD/ : { *(.ARM.*) }
}
"""
_POINTER = 0x20010000
_INPUT = 0x20011000
_OUTPUT = 0x20021000
_ARENA = 0x20040000
_ARENA_BYTES = 0x80000
_BLOB = 0x24000000
_STATUS_NAMES = "engine_status_text"

Words = npt.NDArray[np.int32]


def build(sources: Sequence[Path], out: Path, flags: Sequence[str] = ()) -> Image:
    """Compiles and links C and assembly into a bare image, code in ITCM and data in DTCM."""
    script = out.with_suffix(".ld")
    script.write_text(_SCRIPT, encoding="utf-8")
    command = [
        sys.executable, "-m", "ziglang", "cc", *_TARGET, *_FLAGS, *flags, *map(str, sources),
        f"-Wl,-T,{script}", "-Wl,--entry=0", "-Wl,--no-gc-sections", "-o", str(out),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BadInput(f"{sources[0]}: does not build: {done.stderr.strip()[:2000]}")
    return Image(out)


def engine_sources() -> list[Path]:
    """Every C and assembly file of the engine."""
    folder = firmware_dir() / "engine"
    return sorted(p for p in folder.rglob("*") if p.suffix in {".c", ".S"})


class BareEngine:
    """An engine in the bare machine with a blob loaded."""

    def __init__(self, image: Image, blob: bytes, name: str = "blob") -> None:
        """Raises BadInput when the engine refuses the blob."""
        self.machine = Machine(image)
        self.machine.uc.mem_write(_BLOB, blob)
        status = self.machine.call("engine_load", _ARENA, _ARENA_BYTES, _BLOB, len(blob), _POINTER)
        if status:
            raise BadInput(f"{name}: the engine refuses it: {self._status(status)}.")
        self._engine = self._word(_POINTER)

    def process(self, words: Words) -> Words:
        """Plays Q23 words, at most 16,384 at once."""
        self._write(words)
        self.machine.call("engine_process", self._engine, _INPUT, _OUTPUT, len(words))
        return self._read(len(words))

    def record(self, words: Words) -> tuple[Trace, Words]:
        """Plays Q23 words in one call and returns what was executed."""
        self._write(words)
        trace, _ = self.machine.record("engine_process", self._engine, _INPUT, _OUTPUT, len(words))
        return trace, self._read(len(words))

    def _write(self, words: Words) -> None:
        self.machine.uc.mem_write(_INPUT, words.astype("<i4").tobytes())

    def _read(self, count: int) -> Words:
        return np.frombuffer(bytes(self.machine.uc.mem_read(_OUTPUT, 4 * count)), "<i4").copy()

    def _word(self, address: int) -> int:
        return int.from_bytes(self.machine.uc.mem_read(address, 4), "little")

    def _status(self, status: int) -> str:
        at = self.machine.call(_STATUS_NAMES, status)
        return bytes(self.machine.uc.mem_read(at, 200)).split(b"\0")[0].decode()
