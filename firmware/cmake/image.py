# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the build makes of a linked program, with nothing but Python's own library.

    image.py pack PROGRAM.elf PACKED ...     sections, packed for mcu/cortex_m7/unpack.c
    image.py write PROGRAM.elf [PACKED ...]  PROGRAM.bin and PROGRAM.hex: what a loader writes

A section is the one that its file is named after: packed.itcm holds .itcm. The packed code goes
into the program that it was taken from, when that is linked again: `write` holds each PACKED
against it and takes its section out of what is loaded. GNU ld would warn of a section in no
segment, so its segment stays, of no type. The same zlib gives the same bytes.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

_NULL, _LOAD = 0, 1
"""Types of segments: ignored, loaded"""
_HEX_BYTES = 16
"""Of a line of the .hex file; not every loader takes more"""
_DATA, _END, _UPPER_ADDRESS = 0, 1, 4
"""Kinds of such lines"""


class _Program:
    """A 32-bit little-endian ELF file."""

    def __init__(self, path: Path) -> None:
        self._bytes = bytearray(path.read_bytes())
        segments, sections = struct.unpack_from("<2I", self._bytes, 28)
        size, count, section_size, section_count, names = struct.unpack_from("<5H", self._bytes, 42)
        self._segments = range(segments, segments + count * size, size)
        self._sections = range(sections, sections + section_count * section_size, section_size)
        (self._names,) = struct.unpack_from("<I", self._bytes, self._sections[names] + 16)

    def loaded(self) -> Iterator[tuple[int, bytes]]:
        """(address, bytes) of what a loader writes."""
        for at in self._segments:
            kind, start, _, address, size = struct.unpack_from("<5I", self._bytes, at)
            if kind == _LOAD and size:
                yield address, bytes(self._bytes[start : start + size])

    def section(self, name: str) -> bytes:
        """The bytes of a section; none where it is missing."""
        start, size = self._find(name)
        return bytes(self._bytes[start : start + size])

    def unload(self, name: str) -> None:
        """Puts the segment of a section among those that are ignored."""
        start, _ = self._find(name)
        for at in self._segments:
            if struct.unpack_from("<2I", self._bytes, at) == (_LOAD, start):
                struct.pack_into("<I", self._bytes, at, _NULL)

    def save(self, path: Path) -> None:
        """Writes the file."""
        path.write_bytes(self._bytes)

    def _find(self, name: str) -> tuple[int, int]:
        """Where in the file the bytes of a section are, and their count."""
        for at in self._sections:
            name_at, _, _, _, start, size = struct.unpack_from("<6I", self._bytes, at)
            begin = self._names + name_at
            if self._bytes[begin : self._bytes.index(0, begin)] == name.encode():
                return start, size
        return 0, 0


def _joined(parts: list[tuple[int, bytes]]) -> bytes:
    """From the first to the last, zeros between them."""
    origin = min(address for address, _ in parts)
    whole = bytearray(max(address + len(data) for address, data in parts) - origin)
    for address, data in parts:
        whole[address - origin : address - origin + len(data)] = data
    return bytes(whole)


def _hex(parts: list[tuple[int, bytes]]) -> Iterator[str]:
    """Lines of Intel's hexadecimal format."""

    def line(at: int, kind: int, data: bytes) -> str:
        body = struct.pack(">BHB", len(data), at, kind) + data
        return f":{body.hex().upper()}{-sum(body) & 0xFF:02X}\r\n"

    upper = -1
    for address, data in parts:
        at = 0
        while at < len(data):
            where = address + at
            if where >> 16 != upper:
                upper = where >> 16
                yield line(0, _UPPER_ADDRESS, struct.pack(">H", upper))
            count = min(_HEX_BYTES, 0x10000 - (where & 0xFFFF))
            yield line(where & 0xFFFF, _DATA, data[at : at + count])
            at += count
    yield line(0, _END, b"")


def _pack(elf: Path, packed: list[Path]) -> None:
    program = _Program(elf)
    for path in packed:
        packer = zlib.compressobj(9, memLevel=9)  # 31 bytes less than the usual 8
        path.write_bytes(packer.compress(program.section(path.suffix)) + packer.flush())


def _write(elf: Path, packed: list[Path]) -> None:
    program = _Program(elf)
    for path in packed:
        if zlib.decompress(path.read_bytes()) != program.section(path.suffix):
            raise SystemExit(
                f"{elf}: its code in {path.suffix} is not what was packed; let none of it refer to "
                "the models or to what lies behind them."
            )
        program.unload(path.suffix)
    if packed:
        program.save(elf)
    parts = sorted(program.loaded())
    elf.with_suffix(".bin").write_bytes(_joined(parts))
    elf.with_suffix(".hex").write_bytes("".join(_hex(parts)).encode("ascii"))


def main(command: str, elf: str, *packed: str) -> None:
    """See above."""
    do = _pack if command == "pack" else _write
    do(Path(elf), [Path(path) for path in packed])


if __name__ == "__main__":
    main(*sys.argv[1:])
