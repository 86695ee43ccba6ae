# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What the MPU makes of an address: ARMv7-M Architecture Reference Manual, B3.1 and B3.5."""

from pedalsmith.emulator.library import MachineState

_DATA_CACHE = 1 << 16


def attributes(state: MachineState, address: int) -> int | None:
    """RASR of the region that holds `address` (the highest wins); None: the default map does."""
    if not state.mpu_ctrl & 1:
        return None
    for number in reversed(range(state.mpu_regions)):
        rasr, base = int(state.mpu_rasr[number]), int(state.mpu_rbar[number])
        if not rasr & 1:
            continue
        bits = (rasr >> 1 & 0x1F) + 1
        start = base >> bits << bits
        if not start <= address < start + (1 << bits):
            continue
        if bits >= 8 and rasr >> 8 >> (address - start >> bits - 3) & 1:
            continue
        return rasr
    return None


def is_cached(state: MachineState, address: int) -> bool:
    """The data cache is on and may hold `address`."""
    if not state.ccr & _DATA_CACHE:
        return False
    rasr = attributes(state, address)
    if rasr is None:
        return 0x0 <= address < 0x4000_0000 or 0x6000_0000 <= address < 0xA000_0000
    tex, cacheable, bufferable = rasr >> 19 & 7, rasr >> 17 & 1, rasr >> 16 & 1
    if tex == 0:
        return bool(cacheable)
    return bool(tex >= 4 or (tex == 1 and cacheable and bufferable))
