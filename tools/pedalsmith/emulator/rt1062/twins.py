# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Registers with SET, CLR and TOG twins behind them, which change single bits."""

from collections.abc import Callable
from functools import partial

from pedalsmith.emulator.peripheral import ALL, Peripheral

_CHANGES: dict[str, tuple[int, Callable[[int, int], int]]] = {
    "SET": (4, lambda old, value: old | value),
    "CLR": (8, lambda old, value: old & ~value),
    "TOG": (12, lambda old, value: old ^ value),
}


def add_with_twins(
    peripheral: Peripheral,
    name: str,
    offset: int,
    *,
    reset: int,
    full_name: str,
    read_only: int,
    on_change: Callable[[], None],
) -> None:
    """Declares all four; `read_only` bits keep their value, `on_change` comes after each write."""

    def write(change: Callable[[int, int], int], value: int, before: int) -> None:
        old = peripheral[name]
        peripheral[name] = change(old & ~read_only, value & ~read_only) & ALL | old & read_only
        on_change()

    peripheral.add(
        name, offset, reset=reset, writable=ALL & ~read_only, read_only=read_only,
        full_name=full_name, on_write=lambda value, before: on_change(),
    )  # fmt: skip
    for suffix, (at, change) in _CHANGES.items():
        peripheral.add(
            f"{name}_{suffix}", offset + at, writable=ALL, stored=False,
            full_name=f"{full_name}_{suffix}", on_write=partial(write, change),
        )  # fmt: skip
