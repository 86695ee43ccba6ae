# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A Daisy's code for ITCM: packed by the build, unpacked at the start, by both compilers."""

import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

from pedalsmith.cycles.image import Image as Program
from pedalsmith.emulator.bare import BareMachine
from pedalsmith.emulator.boards import Options, assemble, flash_image
from pedalsmith.native.firmware import Image, build
from pedalsmith.source import firmware_dir

from .conftest import COMPILERS, need

FLASH, DATA, STACK, FROM, TO = 0x0800_0000, 0x2000_0000, 0x2010_0000, 0x2400_1000, 0x2408_0000
STACK_BYTES = 2048
MARGIN = 64
RANDOM = np.random.default_rng(1).bytes(70_000)
CONTENTS = {
    "nothing": b"",
    "a byte": b"a",
    "one distance": b"a" * 70_000,
    "far repetitions": RANDOM[:32_768] * 2,
    "incompressible": RANDOM,
    "words": " ".join(map(str, range(9_000))).encode(),
}
"""Among them all kinds of blocks, lengths from 3 to 258, distances from 1 to 32,768."""


def packed(content: bytes, strategy: int = zlib.Z_DEFAULT_STRATEGY, level: int = 9) -> bytes:
    """As zlib packs at level 9, whatever the level: its header says so."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    body = packer.compress(content) + packer.flush()
    return b"\x78\xda" + body + zlib.adler32(content).to_bytes(4, "big")


class Unpacker:
    """`unpack` of an image; the code that would lie in ITCM is not there."""

    def __init__(self, image: Image) -> None:
        program = Program(image.elf)
        flash = [(at, data) for at, data, _ in program.segments if at >= FLASH]
        self.machine = BareMachine(flash, stack_top=STACK + 64)
        self.function = program.extent("unpack")[0]
        self.flash_end = max(at + len(data) for at, data in flash if at < DATA)
        self.arguments = (FROM, FROM, TO, TO)

    def prepare(self, content: bytes, room: int) -> None:
        self.machine.write(FROM, content)
        self.machine.write(TO - MARGIN, b"\xa5" * (room + 2 * MARGIN))
        self.arguments = (FROM, FROM + len(content), TO, TO + room)

    def __call__(self, content: bytes, room: int) -> bytes | None:
        """What comes out; None: it is refused."""
        self.prepare(content, room)
        good = self.machine.call(self.function, *self.arguments)
        around = self.machine.read(TO - MARGIN, MARGIN), self.machine.read(TO + room, MARGIN)
        assert around == (b"\xa5" * MARGIN,) * 2, "it has written beside its place"
        return self.machine.read(TO, room) if good & 1 else None

    def touches_nothing_else(self, content: bytes, room: int) -> None:
        """All its accesses, one by one."""
        self.prepare(content, room)
        trace, _ = self.machine.record(self.function, *self.arguments)
        places = [(FROM, FROM + len(content)), (TO, TO + room), (STACK - STACK_BYTES, STACK)]
        places.append((FLASH, self.flash_end))
        for accesses in trace.accesses.values():
            for at, size in accesses:
                inside = any(start <= at and at + size <= end for start, end in places)
                assert inside, f"it touches {at:#x}"


@pytest.fixture
def unpacker(image: Image) -> Unpacker:
    return Unpacker(image)


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_what_zlib_packs_comes_out(unpacker: Unpacker, content: bytes) -> None:
    assert unpacker(zlib.compress(content, 9), len(content)) == content
    for strategy in (zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE):
        assert unpacker(packed(content, strategy), len(content)) == content
    assert unpacker(packed(content, level=0), len(content)) == content


def test_what_does_not_come_out_even_is_refused(unpacker: Unpacker) -> None:
    content = CONTENTS["words"][:2_000]
    for whole in (
        zlib.compress(content, 9),
        packed(content, zlib.Z_FIXED),
        packed(content, level=0),
    ):
        assert unpacker(whole, len(content)) == content
        assert unpacker(whole + b"\0", len(content)) is None
        assert unpacker(b"\x78\x01" + whole[2:], len(content)) is None
        assert unpacker(whole, len(content) - 1) is None
        assert unpacker(whole, len(content) + 1) is None
        for count in range(0, len(whole), 1 + len(whole) // 200):
            assert unpacker(whole[:count], len(content)) is None


def test_what_is_damaged_is_refused(unpacker: Unpacker) -> None:
    """Unless the bits that changed mean nothing."""
    content, rng = CONTENTS["words"][:2_000], np.random.default_rng(2)
    for whole in (
        zlib.compress(content, 9),
        packed(content, zlib.Z_FIXED),
        packed(content, level=0),
    ):
        for _ in range(300):
            damaged = bytearray(whole)
            for at in rng.integers(0, len(whole), rng.integers(1, 4)):
                damaged[at] ^= 1 << int(rng.integers(8))
            assert unpacker(bytes(damaged), len(content)) in (None, content)


def test_nothing_else_is_read_or_written(unpacker: Unpacker) -> None:
    content, rng = CONTENTS["words"][:300], np.random.default_rng(3)
    whole = zlib.compress(content, 9)
    unpacker.touches_nothing_else(whole, len(content))
    unpacker.touches_nothing_else(whole[: len(whole) // 2], len(content))
    for room in (0, 100, 300):
        for _ in range(5):
            # Behind a header and the beginning of a block of each kind, nothing but noise.
            begin = b"\x78\xda" + bytes([int(rng.choice([0x01, 0x03, 0x05]))])
            unpacker.touches_nothing_else(begin + rng.bytes(200), room)


@pytest.mark.parametrize("kind", ["flash", "bootloader"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_ram_holds_the_code_that_was_linked(compiler: str, kind: str, tmp_path: Path) -> None:
    need(compiler)
    image = build("daisy_seed", None, tmp_path, compiler, image=kind)
    with image.elf.open("rb") as file:
        elf = ELFFile(file)
        code, cached, packed = (
            elf.get_section_by_name(name).data() for name in (".itcm", ".cached", ".packed")
        )
    first, second = zlib.decompressobj(), zlib.decompressobj()
    assert first.decompress(packed) == code
    assert second.decompress(first.unused_data) == cached
    assert packed in image.bin.read_bytes(), "flash has it packed"
    assert code[1000:1100] not in image.bin.read_bytes(), "and not as it is"
    assert cached[1000:1100] not in image.bin.read_bytes()
    memories = image.board.memories
    for path in (image.bin, image.elf):
        emulated = assemble(image.board)
        try:
            flash_image(emulated, image.board, path)
            emulated.power_up()
            emulated.machine.run(0.2)
            assert emulated.machine.read(memories["ITCM"].origin, len(code)) == code
            assert emulated.machine.read(memories["CACHED"].origin, len(cached)) == cached
        finally:
            emulated.machine.close()


@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_damaged_image_blinks_and_plays_nothing(
    pedal_of: Callable[[str, str], Image], compiler: str, tmp_path: Path
) -> None:
    image = pedal_of("daisy_seed", compiler)
    data = bytearray(image.bin.read_bytes())
    data[-1000] ^= 1
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(data)
    emulated = assemble(image.board, Options(controls="terrarium"))
    try:
        flash_image(emulated, image.board, damaged)
        emulated.audio.play(np.zeros(48_000, np.int32), 48_000)
        emulated.power_up()
        emulated.machine.run(1.2)
        assert emulated.audio.frames_out == 0 and not emulated.console.text
        levels = [on for at, index, on in emulated.lights() if index == 0 and at > 0.2]
        assert levels in ([True, False] * 10, [False, True] * 10), "ten times a second"
    finally:
        emulated.machine.close()


def test_code_that_is_not_what_was_packed_is_refused_in_one_line(
    dry: Image, tmp_path: Path
) -> None:
    program, other = tmp_path / "program.elf", tmp_path / "other.bin"
    program.write_bytes(dry.elf.read_bytes())
    other.write_bytes(zlib.compress(b"other code"))
    command = [sys.executable, firmware_dir() / "cmake" / "image.py", "write", program, other]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "is not what was packed" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.bin", "program.elf"]
