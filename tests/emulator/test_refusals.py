# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What a real chip would take badly, the emulated one refuses by name."""

from collections.abc import Callable

import pytest

from pedalsmith.emulator.faults import EmulationError, Unmodelled
from pedalsmith.emulator.stm32h750.chip import Stm32h750

from .by_hand import clocks

Run = Callable[..., list[int]]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("RESULT(0) = REG(0x58024470 + 8)", r"read of RCC\+0x078 .*program"),
        ("REG(0x40001000) = 1", r"write of 0x1 to 0x40001000 .*program"),
        ("RESULT(0) = REG(0x60000000)", r"read of 0x60000000, where nothing is"),
        ("REG(0x08000000) = 1", r"write to 0x08000000, which is locked"),
        ("RESULT(0) = REG(0x30000000)", r"read of 0x30000000, which is locked or unclocked"),
        ("REG(0x58020400 + 0x18) = 1", r"GPIOB.BSRR while its clock is off .*AHB4ENR bit 1"),
        ("REG(0xE000ED50) = 1", r"0xe000ed50"),
        ("REG(0x58024418) = 0x1000", r"RCC.D1CFGR sets bits 0x1000 that are not modelled"),
    ],
)
def test_unknown_places_are_named(run: Run, statement: str, words: str) -> None:
    with pytest.raises((Unmodelled, EmulationError), match=words):
        run(f"void program(void) {{ {statement}; }}")


def test_a_jump_into_nothing_is_named(run: Run) -> None:
    with pytest.raises(Unmodelled, match="jump to 0x70000000, where nothing is"):
        run("void program(void) { ((void (*)(void))0x70000001u)(); }")


def test_an_instruction_that_does_not_exist_is_named(run: Run) -> None:
    with pytest.raises(EmulationError, match="instruction that does not exist"):
        run('void program(void) { __asm__ volatile("udf #0"); }')


def test_the_mpu_is_enforced(run: Run) -> None:
    text = """
        void program(void) {{
            REG(0xE000ED98) = 0; REG(0xE000ED9C) = 0x20000400;
            REG(0xE000EDA0) = {rasr}; REG(0xE000ED94) = 5; __asm__ volatile("dsb\\n isb");
            RESULT(0) = RESULT(256); RESULT(1) = 7; RESULT(256) = 1; RESULT(2) = 8;
        }}
    """
    # 1 KB at 0x20000400 (RESULT(256)): full access, then read-only.
    assert run(text.format(rasr="0x03000013"))[1:3] == [7, 8]
    with pytest.raises(Unmodelled, match="write to 0x20000400, which the MPU forbids"):
        run(text.format(rasr="0x06000013"))


def test_sleep_without_any_interrupt_to_come_is_told(run: Run) -> None:
    # Nothing is running: time passes to the end of the run, which is what a test asked for.
    words = run("void program(void) { RESULT(0) = 5; sleep_until_interrupt(); RESULT(0) = 6; }")
    assert words[0] == 5


def test_the_clock_tree_is_computed(chip: Stm32h750) -> None:
    clocks(chip)
    assert chip.rcc.core_hz() == 480e6
    assert [chip.rcc.bus_hz(bus) for bus in ("AHB", "APB1", "APB2")] == [240e6, 120e6, 120e6]
    assert chip.rcc.sai1_hz() == pytest.approx(49.152e6, rel=1e-7)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flash": 0x32}, "2 flash wait states at AHB 240 MHz, 4 are needed"),
        ({"pll1": 0x011300EF}, "core would run at 960 MHz, at most 480"),
        ({"pll1": 0x011302FF}, "VCO of PLL1 would run at 1024 MHz"),
    ],
)
def test_a_wrong_clock_is_refused(chip: Stm32h750, changes: dict[str, int], words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        clocks(chip, **changes)


def test_a_pll_is_not_changed_while_it_runs(chip: Stm32h750) -> None:
    clocks(chip)
    with pytest.raises(EmulationError, match="PLL3DIVR changes while PLL3 is on"):
        chip.rcc.write(0x40, 4, 0x1F031F26)


def test_without_a_crystal_the_pll_cannot_start_from_it() -> None:
    from pedalsmith.emulator.stm32h750.sai import CodecWires

    chip = Stm32h750("chip", wires=CodecWires("B"), baud=115_200, hse_hz=0.0)
    chip.machine.reset(0x0800_0000)
    with pytest.raises(EmulationError, match="PLL1 is switched on before its source is ready"):
        clocks(chip)
    chip.machine.close()
