# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A bare Cortex-M7: memory, one function called at a time, and a record of what it executed.

For pricing and testing code: 1 MiB each at 0 (ITCM), 0x08000000 (flash), 0x20000000 (DTCM) and
0x24000000 (AXI SRAM), unless other regions are asked for; no interrupts. Any other address holds
what is written there and 0 before, peripherals too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import unicorn
from unicorn import arm_const

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.interrupts import kept

_MIB = 1 << 20
REGIONS = tuple((start, _MIB) for start in (0x00000000, 0x08000000, 0x20000000, 0x24000000))
STACK_TOP = 0x20000000 + _MIB
_RETURN = 0x10000000
"""Where a called function returns to; the emulator stops there, and nothing is there."""
_PAGE = 64 * 1024

_unicorn: Any = unicorn
"""Has no types."""

_IT_BYTES = 18
"""Of the longest IT block: itself and four instructions."""
_IT_STATE = 0x0600_FC00
"""In the xPSR."""

_ARGUMENTS = (
    arm_const.UC_ARM_REG_R0,
    arm_const.UC_ARM_REG_R1,
    arm_const.UC_ARM_REG_R2,
    arm_const.UC_ARM_REG_R3,
)


@dataclass(slots=True)
class Trace:
    """Addresses of executed instructions, and (address, bytes) of the accesses by position.

    A PLD counts as an access to a word.
    """

    addresses: list[int] = field(default_factory=list)
    accesses: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Executed instructions; those predicated off are not reported and do not count."""
        return len(self.addresses)


class BareMachine:
    """A Cortex-M7 and memory; one function is called at a time."""

    def __init__(
        self,
        segments: Iterable[tuple[int, bytes]],
        regions: Iterable[tuple[int, int]] = REGIONS,
        stack_top: int = STACK_TOP,
    ) -> None:
        """Writes segments (address, bytes) where they belong in regions (address, bytes)."""
        self._uc = _unicorn.Uc(_unicorn.UC_ARCH_ARM, _unicorn.UC_MODE_THUMB)
        self._uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M7)
        self._mapped: set[int] = set()
        self._stack = stack_top - 64
        for start, size in regions:
            for page in range(start & ~(_PAGE - 1), start + size, _PAGE):
                self._map(page)
        self._uc.hook_add(
            _unicorn.UC_HOOK_MEM_READ_UNMAPPED | _unicorn.UC_HOOK_MEM_WRITE_UNMAPPED,
            self._on_unmapped,
        )
        for start, data in segments:
            self._uc.mem_write(start, bytes(data))

    def _map(self, address: int) -> None:
        page = address & ~(_PAGE - 1)
        if page not in self._mapped:
            self._mapped.add(page)
            self._uc.mem_map(page, _PAGE)

    def _on_unmapped(
        self, uc: Any, _kind: int, address: int, size: int, _value: int, _data: Any
    ) -> bool:
        self._map(address)
        self._map(address + size - 1)
        _end_it(uc)
        return True

    def write(self, address: int, data: bytes) -> None:
        """Writes memory."""
        self._uc.mem_write(address, data)

    def read(self, address: int, size: int) -> bytes:
        """Reads memory."""
        return bytes(self._uc.mem_read(address, size))

    def call(self, function: int, *arguments: int) -> int:
        """Calls the function at an address with words as arguments and returns r0.

        Raises EmulationError when it ends in a fault.
        """
        uc, stack = self._uc, self._stack
        for register, value in zip(_ARGUMENTS, arguments, strict=False):
            uc.reg_write(register, value & 0xFFFFFFFF)
        for index, value in enumerate(arguments[len(_ARGUMENTS) :]):
            uc.mem_write(stack + 4 * index, (value & 0xFFFFFFFF).to_bytes(4, "little"))
        uc.reg_write(arm_const.UC_ARM_REG_SP, stack)
        uc.reg_write(arm_const.UC_ARM_REG_LR, _RETURN | 1)
        interrupts = list[BaseException]()

        def keep(error: BaseException) -> None:
            interrupts.append(error)
            uc.emu_stop()

        try:
            with kept(keep):
                uc.emu_start(function | 1, _RETURN)
        except _unicorn.UcError as error:
            at = uc.reg_read(arm_const.UC_ARM_REG_PC)
            raise EmulationError(
                f"the function at 0x{function:08x} ends in a fault at 0x{at:08x}: {error}."
            ) from None
        if interrupts:
            raise interrupts[0]
        return int(uc.reg_read(arm_const.UC_ARM_REG_R0))

    def record(self, function: int, *arguments: int) -> tuple[Trace, int]:
        """As call; returns what was executed too. About 100 times slower."""
        trace = Trace()
        addresses, accesses = trace.addresses, trace.accesses
        seen: dict[int, tuple[tuple[int, int] | None, bool]] = {}
        conditional = range(0)

        def on_code(uc: Any, address: int, size: int, _data: Any) -> None:
            nonlocal conditional
            if address not in seen:
                code = bytes(uc.mem_read(address, size))
                seen[address] = _preload(code), _is_it(code)
            preload, is_it = seen[address]
            if is_it:
                conditional = range(address, address + _IT_BYTES)
            if preload is not None:
                register, offset = preload
                at = int(uc.reg_read(register)) + offset & 0xFFFFFFFC
                accesses[len(addresses)] = [(at, 4)]
            addresses.append(address)

        def on_access(uc: Any, _kind: int, address: int, size: int, _v: int, _data: Any) -> None:
            accesses.setdefault(len(addresses) - 1, []).append((address, size))
            if addresses[-1] in conditional:
                _end_it(uc)

        reads_and_writes = _unicorn.UC_HOOK_MEM_READ | _unicorn.UC_HOOK_MEM_WRITE
        hooks = [
            self._uc.hook_add(_unicorn.UC_HOOK_CODE, on_code),
            self._uc.hook_add(reads_and_writes, on_access),
        ]
        self._uc.ctl_flush_tb()
        try:
            result = self.call(function, *arguments)
        finally:
            for hook in hooks:
                self._uc.hook_del(hook)
            self._uc.ctl_flush_tb()
        return trace, result


def _is_it(code: bytes) -> bool:
    return len(code) == 2 and code[1] == 0xBF and code[0] & 15 != 0


def _end_it(uc: Any) -> None:
    """For callbacks of memory: before them Unicorn restores the state of an IT, and it never ends
    it, so that the first instruction of another block was left out."""
    status = int(uc.reg_read(arm_const.UC_ARM_REG_XPSR))
    uc.reg_write(arm_const.UC_ARM_REG_XPSR, status & ~_IT_STATE)


def _preload(code: bytes) -> tuple[int, int] | None:
    """The base (for reg_read) and the offset of a PLD; None of any other instruction.

    The emulator does not tell of it, since it reads nothing.
    """
    if len(code) != 4 or code[0] & 15 > 12:
        return None
    base = arm_const.UC_ARM_REG_R0 + (code[0] & 15)
    first, second = int.from_bytes(code[:2], "little") & 0xFFF0, int.from_bytes(code[2:], "little")
    if first == 0xF890 and second & 0xF000 == 0xF000:
        return base, second & 0xFFF
    if first == 0xF810 and second & 0xFF00 == 0xFC00:
        return base, -(second & 0xFF)
    return None
