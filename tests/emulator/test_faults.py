# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Faults as the firmware's handlers see them, in the emulated core and, the same program, in QEMU.

Each program notes what its handler finds: RESULT(1) CFSR, (2) HFSR, (3) MMFAR or BFAR, (4) which
exception, (5) the stacked PC from the start of the program on, (6) that the program went on. QEMU
knows no bus faults where no memory is, so those are only checked here.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.image import Image
from pedalsmith.emulator.stm32h750.chip import Stm32h750

Run = Callable[..., list[int]]

HANDLER = """
    static uint32_t skip;
    void handler_fault(uint32_t *frame, uint32_t number) {
        RESULT(1) = CFSR; RESULT(2) = HFSR;
        RESULT(3) = CFSR & 0x80u ? MMFAR : CFSR & 0x8000u ? BFAR : 0;
        RESULT(4) = number; RESULT(5) = frame[6] - ((uint32_t)(uintptr_t)program & ~1u);
        frame[6] += skip;
        CFSR = CFSR; HFSR = HFSR;
    }
    #define ENABLE SHCSR = 7u << 16
"""
REGION = """
    REG(0xE000ED98) = 0; REG(0xE000ED9C) = 0x20018000; REG(0xE000EDA0) = {rasr} | 9u << 1 | 1;
    REG(0xE000ED94) = 5; __asm__ volatile("dsb\\n isb");
"""


def program_of(body: str) -> str:
    """A whole program with the handler."""
    return f"{HANDLER}\nvoid program(void) {{ {body} }}"


SAME_IN_QEMU = {
    "an undefined instruction": (
        """ENABLE; skip = 2;
        __asm__ volatile("1: udf #0" ::: "memory"); RESULT(6) = 1;""",
        (1 << 16, 0, 0, 6),
    ),
    "with UsageFault off it is a HardFault": (
        """skip = 2; __asm__ volatile("udf #0" ::: "memory"); RESULT(6) = 1;""",
        (1 << 16, 1 << 30, 0, 3),
    ),
    "with PRIMASK set too": (
        """ENABLE; skip = 2; __asm__ volatile("cpsid i\\n udf #0" ::: "memory"); RESULT(6) = 1;""",
        (1 << 16, 1 << 30, 0, 3),
    ),
    "floating point without CPACR": (
        """ENABLE; skip = 4;
        __asm__ volatile("movs r0, #7\\n vmov s0, r0" ::: "r0", "memory"); RESULT(6) = 1;""",
        (1 << 19, 0, 0, 6),
    ),
    "reading what the MPU forbids": (
        f"""ENABLE; {REGION.format(rasr="0x10000000u")} skip = 2;
        __asm__ volatile("ldr r1, [%0]" :: "l"(0x20018010u) : "r1", "memory"); RESULT(6) = 1;""",
        (1 << 1 | 1 << 7, 0, 0x2001_8010, 4),
    ),
    "writing what the MPU lets be read": (
        f"""ENABLE; {REGION.format(rasr="0x16000000u")} skip = 2;
        RESULT(7) = REG(0x20018010u) == REG(0x20018010u);
        __asm__ volatile("str %0, [%0]" :: "l"(0x20018010u) : "memory"); RESULT(6) = 1;""",
        (1 << 1 | 1 << 7, 0, 0x2001_8010, 4),
    ),
} | {
    f"{text.partition(' ')[0]} at an address that is no multiple of four": (
        f"""ENABLE; CPACR = 0xFu << 20; skip = {size};
        __asm__ volatile("dsb\\n isb\\n {text}"
            :: "l"(0x20010002u) : "r2", "r3", "s0", "s1", "cc", "memory");
        RESULT(6) = 1;""",
        (1 << 24, 0, 0, 6),
    )
    for text, size in (
        ("ldrd r2, r3, [%0]", 4),
        ("strd r2, r3, [%0], #8", 4),
        ("ldrex r2, [%0]", 4),
        ("ldmia %0!, {r2, r3}", 2),
        ("stmdb.w %0, {r2, r3}", 4),
        ("vldr s0, [%0, #4]", 4),
        ("vstmia %0, {s0, s1}", 4),
    )
}  # fmt: skip


@pytest.fixture
def run_faults(chip: Stm32h750, run: Run) -> Run:
    """As `run`, with faults delivered."""
    chip.machine.state.delivers_faults = 1
    return run


@pytest.mark.parametrize("name", SAME_IN_QEMU)
def test_a_fault_reaches_its_handler(run_faults: Run, name: str) -> None:
    body, (cfsr, hfsr, address, number) = SAME_IN_QEMU[name]
    words = run_faults(program_of(body))
    assert [hex(word) for word in words[1:5]] == [hex(w) for w in (cfsr, hfsr, address, number)]
    assert words[6] == 1, "the program goes on where the handler says"


def qemu(image: Image, folder: Path) -> list[int]:
    """RESULT as the same program leaves it in QEMU's Cortex-M7."""
    binary = folder / "program.bin"
    memory = bytearray(max(base + len(data) for base, data in image.segments))
    for base, data in image.segments:
        memory[base : base + len(data)] = data
    binary.write_bytes(memory)
    loader = f"loader,file={binary},addr=0,force-raw=on"
    options = ["-M", "mps2-an500", "-nographic", "-monitor", "none", "-serial", "none"]
    semihosting = ["-semihosting-config", "enable=on,target=native"]
    command = ["qemu-system-arm", *options, *semihosting, "-device", loader]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    lines = (done.stdout + done.stderr).split()
    assert len(lines) == 64, f"QEMU said {lines[:3]}"
    return [int(line, 16) for line in lines]


