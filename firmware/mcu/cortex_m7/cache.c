// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "cache.h"

#include "core.h"

void cache_enable_instructions(void) {
    if (SCB_CCR & SCB_CCR_IC) {
        return;
    }
    cache_forget_instructions();
    SCB_CCR |= SCB_CCR_IC;
    core_barrier();
}

void cache_forget_instructions(void) {
    core_barrier();
    SCB_ICIALLU = 0;
    core_barrier();
}

void cache_enable_data(void) {
    if (SCB_CCR & SCB_CCR_DC) {
        return;
    }
    SCB_CSSELR = 0;
    core_barrier();
    uint32_t geometry = SCB_CCSIDR;
    uint32_t last_set = (geometry >> 13) & 0x7FFFu;
    uint32_t last_way = (geometry >> 3) & 0x3FFu;
    // The Cortex-M7 data cache has four ways (way in bits 31..30) of 32-byte lines (set from bit
    // 5).
    for (uint32_t set = 0; set <= last_set; set++) {
        for (uint32_t way = 0; way <= last_way; way++) {
            SCB_DCISW = way << 30 | set << 5;
        }
    }
    core_barrier();
    SCB_CCR |= SCB_CCR_DC;
    core_barrier();
}

void cache_discard(const void *start, size_t bytes) {
    enum { LINE = 32 };
    uintptr_t at = (uintptr_t)start & ~(uintptr_t)(LINE - 1);
    uintptr_t end = (uintptr_t)start + bytes;
    core_barrier();
    for (; at < end; at += LINE) {
        SCB_DCIMVAC = (uint32_t)at;
    }
    core_barrier();
}

bool cache_reread(const uint8_t *memory, const uint8_t *wanted, size_t count) {
    cache_discard(memory, count);
    for (size_t i = 0; i < count; i++) {
        if (memory[i] != (wanted ? wanted[i] : 0xFF)) {
            return false;
        }
    }
    return true;
}
