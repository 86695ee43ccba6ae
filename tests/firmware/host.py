# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""firmware/pedal in this process: its structures, a pedal to play and a panel to touch."""

import ctypes as ct
from pathlib import Path

import numpy as np

from pedalsmith.native import pedal as native_pedal
from pedalsmith.native.compiler import library_of
from pedalsmith.native.host import Memory
from pedalsmith.source import firmware_dir

FULL = 1 << 23
RATE = 48_000


class Level(ct.Structure):
    """struct level of level.h."""

    _fields_ = (("now", ct.c_int32), ("target", ct.c_int32))


class Gate(ct.Structure):
    """struct gate of gate.h."""

    _fields_ = (
        ("threshold", ct.c_int32),
        ("envelope", ct.c_int32),
        ("hold", ct.c_uint32),
        ("ratio", ct.c_int32),
    )


class Dc(ct.Structure):
    """struct dc of dc.h."""

    _fields_ = (("mean", ct.c_int64),)


class Knob(ct.Structure):
    """struct knob of knob.h."""

    _fields_ = (("filtered", ct.c_uint32), ("value", ct.c_int32), ("begun", ct.c_bool))


class Footswitch(ct.Structure):
    """struct footswitch of footswitch.h."""

    _fields_ = (("history", ct.c_uint32), ("held_ms", ct.c_uint32), ("down", ct.c_bool))


class BankModel(ct.Structure):
    """struct bank_model of bank.h."""

    _fields_ = (
        ("blob", ct.c_void_p),
        ("bytes", ct.c_size_t),
        ("crc", ct.c_uint32),
        ("slot", ct.c_uint8),
    )


class Bank(ct.Structure):
    """struct bank of bank.h."""

    _fields_ = (("models", BankModel * 24), ("count", ct.c_uint32))


class Panel(ct.Structure):
    """struct panel of panel.h."""

    _fields_ = (
        ("pedal", ct.c_void_p),
        ("bank", ct.POINTER(Bank)),
        ("model", ct.c_uint32),
        ("ms", ct.c_uint32),
        ("knobs", Knob * 6),
        ("switches", Footswitch * 2),
        ("lights", ct.c_bool * 2),
        ("loader_wanted", ct.c_bool),
    )


def load() -> ct.CDLL:
    """The library of firmware/engine and firmware/pedal."""
    beside = Path(native_pedal.__file__).with_name("host_pedal")
    library = ct.CDLL(
        str(library_of([firmware_dir() / "engine", firmware_dir() / "pedal", beside]))
    )
    library.metadata_text.restype = ct.c_void_p
    for name in ("metadata_hundredths", "knob_update", "pedal_poll", "bank_find"):
        getattr(library, name).restype = ct.c_bool
    return library


def words(samples: np.ndarray) -> np.ndarray:
    """Samples in +-1 as Q23."""
    return np.round(np.clip(samples * FULL, -FULL, FULL - 1)).astype(np.int32)


def sine(frames: int, hz: float = 440.0, amplitude: float = 0.5) -> np.ndarray:
    """A sine as Q23."""
    return words(amplitude * np.sin(2 * np.pi * hz / RATE * np.arange(frames)))


def pointer(array: np.ndarray) -> ct.c_void_p:
    """Where its words are."""
    return ct.c_void_p(array.ctypes.data)


CYCLES = ct.CFUNCTYPE(ct.c_uint32)


class Budget(ct.Structure):
    """struct budget; without `cycles` nothing is measured."""

    _fields_ = (("cycles", CYCLES), ("frames", ct.c_uint32), ("most", ct.c_uint32))


class Text(ct.Structure):
    """struct text."""

    _fields_ = (("bytes", ct.c_void_p), ("room", ct.c_size_t), ("count", ct.c_size_t))


class Player:
    """A struct pedal with its blob and arena, driven block by block."""

    def __init__(
        self,
        lib: ct.CDLL,
        blob: bytes | None,
        arena_bytes: int = 1 << 18,
        budget: Budget | None = None,
    ) -> None:
        self.lib, self.blob, self.budget = lib, blob, budget or Budget()
        self.memory = np.zeros(arena_bytes + 32, np.uint8)
        self.arena = ct.c_void_p(self.memory.ctypes.data + -self.memory.ctypes.data % 32)
        self.storage = np.zeros(lib.host_pedal_bytes() // 8 + 1, np.uint64)
        self.at = pointer(self.storage)
        size = ct.c_size_t(len(blob or b""))
        memory = Memory(self.arena, arena_bytes, None, 0)
        lib.pedal_open(self.at, blob, size, ct.byref(memory), ct.byref(self.budget))

    def play(self, audio: np.ndarray, block: int = 48) -> np.ndarray:
        out = np.empty_like(audio)
        for at in range(0, len(audio), block):
            part = np.ascontiguousarray(audio[at : at + block])
            made = np.empty_like(part)
            self.lib.pedal_process(self.at, pointer(part), pointer(made), ct.c_size_t(len(part)))
            out[at : at + len(part)] = made
        return out

    def described(self) -> str:
        """What it says of its model."""
        room = ct.create_string_buffer(256)
        text = Text(ct.cast(room, ct.c_void_p), len(room), 0)
        self.lib.pedal_describe(self.at, ct.byref(text))
        return room.value.decode()


class Stand:
    """A panel over a pedal with models, and the player's hands."""

    def __init__(self, lib: ct.CDLL, *blobs: bytes) -> None:
        self.lib = lib
        self.bank = Bank()
        self.row = np.frombuffer(b"".join(b + bytes(-len(b) % 8) for b in blobs), np.uint8)
        lib.bank_start(ct.byref(self.bank))
        lib.bank_add_image(ct.byref(self.bank), pointer(self.row), ct.c_size_t(len(self.row)))
        assert self.bank.count == len(blobs)
        self.player = Player(lib, blobs[0])
        self.panel = Panel()
        lib.panel_start(ct.byref(self.panel), self.player.at, ct.byref(self.bank), 0)
        self.readings = np.full(6, 32768, np.uint16)
        self.lights: list[tuple[bool, bool]] = []
        self.phase = 0

    def run(self, ms: int, pressed: int = 0, knobs: int = 6) -> np.ndarray:
        parts = []
        for _ in range(ms):
            self.lib.panel_tick(ct.byref(self.panel), pointer(self.readings), knobs, pressed)
            self.lights.append(tuple(self.panel.lights))
            audio = sine(self.phase + 48)[self.phase :]
            self.phase = (self.phase + 48) % 4800
            parts.append(self.player.play(audio))
        return np.concatenate(parts)
