# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""`pedalsmith flash` with boards that wait in a loader: found, told apart, filled, or refused."""

import json
from pathlib import Path
from types import SimpleNamespace

import bincopy
import pytest

from pedalsmith.link import flashing

from .fake_usb import BOOTLOADER, F4_ROM
from .images import daisy, teensy
from .plugged import Plugged, Run


def test_the_rom_loader_is_found_and_filled(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    device = plugged.dfu()
    image = daisy(tmp_path / "a.bin")
    code, out, err = run("flash", image, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["board"], told["image"], told["bytes"]) == ("daisy_seed", "flash", 9_001)
    assert told["read_back"] is True
    assert device.memory(0x08000000, 9_001) == image.read_bytes()
    assert device.log[-1] == "leave 08000000"


def test_the_daisy_bootloader_takes_what_is_built_for_it(
    plugged: Plugged, run: Run, tmp_path: Path
) -> None:
    device = plugged.dfu(*BOOTLOADER)
    image = daisy(tmp_path / "a.bin", "bootloader", 70_000)
    code, out, _ = run("flash", image)
    assert code == 0
    assert "70,000 bytes at 0x90040000, read back" in out
    assert device.memory(0x90040000, 70_000) == image.read_bytes()


@pytest.mark.parametrize(
    ("strings", "kind", "why", "remedy"),
    [
        (BOOTLOADER, "flash", "waits in DFU (Flash)", "hold BOOT, tap RESET, let go of BOOT"),
        ((), "bootloader", "waits in DFU (Internal Flash", "while the LED pulses, BOOT"),
        (F4_ROM, "flash", "waits in DFU (Internal Flash)", "hold BOOT"),
    ],
)
def test_the_wrong_loader_is_told_and_nothing_written(
    plugged: Plugged, run: Run, tmp_path: Path, strings: tuple[str, ...], kind: str, why: str,
    remedy: str,
) -> None:  # fmt: skip
    device = plugged.dfu(*strings)
    code, _, err = run("flash", daisy(tmp_path / "a.bin", kind))
    assert code == 2
    assert why in err and remedy in err
    assert device.log == [] and device.flash == {}


@pytest.mark.parametrize(("usage", "flash_bytes"), [(0x24, 2 << 20), (0x25, 8 << 20)])
def test_a_teensy_in_halfkay_is_found_and_filled(
    plugged: Plugged, run: Run, tmp_path: Path, usage: int, flash_bytes: int
) -> None:
    device = plugged.teensy(usage, flash_bytes=flash_bytes)
    image = teensy(tmp_path / "a.bin", flash_bytes)
    code, out, err = run("flash", image, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["board"] == {0x24: "teensy40", 0x25: "teensy41"}[usage]
    assert json.loads(out)["read_back"] is False
    assert device.flash[:9_001] == image.read_bytes()
    assert device.started


def test_the_image_of_another_teensy_is_refused(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    device = plugged.teensy(0x24)
    image = teensy(tmp_path / "a.bin", 8 << 20)
    code, _, err = run("flash", image)
    assert code == 2
    assert "is for Teensy 4.1" in err and "waits in" in err
    assert device.blocks == []
    assert run("flash", image, "--force")[0] == 0
    assert device.started


def test_an_image_for_a_daisy_does_not_go_into_a_teensy(
    plugged: Plugged, run: Run, tmp_path: Path
) -> None:
    device = plugged.teensy()
    code, _, err = run("flash", daisy(tmp_path / "a.bin"))
    assert code == 2 and "is for Daisy Seed" in err
    assert device.blocks == []


def test_hex_and_elf_files_are_the_same_image(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    image = daisy(tmp_path / "a.bin")
    file = bincopy.BinFile()
    file.add_binary(image.read_bytes(), 0x08000000)
    (tmp_path / "a.hex").write_text(file.as_ihex())
    device = plugged.dfu()
    code, _, err = run("flash", tmp_path / "a.hex")
    assert (code, err) == (0, "")
    assert device.memory(0x08000000, 9_001) == image.read_bytes()


def test_what_is_no_image_is_refused(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    plugged.dfu()
    bad = tmp_path / "bad"
    for content, said in (
        (b"PSMB" + bytes(100), "`pedalsmith load` puts a model into a running pedal"),
        (b"", "has 0 bytes"),
        (b"\x7fELF" + bytes(100), "damaged .elf"),
        (b":10000000zz", "damaged .hex"),
        (bytes(1000), "no board here"),
        (b"\xff" * 1000, "no board here"),
    ):
        bad.write_bytes(content)
        code, _, err = run("flash", bad)
        assert code == 2
        assert said in err
        assert err.count("\n") == 1
    assert run("flash", tmp_path / "none.bin")[0] == 2
    assert run("flash", tmp_path)[0] == 2


def test_an_image_that_is_too_large_is_refused(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    # The ROM itself would take it: it announces 16 sectors where the chip has one.
    device = plugged.dfu()
    code, _, err = run("flash", daisy(tmp_path / "a.bin", count=131_073))
    assert code == 2
    assert "has 131,073 bytes, Daisy Seed takes 131,072" in err
    assert device.log == []


def test_an_image_of_another_board_needs_force(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    device = plugged.dfu()
    image = tmp_path / "a.bin"
    image.write_bytes(b"\x55" * 5_000)
    code, _, err = run("flash", image, "--board", "daisy_seed")
    assert code == 2 and "--force" in err
    assert device.log == []
    assert run("flash", image, "--board", "daisy_seed", "--force")[0] == 0
    assert device.memory(0x08000000, 5_000) == image.read_bytes()


def test_several_boards_have_to_be_named(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    one, other = plugged.dfu(serial="AAA"), plugged.dfu(serial="BBB")
    image = daisy(tmp_path / "a.bin")
    code, _, err = run("flash", image)
    assert code == 3
    assert "2 boards are connected" in err and "AAA" in err and "--serial" in err
    assert run("flash", image, "--serial", "BBB")[0] == 0
    assert one.log == [] and other.log


def test_no_board_says_how_to_get_one(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    code, _, err = run("flash", daisy(tmp_path / "a.bin"))
    assert code == 3
    assert "hold BOOT, tap RESET" in err and err.count("\n") == 1


def test_no_permission_names_the_line_that_gives_it(
    plugged: Plugged, run: Run, tmp_path: Path
) -> None:
    plugged.dfu().denied = True
    code, _, err = run("flash", daisy(tmp_path / "a.bin"))
    assert code == 3
    assert "sudo install -m 644 " in err and "60-pedalsmith.rules" in err and "udevadm" in err
    rules = next(word for word in err.split() if word.endswith("60-pedalsmith.rules"))
    assert "0483" in Path(rules).read_text()


def test_a_cable_pulled_in_the_middle_is_told(plugged: Plugged, run: Run, tmp_path: Path) -> None:
    plugged.dfu().unplug_at = 30
    code, _, err = run("flash", daisy(tmp_path / "a.bin"))
    assert code == 3
    assert "the device is gone; plug it in again" in err


@pytest.mark.parametrize(
    ("strings", "kind"), [((), "flash"), (BOOTLOADER, "bootloader")], ids=["rom", "bootloader"]
)
def test_without_an_image_the_one_that_fits_the_loader_is_built(
    plugged: Plugged, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    strings: tuple[str, ...], kind: str,
) -> None:  # fmt: skip
    asked: list[object] = []

    def build(board: str, models: object, folder: Path, **more: object) -> SimpleNamespace:
        asked.append((board, models, more))
        return SimpleNamespace(bin=daisy(folder / "built.bin", kind))

    monkeypatch.setattr(flashing, "build", build)
    device = plugged.dfu(*strings)
    model = tmp_path / "tone.psm"
    code, _, err = run("flash", "--model", model, "--controls", "terrarium")
    assert (code, err) == (0, "")
    assert asked == [("daisy_seed", (model,), {"image": kind, "controls": "terrarium"})]
    assert device.log[-1].startswith("leave")
    code, _, err = run("flash", daisy(tmp_path / "a.bin"), "--model", model)
    assert code == 2 and "leave IMAGE out" in err
