// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the small programs of these tests begin with.
#ifndef BARE_H
#define BARE_H

#include <stdint.h>

#define REG(address)  (*(volatile uint32_t *)(uintptr_t)(address))
#define REG8(address) (*(volatile uint8_t *)(uintptr_t)(address))

#define SYST_CSR     REG(0xE000E010)
#define SYST_RVR     REG(0xE000E014)
#define SYST_CVR     REG(0xE000E018)
#define NVIC_ISER(n) REG(0xE000E100 + 4 * (n))
#define NVIC_ISPR(n) REG(0xE000E200 + 4 * (n))
#define NVIC_IPR(n)  REG8(0xE000E400 + (n))
#define ICSR         REG(0xE000ED04)
#define AIRCR        REG(0xE000ED0C)
#define SHPR(n)      REG8(0xE000ED14 + (n))
#define SHCSR        REG(0xE000ED24)
#define CFSR         REG(0xE000ED28)
#define HFSR         REG(0xE000ED2C)
#define MMFAR        REG(0xE000ED34)
#define BFAR         REG(0xE000ED38)
#define CPACR        REG(0xE000ED88)
#define PENDSVSET    (1u << 28)

// Where a test looks for results: the start of DTCM.
#define RESULT(n) REG(0x20000000 + 4 * (n))

void start(void);
void program(void);
void handler_fault(uint32_t *frame, uint32_t number);
void handler_pendsv(void);
void handler_systick(void);
void handler_svc(void);
void handler_irq0(void);
void handler_irq1(void);
void handler_irq2(void);

static inline void sleep_until_interrupt(void) {
    __asm__ volatile("dsb\n\twfi" ::: "memory");
}

#ifdef SEMIHOSTING
void end(void);
#else
static inline void end(void) {
    __asm__ volatile("cpsid i" ::: "memory");
    for (;;) {
    }
}
#endif

#endif
