# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The numbers of firmware/link/protocol.h, which explains them; a test holds them against it."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated

from pedalsmith.link.body import I16, I32, U8, U16, U32, Body, Text32

VERSION = 1
ANSWER = 0x80
BODY_BYTES = 1040
CHUNK_BYTES = 1024
STREAM_SAMPLES = 256
NAME_BYTES = 32
TEXT_BYTES = 32
REASON_BYTES = 112
SLOTS_LISTED = 20
EVENTS_LISTED = 64
KNOBS = 4
KNOB_ONE = 32767
LOAD_STEPS = 101

IMAGE_SLOT = 128
NO_SLOT = 255
MUTE = -32768
GATE_OFF = -32768
NO_TEMPERATURE = -(2**31)

REPLY_MS = 500
CHUNK_MS = 1500
CHANGE_MS = 5000
STREAM_MS = 2000
REBOOT_MS = 5000
SESSION_MS = 3000
TRIES = 4

U16Knobs = Annotated[tuple[int, ...], "4H"]
U8Gap = Annotated[tuple[int, ...], "3B"]


class Command(IntEnum):
    """enum link_command"""

    HELLO = 0x01
    STATS = 0x02
    LOG = 0x03
    SETTINGS = 0x10
    SET = 0x11
    BANK_LIST = 0x20
    BANK_SELECT = 0x21
    BANK_NAME = 0x22
    BANK_ERASE = 0x23
    LOAD_BEGIN = 0x28
    LOAD_CHUNK = 0x29
    LOAD_COMMIT = 0x2A
    LOAD_ABORT = 0x2B
    SELF_TEST = 0x30
    STREAM_BEGIN = 0x38
    STREAM_DATA = 0x39
    STREAM_END = 0x3A
    REBOOT = 0x40


class Status(IntEnum):
    """enum link_status"""

    OK = 0
    UNKNOWN_COMMAND = 1
    BAD_LENGTH = 2
    BAD_VALUE = 3
    OUT_OF_ORDER = 4
    NO_SESSION = 5
    BUSY = 6
    NO_STORE = 7
    NO_SUCH_SLOT = 8
    READ_ONLY = 9
    TOO_LARGE = 10
    NOT_LOADING = 11
    NOT_NEXT = 12
    INCOMPLETE = 13
    BAD_CRC = 14
    REFUSED = 15
    STORE_FAILED = 16
    NO_MODEL = 17
    NOT_STREAMING = 18
    STATUS_COUNT = 19


class ModelState(IntEnum):
    """enum link_model_state"""

    NONE = 0
    REFUSED = 1
    HELD = 2
    PLAYS = 3


class Flag(IntFlag):
    """enum link_flag"""

    BYPASSED = 1
    OVERLOADED = 2
    CHANGING = 4
    PAUSED = 8


class EventKind(IntEnum):
    """enum link_event_kind"""

    STARTED = 1
    FAULT_BEFORE = 2
    PLAYS = 3
    REFUSED = 4
    OVERLOAD = 5
    STORED = 6
    ERASED = 7
    NAMED = 8
    STORE_FAILED = 9
    SESSION = 10
    SESSION_END = 11


class Setting(IntFlag):
    """enum link_setting"""

    GAIN = 1
    LEVEL = 2
    GATE = 4
    BYPASS = 8
    SHAPE = 16
    KNOB = 32


class SlotFlag(IntFlag):
    """enum link_slot_flag"""

    PLAYS = 1
    READ_ONLY = 2
    AT_START = 4


class RebootInto(IntEnum):
    """enum link_reboot_into"""

    PEDAL = 0
    LOADER = 1


@dataclass(frozen=True)
class Header(Body):
    """struct link_header"""

    command: U8
    status: U8
    sequence: U16


@dataclass(frozen=True)
class Refusal(Body):
    """struct link_refusal"""

    detail: U32
    reason: Annotated[str, "112s"]


@dataclass(frozen=True)
class Hello(Body):
    """struct link_hello"""

    version: U16
    reserved: U16
    session: U32


