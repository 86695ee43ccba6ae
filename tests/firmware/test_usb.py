# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""drivers/usb_cdc.c against a host in Python: enumeration, line coding, data, nonsense."""

import ctypes as ct
import struct
from pathlib import Path

import numpy as np
import pytest

from pedalsmith.native.compiler import WARNINGS, run_compiler, zig_cc
from pedalsmith.source import firmware_dir

IN, OUT, NOTIFY, EP0_IN = 0x81, 0x01, 0x82, 0x80
CONFIG_H = """
#define BOARD_NAME "Daisy Seed"
#define BOARD_OPTION_USB_VENDOR 0x0483u
#define BOARD_OPTION_USB_PRODUCT 0x5740u
"""


class Sent(ct.Structure):
    """struct sent of usb/controller.c."""

    _fields_ = (("endpoint", ct.c_uint32), ("count", ct.c_uint32), ("bytes", ct.c_uint8 * 64))


@pytest.fixture(scope="module")
def library_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usb")
    (folder / "config.h").write_text(CONFIG_H)
    drivers = firmware_dir() / "drivers"
    command = [*zig_cc(), "-std=c11", "-O1", "-fPIC", "-shared", "-fno-sanitize=all", *WARNINGS]
    command += [f"-I{drivers}", f"-I{folder}", str(drivers / "usb_cdc.c")]
    command += [str(Path(__file__).parent / "usb" / "controller.c")]
    run_compiler([*command, "-o", str(folder / "usb.so")], "usb_cdc.c")
    return folder / "usb.so"


class Host:
    """The other end of the cable."""

    def __init__(self, path: Path) -> None:
        self.lib = ct.CDLL(str(path))
        self.lib.usb_cdc_open.restype = ct.c_char_p
        self.lib.usb_cdc_write.restype = self.lib.usb_cdc_read.restype = ct.c_size_t
        self.lib.usb_cdc_connected.restype = ct.c_bool
        self.lib.usb_cdc_loader_wanted.restype = ct.c_bool
        self.serial = ct.create_string_buffer(b"0123456789ABCDEF01234567")
        self.lib.usb_cdc_open(self.serial)
        self.lib.tell_reset()
        self.lib.usb_cdc_loader_wanted()
        self.read(4096)
        self.seen = self.count("sent_count")

    def count(self, name: str) -> int:
        return ct.c_uint32.in_dll(self.lib, name).value

    def packets(self) -> list[tuple[int, bytes]]:
        ring = (Sent * 64).in_dll(self.lib, "sent")
        found = []
        while self.seen < self.count("sent_count"):
            one = ring[self.seen % 64]
            found.append((one.endpoint, bytes(one.bytes[: one.count])))
            self.seen += 1
        return found

    def control(self, packet: str, data: bytes = b"") -> bytes | None:
        """A control transfer; the bytes read, or None when it is refused."""
        stalls = self.count("stalls")
        raw = bytes.fromhex(packet)
        self.lib.tell_setup(raw)
        if data:
            self.lib.tell_received(0, data, ct.c_size_t(len(data)))
        answer = b""
        for _ in range(20):
            sent = [part for endpoint, part in self.packets() if endpoint == EP0_IN]
            if not sent:
                break
            for part in sent:
                answer += part
                self.lib.tell_sent(EP0_IN)
        if raw[0] & 0x80:
            self.lib.tell_received(0, b"", ct.c_size_t(0))
        return None if self.count("stalls") > stalls else answer

    def open(self) -> None:
        assert self.control("0009010000000000") == b""
        assert self.control("2122010000000000") == b""

    def read(self, count: int) -> bytes:
        buffer = ct.create_string_buffer(count)
        given = self.lib.usb_cdc_read(buffer, ct.c_size_t(count))
        return buffer.raw[:given]

    def write(self, data: bytes) -> int:
        return int(self.lib.usb_cdc_write(data, ct.c_size_t(len(data))))


@pytest.fixture
def host(library_path: Path) -> Host:
    return Host(library_path)


