# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The generic machine: a Cortex-M7, memories, peripherals, and time.

Time is counted in units of 1 / UNITS_PER_SECOND (core/core.h), of executed instructions, 0.6 core
cycles each, and of sleep: two runs of one image are equal to the last instruction.
"""

import ctypes
import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from unicorn import arm_const

from pedalsmith.emulator import library
from pedalsmith.emulator.faults import EmulationError, Unmodelled
from pedalsmith.emulator.image import Image
from pedalsmith.emulator.interrupts import kept
from pedalsmith.emulator.peripheral import Peripheral
from pedalsmith.emulator.stops import error_of
from pedalsmith.emulator.system_names import system_register_name
from pedalsmith.emulator.writes import WriteLog

UNITS_PER_SECOND = 158_400_000_000
READ, WRITE, EXECUTE = 1, 2, 4
SYSTEM_BASE = 0xE000_0000
FAULTS = {
    "bus": (5, 1 << 9 | 1 << 15, 0xFFFF_0000),
    "memory": (4, 1 << 1 | 1 << 7, 0x0000_0000),
    "usage": (6, 1 << 16, 0),
}
"""What `inject_fault` does: exception, bits of CFSR, address in BFAR or MMFAR."""


@dataclass(frozen=True)
class Edge:
    """A step from a block of instructions to the next and how often it was made; sizes in bytes."""

    source: int
    source_size: int
    target: int
    target_size: int
    count: int


class Machine:
    """A Cortex-M7 with memories and peripherals; the chips build theirs on it."""

    def __init__(self, name: str, *, core_hz: float, mpu_regions: int = 16) -> None:
        self.name = name
        self.peripherals: list[Peripheral] = []
        self.image: Image | None = None
        self.writes = WriteLog(self)
        self.on_reset: Callable[[], None] | None = None
        self.on_breakpoint: Callable[[int], None] | None = None
        """Gets the number of a BKPT instruction; without it there is no debugger."""
        self.locked_because: dict[int, str] = {}
        """Base of a memory: why it may not be used now, for errors"""
        self.script: list[tuple[float, Callable[[], None]]] = []
        """What happens outside, (virtual seconds, call); a reset does not end it."""
        self._by_cell: dict[int, list[Peripheral]] = {}
        self._error: BaseException | None = None
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = itertools.count()
        self._deferred: list[Callable[[], None]] = []
        self._pump_calls: list[Callable[[int], None] | None] = [None] * library.PUMPS
        self._kept: dict[int, Any] = {}
        self._ram: list[npt.NDArray[np.uint8]] = []
        self._library = library.load()
        self._callbacks = library.Callbacks(
            library.ON_READ(self._on_read),
            library.ON_WRITE(self._on_write),
            library.ON_EVENT(self._on_event),
            library.ON_PUMP(self._on_pump),
            library.ON_WRITE(self._on_system_write),
        )
        self._unicorn = library.unicorn_functions()
        self._pointer = self._library.core_new(self._unicorn, self._callbacks)
        if not self._pointer:
            raise EmulationError("unicorn does not start; reinstall the package unicorn.")
        self.state: library.MachineState = self._pointer.contents
        self.state.mpu_regions = mpu_regions
        self.state.systick_reference = UNITS_PER_SECOND // 1_000_000
        self.set_core_hz(core_hz)

    def close(self) -> None:
        """Frees Unicorn and all memories."""
        if self._pointer:
            self._library.core_free(self._pointer)
            self._pointer = None

    # Building

    def add_memory(
        self, base: int, size: int, protection: int = READ | WRITE | EXECUTE
    ) -> npt.NDArray[np.uint8]:
        """Maps `size` bytes of RAM or flash; returns them, to be read and written at any time."""
        host = self._library.core_add_memory(self._pointer, base, size, protection)
        if not host:
            raise EmulationError(f"{self.name}: memory at {base:#010x} cannot be mapped.")
        array = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(host))
        if protection & WRITE:
            self._ram.append(array)
        return array

    def protect(self, base: int, protection: int) -> None:
        """Changes what may be done with the memory that begins at `base`."""
        self._library.core_protect(self._pointer, base, protection)

    def resize(self, base: int, size: int) -> None:
        """Lets only the first `size` bytes of the memory at `base` be there."""
        self._library.core_resize(self._pointer, base, size)

    def add(self, peripheral: Peripheral) -> None:
        """Puts a peripheral on the bus."""
        self.peripherals.append(peripheral)
        for base in range(peripheral.base & ~0x3FF, peripheral.base + peripheral.size, 0x400):
            self._by_cell.setdefault(base, []).append(peripheral)

    def cell(self, address: int) -> library.Cell:
        """The kilobyte of register values that `address` lies in."""
        cell: library.Cell = self._library.core_add_cell(self._pointer, address).contents
        cell.open = 1
        return cell

    def load(self, image: Image) -> None:
        """Writes an image into flash, as a loader would."""
        self.image = image
        for base, data in image.segments:
            self.write(base, data)

    def reset(self, vector_table: int) -> None:
        """Resets the core and every peripheral; memories, time and counts stay."""
        self._events.clear()
        self._library.core_reset(self._pointer, vector_table)
        for peripheral in self.peripherals:
            peripheral.reset()
        for seconds, call in self.script:
            # What lies before a reset has happened.
            if seconds >= self.seconds:
                self.after(seconds - self.seconds, call)

    def start_at(self, entry: int, stack: int) -> None:
        """Goes on at `entry` with that stack pointer, as a ROM that jumps to an image."""
        self.set_register("PC", entry | 1)
        self.set_register("SP", stack)

    # Memory

    def host(self, address: int, count: int) -> int | None:
        """Where RAM or flash lies in this process; None: there is none."""
        host: int | None = self._library.core_host(self._pointer, address, count)
        return host

    def read(self, address: int, count: int) -> bytes:
        """Bytes of RAM or flash, past every protection."""
        host = self.host(address, count)
        if host is None:
            raise EmulationError(f"{self.name}: {address:#010x} is no memory.")
        return ctypes.string_at(host, count)

    def write(self, address: int, data: bytes) -> None:
        """Writes RAM or flash, past every protection."""
        host = self.host(address, len(data))
        if host is None:
            raise EmulationError(
                f"{self.name}: {address:#010x} is no memory; the image is too large."
            )
        ctypes.memmove(host, data, len(data))

    def is_cached(self, address: int, count: int) -> bool:
        """The data cache is on and may hold memory that a DMA is to use."""
        return bool(self._library.core_is_cached(self._pointer, address, count))

    def changed(self, address: int, count: int) -> None:
        """Something else than the processor has written memory: its cache must forget it."""
        self._library.core_changed(self._pointer, address, count)

    def scramble_ram(self, keep: npt.NDArray[np.uint8]) -> None:
        """Fills every RAM with bytes of no meaning, as power-up does; not the memory of `keep`."""
        noise = np.random.default_rng(self.now)
        for array in self._ram:
            if not np.shares_memory(array, keep):
                array[:] = noise.integers(0, 256, len(array), dtype=np.uint8)

    # Time

    def set_core_hz(self, hz: float, slowness: float = 1.0) -> None:
        """Changes the core's clock, of which as a fault it takes several for one; time goes on."""
        self.core_hz = hz
        self._library.core_set_cycle(self._pointer, round(UNITS_PER_SECOND / hz * slowness))

    @property
    def now(self) -> int:
        """Units since power-up."""
        return int(self.state.now)

    @property
    def seconds(self) -> float:
        """Virtual seconds since power-up."""
        return self.now / UNITS_PER_SECOND

    @property
    def instructions(self) -> int:
        """Instructions executed since power-up."""
        return int(self.state.instructions)

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Calls `call` when that much virtual time has passed."""
        self.at(self.now + round(seconds * UNITS_PER_SECOND), call)

    def at(self, when: int, call: Callable[[], None]) -> None:
        """Calls `call` at the time `when`, in units."""
        heapq.heappush(self._events, (when, next(self._sequence), call))
        self._library.core_set_python_event(self._pointer, self._events[0][0])

    def defer(self, call: Callable[[], None]) -> None:
        """Calls `call` before the next block, with Unicorn at rest."""
        self._deferred.append(call)
        self._library.core_stop(self._pointer, library.STOPPED)

    def request_reset(self) -> None:
        """Resets the chip before the next block, as a watchdog does; calls `on_reset`."""
        self._library.core_stop(self._pointer, library.RESET)

    # Interrupts and audio

    def set_line(self, irq: int, level: bool) -> None:
        """Drives an interrupt line of the NVIC; `irq` counts from the first external one."""
        self._library.core_set_line(self._pointer, 16 + irq, level)

    def start_frames(self, rate: float) -> None:
        """Starts the audio frame clock at `rate` frames a second; 0 stops it."""
        units = UNITS_PER_SECOND / rate if rate else 0.0
        whole = int(units)
        self._library.core_start_frames(self._pointer, whole, int((units - whole) * 2**32))

    def hold_frames(self, seconds: float) -> None:
        """Lets the audio frame clock stand still, as a fault would."""
        if self.state.frame_next != library.NEVER:
            self.state.frame_next += round(seconds * UNITS_PER_SECOND)
            when = self._events[0][0] if self._events else library.NEVER
            self._library.core_set_python_event(self._pointer, when)

    def start_pump(
        self,
        index: int,
        *,
        ring: int,
        words: int,
        samples: npt.NDArray[np.int32],
        to_memory: bool,
        on_half: Callable[[int], None],
        at: int = 0,
        shift: int = 0,
        bits: int = 24,
        item_bytes: int = 4,
        words_a_frame: int = 2,
        ahead: int = 0,
    ) -> None:
        """Moves `samples` to or from a ring in RAM, a frame a tick; `on_half(0)`, `on_half(1)`.

        `ahead` words wait in the peripheral's FIFO, at most 31.
        """
        pump = self.state.pumps[index]
        before = pump.sample_at if self._kept.get(index) is samples else 0
        self._kept[index] = samples
        self._pump_calls[index] = on_half
        pump.ring = self.host(ring, item_bytes * words)
        pump.samples, pump.sample_words = samples.ctypes.data, samples.size
        pump.sample_at, pump.at = before, at
        pump.ring_words, pump.words_a_frame = words, words_a_frame
        pump.shift, pump.bits, pump.item_bytes = shift, bits, item_bytes
        pump.ahead, pump.fifo_count = ahead, 0
        pump.to_memory, pump.on = int(to_memory), 1
        if not to_memory:
            self._library.core_fill_fifo(self._pointer, index)

    def replace_samples(self, index: int, samples: npt.NDArray[np.int32]) -> None:
        """Lets a pump that runs go on with another list of samples, from its beginning."""
        pump = self.state.pumps[index]
        if pump.on:
            self._kept[index] = samples
            pump.samples, pump.sample_words = samples.ctypes.data, samples.size
            pump.sample_at = 0

    def stop_pump(self, index: int) -> None:
        """Stops moving words; the list of samples stays where it is."""
        self.state.pumps[index].on = 0

    # Tracing

    def trace(self, on: bool) -> None:
        """Starts (with empty counts) or ends counting the steps from block to block."""
        self._library.core_trace(self._pointer, int(on))

    def edges(self) -> list[Edge]:
        """The steps counted since trace(True)."""
        if self.state.tracing == 2:
            raise EmulationError(f"{self.name}: more than {library.EDGES} steps in the trace.")
        raw = np.ctypeslib.as_array(self.state.edges)
        used = raw[raw["target_size"] != 0]
        return [Edge(*(int(v) for v in edge)) for edge in used]

    # Running

    def run(self, seconds: float) -> None:
        """Executes until that much virtual time has passed, or raises EmulationError."""
        until = self.now + round(seconds * UNITS_PER_SECOND)
        while self.now < until:
            with kept(self._keep):
                reason = self._library.core_run(self._pointer, until)
            if self._error:
                error, self._error = self._error, None
                raise error
            deferred, self._deferred = self._deferred, []
            for call in deferred:
                call()
            if reason == library.RESET:
                if self.on_reset is None:
                    where = self.where()
                    raise EmulationError(f"{self.name}: the firmware resets the chip{where}.")
                self.on_reset()
            elif reason == library.BREAKPOINT and self.on_breakpoint:
                self.on_breakpoint(int(self.state.fault_address))
            elif reason not in {library.TIME, library.STOPPED}:
                raise error_of(self, reason)

    def inject_fault(self, kind: str) -> None:
        """Lets the firmware's next block end in a fault: `bus`, `memory` or `usage`.

        Its handler runs, as the hardware would call it; with faults not delivered (see
        `state.delivers_faults`) too.
        """
        exception, cfsr, address = FAULTS[kind]

        def now() -> None:
            reason = self._library.core_fault(self._pointer, exception, cfsr, address)
            if reason:
                raise error_of(self, reason)

        self.defer(now)

    def where(self, pc: int | None = None) -> str:
        """' at PC 0x... (function+offset)'; without `pc`, the block being executed."""
        address = int(self.state.block) if pc is None else pc
        symbol = self.image.symbol(address) if self.image else ""
        return f" at PC {address:#010x}{symbol}"

    def register(self, name: str) -> int:
        """A core register by name: R0..R12, SP, LR, PC, XPSR, ..."""
        number = getattr(arm_const, f"UC_ARM_REG_{name}")
        value: int = self._library.core_register(self._pointer, number)
        return value

    def set_register(self, name: str, value: int) -> None:
        """Sets a core register, while the machine does not run."""
        number = getattr(arm_const, f"UC_ARM_REG_{name}")
        self._library.core_set_register(self._pointer, number, value)

    # Called by the core. An exception must not cross C: it is kept and the core is stopped.

    def _keep(self, error: BaseException) -> None:
        self._error = self._error or error
        self._library.core_stop(self._pointer, library.STOPPED)

    def _find(self, address: int) -> Peripheral | None:
        for peripheral in self._by_cell.get(address & ~0x3FF, ()):
            if peripheral.base <= address < peripheral.base + peripheral.size:
                return peripheral
        return None

    def _unknown(self, address: int, what: str) -> Unmodelled:
        name = system_register_name(address) if address >= SYSTEM_BASE else "no peripheral"
        return Unmodelled(f"{self.name}: {what} {address:#010x} ({name}){self.where()}.")

    def _on_read(self, address: int, size: int) -> int:
        try:
            peripheral = self._find(address)
            if peripheral is None:
                raise self._unknown(address, "read of")
            return peripheral.read(address - peripheral.base, size)
        except BaseException as error:
            self._keep(error)
            return 0

    def _on_write(self, address: int, size: int, value: int) -> None:
        try:
            peripheral = self._find(address)
            if peripheral is None:
                raise self._unknown(address, f"write of {value:#x} to")
            peripheral.write(address - peripheral.base, size, value)
        except BaseException as error:
            self._keep(error)

    def _on_system_write(self, address: int, size: int, value: int) -> None:
        if self.writes.on:
            self.writes.add(system_register_name(address), value, size)

    def _on_event(self) -> None:
        try:
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()
        except BaseException as error:
            self._keep(error)
        when = self._events[0][0] if self._events else library.NEVER
        self._library.core_set_python_event(self._pointer, when)

    def _on_pump(self, index: int, second_half: int) -> None:
        try:
            call = self._pump_calls[index]
            if call is not None:
                call(second_half)
        except BaseException as error:
            self._keep(error)
