# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Names of the core's own registers, as CMSIS has them, for errors and write logs."""

_SCB = {
    0xD04: "SCB.ICSR", 0xD08: "SCB.VTOR", 0xD0C: "SCB.AIRCR", 0xD10: "SCB.SCR",
    0xD14: "SCB.CCR", 0xD24: "SCB.SHCSR", 0xD28: "SCB.CFSR", 0xD2C: "SCB.HFSR",
    0xD34: "SCB.MMFAR", 0xD38: "SCB.BFAR", 0xD84: "SCB.CSSELR", 0xD88: "SCB.CPACR",
    0xD94: "MPU.CTRL", 0xD98: "MPU.RNR", 0xD9C: "MPU.RBAR", 0xDA0: "MPU.RASR",
    0xDFC: "CoreDebug.DEMCR", 0xF00: "NVIC.STIR", 0xF34: "FPU.FPCCR", 0xF3C: "FPU.FPDSCR",
    0xF50: "SCB.ICIALLU", 0xF58: "SCB.ICIMVAU", 0xF5C: "SCB.DCIMVAC", 0xF60: "SCB.DCISW",
    0xF68: "SCB.DCCMVAC", 0xF6C: "SCB.DCCSW", 0xF70: "SCB.DCCIMVAC", 0xF74: "SCB.DCCISW",
    0xF90: "SCB.ITCMCR", 0xF94: "SCB.DTCMCR",
    0x010: "SysTick.CTRL", 0x014: "SysTick.LOAD", 0x018: "SysTick.VAL",
}  # fmt: skip
_DWT = {0x1000: "DWT.CTRL", 0x1004: "DWT.CYCCNT", 0x1FB0: "DWT.LAR"}
_NVIC = {0x100: "ISER", 0x180: "ICER", 0x200: "ISPR", 0x280: "ICPR", 0x300: "IABR"}


def system_register_name(address: int) -> str:
    """The name of a register at 0xE0000000 or above; its address where there is none."""
    offset = address - 0xE000_E000
    if address - 0xE000_0000 in _DWT:
        return _DWT[address - 0xE000_0000]
    if 0x400 <= offset < 0x4F0:
        return f"NVIC.IPR[{offset - 0x400}]"
    if 0xD18 <= offset < 0xD24:
        return f"SCB.SHPR[{offset - 0xD18}]"
    if offset & ~0x7F in _NVIC:
        return f"NVIC.{_NVIC[offset & ~0x7F]}[{(offset & 0x7F) // 4}]"
    return _SCB.get(offset, f"{address:#010x}")
