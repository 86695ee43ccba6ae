// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// RAM and flash, and who may do what where.
//
// Unicorn asks for the permissions of a page when it first meets it. Two things are made of that:
// the MPU is enforced (for what is at least a page of 1 KB), and a page is executable only once it
// has been executed. Unicorn looks for translated code at every store to an executable page: 20
// MIPS instead of 270 in a loop of stores.
#include "core.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 1024, HOST_PAGE = 4096 }; /* Unicorn's page on a Cortex-M */

memory_t *core_memory(machine_t *m, uint32_t address) {
    for (uint32_t i = 0; i < m->memory_count; i++) {
        if (address - m->memories[i].base < m->memories[i].size) {
            return &m->memories[i];
        }
    }
    return NULL;
}

uint8_t *core_host(machine_t *m, uint32_t address, uint32_t bytes) {
    memory_t *memory = core_memory(m, address);
    if (!memory || bytes > memory->size - (address - memory->base)) {
        return NULL;
    }
    return memory->host + (address - memory->base);
}

uint8_t *core_add_memory(machine_t *m, uint32_t base, uint32_t size, uint32_t protection) {
    uint8_t *allocated = calloc(size + HOST_PAGE, 1), *code = calloc(size / PAGE, 1);
    uint8_t *watched = calloc(size / 16, 1), *stale = calloc(size / 256, 1);
    uint8_t *host = allocated + (HOST_PAGE - (uintptr_t)allocated % HOST_PAGE);
    if (!allocated || !code || !watched || !stale || m->memory_count == CORE_MEMORIES ||
        m->unicorn.mem_map_ptr(m->uc, base, size, UC_PROT_ALL, host)) {
        free(allocated);
        free(code);
        free(watched);
        free(stale);
        return NULL;
    }
    m->memories[m->memory_count++] =
        (memory_t){base, size, host, code, watched, stale, allocated, protection};
    return host;
}

void core_flush_permissions(machine_t *m) {
    m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TLB_FLUSH, 0));
}

void core_protect(machine_t *m, uint32_t base, uint32_t protection) {
    memory_t *memory = core_memory(m, base);
    if (memory && memory->protection != protection) {
        memory->protection = protection;
        core_flush_permissions(m);
    }
}

void core_resize(machine_t *m, uint32_t base, uint32_t size) {
    for (uint32_t i = 0; i < m->memory_count; i++) {
        if (m->memories[i].base == base) {
            m->memories[i].size = size;
            core_flush_permissions(m);
        }
    }
}

// The region that holds an address, the highest wins; those below 1 KB are not known.
bool core_mpu_region(const machine_t *m, uint32_t address, uint32_t *rasr) {
    for (uint32_t i = m->mpu_ctrl & 1u ? m->mpu_regions : 0; i-- > 0;) {
        uint32_t bits = (m->mpu_rasr[i] >> 1 & 31u) + 1;
        if (!(m->mpu_rasr[i] & 1u) || bits < 10) {
            continue;
        }
        uint32_t mask = bits == 32 ? 0xFFFFFFFFu : (1u << bits) - 1u;
        uint32_t at = address - (m->mpu_rbar[i] & ~mask);
        if (at & ~mask || (bits >= 13 && m->mpu_rasr[i] >> 8 & 1u << (at >> (bits - 3)))) {
            continue;
        }
        *rasr = m->mpu_rasr[i];
        return true;
    }
    return false;
}

// What the MPU allows at an address: ARMv7-M Architecture Reference Manual, B3.5.
static uint32_t mpu_allows(const machine_t *m, uint32_t address) {
    static const uint8_t privileged[8] = {0, 3, 3, 3, 0, 1, 1, 1};
    uint32_t rasr;
    if (!(m->mpu_ctrl & 1u)) {
        return UC_PROT_ALL;
    }
    if (!core_mpu_region(m, address, &rasr)) {
        return m->mpu_ctrl & 4u ? UC_PROT_ALL : UC_PROT_NONE;
    }
    uint32_t allowed = privileged[rasr >> 24 & 7u];
    return allowed | (rasr >> 28 & 1u || !allowed ? 0 : UC_PROT_EXEC);
}

