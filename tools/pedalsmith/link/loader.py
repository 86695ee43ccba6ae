# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""An image into the loader that a board waits in, once it is the right one."""

from pedalsmith.errors import BadInput
from pedalsmith.link import dfuse, halfkay
from pedalsmith.link.ports import Kind, Seen
from pedalsmith.link.progress import Tell
from pedalsmith.native.image_file import Firmware, Target


def place_for(target: Target, seen: Seen, count: int) -> dfuse.DfuSe | halfkay.Found | None:
    """What of the loader takes so many bytes of an image for that target.

    Daisy's two loaders have one USB id: what tells them apart is whether their memory map holds the
    address of the image. The size of the sector there tells an STM32H7 from its relatives.
    """
    loader = target.image.loader
    if loader is None:
        return None
    if seen.kind is Kind.HALFKAY:
        found: halfkay.Found = seen.handle
        # 0: the system does not tell the usage.
        return found if loader.kind == "halfkay" and found.usage in (0, loader.usage) else None
    if loader.kind != "dfuse":
        return None
    address = target.image.load
    for memory in dfuse.memories(seen.handle):
        area = memory.layout.at(address)
        if area and area.size == loader.sector and memory.layout.takes(address, count):
            return memory
    return None


def write(
    firmware: Firmware, wanted: list[Target], seen: Seen, tell: Tell, *, force: bool
) -> Target:
    """Writes to the first target that the loader takes, checks it, starts it.

    Raises BadInput when it takes none, or the image is too large; DeviceTrouble.
    """
    for target in wanted:
        firmware.demand_room(target)
        place = place_for(target, seen, len(firmware.data))
        if place is None and force and seen.kind is Kind.HALFKAY:
            place = seen.handle
        if isinstance(place, halfkay.Found):
            with halfkay.HalfKay(place) as teensy:
                teensy.write(target.image.load, firmware.data, tell)
                teensy.start()
            return target
        if place is not None:
            with place as memory:
                memory.write(target.image.load, firmware.data, tell)
                memory.leave(target.image.load)
            return target
    raise wrong_loader(firmware, wanted[0], f"the board waits in {seen}")


def wrong_loader(firmware: Firmware, target: Target, why: str) -> BadInput:
    """The error that dfu-util words as "Last page is not writeable"."""
    loader, kinds = target.image.loader, ", ".join(target.board.images)
    enter = f" ({loader.enter})" if loader else ""
    return BadInput(
        f"{firmware.path}: is for {target.board.name} at 0x{target.image.load:08x}, but {why}; "
        f"start its loader{enter} and run this again, or build the kind of image that fits: "
        f"`pedalsmith build --image`, of {kinds}."
    )
