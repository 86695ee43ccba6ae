// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "bare.h"

#define STACK 0x20020000u

static void none(void) {
    RESULT(63) = 0xBAD;
    end();
}

// Faults get the stacked frame: r0 to r3, r12, lr, pc, xpsr.
__attribute__((weak)) void handler_fault(uint32_t *frame, uint32_t number) {
    (void)frame;
    (void)number;
    none();
}
__attribute__((naked)) static void fault(void) {
    __asm__ volatile("mov r0, sp\n\tmrs r1, ipsr\n\tb handler_fault");
}

__attribute__((weak)) void handler_pendsv(void) {
    none();
}
__attribute__((weak)) void handler_systick(void) {
    none();
}
__attribute__((weak)) void handler_svc(void) {
    none();
}
__attribute__((weak)) void handler_irq0(void) {
    none();
}
__attribute__((weak)) void handler_irq1(void) {
    none();
}
__attribute__((weak)) void handler_irq2(void) {
    none();
}

void start(void) {
    program();
    end();
}

#ifdef SEMIHOSTING
// QEMU: the 64 words of RESULT as text to the debugger's console, then its end.
static void semihost(uint32_t what, const void *with) {
    register uint32_t r0 __asm__("r0") = what;
    register const void *r1 __asm__("r1") = with;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void end(void) {
    static char text[64 * 9 + 1];
    char *to = text;
    for (uint32_t n = 0; n < 64; n++) {
        for (uint32_t shift = 32; shift; shift -= 4) {
            *to++ = "0123456789abcdef"[RESULT(n) >> (shift - 4) & 15u];
        }
        *to++ = '\n';
    }
    semihost(0x04, text);
    semihost(0x18, (const void *)0x20026u);
    for (;;) {
    }
}
#endif

__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = {
    (void (*)(void))STACK,
    start,
    none,
    fault,
    fault,
    fault,
    fault,
    none,
    none,
    none,
    none,
    handler_svc,
    none,
    none,
    handler_pendsv,
    handler_systick,
    handler_irq0,
    handler_irq1,
    handler_irq2,
};
