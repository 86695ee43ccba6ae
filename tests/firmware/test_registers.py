# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The registers of a running Daisy Seed against what the vendor's proven firmware writes.

The reference was recorded from libDaisy (../shared/reference/registers). Every register of it that
concerns the pedal either holds the same value at the end, or stands below with our value and the
reason; an entry whose difference is gone fails as well. USB is in test_ports.py. daisy_variants is
not for us: the core never runs at 400 MHz, the converters never at 96 kHz.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pedalsmith.emulator.boards import Options, Result, run
from pedalsmith.native.boards import load_board
from pedalsmith.native.firmware import Compiler, Image, build

from .conftest import COMPILERS, need

NOT_USED = {
    "TIM2": "time is taken from DWT.CYCCNT and SysTick",
    "RNG": "no random numbers",
    "FMC_Bank1_R": "no SDRAM",
    "FMC_Bank5_6_R": "no SDRAM",
    "DMAMUX1_ChannelStatus": "clears synchronisation flags of requests that are not synchronised",
}

READY_BITS = {"RCC.CR": 0x15091081, "PWR.D3CR": 0xFFFFDFFF, "RCC.CFGR": 0x7}
"""Bits to compare; the others are status."""

NOT_STATE = {f"DMA1_Stream{n}.M0AR" for n in range(3)} | {"SCB.VTOR", "I2C2.TXDR"}
"""Addresses of our own memory, and a register that is a pipe."""

Reasons = dict[str, tuple[int | None, str]]

REASONS: Reasons = {
    "SAI1.PDMCR": (None, "PDM is off after a reset"),
    "SAI1_A.IMR": (
        None,
        "SAI errors show as missing or late blocks; its interrupt is off there too",
    ),
    "SAI1_B.IMR": (None, "as SAI1_A.IMR"),
    "RCC.PLLCKSELR": (0x00600042, "PLL2 feeds the SDRAM only and stays off"),
    "RCC.PLLCFGR": (0x01430508, "PLL2 off, PLL1 R not used, fraction on PLL3 only"),
    "RCC.PLL1DIVR": (0x011302EF, "Q = 20: 48 MHz for USB from the crystal, not from HSI48"),
    "RCC.PLL2DIVR": (None, "PLL2 stays off"),
    "RCC.PLL2FRACR": (None, "PLL2 stays off"),
    "RCC.PLL3DIVR": (0x1F031F25, "294 and a fraction: 48,000.00 Hz, the vendor has 48,014"),
    "RCC.PLL3FRACR": (0xE978, "as RCC.PLL3DIVR"),
    "RCC.CR": (0x11010001, "PLL2 and HSI48 stay off"),
    "RCC.D1CCIPR": (0, "no SDRAM, no SD card"),
    "RCC.D2CCIP1R": (0x2, "no SAI2, no SPI"),
    "RCC.D2CCIP2R": (0x00100000, "USB from PLL1 Q"),
    "RCC.AHB1ENR": (0x08000001, "DMA2 is not used, USB is"),
    "RCC.AHB2ENR": (0xE0000000, "no random numbers"),
    "RCC.AHB3ENR": (0x4000, "no SDRAM"),
    "RCC.AHB4ENR": (
        0x1100007F,
        "ports of used pins, backup SRAM for the record of faults, ADC3 for the temperature",
    ),
    "RCC.APB1LENR": (None, "TIM2 is not used"),
    "RCC.APB2ENR": (0x00400010, "USART1 is the console"),
    "PWR.CR3": (
        0x05000002,
        "read back: the supply of USB is ready, which the vendor does not wait for",
    ),
    "QUADSPI.PSMAR": (0x40, "the last poll is the one for the whole status, as it should be"),
    "QUADSPI.PSMKR": (0xFF, "as QUADSPI.PSMAR"),
    "SCB.SHCSR": (0x00070000, "bus and usage faults have entries of their own as well"),
    "DMA1_Stream0.CR": (0x00025541, "only the receiver interrupts"),
}

