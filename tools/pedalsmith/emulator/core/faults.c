// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Faults as the firmware's handlers see them: ARMv7-M Architecture Reference Manual, B1.5.14.
#include "core.h"

#include <string.h>

enum {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_DACCVIOL = 1 << 1,
    CFSR_MMARVALID = 1 << 7,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_BFARVALID = 1 << 15,
};
#define HFSR_FORCED (1u << 30)

// The exception that takes a fault: itself, or HardFault when it is off or not urgent enough.
uint32_t core_escalate(machine_t *m, uint32_t exception) {
    if (m->enabled[exception] && core_can_take(m, exception)) {
        return exception;
    }
    m->hfsr |= HFSR_FORCED;
    return EXCEPTION_HARD_FAULT;
}

// Takes a fault of the instruction at PC; 0, or why the run ends.
int core_fault(machine_t *m, uint32_t exception, uint32_t cfsr, uint32_t address) {
    m->cfsr |= cfsr;
    if (cfsr & CFSR_MMARVALID) {
        m->mmfar = address;
    }
    if (cfsr & CFSR_BFARVALID) {
        m->bfar = address;
    }
    exception = core_escalate(m, exception);
    if (!core_can_take(m, exception)) {
        return CORE_LOCKED_UP;
    }
    return core_enter(m, exception) ? 0 : CORE_FAULT;
}

static void note_address(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
                         void *machine) {
    machine_t *m = machine;
    (void)uc, (void)type, (void)size, (void)value;
    m->fault_address = (m->fault_address & ~1023u) | ((uint32_t)address & 1023u);
    m->watching = 0;
}

// The page hook knows only the page: the instruction is tried again where it does no harm, watched.
void core_find_address(machine_t *m) {
    uc_hook hook;
    uc_context *before;
    if (m->unicorn.context_alloc(m->uc, &before)) {
        return;
    }
    uint32_t pc = core_register(m, UC_ARM_REG_PC);
    m->unicorn.context_save(m->uc, before);
    uint64_t now = m->now, instructions = m->instructions, spent = m->spent[m->current];
    if (!m->unicorn.hook_add(m->uc, &hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE,
                             (void *)note_address, m, 1, 0)) {
        m->watching = 1;
        m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TB_FLUSH, 0));
        core_flush_permissions(m);
        m->unicorn.emu_start(m->uc, pc | 1u, CORE_END_PAGE + 4, 0, 1);
        m->watching = 0;
        m->unicorn.hook_del(m->uc, hook);
        m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TB_FLUSH, 0));
        core_flush_permissions(m);
        memset(m->end_page, CORE_END_FILL, 4096);
    }
    m->unicorn.context_restore(m->uc, before);
    m->unicorn.context_free(before);
    m->now = now;
    m->instructions = instructions;
    m->spent[m->current] = spent;
}

// A fault that the page hook has found: forbidden by the MPU, or an address where nothing answers.
int core_memory_fault(machine_t *m) {
    uint32_t type = (m->fault_kind & 0xFFu) - 1u;
    bool fetch = type == UC_MEM_FETCH;
    uint32_t kind = m->fault_kind;
    if (!fetch) {
        core_find_address(m);
    }
    if (kind & CORE_BY_MPU) {
        uint32_t cfsr = fetch ? CFSR_IACCVIOL : CFSR_DACCVIOL | CFSR_MMARVALID;
        return core_fault(m, EXCEPTION_MEM_MANAGE, cfsr, m->fault_address);
    }
    uint32_t cfsr = fetch ? CFSR_IBUSERR : CFSR_PRECISERR | CFSR_BFARVALID;
    return core_fault(m, EXCEPTION_BUS_FAULT, cfsr, m->fault_address);
}
