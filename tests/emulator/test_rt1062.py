# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The RT1062 around its core: boot ROM, FlexRAM, pins, console, watchdog, ADC."""

from collections.abc import Callable

import pytest

from pedalsmith.emulator.faults import EmulationError, LoaderEntered
from pedalsmith.emulator.rt1062.chip import Rt1062
from pedalsmith.emulator.rt1062.gpio import place

from .by_hand_rt1062 import asleep, put, take

Run = Callable[..., list[int]]
MARK = "RESULT(0) = 7;"


def test_an_image_with_right_headers_starts(run_teensy: Run, teensy: Rt1062) -> None:
    assert run_teensy(f"void program(void) {{ {MARK} }}")[0] == 7
    assert teensy.machine.core_hz == 396e6, "what the ROM leaves the core at"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"tag": 0x4246_4347}, "the tag of the FlexSPI configuration block at 0x60000000"),
        ({"version": 0}, "its version"),
        ({"device": 0x0106_0101}, "serial NOR flash on 4 lines"),
        ({"size": 0x20_0000}, "the size of the flash at 0x60000050 is 0x00200000"),
        ({"read1": 0x3206_1EFF}, "the read sequence at 0x60000084"),
        ({"ivt": 0x4320_00D2}, "no image vector table"),
        ({"self": 0x6000_2000}, "address of itself"),
        ({"dcd": 0x6000_1100}, "device configuration data"),
        ({"boot_data": 0x5000_0000}, "outside the flash"),
        ({"start": 0x6000_1000}, "start in the boot data"),
        ({"length": 0x0100_0000}, "image has 0x1000000 bytes"),
        ({"entry": 0x6000_2000}, "the entry 0x60002000 is no code"),
    ],
)
def test_the_rom_refuses_wrong_headers(run_teensy: Run, wrong: dict[str, int], words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        run_teensy(f"void program(void) {{ {MARK} }}", **wrong)


BANKS = "REG(0x400AC044) = {banks}; REG(0x400AC040) = {control}; REG(0x400AC038) = {sizes};"


def test_flexram_banks_become_the_memories_that_gpr_says(run_teensy: Run, teensy: Rt1062) -> None:
    # 3 banks of ITCM, 12 of DTCM, 1 of OCRAM.
    set_up = BANKS.format(banks="0x6AAAAABF", control="0x00200007", sizes="0x00AA0000")
    text = f"""
        void program(void) {{
            {set_up}
            REG(0x00017FFC) = 1; REG(0x2005FFFC) = 2; REG(0x20287FFC) = 3;
            RESULT(0) = REG(0x00017FFC) + REG(0x2005FFFC) + REG(0x20287FFC);
        }}
    """
    assert run_teensy(text)[0] == 6
    assert [size // 0x8000 for size in teensy.flexram.sizes.values()] == [1, 12, 3]


@pytest.mark.parametrize("beyond", ["0x00018000", "0x20060000", "0x20288000"])
def test_beyond_its_banks_a_memory_ends(run_teensy: Run, beyond: str) -> None:
    set_up = BANKS.format(banks="0x6AAAAABF", control="0x00200007", sizes="0x00AA0000")
    with pytest.raises(EmulationError, match=f"write to {beyond}, where nothing is"):
        run_teensy(f"void program(void) {{ {set_up} REG({beyond}) = 1; }}")


def test_without_the_select_bit_the_fuses_decide(run_teensy: Run, teensy: Rt1062) -> None:
    set_up = BANKS.format(banks="0xAAAAAABF", control="0x00200003", sizes="0")
    run_teensy(f"void program(void) {{ {set_up} }}")
    assert [size // 1024 for size in teensy.flexram.sizes.values()] == [256, 128, 128]


def test_pads_lie_at_the_bits_of_the_manual() -> None:
    # i.MX RT1060 Reference Manual, 10.1: a pad of each bank, by its ALT5.
    assert place("GPIO_B0_03") == (1, 3), "GPIO2_IO03, the LED of a Teensy 4"
    assert place("GPIO_AD_B1_02") == (0, 18)
    assert place("GPIO_EMC_08") == (3, 8)
    assert place("GPIO_EMC_32") == (2, 18)
    assert place("GPIO_SD_B0_05") == (2, 17)
    assert place("GPIO_B1_01") == (1, 17)


def test_fast_and_slow_port_share_the_pins(teensy: Rt1062) -> None:
    asleep(teensy)
    ports = {peripheral.name: peripheral for peripheral in teensy.machine.peripherals}
    put(ports["GPIO2"], "GDIR", 8)
    put(ports["GPIO2"], "DR_SET", 8)
    assert teensy.gpio.level("GPIO_B0_03") is True
    put(teensy.gpr, "GPR27", 8)
    assert teensy.gpio.level("GPIO_B0_03") is None, "GPIO7 has not made it an output"
    put(ports["GPIO7"], "GDIR", 8)
    put(ports["GPIO7"], "DR_TOGGLE", 8)
    assert teensy.gpio.level("GPIO_B0_03") is True
    levels = [level for _, level in teensy.gpio.changes_of("GPIO_B0_03")]
    assert levels == [False, True, False, True]
    with pytest.raises(EmulationError, match="GPR27 gives their pins to the other port"):
        put(ports["GPIO2"], "DR_CLEAR", 8)


def test_an_open_pin_follows_its_pull_and_a_switch_wins(teensy: Rt1062) -> None:
    asleep(teensy)
    pad = "GPIO_AD_B1_02"
    ports = {peripheral.name: peripheral for peripheral in teensy.machine.peripherals}
    assert not take(ports["GPIO1"], "PSR") >> 18 & 1, "after reset a keeper, no pull-up"
    put(teensy.iomuxc, f"SW_PAD_CTL_PAD_{pad}", 0xF0B0)
    assert take(ports["GPIO1"], "PSR") >> 18 & 1
    teensy.gpio.drive(pad, False)
    assert not take(ports["GPIO1"], "PSR") >> 18 & 1
    teensy.gpio.drive(pad, None)
    assert take(ports["GPIO1"], "PSR") >> 18 & 1


CONSOLE = """
    REG(0x400FC024) |= 1u << 6; REG(0x400FC074) |= 3u << 6;
    REG(0x401F80C4) = 2; REG(0x401F80C8) = 2; REG(0x401F8550) = 1;
    REG(0x40198028) = 1u << 7 | 1u << 3;
    REG(0x40198010) = {baud};
    REG(0x40198018) = 1u << 19 | 1u << 18;
"""


def test_the_console_speaks_both_ways(run_teensy: Run, teensy: Rt1062) -> None:
    text = f"""
        void program(void) {{
            {CONSOLE.format(baud="0x0F00000D")}
            for (const char *c = "hello"; *c; c++) {{
                while (!(REG(0x40198014) & 1u << 23)) {{ }}
                REG(0x4019801C) = (uint32_t)*c;
            }}
            while (!(REG(0x40198014) & 1u << 21)) {{ }}
            RESULT(0) = REG(0x4019801C);
        }}
    """
    teensy.machine.script.append((2e-3, lambda: teensy.console.type(b"!")))
    assert run_teensy(text)[0] == ord("!")
    assert teensy.console.text == "hello"


@pytest.mark.parametrize(
    ("baud", "words"),
    [
        ("0x0F00000E", "107143 baud, the console has 115200"),
        ("0x2F00000D", "BAUD sets bits 0x20000000 that are not modelled"),
    ],
)
def test_a_wrong_console_is_refused(run_teensy: Run, baud: str, words: str) -> None:
    with pytest.raises(EmulationError, match=words):
        run_teensy(f"void program(void) {{ {CONSOLE.format(baud=baud)} }}")


WATCH = """
    void program(void) {{
        RESULT(0)++;
        RESULT(RESULT(0)) = REG(0x400F8008);
        REG(0x400F8008) = 0x1FF;
        if (RESULT(0) == 2) {{ end(); }}
        {body}
        for (;;) {{ }}
    }}
"""
START_DOG = "*(volatile uint16_t *)0x400B8000u = 0x0034;"
FEED = "*(volatile uint16_t *)0x400B8002u = 0x5555; *(volatile uint16_t *)0x400B8002u = 0xAAAA;"


def test_the_watchdog_bites_and_says_so(run_teensy: Run) -> None:
    words = run_teensy(WATCH.format(body=START_DOG), 0.6)
    assert words[:3] == [2, 1, 1 << 4], "power-on first, then WDOG1"


def test_a_fed_watchdog_does_not_bite(run_teensy: Run) -> None:
    feed = f"for (;;) {{ {FEED} for (volatile int i = 0; i < 200000; i++) {{ }} }}"
    assert run_teensy(WATCH.format(body=START_DOG + feed), 0.6)[0] == 1


def test_a_software_reset_says_so(run_teensy: Run) -> None:
    assert run_teensy(WATCH.format(body="AIRCR = 0x05FA0004;"))[:3] == [2, 1, 1 << 1]


def test_halfkay_is_entered_by_its_breakpoint(run_teensy: Run) -> None:
    with pytest.raises(LoaderEntered, match="HalfKay"):
        run_teensy('void program(void) { __asm__ volatile("bkpt #251"); }')
    with pytest.raises(EmulationError, match="bkpt #1, but no debugger"):
        run_teensy('void program(void) { __asm__ volatile("bkpt #1"); }')


KNOB = "GPIO_AD_B1_02"
ADC1 = 0x400C_4000


def convert(teensy: Rt1062, *, calibrate: bool = True, pad: int = 0xB0, channel: int = 7) -> int:
    """A conversion of 12 bits, averaged 32 times, at IPG / 4."""
    adc = next(p for p in teensy.machine.peripherals if p.name == "ADC1")
    put(teensy.iomuxc, f"SW_PAD_CTL_PAD_{KNOB}", pad)
    put(teensy.ccm, "CCGR1", take(teensy.ccm, "CCGR1") | 3 << 16)
    put(adc, "CFG", 0xC648)
    if calibrate:
        put(adc, "GC", 0xA0)
        teensy.machine.run(1e-3)
        assert not take(adc, "GC") & 0x80
    put(adc, "HC0", channel)
    assert not take(adc, "HS") & 1, "it takes its time"
    teensy.machine.run(1e-3)
    assert take(adc, "HS") & 1
    return take(adc, "R0")


def test_a_knob_is_read(teensy: Rt1062) -> None:
    asleep(teensy)
    teensy.knobs.levels[KNOB] = 0.75
    assert convert(teensy) == 3071
    teensy.knobs.noise = 640
    readings = {convert(teensy) for _ in range(8)}
    assert len(readings) > 3
    assert all(abs(reading - 3071) <= 40 for reading in readings)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"calibrate": False}, "before it was calibrated"),
        ({"pad": 0x10B0}, "keeper or pull bends the voltage"),
        ({"channel": 17}, "channel 17 is at no pad"),
    ],
)
def test_a_wrong_conversion_is_refused(teensy: Rt1062, changes: dict[str, int], words: str) -> None:
    asleep(teensy)
    with pytest.raises(EmulationError, match=words):
        convert(teensy, **changes)  # type: ignore[arg-type]