@dataclass(frozen=True)
class HelloAnswer(Body):
    """struct link_hello_answer"""

    version: U16
    blob_version: U16
    firmware: Text32
    board: Text32
    image: Text32
    controls: Text32
    codec: Text32
    serial: Text32
    core_hz: U32
    sample_rate: U32
    block: U32
    arena_bytes: U32
    image_bytes: U32
    image_crc: U32
    slot_bytes: U32
    slots: U8
    image_slots: U8
    knobs: U8
    reserved: U8


@dataclass(frozen=True)
class Model(Body):
    """struct link_model"""

    state: U8
    slot: U8
    flags: U8
    engine_status: U8
    bytes: U32
    crc: U32
    sample_rate: U32
    arena_bytes: U32
    rest_output: I32
    trim: I32
    resting_knobs: U16Knobs
    knobs: U32
    name: Text32


@dataclass(frozen=True)
class Stats(Body):
    """struct link_stats"""

    uptime_ms: U32
    blocks: U32
    overruns: U32
    audio_errors: U32
    busy_cycles: U32
    worst_cycles: U32
    block_cycles: U32
    input_peak: I32
    output_peak: I32
    input_clips: U32
    output_clips: U32
    temperature: I32
    link_frames: U32
    link_errors: U32
    link_repeats: U32
    starts: U32
    last_fault_at: U32
    last_fault: Text32
    model: Model
    steps: Annotated[tuple[int, ...], "101I"]


@dataclass(frozen=True)
class Event(Body):
    """struct link_event"""

    ms: U32
    kind: U8
    slot: U8
    reserved: U16
    detail: U32


@dataclass(frozen=True)
class Log(Body):
    """struct link_log"""

    first: U32


@dataclass(frozen=True)
class LogAnswer(Body):
    """struct link_log_answer"""

    first: U32
    count: U32
    next: U32


@dataclass(frozen=True)
class Settings(Body):
    """struct link_settings"""

    which: U16
    gain: I16
    level: I16
    gate: I16
    bypassed: U8
    shaped: U8
    knobs: U16Knobs


@dataclass(frozen=True)
class List(Body):
    """struct link_list"""

    first: U32


@dataclass(frozen=True)
class ListAnswer(Body):
    """struct link_list_answer"""

    first: U16
    count: U8
    total: U8


@dataclass(frozen=True)
class Slot(Body):
    """struct link_slot"""

    slot: U8
    flags: U8
    reserved: U16
    bytes: U32
    crc: U32
    sample_rate: U32
    name: Text32


@dataclass(frozen=True)
class Select(Body):
    """struct link_select"""

    slot: U8
    at_start: U8
    reserved: U16 = 0


@dataclass(frozen=True)
class Name(Body):
    """struct link_name"""

    slot: U8
    reserved: U8Gap
    name: Text32


@dataclass(frozen=True)
class Erase(Body):
    """struct link_erase"""

    slot: U8
    reserved: U8Gap = (0, 0, 0)


@dataclass(frozen=True)
class Load(Body):
    """struct link_load"""

    slot: U8
    play: U8
    reserved: U16
    bytes: U32
    crc: U32
    name: Text32


@dataclass(frozen=True)
class LoadAnswer(Body):
    """struct link_load_answer"""

    slot: U8
    reserved: U8Gap


@dataclass(frozen=True)
class Chunk(Body):
    """struct link_chunk"""

    offset: U32


@dataclass(frozen=True)
class ProgressAnswer(Body):
    """struct link_progress"""

    received: U32


@dataclass(frozen=True)
class SelfTest(Body):
    """struct link_self_test"""

    passed: U32
    frames: U32
    model: Model


@dataclass(frozen=True)
class StreamBegin(Body):
    """struct link_stream_begin"""

    knobs: U16Knobs


@dataclass(frozen=True)
class Stream(Body):
    """struct link_stream"""

    position: U32
    cycles: U32


@dataclass(frozen=True)
class Reboot(Body):
    """struct link_reboot"""

    into: U32
