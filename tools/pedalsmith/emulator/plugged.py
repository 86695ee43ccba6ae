# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""An emulated board on the bench: flashed, powered, and plugged into a USB host."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pedalsmith.emulator.boards import Options, assemble, flash_image
from pedalsmith.emulator.serial_pty import SerialPty, UartLine, UsbLine
from pedalsmith.emulator.usb_host import UsbHost
from pedalsmith.native.boards import Board, load_board


class PluggedBoard:
    """A board that runs while `run` or a call of its `host` is going on. Use it as a context.

    `flash` is the content of the serial flash chip, as another board's `flash` was.
    """

    def __init__(
        self,
        board: Board | str,
        image: Path,
        *,
        options: Options | None = None,
        flash: npt.NDArray[np.uint8] | None = None,
    ) -> None:
        self.board = load_board(board) if isinstance(board, str) else board
        self.emulated = assemble(self.board, options)
        self.machine = self.emulated.machine
        self.host = UsbHost(self.machine, self.emulated.usb)
        if flash is not None:
            self.emulated.spi_flash.content[:] = flash
        flash_image(self.emulated, self.board, image)
        self.emulated.power_up()

    def close(self) -> None:
        """Frees the machine."""
        self.machine.close()

    def __enter__(self) -> "PluggedBoard":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def flash(self) -> npt.NDArray[np.uint8]:
        """Content of the serial flash chip, as it is now."""
        return self.emulated.spi_flash.content.copy()

    @property
    def seconds(self) -> float:
        """Device time since the first power-up."""
        return self.machine.seconds

    @property
    def missed_blocks(self) -> int:
        """Blocks played twice, since `play`; what is played must never repeat."""
        return self.emulated.audio.repeats

    def run(self, seconds: float) -> None:
        """Lets the board run for that much of its time."""
        self.machine.run(seconds)

    def play(self, samples: npt.NDArray[np.int32], room: int) -> None:
        """Guitar (n,) Q23 from now on, with room for so many frames of output."""
        self.emulated.audio.play(samples, room)

    def power_cycle(self) -> None:
        """Power off and on, after PowerLost too: all RAM is lost, the flash chip is not."""
        self.emulated.spi_flash.power_cut_after = None
        self.machine.scramble_ram(self.emulated.spi_flash.content)
        self.emulated.power_up()

    def unplug(self) -> None:
        """Pulls the USB cable."""
        self.emulated.usb.unplug()

    def plug(self) -> None:
        """Puts the cable back; `host.connect` enumerates."""
        self.emulated.usb.plug()

    def pty(self, *, uart: bool = False) -> SerialPty:
        """The serial port as a pseudo-terminal: USB, enumerated again after each restart of the
        board, or the UART console."""
        return SerialPty(
            UartLine(self.machine, self.emulated.console) if uart else UsbLine(self.host)
        )

    @contextlib.contextmanager
    def on_pty(self, *, uart: bool = False) -> Iterator[str]:
        """As `pty`, served in a thread in real time; yields its path."""
        with self.pty(uart=uart) as pty, pty.running() as path:
            yield path
