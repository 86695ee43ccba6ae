// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The core's own registers and barriers: Cortex-M7, ARMv7-M Architecture Reference Manual, B3.
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

#define REG8(address)  (*(volatile uint8_t *)(uintptr_t)(address))
#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define SYST_CSR     REG32(0xE000E010u)
#define SYST_RVR     REG32(0xE000E014u)
#define SYST_CVR     REG32(0xE000E018u)
#define NVIC_ISER(n) REG32(0xE000E100u + 4u * (n))
#define NVIC_ICER(n) REG32(0xE000E180u + 4u * (n))
#define NVIC_ICPR(n) REG32(0xE000E280u + 4u * (n))
#define NVIC_IPR(n)  REG8(0xE000E400u + (n))

#define SCB_ICSR    REG32(0xE000ED04u)
#define SCB_VTOR    REG32(0xE000ED08u)
#define SCB_AIRCR   REG32(0xE000ED0Cu)
#define SCB_CCR     REG32(0xE000ED14u)
#define SCB_SHPR(n) REG8(0xE000ED14u + (n)) // n = exception number 4..15
#define SCB_SHCSR   REG32(0xE000ED24u)
#define SCB_CFSR    REG32(0xE000ED28u)
#define SCB_HFSR    REG32(0xE000ED2Cu)
#define SCB_MMFAR   REG32(0xE000ED34u)
#define SCB_BFAR    REG32(0xE000ED38u)
#define SCB_CCSIDR  REG32(0xE000ED80u)
#define SCB_CSSELR  REG32(0xE000ED84u)
#define SCB_CPACR   REG32(0xE000ED88u)
#define SCB_ICIALLU REG32(0xE000EF50u)
#define SCB_DCIMVAC REG32(0xE000EF5Cu)
#define SCB_DCISW   REG32(0xE000EF60u)

#define MPU_CTRL REG32(0xE000ED94u)
#define MPU_RNR  REG32(0xE000ED98u)
#define MPU_RBAR REG32(0xE000ED9Cu)
#define MPU_RASR REG32(0xE000EDA0u)

#define DEMCR      REG32(0xE000EDFCu)
#define DWT_CTRL   REG32(0xE0001000u)
#define DWT_CYCCNT REG32(0xE0001004u)
#define DWT_LAR    REG32(0xE0001FB0u)

#define SCB_ICSR_PENDSVSET    (1u << 28)
#define SCB_AIRCR_VECTKEY     0x05FA0000u
#define SCB_AIRCR_SYSRESETREQ (1u << 2)
#define SCB_AIRCR_PRIGROUP    (3u << 8) // 16 levels of pre-emption, no sub-priority
#define SCB_CCR_UNALIGN_TRP   (1u << 3)
#define SCB_CCR_DIV_0_TRP     (1u << 4)
#define SCB_CCR_DC            (1u << 16)
#define SCB_CCR_IC            (1u << 17)
#define SCB_SHCSR_FAULTS      (7u << 16) // memory, bus and usage faults have their own entries
#define SCB_CPACR_FPU         (0xFu << 20)
#define DEMCR_TRCENA          (1u << 24)
#define DWT_CTRL_CYCCNTENA    (1u << 0)
#define DWT_LAR_KEY           0xC5ACCE55u
#define EXCEPTION_PENDSV      14u
#define EXCEPTION_SYSTICK     15u
#define PRIORITY_LOWEST       0xF0u

static inline void core_barrier(void) {
    __asm__ volatile("dsb sy\n\tisb sy" ::: "memory");
}

static inline void core_wait_for_interrupt(void) {
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

static inline void core_disable_interrupts(void) {
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void core_enable_interrupts(void) {
    __asm__ volatile("cpsie i" ::: "memory");
}

// Priority 0x00 (most urgent) .. 0xF0 in steps of 0x10.
static inline void core_enable_irq(uint32_t irq, uint8_t priority) {
    NVIC_IPR(irq) = priority;
    NVIC_ISER(irq / 32u) = 1u << (irq % 32u);
}

// Does not return.
static inline void core_reset(void) {
    core_barrier();
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_PRIGROUP | SCB_AIRCR_SYSRESETREQ;
    core_barrier();
    for (;;) {
    }
}

// Takes exceptions over from whatever ran before: none pending, none on, `vectors` in force.
static inline __attribute__((always_inline)) void core_take_over(const uint32_t *vectors) {
    enum { INTERRUPT_WORDS = 5 };
    SYST_CSR = 0;
    for (uint32_t n = 0; n < INTERRUPT_WORDS; n++) {
        NVIC_ICER(n) = 0xFFFFFFFFu;
        NVIC_ICPR(n) = 0xFFFFFFFFu;
    }
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_PRIGROUP;
}

// Calls systick_handler each `cycles` core cycles, before PendSV but after every interrupt.
static inline void core_start_systick(uint32_t cycles) {
    SCB_SHPR(EXCEPTION_SYSTICK) = 0xE0;
    SYST_RVR = cycles - 1u;
    SYST_CVR = 0;
    SYST_CSR = 7; // core clock, with its exception
}

static inline void core_pend_pendsv(void) {
    SCB_ICSR = SCB_ICSR_PENDSVSET;
}

#endif
