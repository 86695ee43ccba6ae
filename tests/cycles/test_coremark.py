# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The error that the tool states: CoreMark on the model against its score on silicon.

CoreMark is not part of this repository. The test runs where PEDALSMITH_COREMARK names a folder with
its sources (github.com/eembc/coremark) and arm-none-eabi-gcc with newlib is installed.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pedalsmith.cycles import ERROR_PERCENT
from pedalsmith.cycles.core import Core
from pedalsmith.cycles.image import Image
from pedalsmith.cycles.memory import tightly_coupled
from pedalsmith.emulator.bare import BareMachine, Trace

PUBLISHED = 4.24
"""CoreMark/MHz of a Teensy 4 (Cortex-M7, code and data in TCM) with GCC 10.3 and FLAGS."""
FLAGS = ("-O2", "-funroll-all-loops")
ITERATIONS = 2
ERRORS_EXPECTED = 1
"""CoreMark complains that it ran for less than 10 s; a wrong result would be a second error."""

HEADER = """
#ifndef CORE_PORTME_H
#define CORE_PORTME_H
#include <stddef.h>
#include <stdint.h>
typedef int16_t ee_s16;
typedef uint16_t ee_u16;
typedef int32_t ee_s32;
typedef double ee_f32;
typedef uint8_t ee_u8;
typedef uint32_t ee_u32;
typedef uintptr_t ee_ptr_int;
typedef size_t ee_size_t;
typedef uint32_t CORE_TICKS;
typedef struct CORE_PORTABLE_S { ee_u8 portable_id; } core_portable;
#define align_mem(x) (void *)(((ee_ptr_int)(x) + 3) & ~(ee_ptr_int)3)
#define HAS_FLOAT 0
#define HAS_TIME_H 0
#define USE_CLOCK 0
#define HAS_STDIO 0
#define HAS_PRINTF 0
#define SEED_METHOD SEED_VOLATILE
#define MEM_METHOD MEM_STATIC
#define MULTITHREAD 1
#define MAIN_HAS_NOARGC 1
#define MAIN_HAS_NORETURN 0
#define COMPILER_VERSION ""
#define COMPILER_FLAGS ""
#define MEM_LOCATION ""
extern ee_u32 default_num_contexts;
void portable_init(core_portable *p, int *argc, char *argv[]);
void portable_fini(core_portable *p);
int ee_printf(const char *format, ...);
#endif
"""

SOURCE = f"""
#include "coremark.h"
volatile ee_s32 seed1_volatile = 0, seed2_volatile = 0, seed3_volatile = 0x66;
volatile ee_s32 seed4_volatile = {ITERATIONS}, seed5_volatile = 0;
ee_u32 default_num_contexts = 1;
volatile int errors;
void start_time(void) {{ __asm volatile("nop"); }}
void stop_time(void) {{ __asm volatile("nop"); }}
CORE_TICKS get_time(void) {{ return 1; }}
secs_ret time_in_secs(CORE_TICKS ticks) {{ return (secs_ret)ticks; }}
void portable_init(core_portable *p, int *argc, char *argv[]) {{ p->portable_id = 1; }}
void portable_fini(core_portable *p) {{ p->portable_id = 0; }}
int ee_printf(const char *format, ...) {{
    for (const char *at = format; *at; at++)
        if (at[0] == 'E' && at[1] == 'R' && at[2] == 'R')
            errors++;
    return 0;
}}
"""

SCRIPT = """
SECTIONS {
  .text 0x100 : { *(.text*) }
  .data 0x20000000 : { *(.rodata*) *(.data*) *(.bss*) *(COMMON) }
  /DISCARD/ : { *(.ARM.*) }
}
"""


@pytest.fixture
def image(tmp_path: Path) -> Image:
    named = os.environ.get("PEDALSMITH_COREMARK")
    if not named:
        pytest.skip("PEDALSMITH_COREMARK names no folder with CoreMark's sources")
    if not shutil.which("arm-none-eabi-gcc"):
        pytest.skip("arm-none-eabi-gcc is not installed")
    (tmp_path / "core_portme.h").write_text(HEADER, encoding="utf-8")
    (tmp_path / "core_portme.c").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "bare.ld").write_text(SCRIPT, encoding="utf-8")
    names = ("list_join", "main", "matrix", "state", "util")
    sources = [str(Path(named) / f"core_{name}.c") for name in names]
    elf = tmp_path / "coremark.elf"
    command = [
        *("arm-none-eabi-gcc", "-mcpu=cortex-m7", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv5-d16"),
        *(*FLAGS, "-DPERFORMANCE_RUN=1", f"-I{tmp_path}", f"-I{named}"),
        *(*sources, str(tmp_path / "core_portme.c"), "-nostartfiles", "-nostdlib", "-lc", "-lgcc"),
        *(f"-Wl,-T,{tmp_path / 'bare.ld'}", "-Wl,-e,main", "-o", str(elf)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Image(elf)


def test_the_score_is_within_the_stated_error_of_the_published_one(image: Image) -> None:
    machine = BareMachine((start, data) for start, data, _ in image.segments)
    whole, _ = machine.record(image.extent("main")[0])
    errors = int.from_bytes(machine.read(image.symbols["errors"], 4), "little")
    assert errors == ERRORS_EXPECTED
    first, last = (whole.addresses.index(image.extent(f"{n}_time")[0]) for n in ("start", "stop"))
    timed = Trace(
        whole.addresses[first:last],
        {at - first: made for at, made in whole.accesses.items() if first <= at < last},
    )
    cycles = Core(image.read, tightly_coupled()).run(timed).cycles
    score = ITERATIONS * 1e6 / cycles
    print(f"{score:.2f} CoreMark/MHz, {100 * (score / PUBLISHED - 1):+.1f} %")
    # The published score against ours, as cycles: what the tool says of its estimates.
    assert abs(PUBLISHED / score - 1) <= ERROR_PERCENT / 100
