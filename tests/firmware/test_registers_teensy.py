# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The registers of a running Teensy 4.1 against what PJRC's proven firmware writes.

The reference was recorded from PJRC's core and audio library (../shared/reference/registers). Every
register of it that concerns the pedal either holds the same value at the end, or stands below with
our value and the reason; an entry whose difference is gone fails as well.
"""

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from pedalsmith.emulator.boards import Options, assemble
from pedalsmith.emulator.branch import in_a_copy
from pedalsmith.emulator.image import read_image
from pedalsmith.emulator.machine import Machine
from pedalsmith.emulator.rt1062.board import EmulatedTeensy
from pedalsmith.emulator.usb_host import UsbHost
from pedalsmith.native.firmware import Image, build
from pedalsmith.source import firmware_dir

from .conftest import need

BOARD = "teensy41"
BUILDS = (("teensy41", "zig"), ("teensy41", "gcc"), ("teensy40", "zig"))

NOT_USED = {
    "PWM1": "no PWM", "PWM2": "no PWM", "PWM3": "no PWM", "PWM4": "no PWM",
    "TMR1": "no timers", "TMR2": "no timers", "TMR3": "no timers", "TMR4": "no timers",
    "PIT": "time is taken from SysTick and DWT.CYCCNT",
    "SNVS": "no calendar",
    "FLEXSPI2": "no PSRAM",
    "TEMPMON": "measures less often",
    "ADC2": "all knobs are on ADC1",
    "SCB": "the core's own, checked by what runs",
    "MPU": "the vendor executes from flash, we do not; see boards/teensy41/board.c",
    "NVIC": "see test_only_what_has_a_handler_interrupts",
    "SysTick": "on the core's clock",
    "DWT": "as SCB",
    "CoreDebug": "as SCB",
}  # fmt: skip

NOT_STATE = {
    "LPI2C1.MTDR": "a pipe",
    "LPI2C1.MSR": "status",
    "DMA0.TCD0_DADDR": "our own memory",
    "DMA0.TCD1_SADDR": "our own memory",
    "USB1.ENDPTLISTADDR": "our own memory",
    "USB1.ASYNCLISTADDR": "the same register by its name for hosts",
    "DMA0.ERQ(from SERQ/CERQ)": "read as DMA0.ERQ",
    "DMA0.DCHPRI0": "two channels keep the priorities of a reset",
    "DMA0.DCHPRI1": "as DCHPRI0",
}

COMPARED_BITS = {
    "CCM_ANALOG.PLL_ARM": 0x7FFFFFFF, "CCM_ANALOG.PLL_USB1": 0x7FFFFFFF,
    "CCM_ANALOG.PLL_AUDIO": 0x7FFFFFFF, "USB1.USBMODE": 0x1F,
}  # fmt: skip
"""The others are status, or not the firmware's."""

