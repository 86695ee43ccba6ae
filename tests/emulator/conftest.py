# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Emulated chips without a board, and small programs for them compiled by the wheel's zig."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pedalsmith.emulator.image import Image, read_image
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.rt1062.chip import Rt1062
from pedalsmith.emulator.stm32h750.chip import FLASH, Stm32h750
from pedalsmith.emulator.stm32h750.sai import CodecWires
from pedalsmith.native.compiler import run_compiler, zig_cc

from .by_hand_rt1062 import CODE, load_boot_image

HERE = Path(__file__).parent
TARGET = ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m7+fp_armv8d16")

Program = Callable[..., Image]


@pytest.fixture
def chip() -> Iterator[Stm32h750]:
    """A chip out of the box, its codec's data output on block B."""
    made = Stm32h750("chip", wires=CodecWires("B"), baud=115_200, hse_hz=16e6)
    made.machine.reset(FLASH)
    yield made
    made.machine.close()


@pytest.fixture
def teensy() -> Iterator[Rt1062]:
    """A chip out of the box, with 8 MB of flash."""
    made = Rt1062("teensy")
    yield made
    made.machine.close()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Compiles C text, with bare.h before it, to an image for the flash at an address."""

    def compiled(text: str, flash: int = FLASH, define: str = "EMULATED") -> Image:
        source, elf = tmp_path / "program.c", tmp_path / "program.elf"
        source.write_text(f'#include "bare.h"\n{text}\n', encoding="utf-8")
        flags = ("-O1", "-std=c11", "-Wall", "-Werror", "-nostdlib", f"-I{HERE}", f"-D{define}")
        script = tmp_path / "program.ld"
        layout = (HERE / "bare.ld").read_text(encoding="utf-8")
        script.write_text(layout.replace("@FLASH@", f"{flash:#x}"), encoding="utf-8")
        command = [*zig_cc(), *TARGET, *flags, "-T", str(script), str(source), str(HERE / "bare.c")]
        run_compiler([*command, "-Wl,--entry=start", "-o", str(elf)], "program")
        return read_image(elf, flash)

    return compiled


@pytest.fixture
def run(chip: Stm32h750, program: Program) -> Callable[[str, float], list[int]]:
    """Runs C text for some virtual seconds; returns the 64 words of RESULT."""

    def done(text: str, seconds: float = 0.01) -> list[int]:
        chip.machine.load(program(text))
        chip.machine.reset(FLASH)
        chip.machine.run(seconds)
        return results(chip.machine)

    return done


def results(machine: Machine) -> list[int]:
    """The 64 words of RESULT."""
    data = machine.read(0x2000_0000, 256)
    words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 256, 4)]
    assert words[63] != 0xBAD, "an exception without a handler was taken"
    return words


@pytest.fixture
def run_teensy(teensy: Rt1062, program: Program) -> Callable[..., list[int]]:
    """Boots C text from flash, with words of the headers changed; returns RESULT."""

    def done(text: str, seconds: float = 0.01, **wrong: int) -> list[int]:
        load_boot_image(teensy, program(text, CODE), **wrong)
        teensy.power_up()
        teensy.machine.run(seconds)
        return results(teensy.machine)

    return done
