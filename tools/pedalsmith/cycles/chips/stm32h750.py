# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""STM32H750 at 480 MHz: AXI and AHB at 240 MHz, so that one bus clock is two of the core.

Reckoned from wait states and bus widths, not measured; all in core clocks:
flash: 4 wait states and 4 transfers of 8 bytes, some 7 bus clocks on the way; AXI SRAM: the same
without wait states; RAM of the other domains, not cached: some 12 bus clocks on the way; QSPI flash
at 120 MHz: 14 clocks before the data, 64 for a line by 4 bits; SDRAM at 100 MHz.
"""

from pedalsmith.cycles.memory import Cache, Memory, Region

_KIB = 1024
_MIB = 1024 * _KIB


def memory() -> Memory:
    """The memory map with empty caches: 16 KiB of each kind."""
    regions = (
        Region("ITCM", 0x0000_0000, 64 * _KIB),
        Region("DTCM", 0x2000_0000, 128 * _KIB),
        Region("flash", 0x0800_0000, 2 * _MIB, line_fill=32),
        Region("AXI SRAM", 0x2400_0000, 512 * _KIB, line_fill=22),
        Region("D2 SRAM, uncached", 0x3000_0000, 288 * _KIB, load=24, store=4),
        Region("D3 SRAM, uncached", 0x3800_0000, 16 * _MIB, load=28, store=4),
        Region("peripherals", 0x4000_0000, 512 * _MIB, load=30, store=8),
        Region("QSPI flash", 0x9000_0000, 256 * _MIB, line_fill=340),
        Region("SDRAM", 0xC000_0000, 256 * _MIB, line_fill=90),
        Region("core peripherals", 0xE000_0000, _MIB, load=4, store=2),
    )
    return Memory(regions, Cache(16 * _KIB, ways=2), Cache(16 * _KIB, ways=4))
