# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The ROM that starts an image from the flash chip: reads its headers, refuses what is wrong.

i.MX RT1060 Reference Manual, 9: the FlexSPI configuration block at the start of the flash, the
image vector table behind it, which points to the boot data and to the entry.
"""

from collections.abc import Callable

from pedalsmith.emulator.faults import EmulationError

FLASH = 0x6000_0000
IVT = 0x1000
"""Where the image vector table is in the flash"""
QUAD_READ = (0x0A18_04EB, 0x3204_1EFF, 0x0000_2601)
"""The first sequence of the lookup table: 0xEB with mode byte and 4 dummy cycles"""
_TAG, _VERSION = 0x4246_4346, 0x5601_0000


def entry_of(read: Callable[[int, int], bytes], flash_bytes: int) -> int:
    """The address at which the image begins. Raises EmulationError: the ROM would not start it."""

    def word(offset: int) -> int:
        return int.from_bytes(read(FLASH + offset, 4), "little")

    def check(what: str, offset: int, wanted: int) -> None:
        if word(offset) != wanted:
            raise EmulationError(
                f"boot ROM: {what} at {FLASH + offset:#010x} is {word(offset):#010x}, not "
                f"{wanted:#010x}; the image does not start."
            )

    check("the tag of the FlexSPI configuration block", 0x000, _TAG)
    check("its version", 0x004, _VERSION)
    if word(0x044) & 0xFF != 1 or word(0x044) >> 8 & 0xFF != 4:
        raise EmulationError(
            f"boot ROM: the FlexSPI configuration block says device type and pads {word(0x44):#x}; "
            "the board has serial NOR flash on 4 lines."
        )
    check("the size of the flash", 0x050, flash_bytes)
    for index, wanted in enumerate(QUAD_READ):
        check("the read sequence", 0x080 + 4 * index, wanted)
    if word(IVT) & 0xF0FF_FFFF != 0x4020_00D1:
        raise EmulationError(
            f"boot ROM: no image vector table at {FLASH + IVT:#010x} ({word(IVT):#010x})."
        )
    check("the vector table's address of itself", IVT + 0x14, FLASH + IVT)
    check("the device configuration data, which is not modelled,", IVT + 0x0C, 0)
    boot_data = word(IVT + 0x10) - FLASH
    if not 0 <= boot_data < flash_bytes - 12:
        raise EmulationError(f"boot ROM: the boot data lie outside the flash ({boot_data:#x}).")
    check("the image's start in the boot data", boot_data, FLASH)
    check("the plug-in flag in the boot data", boot_data + 8, 0)
    length, entry = word(boot_data + 4), word(IVT + 0x04)
    if not IVT < length <= flash_bytes:
        raise EmulationError(f"boot ROM: the boot data say that the image has {length:#x} bytes.")
    if not entry & 1 or not FLASH <= entry < FLASH + length:
        raise EmulationError(f"boot ROM: the entry {entry:#010x} is no code in the image.")
    return entry
