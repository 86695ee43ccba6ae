// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "cycles.h"

static uint32_t cycles_a_us = 64;

void cycles_start(uint32_t core_hz) {
    cycles_a_us = core_hz / 1000000u;
    DEMCR |= DEMCR_TRCENA;
    DWT_LAR = DWT_LAR_KEY;
    DWT_CTRL |= DWT_CTRL_CYCCNTENA;
}

uint32_t cycles_from_us(uint32_t us) {
    return us * cycles_a_us;
}

void cycles_wait_us(uint32_t us) {
    uint32_t start = cycles_now();
    uint32_t wanted = cycles_from_us(us);
    while (cycles_now() - start < wanted) {
    }
}

bool cycles_wait_for(volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t us) {
    uint32_t start = cycles_now();
    uint32_t wanted = cycles_from_us(us);
    while ((*reg & mask) != value) {
        if (cycles_now() - start >= wanted) {
            return (*reg & mask) == value;
        }
    }
    return true;
}