REASONS: dict[str, tuple[int, str]] = {
    "IOMUXC_GPR.GPR17": (0xAAAAAAFF, "128 KB of ITCM; the vendor's share follows its image"),
    "IOMUXC_GPR.GPR28": (0, "no pin of that port is used"),
    "ADC1.CFG": (0xC63B, "12 bits, mean of 32"),
    "ADC1.GC": (0x20, "calibration is waited for; with its mean"),
    "CCM_ANALOG.PLL_AUDIO_NUM": (6720, "48,000 Hz, the vendor has 44,100"),
    "CCM.CS1CDR": (0x0EC102CD, "as CCM_ANALOG.PLL_AUDIO_NUM"),
    "CCM.CBCMR": (0x2DAE8324, "no PSRAM"),
    "CCM.CCGR1": (0xFFFFCCFF, "gates are opened where they are needed"),
    "CCM.CCGR4": (0xFF00FFFF, "as CCM.CCGR1"),
    "CCM.CCGR6": (0x03FCFF3F, "as CCM.CCGR1"),
    "CCM.CCGR7": (0xFFFFFFF3, "no PSRAM"),
    "DMA0.TCD0_SADDR": (0x403840A0, "whole words of 32 bits, the vendor moves their upper half"),
    "DMA0.TCD0_SOFF": (0x02020000, "as DMA0.TCD0_SADDR"),
    "DMA0.TCD0_NBYTES_MLNO": (4, "as DMA0.TCD0_SADDR"),
    "DMA0.TCD0_DOFF": (4, "as DMA0.TCD0_SADDR"),
    "DMA0.TCD0_CITER_ELINKNO": (192, "two halves of 48 frames"),
    "DMA0.TCD0_BITER_ELINKNO": (192, "two halves of 48 frames"),
    "DMA0.TCD0_DLASTSGA": (0xFFFFFD00, "two halves of 48 frames"),
    "DMA0.TCD1_DADDR": (0x40384020, "as DMA0.TCD0_SADDR"),
    "DMA0.TCD1_SOFF": (0x02020004, "as DMA0.TCD0_SADDR"),
    "DMA0.TCD1_NBYTES_MLNO": (4, "as DMA0.TCD0_SADDR"),
    "DMA0.TCD1_CITER_ELINKNO": (192, "two halves of 48 frames"),
    "DMA0.TCD1_BITER_ELINKNO": (192, "two halves of 48 frames"),
    "DMA0.TCD1_SLAST": (0xFFFFFD00, "two halves of 48 frames"),
    "DMA0.TCD1_CSR": (0, "only the receiver interrupts"),
    "SAI1.TCR1": (3, "two frames in the FIFO, the vendor has fourteen"),
    "SAI1.RCR1": (0, "each word at once, the vendor waits for sixteen"),
    "USB1.USBINTR": (0x147, "port changes as well: they tell of the end of a suspend"),
}

CONNECTED: dict[str, tuple[int, str]] = {
    "USB1.USBCMD": (1, "no descriptor is added to a queue that runs: no ATDTW"),
    "USB1.ENDPTCTRL0": (0x00800080, "read back: it is always on; the vendor's is what it wrote"),
    "USB1.ENDPTCTRL2": (0x00CC0008, "its unused side is bulk: the manual forbids control there"),
    "USB1.ENDPTCTRL3": (0, "data is on endpoint 1 both ways, there is no second port"),
    "USB1.ENDPTCTRL4": (0, "as USB1.ENDPTCTRL3"),
}
"""With a host at the other end"""

CODEC_WORDS = {0x04: (0x0004, 0x0008), 0x06: (0x0030, 0x0010)}
"""Register of the codec: the vendor's word, ours: 48 kHz, 24 bits."""


def reference(shared: Path, name: str) -> dict[str, Any]:
    path = shared / "reference" / "registers" / f"{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def power_up(image: Image) -> EmulatedTeensy:
    emulated = assemble(image.board, Options(controls="pedal"))
    assert isinstance(emulated, EmulatedTeensy)
    emulated.machine.writes.on = True
    emulated.machine.load(read_image(image.bin, image.load))
    emulated.audio.play(np.zeros(4800, np.int32), 48_000)
    emulated.power_up()
    emulated.machine.run(0.7)
    return emulated


@pytest.fixture(scope="module", params=BUILDS, ids="-".join)
def board(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmulatedTeensy]:
    name, compiler = request.param
    need(compiler)
    folder = tmp_path_factory.mktemp("registers")
    emulated = power_up(build(name, None, folder, compiler, controls="pedal"))
    yield emulated
    emulated.machine.close()


def registers(machine: Machine) -> dict[str, int]:
    """Every register by its full name; a TCD's half-words apart, as the vendor writes them."""
    found = {
        register.full_name: peripheral.get(register.offset)
        for peripheral in machine.peripherals
        for register in peripheral.registers.values()
    }
    for n in (0, 1):
        for word, upper in (("DOFF", "CITER_ELINKNO"), ("CSR", "BITER_ELINKNO")):
            found[f"DMA0.TCD{n}_{upper}"] = found[f"DMA0.TCD{n}_{word}"] >> 16
            found[f"DMA0.TCD{n}_{word}"] &= 0xFFFF
    return found


