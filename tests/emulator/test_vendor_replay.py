# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The vendor's recorded register writes, played into the emulated chip: it must take them.

What a real Daisy Seed is proved to take, the emulated one may refuse only where the vendor strays
from the book; these places are listed. Sound must come at the rate that the vendor's settings make.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.emulator.boards import Options, assemble
from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.rt1062 import chip as rt1062
from pedalsmith.emulator.stm32h750.chip import FLASH, Stm32h750
from pedalsmith.native.boards import load_board

SLOW = ("QUADSPI", "I2C2", "CCM_ANALOG", "LPI2C1.M")
CORE = ("SCB.", "MPU.", "NVIC.", "SysTick.", "#")
NOT_MODELLED = (
    *("TIM2.", "RNG.", "FMC_", "SAI1.PDM"),
    *("PIT.", "SNVS.", "ADC", "PWM", "TMR", "TEMPMON.", "USB", "FLEXSPI2.", "CoreDebug.", "DWT."),
    "IOMUXC.FLEXSPI2",
)
STRAYS = {
    "PLL2 gets 16 MHz with the range for 4 to 8": r"PLL2 gets 16 MHz, PLLCFGR says 4 to 8",
    "pins are set before their port's clock is on": r"GPIOF.BSRR while its clock is off",
}


class Replay:
    """Writes by name, with time between them for what gets ready."""

    def __init__(self, machine: Machine, flash: int) -> None:
        self.machine = machine
        self.refusals: list[str] = []
        self.registers = {
            register.full_name: (peripheral, register.offset)
            for peripheral in machine.peripherals
            for register in peripheral.registers.values()
        }
        # cpsid i; then wfi for ever
        machine.write(flash, (0x2000_8000).to_bytes(4, "little"))
        machine.write(flash + 4, (flash + 0x101).to_bytes(4, "little"))
        machine.write(flash + 0x100, bytes.fromhex("72b630bffde7"))
        machine.reset(flash)
        self.wait(1e-5)

    def wait(self, seconds: float) -> None:
        self.machine.run(seconds)

    def write(self, name: str, text: str) -> None:
        peripheral, offset = self.registers[name]
        data = text.removeprefix("data:")
        words = (
            [(1, byte) for byte in bytes.fromhex(data)]
            if text.startswith("data:")
            else [((len(text) - 2) // 2, int(text, 16))]
        )
        for size, value in words:
            self.attempt(lambda p=peripheral, o=offset, s=size, v=value: p.write(o, s, v))

    def attempt(self, call: object) -> None:
        try:
            call()  # type: ignore[operator]
        except EmulationError as error:
            self.refusals.append(str(error))

    def play(self, writes: list[list[str]]) -> None:
        for entry in writes:
            name, value = entry[0], entry[1]
            if name == "#gap_ms":
                self.wait(float(value) / 1e3)
            if name.startswith((*CORE, *NOT_MODELLED)):
                continue
            self.write(name, value)
            slow = name in {"RCC.CR", "PWR.D3CR", "PWR.CR3"} or name.startswith(SLOW)
            self.wait(3e-3 if slow else 1e-7)


@pytest.mark.parametrize("codec", ["ak4556", "pcm3060", "wm8731"])
def test_the_vendor_sequence_makes_sound(shared: Path, codec: str) -> None:
    file = shared / "reference" / "registers" / f"daisy_{codec}.json"
    recorded = json.loads(file.read_text(encoding="utf-8"))
    board = assemble(load_board("daisy_seed"), Options(codec=codec))
    assert isinstance(board, Stm32h750)
    board.audio.play(np.arange(1, 4801, dtype=np.int32), 9600)
    replay = Replay(board.machine, FLASH)
    # The vendor writes SYSCFG.PWRCR without ever switching SYSCFG's clock on, which is refused here
    # (see test_the_overdrive_needs_its_clock); on with it, to see the rest.
    replay.write("RCC.APB4ENR", "0x00000002")
    replay.play(recorded["writes"])
    replay.wait(0.005)
    unknown = [
        text
        for text in replay.refusals
        if not any(re.search(pattern, text) for pattern in STRAYS.values())
    ]
    assert not unknown, "\n".join(unknown)
    assert board.audio.rate == pytest.approx(48_014.3, abs=0.1), "the vendor's own, known rate"
    assert board.audio.frames_out > 100
    assert board.machine.core_hz == 480e6
    if codec == "wm8731":
        said = [[address, list(data)] for address, data in board.i2c_bus.log]
        assert said == recorded["i2c"]
        assert board.sai.codec_ready() == ""
    board.machine.close()


def test_the_overdrive_needs_its_clock(chip: Stm32h750) -> None:
    with pytest.raises(EmulationError, match="PWRCR while its clock is off"):
        chip.syscfg.write(0x2C, 4, 1)


HALF_WORDS = {"DOFF": 0x14, "CITER_ELINKNO": 0x16, "CSR": 0x1C, "BITER_ELINKNO": 0x1E}
COMMANDS = ("CEEI", "SEEI", "CERQ", "SERQ", "CDNE", "SSRT", "CERR", "CINT")


def test_the_vendor_sequence_makes_sound_on_a_teensy(shared: Path) -> None:
    file = shared / "reference" / "registers" / "teensy41_audio.json"
    recorded = json.loads(file.read_text(encoding="utf-8"))
    chip = rt1062.Rt1062("teensy41")
    chip.audio.play(np.arange(1, 20_001, dtype=np.int32) * 400, 200_000)
    replay = Replay(chip.machine, rt1062.FLASH)
    for n in range(2):
        for name, offset in HALF_WORDS.items():
            replay.registers[f"DMA0.TCD{n}_{name}"] = chip.dma, 0x1000 + 0x20 * n + offset
        replay.registers[f"DMA0.DCHPRI{n}"] = chip.dma, 0x103 - n
    for index, name in enumerate(COMMANDS):
        replay.registers[f"DMA0.{name}"] = chip.dma, 0x18 + index
    replay.play(recorded["writes"])
    replay.wait(0.02)
    assert not replay.refusals, "\n".join(replay.refusals)
    assert chip.machine.core_hz == 600e6
    assert chip.audio.rate == pytest.approx(44_100, rel=1e-9), "the vendor's rate"
    assert chip.audio.frames_out > 500
    said = [[address, list(data)] for address, data in chip.i2c_bus.log if data]
    assert said == [[address, data] for address, data, way in recorded["i2c"] if way == "W"]
    assert chip.codec.mute() == ""
    # 16 bits of the 24 arrive in the ring, a frame every 4 bytes.
    ring = np.frombuffer(chip.machine.read(0x2020_0000, 512), dtype="<i2")[::2]
    assert set(np.diff(ring)) <= {1, 2, ring.min() - ring.max()}
    chip.machine.close()