BY_CODEC: dict[str, Reasons] = {
    "ak4556": {},
    "pcm3060": {},
    "wm8731": {
        "DMA1_Stream0.CR": (0x0002551F, ""),
        "DMA1_Stream1.CR": (0x00025541, "only the receiver interrupts"),
        "I2C2.OAR1": (None, "the only master needs no address"),
        "I2C2.OAR2": (None, "as I2C2.OAR1"),
        "I2C2.CR2": (0, "left at its reset value between transfers"),
        "RCC.AHB4ENR": (0x110000FF, "port H for SCL"),
        "RCC.APB1LENR": (0x00400000, "TIM2 is not used"),
    },
}

PINS = (
    *("PE2", "PE3", "PE4", "PE5", "PE6", "PC7", "PB11", "PD3", "PD4"),
    *("PF6", "PF7", "PF8", "PF9", "PF10", "PG6"),
)
"""Compared field by field, because their ports also hold pins of the SDRAM."""


def reference(shared: Path, name: str) -> dict[str, Any]:
    path = shared / "reference" / "registers" / f"daisy_{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


@cache
def played(image: Path, codec: str, controls: str = "none") -> Result:
    options = Options(codec=codec, controls=controls, log_writes=True)
    return run(image, "daisy_seed", np.zeros(4800, np.int32), options=options)


def differences(wanted: dict[str, Any], final: dict[str, Any], reasons: Reasons) -> list[str]:
    """What is neither the vendor's nor has a reason that holds."""
    inherited = {k: int(v, 16) for k, v in wanted.get("inherited_from_reset_value", {}).items()}
    ours = {name: int(value, 16) for name, value in final.items() if isinstance(value, str)}
    wrong = []
    for name, text in wanted["final"].items():
        unit = name.partition(".")[0]
        if unit in NOT_USED or unit.startswith(("GPIO", "NVIC", "MPU")) or name in NOT_STATE:
            continue
        mask = READY_BITS.get(name, 0xFFFFFFFF) & ~inherited.get(name, 0)
        value = ours[name] & mask if name in ours else None
        expected, reason = int(text, 16) & mask, ""
        if name in reasons:
            stated, reason = reasons[name]
            stated = None if stated is None else stated & mask
            if stated == expected and reason:
                wrong.append(f"{name}: is the vendor's, its reason is out of date")
            expected = stated
        if value != expected:
            wrong.append(f"{name}: {value} and not {expected} {reason}")
    return wrong


@pytest.mark.parametrize("codec", sorted(BY_CODEC))
def test_every_register_is_the_vendors_or_has_a_reason(
    shared: Path, image: Image, codec: str
) -> None:
    final = played(image.bin, codec).final
    wrong = differences(reference(shared, codec), final, REASONS | BY_CODEC[codec])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_so_it_is_behind_the_daisy_bootloader(
    shared: Path, tmp_path: Path, compiler: Compiler
) -> None:
    need(compiler)
    image = build("daisy_seed", None, tmp_path, compiler, image="bootloader")
    final = played(image.bin, "ak4556").final
    wrong = differences(reference(shared, "boot_sram"), final, REASONS)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("codec", sorted(BY_CODEC))
def test_the_audio_pins_are_the_vendors(shared: Path, dry: Image, codec: str) -> None:
    wanted = reference(shared, codec)["final"]
    ours = played(dry.bin, codec).final
    pins = (*PINS, "PH4") if codec == "wm8731" else PINS
    assert not pin_differences(pins, ours, wanted)


def pin_differences(pins: tuple[str, ...], ours: dict[str, str], wanted: dict[str, str]) -> list:
    """Fields of pins that differ; a register that neither wrote counts as 0, its reset value."""
    differing = []
    for pin in pins:
        port, number = f"GPIO{pin[1]}", int(pin[2:])
        fields = [("MODER", 2, number), ("PUPDR", 2, number)]
        mode = int(wanted[f"{port}.MODER"], 16) >> 2 * number & 3
        if mode in (1, 2):
            fields += [("OTYPER", 1, number), ("OSPEEDR", 2, number)]
        if mode == 2:
            fields.append((f"AFR[{number // 8}]", 4, number % 8))
        for register, bits, place in fields:
            name = f"{port}.{register}"
            values = [
                int(final.get(name, "0"), 16) >> bits * place & (1 << bits) - 1
                for final in (ours, wanted)
            ]
            if values[0] != values[1]:
                differing.append((pin, register, *values))
    return differing


