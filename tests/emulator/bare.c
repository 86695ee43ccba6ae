// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "bare.h"

static void none(void) {
    RESULT(63) = 0xBAD;
    end();
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

__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = {
    (void (*)(void))0x20020000u,
    start,
    none,
    none,
    none,
    none,
    none,
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
