# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The engine compiled for a Cortex-M7, run in Unicorn and in QEMU."""

import shutil
import struct
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_ARM, UC_MODE_THUMB, Uc
from unicorn.arm_const import (
    UC_ARM_REG_LR,
    UC_ARM_REG_PC,
    UC_ARM_REG_R0,
    UC_ARM_REG_R1,
    UC_ARM_REG_R2,
    UC_ARM_REG_R3,
    UC_ARM_REG_R4,
    UC_ARM_REG_R5,
    UC_ARM_REG_R6,
    UC_ARM_REG_R7,
    UC_ARM_REG_R8,
    UC_ARM_REG_R9,
    UC_ARM_REG_R10,
    UC_ARM_REG_R11,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M7,
)

from pedalsmith.native.host import HostEngine

from ..compilers import ENGINE, arm_cc, compile_or_fail, engine_sources

HERE = Path(__file__).parent
RAM, RAM_BYTES = 0x20000000, 4 << 20
BLOB_AT, AUDIO_AT, STACK_AT = RAM + (1 << 20) + 1, RAM + (2 << 20), RAM + (3 << 20)
DONE = 0x3FFFF0
_ARGUMENTS = (UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3)
_PRESERVED = (
    UC_ARM_REG_R4,
    UC_ARM_REG_R5,
    UC_ARM_REG_R6,
    UC_ARM_REG_R7,
    UC_ARM_REG_R8,
    UC_ARM_REG_R9,
    UC_ARM_REG_R10,
    UC_ARM_REG_R11,
    UC_ARM_REG_SP,
)


def build(compiler: str, folder: Path, *, assembly: bool = True) -> Path:
    """The image: the engine and semihost.c, linked by arm.ld."""
    image = folder / f"{compiler}-{'assembly' if assembly else 'portable'}.elf"
    portable = [] if assembly else ["-DENGINE_PORTABLE"]
    sources = [*engine_sources(assembly=assembly), str(HERE / "semihost.c")]
    link = ["-nostdlib", "-ffreestanding", f"-Wl,-T,{HERE / 'arm.ld'}"]
    options = ["-O2", *portable, f"-I{ENGINE}", *link]
    compile_or_fail([*arm_cc(compiler), *options, *sources, "-o", str(image)])
    return image


class Machine:
    """A bare Cortex-M7 in Unicorn with an engine loaded."""

    def __init__(self, image: Path, blob: bytes) -> None:
        self.uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
        self.uc.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M7)
        self.uc.mem_map(0, 4 << 20)
        self.uc.mem_map(RAM, RAM_BYTES)
        with image.open("rb") as file:
            elf = ELFFile(file)
            for segment in elf.iter_segments("PT_LOAD"):
                self.uc.mem_write(segment["p_paddr"], segment.data())
            names = elf.get_section_by_name(".symtab")
            self.symbols = {s.name: s["st_value"] for s in names.iter_symbols()}
        self.blob_at = BLOB_AT
        self.uc.mem_write(BLOB_AT, blob)
        # The arena is exactly what the blob needs and ends where the memory does: a read or write
        # beyond it stops the machine.
        needed = HostEngine(blob).arena_bytes
        arena = (RAM + RAM_BYTES - needed) & ~31
        place, memory = STACK_AT + 64, STACK_AT + 128
        self.uc.mem_write(memory, struct.pack("<4I", arena, needed, 0, 0))
        status = self.call("engine_load", memory, BLOB_AT, len(blob), place)
        assert status == 0, f"engine_load: {status}"
        self.engine = struct.unpack("<I", self.uc.mem_read(place, 4))[0]

    def call(self, name: str, *arguments: int) -> int:
        """Calls a C function; the registers that it must preserve are checked."""
        stack = STACK_AT
        self.uc.mem_write(stack, b"".join(struct.pack("<I", a) for a in arguments[4:]))
        for register, value in zip(_ARGUMENTS, arguments, strict=False):
            self.uc.reg_write(register, value)
        for index, register in enumerate(_PRESERVED[:-1]):
            self.uc.reg_write(register, 0xC0DE0000 + index)
        self.uc.reg_write(UC_ARM_REG_SP, stack)
        self.uc.reg_write(UC_ARM_REG_LR, DONE | 1)
        self.uc.emu_start(self.symbols[name] | 1, DONE)
        assert self.uc.reg_read(UC_ARM_REG_PC) & ~1 == DONE
        kept = [self.uc.reg_read(register) for register in _PRESERVED]
        assert kept == [*(0xC0DE0000 + i for i in range(len(_PRESERVED) - 1)), stack]
        return int(self.uc.reg_read(UC_ARM_REG_R0))

    def process(self, audio: npt.NDArray[np.int32], block: int = 48) -> npt.NDArray[np.int32]:
        """Plays Q23 words in blocks."""
        out = []
        for at in range(0, len(audio), block):
            part = audio[at : at + block].astype("<i4")
            self.uc.mem_write(AUDIO_AT, part.tobytes())
            self.call("engine_process", self.engine, AUDIO_AT, AUDIO_AT, len(part))
            out.append(np.frombuffer(self.uc.mem_read(AUDIO_AT, 4 * len(part)), "<i4"))
        return np.concatenate(out).astype(np.int32)


@cache
def qemu() -> str:
    """The emulator's name; skips where it is not installed."""
    found = shutil.which("qemu-system-arm")
    if found is None:
        pytest.skip("qemu-system-arm, the second emulator, is not installed")
    return found


def run_qemu(
    image: Path, blob: bytes, audio: npt.NDArray[np.int32], folder: Path
) -> npt.NDArray[np.int32]:
    """Plays Q23 words in QEMU's mps2-an500."""
    (folder / "model.psm").write_bytes(blob)
    (folder / "in.raw").write_bytes(audio.astype("<i4").tobytes())
    machine = ["-M", "mps2-an500", "-display", "none", "-monitor", "none", "-serial", "none"]
    semihosting = ["-semihosting-config", "enable=on,target=native"]
    done = subprocess.run(
        [qemu(), *machine, *semihosting, "-kernel", str(image)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
    return np.fromfile(folder / "out.raw", "<i4").astype(np.int32)