def test_every_register_is_the_vendors_or_has_a_reason(shared: Path, board: EmulatedTeensy) -> None:
    wanted = reference(shared, f"{board.machine.name}_audio")["final"]
    wrong = differences(wanted, board.machine, REASONS)
    assert not wrong, "\n".join(wrong)


def differences(
    wanted: dict[str, str], machine: Machine, reasons: dict[str, tuple[int, str]]
) -> list[str]:
    """What is neither the vendor's nor has a reason that holds."""
    ours = registers(machine)
    wrong = []
    for name, text in wanted.items():
        unit = name.partition(".")[0]
        if unit in NOT_USED or name in NOT_STATE or "EMC_2" in name or "FLEXSPI2" in name:
            continue
        mask = COMPARED_BITS.get(name, 0xFFFFFFFF)
        expected, reason = int(text, 16) & mask, ""
        if name in reasons:
            stated, reason = reasons[name]
            if stated & mask == expected:
                wrong.append(f"{name}: is the vendor's, its reason is out of date")
            expected = stated & mask
        if name not in ours or ours[name] & mask != expected:
            wrong.append(f"{name}: {ours.get(name, 0):#x} and not {expected:#x} {reason}")
    return wrong


def test_usb_is_set_up_as_the_vendors_at_full_speed(shared: Path, board: EmulatedTeensy) -> None:
    def connected() -> list[str]:
        UsbHost(board.machine, board.usb).connect()
        wanted = reference(shared, "teensy41_usb")["final_fs"]
        data = (int(wanted[f"USB1.ENDPTCTRL{n}"], 16) & 0xC800C8 for n in (3, 4))
        wanted["USB1.ENDPTCTRL1"] = hex(sum(data))
        # Status, the host's choice, and the timer by which the vendor waits for more to send.
        for name in ("USBSTS", "ENDPTCOMPLETE", "DEVICEADDR", "GPTIMER0LD", "GPTIMER0CTRL"):
            del wanted[f"USB1.{name}"]
        return differences(wanted, board.machine, REASONS | CONNECTED)

    wrong = in_a_copy(connected)
    assert not wrong, "\n".join(wrong)


def test_the_codec_gets_the_vendors_words_in_order(shared: Path, board: EmulatedTeensy) -> None:
    wanted = []
    for address, data, kind in reference(shared, f"{board.machine.name}_audio")["i2c"]:
        # The vendor reads registers before it changes them; we know what is in them.
        if kind == "W" and len(data) == 4:
            vendors, ours = CODEC_WORDS.get(data[1], (None, None))
            word = data[2] << 8 | data[3]
            word = ours if ours is not None and word == vendors else word
            wanted.append((address, [0, data[1], word >> 8, word & 0xFF]))
    sent = [(address, list(data)) for address, data in board.i2c_bus.log if len(data) == 4]
    assert sent == wanted


def test_only_what_has_a_handler_interrupts(board: EmulatedTeensy) -> None:
    enabled = {
        32 * int(name[10:-1]) + bit
        for name, value, _ in board.machine.writes.entries
        if name.startswith("NVIC.ISER[")
        for bit in range(32)
        if int(value, 16) >> bit & 1
    }
    assert enabled == {0, 25, 113}, "DMA channel 0, the console, USB"