@pytest.mark.skipif(not shutil.which("qemu-system-arm"), reason="qemu-system-arm is not installed")
@pytest.mark.parametrize("name", SAME_IN_QEMU)
def test_qemu_delivers_the_same_fault(
    chip: Stm32h750, run_faults: Run, program: Callable[..., Image], tmp_path: Path, name: str
) -> None:
    text = program_of(SAME_IN_QEMU[name][0])
    ours = run_faults(text)
    theirs = qemu(program(text, 0, "SEMIHOSTING"), tmp_path)
    assert ours[1:8] == theirs[1:8]


def test_a_pair_in_an_it_block_counts_when_it_is_executed(run_faults: Run) -> None:
    def pairs(flag: int) -> str:
        return program_of(
            f"""ENABLE; skip = 4; static uint32_t two[2];
            __asm__ volatile("cmp %0, #1\\n ite eq\\n ldrdeq r2, r3, [%1]\\n ldrdne r2, r3, [%2]"
                :: "l"({flag}), "l"(two), "l"(0x20010002u) : "r2", "r3", "cc", "memory");
            RESULT(6) = 1;"""
        )

    words = run_faults(pairs(1))
    assert (words[1], words[6]) == (0, 1)
    # Unicorn does not stop within an IT block, so that this is not delivered.
    with pytest.raises(EmulationError, match="no multiple of four"):
        run_faults(pairs(0))


def test_without_a_handler_the_place_is_named(run: Run) -> None:
    with pytest.raises(
        EmulationError, match=r"LDRD, LDM, .* no multiple of four at PC .*\(program"
    ):
        run(program_of('__asm__ volatile("ldrd r2, r3, [%0]" :: "l"(0x20010002u) : "r2", "r3");'))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('ENABLE; skip = 2; __asm__ volatile("ldr r1, [%0]" :: "l"(0x60000000u) : "r1");',
         (1 << 9 | 1 << 15, 0, 0x6000_0000, 5)),
        ('skip = 2; __asm__ volatile("str %0, [%0]" :: "l"(0x60000000u) : "memory");',
         (1 << 9 | 1 << 15, 1 << 30, 0x6000_0000, 3)),
    ],
)  # fmt: skip
def test_nothing_at_an_address_is_a_bus_fault(
    run_faults: Run, body: str, wanted: tuple[int, ...]
) -> None:
    words = run_faults(program_of(f"{body} RESULT(6) = 1;"))
    assert tuple(words[1:5]) == wanted
    assert words[6] == 1


def test_a_jump_into_nothing_is_a_bus_fault_of_the_fetch(run_faults: Run) -> None:
    words = run_faults(
        """
        void handler_fault(uint32_t *frame, uint32_t number) {
            RESULT(1) = CFSR; RESULT(4) = number; RESULT(5) = frame[6];
            frame[6] = frame[5] & ~1u; CFSR = CFSR;
        }
        void program(void) {
            SHCSR = 7u << 16; ((void (*)(void))0x70000001u)(); RESULT(6) = 1;
        }
        """
    )
    assert words[1] == 1 << 8
    assert words[4:7] == [5, 0x7000_0000, 1]


def test_the_stacked_pc_is_that_of_the_instruction(run_faults: Run) -> None:
    words = run_faults(
        program_of(
            """ENABLE; skip = 2; uint32_t at;
            __asm__ volatile("adr %0, 1f\\n nop\\n .balign 4\\n 1: udf #0" : "=r"(at) :: "memory");
            RESULT(6) = at - ((uint32_t)(uintptr_t)program & ~1u);"""
        )
    )
    assert words[5] == words[6] != 0


def test_a_stack_that_runs_into_the_guard_faults_with_its_frame_lost(run_faults: Run) -> None:
    words = run_faults(
        f"""
        void noted(void) {{ RESULT(1) = CFSR; RESULT(4) = __builtin_arm_rsr("ipsr"); end(); }}
        __attribute__((naked)) void handler_fault(uint32_t *frame, uint32_t number) {{
            __asm__ volatile("movw r0, #0\\n movt r0, #0x2002\\n mov sp, r0\\n b noted");
        }}
        void handler_pendsv(void) {{ RESULT(2) = 1; }}
        void program(void) {{
            SHCSR = 7u << 16; {REGION.format(rasr="0x10000000u")}
            __asm__ volatile("mov sp, %0" :: "r"(0x20018200u));
            ICSR = PENDSVSET; __asm__ volatile("dsb\\n isb");
        }}
        """
    )
    assert words[1:5] == [1 << 4, 0, 0, 4], "MSTKERR; PendSV waits"


def test_a_fault_in_the_handler_of_a_hard_fault_locks_up(run_faults: Run) -> None:
    with pytest.raises(EmulationError, match="locks up, a fault in the handler of a fault"):
        run_faults(
            """
            void handler_fault(uint32_t *frame, uint32_t number) { __asm__ volatile("udf #1"); }
            void program(void) { __asm__ volatile("udf #0"); }
            """
        )


@pytest.mark.parametrize(
    ("kind", "cfsr", "number"), [("bus", 0x8200, 5), ("memory", 0x82, 4), ("usage", 1 << 16, 6)]
)
def test_a_test_can_inject_a_fault(
    chip: Stm32h750, run_faults: Run, kind: str, cfsr: int, number: int
) -> None:
    chip.machine.script.append((1e-3, lambda: chip.machine.inject_fault(kind)))
    words = run_faults(program_of("ENABLE; while (!RESULT(4)) { } RESULT(6) = 1;"))
    assert (words[1], words[4], words[6]) == (cfsr, number, 1)
