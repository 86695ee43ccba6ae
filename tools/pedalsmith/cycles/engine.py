# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The engine alone in the bare machine: builds it for the Cortex-M7, loads a blob, plays audio.

Code in ITCM, tables, weights and state in DTCM: what the network itself costs, without the pedal
around it and wherever a board would put it.
"""

import struct
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import Memory, tightly_coupled
from pedalsmith.cycles.price import Price, Words, price
from pedalsmith.cycles.synthetic import Shape, recurrent_blob
from pedalsmith.emulator.bare import BareMachine, Trace
from pedalsmith.errors import BadInput
from pedalsmith.native.compiler import run_compiler, zig_cc
from pedalsmith.native.firmware import Regions
from pedalsmith.quantization.psm import encode
from pedalsmith.source import firmware_dir

_TARGET = ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16")
# As the images are built (CMakeLists.txt).
_FLAGS = (
    "-std=c11",
    "-O3",
    "-fno-unroll-loops",
    "-fomit-frame-pointer",
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
_MEMORY = 0x20010010
_INPUT = 0x20011000
_OUTPUT = 0x20021000
_ARENA = 0x20040000
_ARENA_BYTES = 0x80000
_BLOB = 0x08000000


def build(sources: Sequence[Path], out: Path, flags: Sequence[str] = ()) -> Image:
    """Compiles and links C and assembly into a bare image, code in ITCM and data in DTCM."""
    script = out.with_suffix(".ld")
    script.write_text(_SCRIPT, encoding="utf-8")
    command = [
        *zig_cc(), *_TARGET, *_FLAGS, *flags, *map(str, sources),
        f"-Wl,-T,{script}", "-Wl,--entry=0", "-Wl,--no-gc-sections", "-o", str(out),
    ]  # fmt: skip
    run_compiler(command, str(sources[0].parent))
    return Image(out)


def engine_sources() -> list[Path]:
    """Every C and assembly file of the engine."""
    folder = firmware_dir() / "engine"
    return sorted(p for p in folder.rglob("*") if p.suffix in {".c", ".S"})


class BareEngine:
    """An engine in the bare machine with a blob loaded."""

    def __init__(
        self, image: Image, blob: bytes, name: str = "blob", regions: Regions | None = None
    ) -> None:
        """With `regions` no more memory than a board has, the slow region where the board has it.

        Raises BadInput when the engine refuses the blob.
        """
        self._machine = BareMachine((start, data) for start, data, _ in image.segments)
        self._process = image.extent("engine_process")[0]
        self._machine.write(_BLOB, blob)
        load = image.extent("engine_load")[0]
        fast = regions.fast.bytes if regions else _ARENA_BYTES
        slow = regions.slow if regions else None
        memory = (_ARENA, fast, slow.origin, slow.bytes) if slow else (_ARENA, fast, 0, 0)
        self._machine.write(_MEMORY, struct.pack("<4I", *memory))
        status = self._machine.call(load, _MEMORY, _BLOB, len(blob), _POINTER)
        if status:
            text = self._machine.call(image.extent("engine_status_text")[0], status)
            said = self._machine.read(text, 200).split(b"\0")[0].decode()
            raise BadInput(f"{name}: the engine refuses it: {said}.")
        self._engine = int.from_bytes(self._machine.read(_POINTER, 4), "little")

    def play(self, words: Words) -> None:
        """Plays a block and drops the output."""
        self.process(words)

    def process(self, words: Words) -> Words:
        """Plays Q23 words, at most 16,384 at once."""
        self._machine.write(_INPUT, words.astype("<i4").tobytes())
        self._machine.call(self._process, self._engine, _INPUT, _OUTPUT, len(words))
        return self.output(len(words))

    def record(self, words: Words) -> Trace:
        """Plays Q23 words in one call and returns what was executed; `output` has the words."""
        self._machine.write(_INPUT, words.astype("<i4").tobytes())
        trace, _ = self._machine.record(self._process, self._engine, _INPUT, _OUTPUT, len(words))
        return trace

    def output(self, count: int) -> Words:
        """The first words of the newest output, Q23."""
        return np.frombuffer(self._machine.read(_OUTPUT, 4 * count), "<i4").copy()


@lru_cache(maxsize=1)
def engine_image() -> Image:
    """The engine for the Cortex-M7, built once a process."""
    with TemporaryDirectory(prefix="pedalsmith-") as folder:
        return build(
            engine_sources(), Path(folder) / "engine.elf", [f"-I{firmware_dir() / 'engine'}"]
        )


def price_engine(blob: bytes, block: int, name: str = "blob") -> Price:
    """Prices the engine alone, all its memory tightly coupled. BadInput for a bad blob."""
    return price_engine_in(blob, block, tightly_coupled(), None, name)


def price_engine_in(
    blob: bytes, block: int, memory: Memory, regions: Regions | None, name: str = "blob"
) -> Price:
    """Prices the engine alone in a board's memory, where its longest histories may be behind the
    cache. BadInput for a bad blob, or one that does not fit.
    """
    image = engine_image()
    core = Core(image.read, memory)
    return price(BareEngine(image, blob, name, regions), core, image, block)


def largest_that_fits(like: Shape, most_cycles: float, block: int) -> tuple[int, Price] | None:
    """The largest hidden size, a multiple of 4 under that of `like`, whose worst block takes at
    most `most_cycles` a sample, and its price with random weights. None when not even 4 units fit.
    """
    found = None
    low, high = 1, (like.hidden - 1) // 4
    while low <= high:
        middle = (low + high) // 2
        candidate = price_engine(encode(recurrent_blob(replace(like, hidden=4 * middle))), block)
        if candidate.worst_cycles <= most_cycles:
            found, low = (4 * middle, candidate), middle + 1
        else:
            high = middle - 1
    return found
