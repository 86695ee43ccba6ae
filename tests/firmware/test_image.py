# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a built image must be like, whichever compiler made it."""

import json
import re
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from engine.wavenets import TANH, Shape, wavenet_blob
from pedalsmith.errors import BadInput
from pedalsmith.native.boards import Board, board_names, load_board
from pedalsmith.native.firmware import Image, build
from pedalsmith.quantization import psm
from pedalsmith.quantization.rate import rate_record

from .blobs import write_lstm

EXCEPTIONS, INTERRUPTS = 16, 150
RESERVED = {7, 8, 9, 10, 13}


def symbols(image: Image) -> dict[str, tuple[int, str | int]]:
    """Name: (value, section index or "SHN_UNDEF")."""
    with image.elf.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        return {s.name: (s["st_value"], s["st_shndx"]) for s in table.iter_symbols() if s.name}


def test_no_symbol_is_undefined_and_none_is_a_library(image: Image) -> None:
    found = symbols(image)
    assert not [name for name, (_, where) in found.items() if where == "SHN_UNDEF"]
    libraries = {"malloc", "free", "calloc", "realloc", "_sbrk", "printf", "exp", "expf"}
    libraries |= {"tanh", "tanhf", "__aeabi_ldivmod", "__aeabi_uldivmod", "__aeabi_dadd"}
    assert not libraries & found.keys()


def test_the_vector_table_is_at_the_start_and_leads_into_the_image(image: Image) -> None:
    data = image.bin.read_bytes()
    words = struct.unpack_from(f"<{EXCEPTIONS + INTERRUPTS}I", data)
    stack, entries = words[0], words[1:]
    dtcm = image.board.memories["DTCM"]
    assert dtcm.origin < stack <= dtcm.end
    assert stack % 8 == 0
    itcm = image.board.memories["ITCM"]
    for number, entry in enumerate(entries, start=1):
        assert entry & 1, f"vector {number} is not Thumb code"
        in_flash = image.load <= entry < image.load + len(data)
        in_itcm = itcm.origin < entry - 1 < itcm.end
        # Reset runs before ITCM is filled.
        assert in_flash or (number != 1 and in_itcm), f"vector {number} leads to {entry:#x}"
    handlers = {n: value for n, (value, _) in symbols(image).items()}
    assert entries[0] == handlers["reset_handler"] | 1
    assert entries[13] == handlers["pendsv_handler"] | 1
    assert entries[EXCEPTIONS + 12 - 1] == handlers["dma1_stream1_handler"] | 1


def test_the_block_runs_from_itcm_and_a_model_lies_in_dtcm(image: Image) -> None:
    at = {name: value for name, (value, _) in symbols(image).items()}
    itcm, dtcm = image.board.memories["ITCM"], image.board.memories["DTCM"]
    for name in ("pendsv_handler", "pedal_process", "engine_process"):
        assert itcm.origin < at[name] < itcm.end, name
    assert dtcm.origin <= at["arena_start"] < at["arena_end"] <= dtcm.end
    assert at["arena_start"] % 32 == 0
    assert at["stack_bottom"] == dtcm.origin, "an overflow of the stack must leave the memory"


def test_use_is_what_the_sections_say(image: Image) -> None:
    for use in image.use:
        assert 0 < use.used <= use.size
    flash = next(use for use in image.use if use.name == "flash")
    assert flash.used == image.bin.stat().st_size
    assert flash.size == 128 * 1024


def test_a_pedalnet_of_10_channels_and_44_1_khz_has_room_beside_the_program(image: Image) -> None:
    flash = next(use for use in image.use if use.name == "flash")
    shape = Shape(1, (10,), 10, layers=18, activation=TANH, gated=True, heads=True)
    model = replace(wavenet_blob(shape, golden_frames=256), rate=rate_record(44_100, 48_000))
    # 1 KB is for what a user writes about it.
    assert flash.used + len(psm.encode(model)) + 1024 <= flash.size


def test_hex_and_bin_hold_the_same_bytes(image: Image) -> None:
    base, memory = 0, {}
    for line in image.hex.read_text().split():
        record = bytes.fromhex(line[1:])
        assert sum(record) & 0xFF == 0
        count, address, kind = record[0], int.from_bytes(record[1:3], "big"), record[3]
        if kind == 4:
            base = int.from_bytes(record[4:6], "big") << 16
        elif kind == 2:
            base = int.from_bytes(record[4:6], "big") << 4
        elif kind == 0:
            memory.update({base + address + i: record[4 + i] for i in range(count)})
    data = image.bin.read_bytes()
    assert min(memory) == image.load
    assert max(memory) == image.load + len(data) - 1
    assert all(data[at - image.load] == byte for at, byte in memory.items())


@pytest.mark.parametrize("name", board_names())
def test_every_board_builds_and_fits_in_every_pedal(name: str, tmp_path: Path) -> None:
    board = load_board(name)
    # Pedals that are wired alike give the same image.
    for controls in {board.controls[key]: key for key in board.controls}.values():
        built = build(board, None, tmp_path, controls=controls)
        assert all(use.used <= use.size for use in built.use)


