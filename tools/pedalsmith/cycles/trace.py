# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Records what the emulator executes: every instruction with its data accesses, in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import unicorn

from pedalsmith.cycles.decode import Decoder, Instruction
from pedalsmith.cycles.pipeline import Accesses


@dataclass(slots=True)
class Trace:
    """Addresses of executed instructions, and (address, bytes) of the accesses by position."""

    addresses: list[int] = field(default_factory=list)
    accesses: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Executed instructions; one that is predicated off counts."""
        return len(self.addresses)

    def steps(self, decoder: Decoder) -> Iterator[tuple[Instruction, Accesses]]:
        """The trace as the pipeline takes it."""
        accesses = self.accesses
        at = decoder.at
        for index, address in enumerate(self.addresses):
            yield at(address), tuple(accesses.get(index, ()))


class Recorder:
    """Hooks a running emulator; slow (about 2 million instructions a second), so for stretches.

    Use as a context manager around `emu_start`.
    """

    def __init__(self, emulator: Any) -> None:
        """`emulator` is a unicorn.Uc in Thumb mode."""
        self.trace = Trace()
        self._emulator = emulator
        self._hooks: list[Any] = []

    def __enter__(self) -> "Recorder":
        """Adds the hooks."""
        addresses, accesses = self.trace.addresses, self.trace.accesses

        def on_code(_uc: Any, address: int, _size: int, _data: Any) -> None:
            addresses.append(address)

        def on_access(_uc: Any, _kind: int, address: int, size: int, _v: int, _data: Any) -> None:
            accesses.setdefault(len(addresses) - 1, []).append((address, size))

        add = self._emulator.hook_add
        self._hooks = [
            add(unicorn.UC_HOOK_CODE, on_code),
            add(unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE, on_access),
        ]
        self._emulator.ctl_flush_tb()
        return self

    def __exit__(self, *_: object) -> None:
        """Removes the hooks."""
        for hook in self._hooks:
            self._emulator.hook_del(hook)
        self._emulator.ctl_flush_tb()