def test_memory_protection_has_the_vendors_regions(shared: Path, dry: Image) -> None:
    def regions(writes: list) -> set[tuple[int, int]]:
        found, base = set(), 0
        for entry in writes:
            if entry[0] == "MPU.RBAR":
                base = int(entry[1], 16)
            elif entry[0] == "MPU.RASR" and int(entry[1], 16):
                found.add((base, int(entry[1], 16)))
        return found

    wanted = regions(reference(shared, "ak4556")["writes"])
    ours = regions(list(played(dry.bin, "ak4556").writes))
    sdram = {region for region in wanted if region[0] == 0xC0000000}
    assert wanted - sdram <= ours
    more = {base for base, _ in ours - wanted}
    assert more == {0, 0x90000000}, "no access outside, code and the flash chip read-only"


def test_of_the_audio_only_the_receiver_interrupts(dry: Image) -> None:
    for codec, irq in (("ak4556", 12), ("wm8731", 11)):
        enabled = {
            (name, int(value, 16))
            for name, value, _ in played(dry.bin, codec).writes
            if name.startswith("NVIC.ISER")
        }
        assert enabled == {("NVIC.ISER[0]", 1 << irq), ("NVIC.ISER[3]", 1 << 101 - 96)}, "and USB"


def test_wm8731_gets_the_vendors_words_in_order(shared: Path, dry: Image) -> None:
    wanted = [(address, tuple(data)) for address, data in reference(shared, "wm8731")["i2c"]]
    assert list(played(dry.bin, "wm8731").i2c) == wanted


def test_the_flash_chip_gets_no_command_that_the_vendor_does_not_send(
    shared: Path, dry: Image
) -> None:
    commands = reference(shared, "qspi")["commands"]
    wanted = {int(command["ccr"], 16) for command in commands}
    writes = played(dry.bin, "ak4556").writes
    ours = [int(value, 16) for name, value, _ in writes if name == "QUADSPI.CCR"]
    assert set(ours) <= wanted
    assert [ccr & 0xFF for ccr in ours][:2] == [0x66, 0x99]
    assert ours[-1] & 0xFF == 0xEB


def test_knobs_switches_and_lights_are_the_vendors(shared: Path, tmp_path: Path) -> None:
    image = build("daisy_seed", None, tmp_path, controls="terrarium")
    wanted = reference(shared, "adc")["final"]
    ours = played(image.bin, "ak4556", "terrarium").final
    reasons = {
        "ADC1.IER": (None, "overruns are harmless: the next reading follows"),
        "ADC1.ISR": (0, ""),
        "DMA1_Stream2.CR": (0x2D01, "readings are fetched when they are wanted, no interrupt"),
    }
    zero_after_reset = {"ADC1.OFR1", "ADC1.OFR2", "ADC1.OFR3", "ADC1.OFR4", "ADC1.DIFSEL"}
    for name, text in wanted.items():
        if name.startswith(("ADC", "DMA1_Stream2")) and name not in NOT_STATE | zero_after_reset:
            value = int(ours[name], 16) if name in ours else None
            if name in reasons:
                assert value == reasons[name][0] or name == "ADC1.ISR", name
            else:
                assert value == int(text, 16), name
        elif name in zero_after_reset:
            assert int(text, 16) == 0
    board = load_board("daisy_seed")
    controls = board.controls["terrarium"]
    places = (*controls.knobs, *controls.switches, *controls.lights)
    assert not pin_differences(tuple(board.header[place] for place in places), ours, wanted)
