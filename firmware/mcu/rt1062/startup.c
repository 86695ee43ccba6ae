// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// From reset to main. This file alone runs from flash: it brings everything else into RAM.
#include <stdint.h>

#include "cache.h"
#include "core.h"
#include "cycles.h"
#include "faults.h"
#include "load.h"
#include "registers.h"

extern uint32_t code_load[], code_start[], code_end[];
extern uint32_t data_load[], data_start[], data_end[];
extern uint32_t bss_start[], bss_end[];
extern uint32_t dma_start[], dma_end[];

int main(void);
void reset_handler(void);
void startup(void);

extern const uint32_t vectors[];

enum { ROM_HZ = 396000000 };

void startup(void) {
    SCB_CPACR |= SCB_CPACR_FPU;
    load_copy(code_load, code_start, code_end);
    load_copy(data_load, data_start, data_end);
    load_clear(bss_start, bss_end);
    load_clear(dma_start, dma_end);
    core_take_over(vectors); // the ROM has used interrupts and left its own
    core_barrier();
    cycles_start(ROM_HZ);
    cache_enable_instructions();
    core_enable_interrupts();
    main();
    faults_entry();
}

// FlexRAM first: without it there is no memory for a stack.
__attribute__((naked)) void reset_handler(void) {
    __asm__ volatile("cpsid i\n\t"
                     "ldr r0, =0x400AC000\n\t" // IOMUXC_GPR
                     "ldr r1, =flexram_banks\n\t"
                     "str r1, [r0, #0x44]\n\t" // GPR17
                     "ldr r1, =0x00200007\n\t" // both on, divided as GPR17 says
                     "str r1, [r0, #0x40]\n\t" // GPR16
                     "ldr r1, =0x00AA0000\n\t" // windows of 512 KB
                     "str r1, [r0, #0x38]\n\t" // GPR14
                     "dsb sy\n\t"
                     "isb sy\n\t"
                     "ldr r0, =stack_top\n\t"
                     "msr msp, r0\n\t"
                     "movs r0, #0\n\t"
                     "msr control, r0\n\t"
                     "isb\n\t"
                     "b startup");
}
