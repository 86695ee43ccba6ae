# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The boards: each is a folder under boards/ with a board.json, which CMake reads as well."""

import json
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pedalsmith.errors import BadInput
from pedalsmith.source import boards_dir


def _address(value: object) -> object:
    return int(value, 16) if isinstance(value, str) else value


Address = Annotated[int, BeforeValidator(_address), Field(ge=0, lt=1 << 32)]
"""Written as a hexadecimal text, because JSON has no such numbers."""


Pin = Annotated[str, Field(pattern=r"^(P[A-K](\d|1[0-5])|GPIO_[A-Z0-9_]+_\d\d)$")]
"""A chip's name for a pin: PC7 of an STM32, GPIO_AD_B1_09 of an RT1062"""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Memory(_Strict):
    """A region of the address space, as the linker sees it."""

    origin: Address
    bytes: Annotated[int, Field(gt=0)]

    @property
    def end(self) -> int:
        """The first address after it."""
        return self.origin + self.bytes


class Loader(_Strict):
    """The program on the board that takes an image over USB."""

    kind: Literal["dfuse", "halfkay"]
    enter: str
    """How a person gets the board into it, one sentence"""
    sector: Annotated[int, Field(gt=0)] | None = None
    """DfuSe: bytes of the sector at `load`, which tells boards of one USB id apart"""
    usage: Address | None = None
    """HalfKay: its HID usage, which is the Teensy's model"""


class ImageKind(_Strict):
    """A way to put an image on the board."""

    code: Memory
    """Where the image runs from; its size is the limit."""
    load: Address
    """Where the .bin is written to."""
    loader: Loader | None = None
    """What takes it; without it `pedalsmith flash` does not know the board"""


class Controls(_Strict):
    """What a pedal wires to the board, as names out of `header`."""

    knobs: Annotated[tuple[str, ...], Field(max_length=6)] = ()
    switches: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    """Footswitches that connect to ground"""
    lights: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    """LEDs that light when high"""
    high: tuple[str, ...] = ()
    """Held high: relays and the like that let the sound through"""
    low: tuple[str, ...] = ()
    """Held low"""


class Board(_Strict):
    """What board.json says; boards/README.md explains each entry."""

    folder: str
    """Name of the folder, and of the board on the command line."""
    name: str
    mcu: str
    """Folder under firmware/mcu/"""
    core: str
    """Folder under firmware/mcu/ with what all chips of that core share"""
    code: str = ""
    """Folder under boards/ whose C files serve this board as well; "": its own"""
    clock_hz: int
    sample_rate: int
    """Hz"""
    block: Annotated[int, Field(ge=1, le=256)]
    """Samples processed at once, unless another number is asked for"""
    console_baud: int
    drivers: tuple[str, ...]
    """Files under firmware/drivers/ without their ending"""
    options: dict[str, str] = {}
    """What the board's C file lets be chosen; BOARD_OPTION_<NAME> there"""
    choices: dict[str, tuple[str, ...]] = {}
    """The values of an option; one without is a number of 16 bits, in hexadecimal"""
    images: dict[str, ImageKind]
    """"flash" is the default."""
    memories: dict[str, Memory]
    pins: dict[str, Pin]
    """What the firmware calls a pin: the chip's name for it"""
    header: dict[str, Pin] = {}
    """What the board's maker calls a pin: the chip's name for it"""
    controls: dict[str, Controls]
    """Pedals that the board goes into; "none" is the board alone"""
    flashing: tuple[str, ...] = ()
    """How an image gets onto the board, step by step: {image} stands for the .bin, backticks
    hold a command"""

    @model_validator(mode="after")
    def _pins_are_there(self) -> Self:
        for name, controls in self.controls.items():
            for place in (pin for pins in dict(controls).values() for pin in pins):
                if place not in self.header:
                    raise ValueError(f"controls.{name}: no {place} in header")
        return self

    @model_validator(mode="after")
    def _options_are_choices(self) -> Self:
        for name in self.choices:
            if name not in self.options:
                raise ValueError(f"choices.{name}: no {name} in options")
        for name, value in self.options.items():
            if self._spelled(name, value) != value:
                raise ValueError(f"options.{name}: {value} is not one of its choices")
        return self

    @property
    def usual_image(self) -> str:
        """The kind of image that is meant where none is named: the first in board.json."""
        return next(iter(self.images))

    def image_kind(self, name: str) -> ImageKind:
        """The kind of that name. Raises BadInput."""
        if name not in self.images:
            raise BadInput(f"{self.folder}: no image {name!r}; there is {', '.join(self.images)}.")
        return self.images[name]

    def controls_of(self, name: str) -> Controls:
        """The controls of that name. Raises BadInput."""
        if name not in self.controls:
            known = ", ".join(self.controls)
            raise BadInput(f"{self.folder}: no controls {name!r}; there is {known}.")
        return self.controls[name]

    def option_value(self, name: str, text: str) -> str:
        """The value of an option that `text` means, in whichever case. Raises BadInput."""
        if name not in self.options:
            known = ", ".join(self.options) or "none"
            raise BadInput(f"{self.folder}: no option {name!r}; there is {known}.")
        value = self._spelled(name, text)
        if value is None:
            known = ", ".join(self.choices.get(name, ("0x0000 to 0xFFFF",)))
            raise BadInput(f"{self.folder}: option {name}: no {text!r}; there is {known}.")
        return value

    def _spelled(self, name: str, text: str) -> str | None:
        """`text` as C compares it: text, or 0x and four digits. None: it is no such value."""
        if name in self.choices:
            return next((one for one in self.choices[name] if one.lower() == text.lower()), None)
        number = re.fullmatch(r"0x([0-9a-f]{1,4})", text, re.IGNORECASE)
        return f"0x{int(number[1], 16):04X}" if number else None


def board_names() -> list[str]:
    """The boards there are: every folder under boards/ with a board.json."""
    return sorted(path.parent.name for path in boards_dir().glob("*/board.json"))


def load_board(name: str) -> Board:
    """Reads boards/<name>/board.json. Raises BadInput: no such board, or a wrong entry."""
    if name not in board_names():
        raise BadInput(f"no board {name!r}; there is {', '.join(board_names())}.")
    path = boards_dir() / name / "board.json"
    try:
        return Board(folder=name, **json.loads(path.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}: not JSON ({error}).") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}: {where}: {first['msg']}.") from None