def test_a_host_reads_the_descriptors(host: Host) -> None:
    device = host.control("8006000100004000")
    assert device is not None and len(device) == 18
    assert struct.unpack_from("<HHH", device, 8) == (0x0483, 0x5740, 0x0100)
    assert host.control("0005050000000000") == b""
    assert host.count("address") == 5
    head = host.control("8006000200000900")
    assert head is not None and len(head) == 9
    total = struct.unpack_from("<H", head, 2)[0]
    whole = host.control("800600020000ff00")
    assert whole is not None and len(whole) == total
    at, kinds, endpoints = 0, [], []
    while at < total:
        kinds.append(whole[at + 1])
        if whole[at + 1] == 5:
            endpoints.append((whole[at + 2], whole[at + 3], whole[at + 4]))
        at += whole[at]
    assert at == total
    assert kinds == [2, 11, 4, 0x24, 0x24, 0x24, 0x24, 5, 4, 5, 5]
    assert endpoints == [(NOTIFY, 3, 8), (OUT, 2, 64), (IN, 2, 64)]
    assert host.control("800600030000ff00") == bytes.fromhex("04030904")
    for index, text in ((1, "pedalsmith"), (2, "Daisy Seed"), (3, "0123456789ABCDEF01234567")):
        string = host.control(f"8006{index:02x}030904ff00")
        assert string is not None and string[2:].decode("utf-16-le") == text
    assert host.control("8006040309040400") is None, "no such string"
    assert host.control("8006000600000a00") is None, "no high speed"


def test_a_long_answer_is_cut_into_packets_and_ended(host: Host) -> None:
    host.lib.tell_setup(bytes.fromhex("800600020000ff00"))
    sizes = []
    for _ in range(4):
        for endpoint, part in host.packets():
            if endpoint == EP0_IN:
                sizes.append(len(part))
                host.lib.tell_sent(EP0_IN)
    assert sizes == [64, 11]
    assert len(host.control("8006000200004000") or b"") == 64, "no more than was asked for"


def test_line_coding_is_kept_and_134_baud_asks_for_the_loader(host: Host) -> None:
    host.open()
    coding = bytes.fromhex("80250000000007")
    assert host.control("2120000000000700", coding) == b""
    assert host.control("a121000000000700") == coding
    assert not host.lib.usb_cdc_loader_wanted()
    assert host.control("2120000000000700", bytes.fromhex("86000000000008")) == b""
    assert host.lib.usb_cdc_loader_wanted()
    assert not host.lib.usb_cdc_loader_wanted(), "once"


def test_text_goes_out_in_packets_and_ends_short(host: Host) -> None:
    host.open()
    host.packets()
    text = bytes(range(256))[:128]
    assert host.write(text) == 128
    got = []
    for _ in range(6):
        for endpoint, part in host.packets():
            if endpoint == IN:
                got.append(part)
                host.lib.tell_sent(IN)
    assert [len(part) for part in got] == [64, 64, 0]
    assert b"".join(got) == text


def test_without_a_terminal_text_is_dropped_and_nothing_waits(host: Host) -> None:
    host.control("0009010000000000")
    host.packets()
    assert not host.lib.usb_cdc_connected()
    assert host.write(b"x" * 10_000) == 10_000
    assert not [p for e, p in host.packets() if e == IN]
    host.control("2122010000000000")
    assert host.lib.usb_cdc_connected()
    assert host.write(b"x" * 10_000) == 2048, "a full buffer takes no more"
    host.lib.tell_suspended(ct.c_bool(True))
    assert not host.lib.usb_cdc_connected()


def test_received_bytes_keep_their_order_and_a_full_buffer_holds_the_host_back(host: Host) -> None:
    host.open()
    armed = ct.c_uint32.in_dll(host.lib, "armed")
    sent, rng = b"", np.random.default_rng(7)
    while armed.value & 2:
        armed.value &= ~2
        part = rng.bytes(int(rng.integers(1, 65)))
        sent += part
        host.lib.tell_received(OUT, part, ct.c_size_t(len(part)))
    assert 2048 - 64 < len(sent) <= 2048
    assert host.read(4096) == sent
    assert armed.value & 2, "room again"


def test_nonsense_is_refused_and_does_no_harm(host: Host) -> None:
    rng = np.random.default_rng(8)
    for _ in range(20_000):
        host.lib.tell_setup(rng.bytes(8))
        data = rng.bytes(int(rng.integers(0, 65)))
        host.lib.tell_received(0, data, ct.c_size_t(len(data)))
        host.lib.tell_sent(int(rng.choice([EP0_IN, IN, NOTIFY])))
    host.lib.tell_reset()
    host.packets()
    assert len(host.control("8006000100004000") or b"") == 18