bool core_may(machine_t *m, uint32_t address, uint32_t bytes, uint32_t wanted, bool *by_mpu) {
    uint32_t last = address + bytes - 1;
    *by_mpu = !(mpu_allows(m, address) & mpu_allows(m, last) & wanted);
    memory_t *memory = core_memory(m, address);
    return !*by_mpu && memory && memory == core_memory(m, last) && memory->protection & wanted;
}

// Before it asks for a page, Unicorn restores the state of the instruction that wants it, the
// conditions of an IT block included, and leaves them set. Translated code has them at 0; left as
// they are, the next block that Unicorn looks up is executed under them: branches and stores get
// lost.
static void clear_it_state(machine_t *m) {
    uint32_t it_bits = 0x0600FC00u, xpsr = core_register(m, UC_ARM_REG_XPSR);
    if (xpsr & it_bits) {
        xpsr &= ~it_bits;
        m->unicorn.reg_write(m->uc, UC_ARM_REG_XPSR, &xpsr);
    }
}

static bool on_page(uc_engine *uc, uint64_t address, uc_mem_type type, uc_tlb_entry *entry,
                    void *machine) {
    machine_t *m = machine;
    (void)uc;
    uint32_t page = (uint32_t)address & ~(uint32_t)(PAGE - 1);
    uint32_t wanted = type == UC_MEM_WRITE   ? UC_PROT_WRITE
                      : type == UC_MEM_FETCH ? UC_PROT_EXEC
                                             : UC_PROT_READ;
    if (m->watching && type != UC_MEM_FETCH) {
        entry->paddr = CORE_END_PAGE;
        entry->perms = UC_PROT_READ | UC_PROT_WRITE;
        return true;
    }
    bool system = page >= CORE_PPB_BASE;
    uint32_t allowed = page == CORE_END_PAGE ? UC_PROT_EXEC
                       : system              ? UC_PROT_READ | UC_PROT_WRITE
                                             : mpu_allows(m, page);
    uint32_t by_mpu = allowed & wanted ? 0 : CORE_BY_MPU, by_cache = 0;
    memory_t *memory = core_memory(m, page);
    if (memory) {
        uint8_t *code = &memory->code[(page - memory->base) / PAGE];
        allowed &= memory->protection;
        if (type == UC_MEM_FETCH && allowed & UC_PROT_EXEC) {
            *code = 1;
        }
        allowed &= *code ? UC_PROT_ALL : UC_PROT_READ | UC_PROT_WRITE;
        if (allowed & UC_PROT_READ && core_is_stale(m, memory, page)) {
            allowed &= ~(uint32_t)UC_PROT_READ;
            by_cache = CORE_BY_CACHE;
        }
    } else if (page - CORE_BUS_BASE >= CORE_BUS_SIZE && page - CORE_PPB_BASE >= CORE_PPB_SIZE) {
        allowed = 0;
    } else {
        allowed &= UC_PROT_READ | UC_PROT_WRITE;
    }
    if (!(allowed & wanted)) {
        m->fault_address = (uint32_t)address;
        m->fault_kind = ((uint32_t)type + 1) | by_mpu | (wanted & UC_PROT_READ ? by_cache : 0);
        return false;
    }
    if (type != UC_MEM_FETCH) {
        clear_it_state(m);
    }
    entry->paddr = page;
    entry->perms = allowed;
    return true;
}

bool core_open_memory(machine_t *m) {
    uc_hook hook;
    m->end_page = core_add_memory(m, CORE_END_PAGE, HOST_PAGE, UC_PROT_EXEC);
    if (m->end_page) {
        memset(m->end_page, CORE_END_FILL, HOST_PAGE);
    }
    return m->end_page &&
           !m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TLB_TYPE, 1), UC_TLB_VIRTUAL) &&
           !m->unicorn.hook_add(m->uc, &hook, UC_HOOK_TLB_FILL, (void *)on_page, m, 1, 0);
}
