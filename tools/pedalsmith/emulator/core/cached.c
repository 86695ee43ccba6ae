// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What can go wrong with the data cache. Its content is not modelled: memory here is always as it
// was last written. So what would differ with a cache is refused: a DMA that uses memory which the
// cache may hold (the chips ask core_is_cached), and a read of memory that something else than the
// processor has changed, until the processor has thrown away what its cache may hold of it.
//
// ARMv7-M Architecture Reference Manual, B2.2 and B3.5; the default map is its B3.1.
#include "core.h"

#include <string.h>

enum { LINE = 32, PAGE = 1024 };
#define CCR_DATA_CACHE (1u << 16)

static bool may_hold(const machine_t *m, uint32_t address) {
    uint32_t rasr;
    if (!core_mpu_region(m, address, &rasr)) {
        return address < 0x40000000u || address - 0x60000000u < 0x40000000u;
    }
    uint32_t tex = rasr >> 19 & 7u, cacheable = rasr >> 17 & 1u, bufferable = rasr >> 16 & 1u;
    return tex == 0 ? cacheable : tex >= 4 || (tex == 1 && cacheable && bufferable);
}

uint32_t core_is_cached(const machine_t *m, uint32_t address, uint32_t bytes) {
    return m->ccr & CCR_DATA_CACHE && (may_hold(m, address) || may_hold(m, address + bytes - 1u));
}

static uint8_t *stale_of(const memory_t *memory, uint32_t address) {
    return &memory->stale[(address - memory->base) / LINE / 8];
}

void core_changed(machine_t *m, uint32_t address, uint32_t bytes) {
    if (!(m->ccr & CCR_DATA_CACHE)) {
        return;
    }
    uint32_t end = address + bytes;
    for (address &= ~(uint32_t)(LINE - 1); address < end; address += LINE) {
        memory_t *memory = core_memory(m, address);
        if (memory) {
            *stale_of(memory, address) |= 1u << (address / LINE & 7u);
        }
    }
    core_flush_permissions(m);
}

void core_discard_line(machine_t *m, uint32_t address) {
    memory_t *memory = core_memory(m, address);
    if (memory) {
        *stale_of(memory, address) &= ~(1u << (address / LINE & 7u));
    }
}

void core_discard_all(machine_t *m) {
    for (uint32_t i = 0; i < m->memory_count; i++) {
        memset(m->memories[i].stale, 0, m->memories[i].size / LINE / 8);
    }
}

bool core_is_stale(const machine_t *m, const memory_t *memory, uint32_t page) {
    static const uint8_t none[PAGE / LINE / 8];
    return memcmp(stale_of(memory, page), none, sizeof none) && core_is_cached(m, page, PAGE);
}
