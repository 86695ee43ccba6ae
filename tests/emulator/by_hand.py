# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Register writes as firmware makes them, so that one at a time can be made wrong."""

from pedalsmith.emulator.stm32h750.chip import Stm32h750


def started(chip: Stm32h750, *names: str) -> None:
    """Switches sources on in RCC.CR and waits until they are ready."""
    bits = {"HSE": 16, "PLL1": 24, "PLL3": 28}
    for name in names:
        chip.rcc.write(0, 4, chip.rcc["CR"] | 1 << bits[name])
        for _, _, call in sorted(chip.machine._events):
            call()
        chip.machine._events.clear()


def clocks(chip: Stm32h750, *, pll1: int = 0x011302EF, flash: int = 0x34) -> None:
    """The set-up of clock.c by hand: 480 MHz, SAI from PLL3, unless told otherwise."""
    rcc, pwr = chip.rcc, chip.pwr
    pwr.write(0x0C, 4, 2)
    pwr.write(0x18, 4, 0xC000)
    rcc.write(0xF4, 4, 2)
    chip.syscfg.write(0x2C, 4, 1)
    started(chip, "HSE")
    rcc.write(0x28, 4, 0x00601042)
    rcc.write(0x30, 4, pll1)
    rcc.write(0x40, 4, 0x1F031F25)
    rcc.write(0x44, 4, 0xE978)
    rcc.write(0x2C, 4, 0x01430508)
    rcc.write(0x50, 4, 2)
    started(chip, "PLL1", "PLL3")
    for offset, value in ((0x18, 0x48), (0x1C, 0x440), (0x20, 0x40)):
        rcc.write(offset, 4, value)
    chip.flash_interface.write(0, 4, flash)
    rcc.write(0x10, 4, 3)


RING, WORDS = 0x3000_0000, 192
SAI = {
    "ACR1": 0x004002C0, "ACR2": 0, "AFRCR": 0x00031F3F, "ASLOTR": 0xFFFF0180,
    "BCR1": 0x000006C3, "BCR2": 0, "BFRCR": 0x00031F3F, "BSLOTR": 0xFFFF0180,
}  # fmt: skip
STREAMS = {
    "S0CR": 0x00025540, "S0NDTR": WORDS, "S0PAR": 0x40015820, "S0M0AR": RING, "S0FCR": 0x20,
    "S1CR": 0x0002551E, "S1NDTR": WORDS, "S1PAR": 0x40015840, "S1M0AR": RING + 4 * WORDS,
    "S1FCR": 0x20,
}  # fmt: skip
MUX = {"C0CR": 87, "C1CR": 88}
OTHER = {"enables": 0x0040_0000, "pins": 0x0666_6600, "sram": 0xE000_0000, "dma": 1}


def audio(chip: Stm32h750, **changes: int) -> None:
    """Starts SAI1 and DMA1 as the Daisy Seed's firmware does, with some registers changed."""
    value = SAI | STREAMS | MUX | OTHER
    assert changes.keys() <= value.keys(), "no such register here"
    value |= changes
    clocks(chip)
    rcc, sai, dma = chip.rcc, chip.sai, chip.dma[1]
    chip.sai.codec_ready = lambda: ""
    rcc.write(0xE0, 4, 0x10)
    rcc.write(0xDC, 4, value["sram"])
    rcc.write(0xD8, 4, value["dma"])
    rcc.write(0xF0, 4, value["enables"])
    port = chip.gpio.ports["E"]
    port.write(0x20, 4, value["pins"])
    port.write(0x00, 4, 0xFFFF_EAAF)

    def put(peripheral: object, name: str, word: int) -> None:
        register = peripheral._by_name[name]  # type: ignore[attr-defined]
        peripheral.write(register.offset, 4, word)  # type: ignore[attr-defined]

    for name in SAI:
        put(sai, name, value[name])
    for name in MUX:
        put(chip.mux, name, value[name])
    for name in STREAMS:
        put(dma, name, value[name])
    for name in ("S0CR", "S1CR"):
        put(dma, name, value[name] | 1)
    for name in ("BCR1", "ACR1"):
        put(sai, name, value[name] | 1 << 17)
    for name in ("BCR1", "ACR1"):
        put(sai, name, value[name] | 1 << 17 | 1 << 16)