def test_the_same_sources_give_the_same_bytes_with_the_model_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, other = write_lstm(tmp_path / "a.psm", 8), write_lstm(tmp_path / "b.psm", 9)
    build("daisy_seed", other, tmp_path / "other")  # leaves its objects for the next one
    first = build("daisy_seed", model, tmp_path / "one")
    monkeypatch.setenv("PEDALSMITH_CACHE", str(tmp_path / "cache"))
    second = build("daisy_seed", model, tmp_path / "two")
    assert first.bin.read_bytes() == second.bin.read_bytes()
    assert first.elf.read_bytes() == second.elf.read_bytes()

    built = first
    at = {name: value for name, (value, _) in symbols(built).items()}
    start, end = at["model_start"] - built.load, at["model_end"] - built.load
    assert start % 8 == 0
    blob = model.read_bytes()
    assert built.bin.read_bytes()[start:end] == blob + bytes(-len(blob) % 8)


def test_an_image_beyond_the_flash_is_refused_with_the_number(dry: Image, tmp_path: Path) -> None:
    model = write_lstm(tmp_path / "large.psm", 8, golden=16_000)
    with pytest.raises(BadInput, match="of 131,072 bytes") as refused:
        build("daisy_seed", model, tmp_path / "image")
    told = re.search(r"([\d,]+) bytes too many for flash", str(refused.value))
    assert told
    # Alignment may add a few bytes to the sum of the parts.
    excess = dry.bin.stat().st_size + model.stat().st_size - 128 * 1024
    assert "; take a smaller model or, of an LSTM or GRU, int8 weights, or --" in str(refused.value)
    assert 0 < excess <= int(told[1].replace(",", "")) < excess + 64
    assert not (tmp_path / "image").exists()


def test_a_model_beyond_the_ram_is_refused_with_the_numbers(tmp_path: Path) -> None:
    model = write_lstm(tmp_path / "large.psm", 64, layers=3)
    needed = f"{psm.read(model).arena_bytes:,}"
    with pytest.raises(BadInput, match=rf"needs {needed} bytes of RAM.* the board has [\d,]+"):
        build("daisy_seed", model, tmp_path / "image", image="bootloader")
    assert not (tmp_path / "image").exists()


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    model = write_lstm(tmp_path / "a.psm", 8)
    data = bytearray(model.read_bytes())
    data[100] ^= 4
    model.write_bytes(data)
    with pytest.raises(BadInput, match=r"a\.psm"):
        build("daisy_seed", model, tmp_path / "image")


def test_bad_options_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no board 'muff'; there is .*daisy_seed"):
        build("muff", None, tmp_path)
    with pytest.raises(BadInput, match="no image 'rom'"):
        build("daisy_seed", None, tmp_path, image="rom")
    with pytest.raises(BadInput, match="block 0"):
        build("daisy_seed", None, tmp_path, block=0)
    unknown = {
        r"no option 'color'; there is codec, store": {"color": "red"},
        r"option codec: no 'XYZ'; there is auto, AK4556, PCM3060, WM8731\.": {"codec": "XYZ"},
        r"option store: no ''; there is qspi, none\.": {"store": ""},
        r"option usb_vendor: no '1155'; there is 0x0000 to 0xFFFF\.": {"usb_vendor": "1155"},
    }
    for words, choices in unknown.items():
        with pytest.raises(BadInput, match=words):
            build("daisy_seed", None, tmp_path, choices=choices)


def test_an_option_is_known_in_either_case(tmp_path: Path) -> None:
    images = [
        build("daisy_seed", None, tmp_path / text, choices={"codec": text}).bin.read_bytes()
        for text in ("auto", "WM8731", "wm8731")
    ]
    assert images[0] != images[1] == images[2]


def test_command_prints_json_on_stdout(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pedalsmith", "build", "-o", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"load": "0x08000000"' in done.stdout
    assert (tmp_path / "daisy_seed.bin").is_file()


def test_a_model_that_is_too_slow_is_refused_before_anything_is_written(
    model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "image"
    command = [sys.executable, "-m", "pedalsmith", "build", "--model", model, "-o", out, "--json"]

    def said(*more: str) -> subprocess.CompletedProcess[str]:
        command_line = [*map(str, command), "--block", "16", *more]
        return subprocess.run(command_line, capture_output=True, text=True, check=False)

    slow = said("--max-cpu", "2")
    refused = re.search(
        r"random\.psm: needs ([\d.]+) % of the block time of daisy_seed at block 16, "
        r"2 % is allowed; build with --block 48",
        slow.stderr,
    )
    assert refused and not slow.stdout and slow.returncode == 1
    assert not out.exists()
    loads = json.loads(said().stdout)["load_worst_percent"]
    assert loads == {str(model): float(refused[1])}
    assert len(list(out.iterdir())) == 3


def test_a_model_that_is_too_slow_for_blocks_of_one_sample_is_priced(tmp_path: Path) -> None:
    model = write_lstm(tmp_path / "slow.psm", 64)
    command = ["build", "--block", "1", "-o", tmp_path / "image", "--model", model]
    line = [sys.executable, "-m", "pedalsmith", *map(str, command)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    needs = re.search(r"needs ([\d.]+) % of the block time of daisy_seed at block 1,", done.stderr)
    assert done.returncode == 1 and needs and float(needs[1]) > 100, done.stderr


def test_drivers_and_pins_of_a_board_exist() -> None:
    from pedalsmith.source import firmware_dir

    for name in board_names():
        board: Board = load_board(name)
        for driver in board.drivers:
            assert (firmware_dir() / "drivers" / f"{driver}.c").is_file(), driver
