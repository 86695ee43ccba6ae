# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""A pedal in this process: the firmware's application, link, pedal and engine over a host board.

Every request of firmware/link/protocol.h is answered as on a real board, without an emulator: a
second of audio takes milliseconds. Each HostBoard is a board of its own; its flash chip is `flash`.

    with HostBoard(image=[blob]) as board, board.on_pty() as path: ...  # any serial program
    python -m pedalsmith.native.host_board --store flash.bin  # prints the path of a pseudo-terminal
"""

import argparse
import contextlib
import ctypes
import os
import select
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pedalsmith.native.compiler import HOST_FLAGS, library_of
from pedalsmith.source import firmware_dir

Words = npt.NDArray[np.int32]

BLOCK = 48
FLASH_BYTES = 0x222000
NEVER = 0xFFFFFFFF
_ROOM = 1 << 16


class End(IntEnum):
    """What became of a step: enum host_board_end of host_board.h."""

    RUNS = 0
    POWER_LOST = 1
    RESTARTS = 2
    LOADER = 3


class HostBoard:
    """A pedal that starts when it is made. Use it as a context, or close it."""

    def __init__(
        self,
        image: Sequence[bytes] = (),
        flash: npt.NDArray[np.uint8] | None = None,
        *,
        serial: str = "HOST",
        safe_mode: bool = False,
        store: bool = True,
        cut_at: int = NEVER,
        cut_seed: int = 0,
    ) -> None:
        """`image` are models linked in, `flash` (FLASH_BYTES,) what the chip holds from before.

        The power goes in operation `cut_at` of the flash (erases and page programs, from 0), of
        which nothing (seed 0), all (1) or some bits (2 and up) are done.
        """
        folders = [firmware_dir() / name for name in ("engine", "pedal", "link", "application")]
        built = library_of(
            [*folders, Path(__file__).with_name("host_board")], HOST_FLAGS, [firmware_dir()]
        )
        # The firmware keeps its state in static memory: a board of its own needs its own copy.
        self._folder = tempfile.TemporaryDirectory(prefix="pedalsmith-", ignore_cleanup_errors=True)
        copy = Path(self._folder.name) / built.name
        shutil.copyfile(built, copy)
        self._library = library = ctypes.CDLL(str(copy))
        library.host_board_flash.restype = ctypes.POINTER(ctypes.c_uint8)
        library.host_board_send.restype = library.host_board_receive.restype = ctypes.c_size_t
        self.flash: npt.NDArray[np.uint8] = np.ctypeslib.as_array(
            library.host_board_flash(), (FLASH_BYTES,)
        )
        """The flash chip's content, live."""
        self.flash[:] = 0xFF if flash is None else flash
        models = b"".join(blob + bytes(-len(blob) % 8) for blob in image)
        library.host_board_image(models, ctypes.c_size_t(len(models)))
        library.host_board_options(serial.encode(), ctypes.c_bool(safe_mode), ctypes.c_bool(store))
        self.cut(cut_at, cut_seed)
        self.milliseconds = 0
        self.end = End(library.host_board_start())
        """RUNS until the power is lost or the board restarts."""

    def close(self) -> None:
        """Takes the board away; `flash` must not be used any more."""
        self.flash = self.flash.copy()
        handle, self._library = self._library._handle, None  # type: ignore[assignment]
        with contextlib.suppress(AttributeError):
            import _ctypes

            _ctypes.dlclose(handle)
        self._folder.cleanup()

    def __enter__(self) -> "HostBoard":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def cut(self, operation: int, seed: int = 0) -> None:
        """Lets the power go in that operation of the flash."""
        self._library.host_board_cut(ctypes.c_uint32(operation), ctypes.c_uint32(seed))

    def wear(self, sector: int) -> None:
        """Freezes the bits of the sector at that address."""
        self._library.host_board_wear(ctypes.c_uint32(sector))

    def stall(self) -> None:
        """No block is played from now on, as without the converters' clock."""
        self._library.host_board_stall()

    @property
    def operations(self) -> int:
        """Erases and page programs so far."""
        return int(self._library.host_board_operations())

    def play(self, audio: Words) -> Words:
        """Plays (n,) Q23, n a multiple of BLOCK: as many milliseconds as blocks pass."""
        out = np.zeros_like(audio)
        for at in range(0, len(audio), BLOCK):
            if self.end is not End.RUNS:
                break
            part, made = np.ascontiguousarray(audio[at : at + BLOCK]), out[at : at + BLOCK]
            self.end = End(self._library.host_board_step(_at(part), _at(made)))
            self.milliseconds += 1
        return out

    def wait(self, milliseconds: int) -> None:
        """Plays silence."""
        self.play(np.zeros(BLOCK * milliseconds, np.int32))

    def send(self, data: bytes) -> None:
        """Gives the board bytes and lets its main loop look at them, without time passing."""
        for at in range(0, len(data), 1024):
            self._library.host_board_send(data[at:], ctypes.c_size_t(min(len(data) - at, 1024)))
            # A frame a call, and one more for what a frame has left.
            for _ in range(data[at : at + 1024].count(0) + 2):
                if self.end is End.RUNS:
                    self.end = End(self._library.host_board_poll())

    def receive(self) -> bytes:
        """What the board has sent since the last call."""
        buffer = ctypes.create_string_buffer(_ROOM)
        count = self._library.host_board_receive(buffer, ctypes.c_size_t(_ROOM))
        return buffer.raw[:count]

    def run_on(self, handle: int, stop: threading.Event) -> None:
        """Serves a file handle, in real time, until `stop` is set or the board ends."""
        begun = time.monotonic() - self.milliseconds / 1000
        while self.end is End.RUNS and not stop.is_set():
            readable, _, _ = select.select([handle], [], [], 0.001)
            if readable:
                with contextlib.suppress(OSError):
                    self.send(os.read(handle, 4096))
            due = int((time.monotonic() - begun) * 1000) - self.milliseconds
            self.wait(min(max(due, 0), 50))
            said = self.receive()
            while said:
                # Nobody reads: the oldest is lost, as on a wire.
                try:
                    said = said[os.write(handle, said) :]
                except (BlockingIOError, OSError):
                    break

    @contextlib.contextmanager
    def on_pty(self) -> Iterator[str]:
        """Serves a pseudo-terminal in a thread; yields the path to open. POSIX only."""
        import tty

        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        stop = threading.Event()
        thread = threading.Thread(target=self.run_on, args=(master, stop), daemon=True)
        thread.start()
        try:
            yield os.ttyname(slave)
        finally:
            stop.set()
            thread.join()
            os.close(master)
            os.close(slave)


def _at(words: Words) -> Any:
    return ctypes.c_void_p(words.ctypes.data)


def _main() -> int:
    parser = argparse.ArgumentParser(description="A pedal on a pseudo-terminal.")
    parser.add_argument("--store", type=Path, help="file that keeps the flash chip's content")
    parser.add_argument("--model", type=Path, action="append", default=[], help="linked in (.psm)")
    chosen = parser.parse_args()
    kept = None
    if chosen.store and chosen.store.is_file():
        kept = np.fromfile(chosen.store, np.uint8)
    while True:
        with HostBoard([path.read_bytes() for path in chosen.model], kept) as board:
            with board.on_pty() as path:
                print(path, flush=True)
                try:
                    while board.end is End.RUNS:
                        time.sleep(0.05)
                except KeyboardInterrupt:
                    pass
            kept = board.flash.copy()
            end = board.end
        if chosen.store:
            kept.tofile(chosen.store)
        if end is not End.RESTARTS:
            return int(end)


if __name__ == "__main__":
    raise SystemExit(_main())
