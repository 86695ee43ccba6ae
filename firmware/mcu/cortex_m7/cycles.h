// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Time in core clock cycles, from DWT.CYCCNT; wraps after 8.9 s at 480 MHz.
#ifndef CYCLES_H
#define CYCLES_H

#include <stdbool.h>
#include <stdint.h>

#include "core.h"

// Starts the counter; `core_hz` is what one second counts until the next call.
void cycles_start(uint32_t core_hz);

static inline uint32_t cycles_now(void) {
    return DWT_CYCCNT;
}

// `us` in cycles of the present clock; us at most 8 s at 480 MHz.
uint32_t cycles_from_us(uint32_t us);

// Waits `us` microseconds.
void cycles_wait_us(uint32_t us);

// Waits until (*reg & mask) == value, at most `us`; false when the time ran out.
bool cycles_wait_for(volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t us);

#endif
