# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Builds the image of a board with CMake and Ninja, from the C sources in the package."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cmake
import ninja
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from pedalsmith.errors import BadInput, PedalsmithError
from pedalsmith.files import write_whole
from pedalsmith.native.boards import Board, Memory, load_board
from pedalsmith.native.build_tree import build_tree
from pedalsmith.native.compiler import zig_environment
from pedalsmith.native.host import HostEngine, Placement, placement
from pedalsmith.remedies import SMALLER
from pedalsmith.source import firmware_dir

Compiler = Literal["zig", "gcc"]

_OVERFLOW = re.compile(r"region '?`?(\w+)'?:? overflowed by (\d+) bytes")


class NoRoom(BadInput):
    """The memories of a board cannot hold a model."""


class FlashFull(NoRoom):
    """The image is larger than its place in flash; all else fits."""


@dataclass(frozen=True)
class MemoryUse:
    """How full a memory is, in bytes."""

    name: str
    used: int
    size: int
    contents: str
    """What is in it, in words."""


@dataclass(frozen=True)
class Regions:
    """What an image leaves to the engine: engine_memory of engine.h, addresses and bytes."""

    fast: Memory
    slow: Memory | None
    """None: there is none"""


@dataclass(frozen=True)
class Image:
    """A built image. The .bin is what is written to `load`; .elf and .hex hold the same bytes."""

    board: Board
    kind: str
    """Of the board's images"""
    elf: Path
    bin: Path
    hex: Path
    load: int
    """Address that the .bin is written to."""
    use: tuple[MemoryUse, ...]
    regions: Regions


def build(
    board: Board | str,
    blobs: Path | Sequence[Path] | None,
    out_dir: Path,
    compiler: Compiler = "zig",
    image: str = "flash",
    block: int | None = None,
    controls: str = "none",
    choices: Mapping[str, str] | None = None,
    main: Path | None = None,
    room: int = 0,
) -> Image:
    """Builds <board>.elf, .bin and .hex in `out_dir`, with the models of `blobs` linked in.

    `blobs` is one model or several, the first of which plays at the start; without any the image
    passes its input dry. `image` is a kind of the board's, `block` the samples a block (None: the
    board's own), `controls` the pedal that the board is in, `choices` replaces some of the board's
    options, in whichever case, `main` is another program than firmware/main.c, `room` the bytes of
    zeros kept behind the models, where a model may be written later. Raises BadInput when a model
    is damaged or an option unknown, NoRoom when it does not fit the board, PedalsmithError when the
    compiler fails.
    """
    if isinstance(board, str):
        board = load_board(board)
    kind = board.image_kind(image)
    board.controls_of(controls)
    chosen = {name: board.option_value(name, text) for name, text in (choices or {}).items()}
    if blobs is None:
        blobs = ()
    elif isinstance(blobs, Path):
        blobs = (blobs,)
    if block is not None and not 1 <= block <= 256:
        raise BadInput(f"block {block}: it must be 1 to 256 samples.")
    models = [_model(blob) for blob in blobs]
    options: dict[str, object] = {
        "PEDALSMITH_BOARD": board.folder,
        "PEDALSMITH_IMAGE": image,
        "PEDALSMITH_CONTROLS": controls,
        "PEDALSMITH_BLOCK": block or "",
        **({"PEDALSMITH_MAIN": main.resolve()} if main else {}),
        "PEDALSMITH_PYTHON": sys.executable,
        **{f"PEDALSMITH_OPTION_{name.upper()}": value for name, value in chosen.items()},
        "CMAKE_MAKE_PROGRAM": Path(ninja.BIN_DIR) / "ninja",
        "CMAKE_TOOLCHAIN_FILE": firmware_dir() / "cmake" / f"{compiler}.cmake",
    }
    with build_tree(options | _compiler_of(compiler), *([main] if main else [])) as tree:
        bank = tree / "bank.psm"
        bank.write_bytes(b"".join(map(_padded, models)) + bytes(room))
        program = Path(cmake.CMAKE_BIN_DIR) / "cmake"
        if not (tree / "build.ninja").is_file():
            configure: list[str | Path] = [program, "-S", firmware_dir(), "-B", tree, "-G", "Ninja"]
            configure.append(f"-DPEDALSMITH_MODEL={bank}")
            configure.extend(f"-D{name}={value}" for name, value in options.items())
            _run(board, kind.code, configure)
        _run(board, kind.code, [program, "--build", tree])
        elf = tree / "pedalsmith.elf"
        symbols = _symbols(board, elf)
        fast = _region(symbols, "arena")
        if fast is None:
            raise PedalsmithError(f"{board.folder}: the image leaves no RAM for a model.")
        regions = Regions(fast, _region(symbols, "slow"))
        use = _memory_use(board, kind.code, elf, symbols, regions, models)
        made = {}
        for suffix in ("elf", "bin", "hex"):
            made[suffix] = out_dir / f"{board.folder}.{suffix}"
            write_whole(made[suffix], elf.with_suffix(f".{suffix}").read_bytes())
    return Image(board, image, made["elf"], made["bin"], made["hex"], kind.load, use, regions)


