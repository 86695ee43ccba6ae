# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The Daisy bootloader, version 6, as an image finds it: copies the image into RAM and jumps.

It lives in the internal flash, takes new images by DFU when it is asked to stay, and leaves the
chip as after a reset but for what `start` sets. Its DFU is not modelled.
"""

from pedalsmith.emulator.faults import EmulationError, LoaderEntered
from pedalsmith.emulator.stm32h750.chip import BACKUP, Stm32h750

IMAGE_AT = 0x4_0000
"""Where the image is in the serial flash chip"""
RAM, RAM_BYTES = 0x2400_0000, 0x7_8000
_STAY, _JUMP, _VERSION = 0xB007_4EFA, 0xDEAD_BEEF, 3


def start(chip: Stm32h750) -> None:
    """Copies and jumps. Raises LoaderEntered when the image before has asked it to stay."""
    machine = chip.machine
    if int.from_bytes(machine.read(BACKUP, 4), "little") == _STAY:
        raise LoaderEntered(f"{machine.name}: the firmware has entered the Daisy bootloader.")
    image = chip.spi_flash.content[IMAGE_AT : IMAGE_AT + RAM_BYTES].tobytes()
    stack, entry = (int.from_bytes(image[at : at + 4], "little") for at in (0, 4))
    if not RAM <= entry < RAM + RAM_BYTES:
        raise EmulationError(
            f"{machine.name}: the bootloader finds no image at 0x90040000: its entry is "
            f"{entry:#010x}."
        )
    machine.write(RAM, image)
    words = (_JUMP, RAM, _VERSION)
    machine.write(BACKUP, b"".join(word.to_bytes(4, "little") for word in words))
    # What it leaves behind (recorded): the clocks of D2 and backup SRAM, DBP, FPU and vectors.
    chip.rcc.write(0xDC, 4, 0xE000_0000)
    chip.rcc.write(0xE0, 4, 1 << 28)
    chip.pwr.write(0x00, 4, 0xF000_C100)
    machine.state.cpacr, machine.state.vtor = 0x00F0_0000, RAM
    machine.start_at(entry, stack)
