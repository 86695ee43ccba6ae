# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""i.MX RT1062 at 600 MHz: tightly coupled memory and caches at the core's clock.

Reckoned from clocks and bus widths, not measured; all in core clocks: OCRAM by a bus of 8 bytes at
a quarter of the core's clock, 4 transfers and as many clocks on the way; FlexSPI flash at 100 MHz:
12 clocks before the data, 64 for a line by 4 bits, and the way.
"""

from pedalsmith.cycles.memory import Cache, Memory, Region

_KIB = 1024
_MIB = 1024 * _KIB


def memory() -> Memory:
    """The memory map with empty caches: 32 KiB of each kind."""
    regions = (
        Region("ITCM", 0x0000_0000, 512 * _KIB),
        Region("DTCM", 0x2000_0000, 512 * _KIB),
        Region("OCRAM", 0x2020_0000, 1024 * _KIB, line_fill=40),
        Region("peripherals", 0x4000_0000, 512 * _MIB, load=40, store=8),
        Region("FlexSPI flash", 0x6000_0000, 256 * _MIB, line_fill=500),
        Region("PSRAM", 0x7000_0000, 256 * _MIB, line_fill=500),
        Region("core peripherals", 0xE000_0000, _MIB, load=4, store=2),
    )
    return Memory(regions, Cache(32 * _KIB, ways=2), Cache(32 * _KIB, ways=4))
