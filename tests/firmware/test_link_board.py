# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""firmware/link in the image of an emulated Daisy Seed, over its USB, with sound all the time."""

import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.blobs import random_bytes
from pedalsmith.emulator.boards import Options, assemble
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.serial_pty import UartLine
from pedalsmith.emulator.stm32h750.board import EmulatedDaisy
from pedalsmith.emulator.usb_host import UsbHost
from pedalsmith.native.firmware import Image
from pedalsmith.native.host import HostEngine

from . import line as wire
from .conftest import MODEL
from .host import sine
from .line import Line

BOARD = "daisy_seed"
LARGE = random_bytes(2, kind="lstm", hidden=(24,), golden_frames=3_000)
SMALL = random_bytes(3, kind="lstm", hidden=(4,), golden_frames=16)
PACKET_SECONDS = 1e-3 / 19
"""Full speed carries 19 bulk packets of 64 bytes in a frame."""


class Cable:
    """The emulated board's USB as a Device of line.py, at the speed of a real cable."""

    def __init__(self, board: EmulatedDaisy) -> None:
        self.board, self.host = board, UsbHost(board.machine, board.usb)
        self.host.connect()

    def send(self, data: bytes) -> None:
        for at in range(0, len(data), 64):
            self.host.write(data[at : at + 64])
            self.board.machine.run(PACKET_SECONDS)

    def receive(self) -> bytes:
        return self.host.read(1e-3)

    def wait(self, milliseconds: int) -> None:
        """Reading lets the time pass already."""


class Uart:
    """The emulated board's UART console as a Device of line.py."""

    def __init__(self, board: EmulatedDaisy) -> None:
        self.line = UartLine(board.machine, board.console)

    def send(self, data: bytes) -> None:
        self.line.send(data)

    def receive(self) -> bytes:
        return self.line.receive(1e-3)

    def wait(self, milliseconds: int) -> None:
        """Receiving lets the time pass already."""


def powered(image: Image) -> EmulatedDaisy:
    emulated = assemble(BOARD, Options())
    assert isinstance(emulated, EmulatedDaisy)
    emulated.machine.load(read_image(image.bin, image.load))
    emulated.audio.play(sine(480_000, amplitude=0.25), 480_000)
    emulated.power_up()
    emulated.machine.run(0.25)
    return emulated


@pytest.fixture
def image(image_of: Callable[[str, str], Image]) -> Image:
    return image_of(BOARD, "zig")


@pytest.fixture
def board(image: Image) -> Iterator[EmulatedDaisy]:
    emulated = powered(image)
    yield emulated
    emulated.machine.close()


def missed(line: Line) -> tuple[int, int]:
    """Overruns and transfer errors since the start."""
    _, _, overruns, errors = struct.unpack_from("<4I", line.good(wire.STATS))
    return overruns, errors


def test_a_model_is_loaded_in_time_and_no_block_is_missed(
    board: EmulatedDaisy, image: Image, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(Cable(board))
    body = line.hello()
    assert body[36:46] == b"daisy_seed"
    assert struct.unpack_from("<II", body, 212) == (
        image.bin.stat().st_size,
        zlib.crc32(image.bin.read_bytes()),
    )
    assert len(LARGE) > 30_000
    begun = board.machine.seconds
    answer = line.load(LARGE, slot=0, name="large")
    seconds = board.machine.seconds - begun
    assert answer.status == wire.OK, answer.reason
    with capsys.disabled():
        print(f"\n{len(LARGE):,} bytes are loaded, checked and played in {seconds:.2f} s")
    assert seconds < 2
    # A monitor, then the cable is pulled and plugged in again.
    for _ in range(5):
        assert missed(line) == (0, 0)
    board.usb.unplug()
    board.machine.run(0.2)
    board.usb.plug()
    again = Line(Cable(board))
    again.hello(session=2)
    assert missed(again) == (0, 0)
    assert again.model().crc == zlib.crc32(LARGE)
    wanted = HostEngine(LARGE).process(sine(256, amplitude=0.9))
    again.good(wire.STREAM_BEGIN, struct.pack("<4H", *[65_535] * 4))
    part = sine(256, amplitude=0.9).astype("<i4").tobytes()
    body = again.good(wire.STREAM, struct.pack("<II", 0, 0) + part)
    assert np.array_equal(np.frombuffer(body, "<i4", offset=8), wanted)
    assert struct.unpack_from("<I", body, 4)[0] > 0
    again.good(wire.STREAM_END)
    assert missed(again) == (0, 0)
    blocks = len(board.audio.marks)
    assert blocks > 1_000 * (board.machine.seconds - 0.3), "one each millisecond"


def test_the_uart_speaks_it_too(board: EmulatedDaisy) -> None:
    line = Line(Uart(board))
    line.hello()
    assert line.load(SMALL, slot=2).status == wire.OK
    assert line.model().crc == zlib.crc32(SMALL)
    assert missed(line) == (0, 0)


def test_damaged_models_are_refused_with_the_reason(board: EmulatedDaisy) -> None:
    line = Line(Cable(board))
    line.hello()
    for place in (0, 5, 9, 13, 40, 200, len(SMALL) - 3):
        damaged = bytearray(SMALL)
        damaged[place] ^= 4
        answer = line.load(bytes(damaged), slot=1)
        assert answer.status == wire.REFUSED
        assert answer.reason
    assert line.load(SMALL[:-1], slot=1).status == wire.REFUSED
    assert line.model().crc == zlib.crc32(MODEL)
    assert missed(line) == (0, 0)