def _compiler_of(compiler: Compiler) -> dict[str, str]:
    """Which gcc that is; zig's version is known to build_tree."""
    if compiler == "zig":
        return {}
    found = shutil.which("arm-none-eabi-gcc")
    if found is None:
        raise BadInput("arm-none-eabi-gcc is not installed; install it, or build with zig.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return {found: said.stdout}


def moved(image: Image, folder: Path) -> Image:
    """The same image with its files copied into `folder`, each whole or not at all."""
    paths = [folder / path.name for path in (image.elf, image.bin, image.hex)]
    for path, source in zip(paths, (image.elf, image.bin, image.hex), strict=True):
        write_whole(path, source.read_bytes())
    return replace(image, elf=paths[0], bin=paths[1], hex=paths[2])


def _model(blob: Path) -> bytes:
    """The bytes of a model that the engine takes. Raises BadInput, one line."""
    try:
        data = blob.read_bytes()
    except OSError as error:
        raise BadInput(f"{blob}: cannot be read ({error.strerror}); check the path.") from None
    HostEngine(data, str(blob))
    return data


def _padded(blob: bytes) -> bytes:
    """To the multiple of 8 where the next model begins (firmware/pedal/bank.h)."""
    return blob + bytes(-len(blob) % 8)


def _run(board: Board, code: Memory, command: Sequence[str | Path]) -> None:
    done = subprocess.run(
        command, env=zig_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    over = {name: int(count) for name, count in _OVERFLOW.findall(said)}
    if over:
        memories = board.memories | {"CODE": code}
        parts = (
            f"{count:,} bytes too many for {name.replace('CODE', 'flash')} "
            f"of {memories[name].bytes:,} bytes"
            for name, count in over.items()
        )
        larger = [name for name, one in board.images.items() if one.code.bytes > code.bytes]
        other = f", or --image {larger[0]}" if larger and "CODE" in over else ""
        error = FlashFull if set(over) == {"CODE"} else NoRoom
        raise error(
            f"{board.folder}: the image does not fit, {' and '.join(parts)}; {SMALLER}{other}."
        )
    raise PedalsmithError(f"{board.folder}: the firmware does not build:\n{said.strip()}")


def _symbols(board: Board, elf_path: Path) -> dict[str, int]:
    """Name -> value of every symbol of the image."""
    with elf_path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            raise PedalsmithError(f"{board.folder}: the linker left no symbols in the image.")
        return {symbol.name: symbol["st_value"] for symbol in table.iter_symbols()}


def _region(symbols: Mapping[str, int], name: str) -> Memory | None:
    """What lies between <name>_start and <name>_end; None: nothing."""
    size = symbols[f"{name}_end"] - symbols[f"{name}_start"]
    return Memory(origin=symbols[f"{name}_start"], bytes=size) if size else None


def placed(board: Board, model: bytes, regions: Regions) -> Placement:
    """Where the board puts a model. Raises NoRoom when it has none."""
    slow = regions.slow.bytes if regions.slow else 0
    found = placement(model, regions.fast.bytes, slow)
    if found is None:
        engine = HostEngine(model)
        raise NoRoom(
            f"{board.folder}: the model needs {engine.arena_bytes:,} bytes of RAM for its weights "
            f"and state, {engine.history_bytes:,} of them for histories that may be behind the "
            f"cache; the board has {regions.fast.bytes:,}, and {slow:,} behind the cache; take a "
            "smaller model."
        )
    return found


def _memory_use(
    board: Board,
    code: Memory,
    elf_path: Path,
    symbols: Mapping[str, int],
    regions: Regions,
    models: Sequence[bytes],
) -> tuple[MemoryUse, ...]:
    with elf_path.open("rb") as file:
        sections = [
            (section["sh_addr"], section["sh_size"])
            for section in ELFFile(file).iter_sections()
            if section["sh_flags"] & 2 and section["sh_size"]
        ]
    places = [placed(board, one, regions) for one in models]
    in_fast = max((one.fast_bytes for one in places), default=0)
    in_slow = max((one.slow_bytes for one in places), default=0)
    model = symbols["model_end"] - symbols["model_start"]
    stored = elf_path.with_suffix(".bin").stat().st_size
    uses = [MemoryUse("flash", stored, code.bytes, f"image, {model:,} of it the model")]
    words = {
        "ITCM": "code that runs each block",
        "DTCM": f"data, stack, {in_fast:,} for the model",
        "DMA": "audio buffers",
        "CACHED": "code that runs each block, behind the cache",
    }
    of_model = {"DTCM": in_fast}
    if in_slow and regions.slow:
        behind_cache = _holding(board, regions.slow.origin)
        words[behind_cache] = "the model's longest histories, behind the cache"
        of_model[behind_cache] = in_slow
    for name, text in words.items():
        memory = board.memories.get(name)
        if memory is None:
            continue
        used = sum(size for at, size in sections if memory.origin <= at < memory.end)
        used += of_model.get(name, 0)
        uses.append(MemoryUse(name, used, memory.bytes, text))
    return tuple(uses)


def _holding(board: Board, address: int) -> str:
    """The memory of the board that an address is in."""
    return next(name for name, one in board.memories.items() if one.origin <= address < one.end)
