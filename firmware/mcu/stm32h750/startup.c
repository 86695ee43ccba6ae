// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// From reset to main: vector table, a known state whatever ran before, memories.
#include <stdint.h>

#include "cache.h"
#include "core.h"
#include "cycles.h"
#include "faults.h"
#include "load.h"
#include "registers.h"
#include "unpack.h"

extern uint32_t stack_top[];
extern const uint8_t code_packed[], code_packed_end[], cached_packed[], cached_packed_end[];
extern uint8_t code_start[], code_end[], cached_start[], cached_end[];
extern uint32_t data_load[], data_start[], data_end[];
extern uint32_t bss_start[], bss_end[];
extern uint32_t dma_start[], dma_end[];

int main(void);
void reset_handler(void);
void startup(void);

extern const uint32_t vectors[];

enum { HSI_HZ = 64000000, REVISION_V = 0x2003 };

// The system loader jumps here after a download without a reset, with its own clocks, USB and
// interrupts running; the Daisy bootloader jumps after a reset. Both are brought to the same state.
static void quiet(void) {
    core_take_over(vectors);
    RCC_CR |= RCC_CR_HSION;
    RCC_CR &= ~RCC_CR_HSIDIV;
    cycles_wait_for(&RCC_CR, RCC_CR_HSIRDY, RCC_CR_HSIRDY, 1000);
    RCC_CFGR = 0;
    cycles_wait_for(&RCC_CFGR, RCC_CFGR_SWS, 0, 1000);
    RCC_CR &= ~(RCC_CR_PLL1ON | RCC_CR_PLL2ON | RCC_CR_PLL3ON);
    RCC_CIER = 0;
    RCC_AHB1RSTR = RCC_AHB1RSTR_OTGFS | RCC_AHB1RSTR_DMA1 | RCC_AHB1RSTR_ADC12;
    RCC_AHB1RSTR = 0;
}

void startup(void) {
    SCB_CPACR |= SCB_CPACR_FPU;
    core_barrier();
    cycles_start(HSI_HZ);
    quiet();
    cache_enable_instructions();
    // Erratum: before revision V, AXI SRAM gives wrong words where reads overlap; this bit keeps
    // them apart.
    if (DBGMCU_IDCODE >> 16 < REVISION_V) {
        AXI_TARG7_FN_MOD = 1;
    }
    load_copy(data_load, data_start, data_end);
    load_clear(bss_start, bss_end);
    // 65 ms at HSI_HZ. Where it fails, nothing of it may run.
    if (!unpack(code_packed, code_packed_end, code_start, code_end) ||
        !unpack(cached_packed, cached_packed_end, cached_start, cached_end)) {
        faults_damaged();
    }
    cache_forget_instructions();
    RCC_AHB2ENR |= RCC_AHB2ENR_SRAM;
    (void)RCC_AHB2ENR; // the read makes sure that the clock runs before the first access
    load_clear(dma_start, dma_end);
    RCC_AHB4ENR |= RCC_AHB4ENR_BKPRAM;
    PWR_CR1 |= PWR_CR1_DBP;
    cycles_wait_for(&PWR_CR1, PWR_CR1_DBP, PWR_CR1_DBP, 1000);
    core_barrier();
    core_enable_interrupts();
    main();
    faults_entry();
}

__attribute__((naked)) void reset_handler(void) {
    __asm__ volatile("cpsid i\n\t"
                     "ldr r0, =stack_top\n\t"
                     "msr msp, r0\n\t"
                     "movs r0, #0\n\t"
                     "msr control, r0\n\t"
                     "isb\n\t"
                     "b startup");
}
