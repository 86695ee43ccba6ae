# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Boot headers and register writes for an RT1062, so that one at a time can be made wrong."""

from pedalsmith.emulator.image import Image
from pedalsmith.emulator.peripheral import Peripheral
from pedalsmith.emulator.rt1062.chip import FLASH, ROM_STACK, Rt1062

CODE = FLASH + 0x2000
"""Where the small programs lie"""
HEADERS = {
    "tag": (0x000, 0x4246_4346), "version": (0x004, 0x5601_0000), "clocking": (0x00C, 0x0002_0101),
    "device": (0x044, 0x0106_0401), "size": (0x050, 0x0080_0000), "read0": (0x080, 0x0A18_04EB),
    "read1": (0x084, 0x3204_1EFF), "read2": (0x088, 0x0000_2601), "page": (0x1C0, 256),
    "sector": (0x1C4, 4096), "ivt": (0x1000, 0x4320_00D1), "entry": (0x1004, 0),
    "dcd": (0x100C, 0), "boot_data": (0x1010, FLASH + 0x1020), "self": (0x1014, FLASH + 0x1000),
    "start": (0x1020, FLASH), "length": (0x1024, 0x1_0000), "plugin": (0x1028, 0),
}  # fmt: skip
"""Offset in the flash and value of each word that the ROM looks at"""


def load_boot_image(chip: Rt1062, program: Image, **wrong: int) -> None:
    """Writes a program with its headers into the flash, words in `wrong` replaced."""
    assert wrong.keys() <= HEADERS.keys()
    entry = next(address for address, _, name in program.names if name == "start") | 1
    chip.machine.load(program)
    for name, (offset, value) in HEADERS.items():
        word = wrong.get(name, entry if name == "entry" else value)
        chip.machine.write(FLASH + offset, word.to_bytes(4, "little"))


def asleep(chip: Rt1062) -> None:
    """Boots, then sleeps in RAM (cpsid i; wfi for ever), so that tests write the registers."""
    code = bytes.fromhex("72b630bffde7")
    load_boot_image(chip, Image([(CODE, code)], [(CODE, 6, "start")]))
    chip.power_up()
    chip.machine.write(ROM_STACK, code)
    chip.machine.start_at(ROM_STACK, ROM_STACK)
    chip.machine.run(1e-5)


def put(peripheral: Peripheral, name: str, value: int, size: int = 4) -> None:
    """A write by the firmware to a register by name."""
    peripheral.write(peripheral._by_name[name].offset, size, value)


def take(peripheral: Peripheral, name: str) -> int:
    """A read by the firmware of a register by name."""
    return peripheral.read(peripheral._by_name[name].offset, 4)
