# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The USB bus, by pyusb and the libusb that the wheel libusb-package brings."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import libusb_package
import usb.core
import usb.util

from pedalsmith.errors import DeviceTrouble
from pedalsmith.link.permission import no_permission


@cache
def backend() -> Any:
    """The libusb backend, or None where it does not load. Tests put their own in its place."""
    return libusb_package.get_libusb1_backend()


def devices(vendor: int, product: int) -> list[Any]:
    """The devices of those ids, as pyusb devices. Raises DeviceTrouble without libusb."""
    found = backend()
    if found is None:
        raise DeviceTrouble("libusb does not load; install the package libusb-package again.")
    try:
        return list(
            usb.core.find(find_all=True, idVendor=vendor, idProduct=product, backend=found) or ()
        )
    except usb.core.NoBackendError:
        raise DeviceTrouble("libusb finds no USB bus on this machine; connect by hand.") from None


def text(device: Any, index: int) -> str | None:
    """A string of the device; None when it has none or may not be asked."""
    if not index:
        return None
    try:
        return str(usb.util.get_string(device, index) or "").strip("\0 ") or None
    except (usb.core.USBError, ValueError, NotImplementedError):
        return None


def readable(device: Any) -> bool:
    """Whether this user may open the device."""
    try:
        device.get_active_configuration()
    except usb.core.USBError as error:
        return error.errno not in (errno.EACCES, errno.EPERM)
    except NotImplementedError:
        return False
    return True


def configure(device: Any) -> None:
    """Sets the device's only configuration, unless the system did it already."""
    try:
        device.get_active_configuration()
    except usb.core.USBError as error:
        if error.errno is not None:
            raise
        device.set_configuration()


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turns what pyusb raises into one line; `what` names what was being done, and with whom."""
    try:
        yield
    except usb.core.USBError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise no_permission(what) from None
        if error.errno in (errno.ENODEV, errno.EIO, errno.ENOENT):
            raise DeviceTrouble(
                f"{what}: the device is gone; plug it in again and repeat the command."
            ) from None
        if error.errno in (errno.ETIMEDOUT, errno.EPIPE):
            raise DeviceTrouble(
                f"{what}: the device does not answer; reset it and repeat the command."
            ) from None
        raise DeviceTrouble(f"{what}: {error}.") from None
    except NotImplementedError:
        raise DeviceTrouble(
            f"{what}: Windows has no WinUSB driver for it; install it with Zadig."
        ) from None