def test_flash_gets_the_vendors_commands(shared: Path, tmp_path: Path) -> None:
    main = Path(__file__).parent / "store" / "main.c"
    emulated = power_up(build(BOARD, None, tmp_path, main=main))
    try:
        writes = [entry for entry in emulated.machine.writes.entries if "FLEXSPI." in entry[0]]
    finally:
        emulated.machine.close()

    def commands(entries: list[Any]) -> list[tuple[int, int]]:
        """The first two words of each sequence that was carried out."""
        sent, table = [], {"FLEXSPI.LUT[60]": 0, "FLEXSPI.LUT[61]": 0}
        for name, value, *_ in entries:
            if name in table:
                table[name] = int(value, 16)
            elif name == "FLEXSPI.IPCMD":
                sent.append((table["FLEXSPI.LUT[60]"], table["FLEXSPI.LUT[61]"]))
        return sent

    wanted = commands(reference(shared, "teensy41_flash")["writes"])
    ours = commands(writes)
    assert set(ours) <= set(wanted)
    assert [one[0] for one in ours[:3]] == [0x00000406, 0x08180420, 0x24010405]
    numbers = {int(value, 16) >> 16 for name, value, *_ in writes if name == "FLEXSPI.IPCR1"}
    assert numbers == {15}, "the sequence that nothing else uses"


ALIASES = (
    (r"^PLL|^PFD", r"CCM_ANALOG_\g<0>"), (r"_SELECT$", "_SELECT_INPUT"),
    (r"^IOMUXC_MUX0$", "IOMUXC_SW_MUX_CTL_PAD_GPIO_EMC_00"),
    (r"^IOMUXC_PAD0$", "IOMUXC_SW_PAD_CTL_PAD_GPIO_EMC_00"),
    (r"^IOMUXC_(GPR.*)", r"IOMUXC_GPR_\1"), (r"^IOMUXC_GPR_GPR260$", "IOMUXC_GPR_GPR26"),
    (r"^GPIO_(.*)0$", r"GPIO6_\1"), (r"^OCOTP_CFG0$", "OCOTP_CFG0"),
    (r"^DMA_(NBYTES)0$", r"DMA0_TCD0_\1_MLNO"),
    (r"^DMA_(SADDR|SOFF|SLAST|DADDR|DOFF|DLASTSGA|CSR)0$", r"DMA0_TCD0_\1"),
    (r"^DMA_(?!0|TCD)", "DMA0_"), (r"^SAI1_([TR])CR0$", r"SAI1_\1CSR"),
)  # fmt: skip
"""Our names where they differ from the SVD's."""


def test_addresses_are_those_of_the_svd() -> None:
    found = find_spec("pyocd")
    if found is None or found.origin is None:
        pytest.skip("pyocd is not installed: its SVD of the RT1062 says where registers are")
    archive = Path(found.origin).with_name("debug") / "svd" / "svd_data.zip"
    with zipfile.ZipFile(archive) as files:
        root = ElementTree.fromstring(files.read("MIMXRT1062.xml"))
    units = {unit.findtext("name"): unit for unit in root.iter("peripheral")}
    names = defaultdict(set)
    for name, unit in units.items():
        source = units[unit.get("derivedFrom")] if unit.get("derivedFrom") else unit
        base = int(unit.findtext("baseAddress") or "0", 0)
        for register in source.iter("register"):
            offset = int(register.findtext("addressOffset") or "0", 0)
            plain = re.sub(r"\[?%s\]?", "0", register.findtext("name") or "")
            names[base + offset].add(re.sub(r"\W|_", "", f"{name}_{plain}"))
    header = (firmware_dir() / "mcu" / "rt1062" / "registers.h").read_text()
    defined = re.findall(r"#define (\w+)(\(\w+\))? +REG\d+\((0x\w+)u[^)]*\)", header)
    assert len(defined) > 100
    wrong = []
    for name, indexed, address in defined:
        ours = name + ("0" if indexed else "")
        for pattern, text in ALIASES:
            ours = re.sub(pattern, text, ours)
        if re.sub("_", "", ours) not in names[int(address, 16)]:
            wrong.append(f"{name}: {address} is {sorted(names[int(address, 16)])}")
    assert not wrong, "\n".join(wrong)
