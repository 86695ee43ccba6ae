// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "core.h"

#include <stdlib.h>
#include <string.h>

#define CPACR_FPU 0x00F00000u
enum {
    CFSR_UNDEFINSTR = 1 << 16,
    CFSR_INVSTATE = 1 << 17,
    CFSR_INVPC = 1 << 18,
    CFSR_NOCP = 1 << 19,
    CFSR_UNALIGNED = 1 << 24
};

// Does what has become due.
static void serve(machine_t *m) {
    if (m->now >= m->frame_next) {
        core_frame_due(m);
    }
    if (m->now >= m->systick_next) {
        core_systick_due(m);
    }
    if (m->now >= m->python_event) {
        m->python_event = CORE_NEVER;
        m->callbacks.on_event();
    }
    if (m->now >= m->until) {
        m->stop = CORE_TIME;
        m->until = CORE_NEVER;
    }
    core_update_deadline(m);
}

static void on_block(uc_engine *uc, uint64_t address, uint32_t size, void *machine) {
    machine_t *m = machine;
    m->block = (uint32_t)address;
    m->block_size = size;
    while (m->now >= m->deadline && !m->stop) {
        serve(m);
    }
    if (m->stop || m->unaligned || (m->attention && core_takeable(m))) {
        // Unicorn calls the hook for this block again when it resumes: it is counted then.
        m->leave = 1;
        m->unicorn.emu_stop(uc);
        return;
    }
    block_count_t *block = core_block_count(m, (uint32_t)address, size);
    if (block->aligned) {
        block->aligned = 0;
        if (core_watch_aligned(m, (uint32_t)address, size)) {
            m->translate_again = 1;
            m->leave = 1;
            m->unicorn.emu_stop(uc);
            return;
        }
    }
    if (block->floats && (m->cpacr & CPACR_FPU) != CPACR_FPU && !m->no_fpu) {
        // Unicorn does not ask: what lies before that instruction is executed, then it faults.
        m->no_fpu = (uint32_t)address + block->floats - 1;
        m->leave = 1;
        m->unicorn.emu_stop(uc);
        return;
    }
    uint32_t count = block->count;
    m->instructions += count;
    m->spent[m->current] += count;
    m->now += count * m->cycle * CORE_CPI_TENTHS / 10;
    if (m->tracing) {
        core_add_edge(m, (uint32_t)address, size);
    }
}

static uint64_t bus_read(uc_engine *uc, uint64_t offset, unsigned size, void *machine) {
    machine_t *m = machine;
    (void)uc;
    uint32_t at = (uint32_t)offset;
    cell_t *cell = m->cells[at / CORE_CELL_BYTES];
    uint32_t word = at % CORE_CELL_BYTES / 4;
    if (cell && cell->open && cell->direct[word]) {
        uint32_t mask = size == 4 ? 0xFFFFFFFFu : (1u << (8 * size)) - 1u;
        return cell->value[word] >> (8 * (at & 3u)) & mask;
    }
    return m->callbacks.on_read(CORE_BUS_BASE + at, size);
}

static void bus_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                      void *machine) {
    machine_t *m = machine;
    (void)uc;
    m->spins = 0;
    m->callbacks.on_write(CORE_BUS_BASE + (uint32_t)offset, size, (uint32_t)value);
}

machine_t *core_new(const unicorn_t *unicorn, const callbacks_t *callbacks) {
    machine_t *m = calloc(1, sizeof *m);
    if (!m) {
        return NULL;
    }
    m->unicorn = *unicorn;
    m->callbacks = *callbacks;
    uc_hook hook;
    uc_err error = unicorn->open(UC_ARCH_ARM, UC_MODE_THUMB, &m->uc);
    if (!error) {
        error = unicorn->ctl(m->uc, UC_CTL_WRITE(UC_CTL_CPU_MODEL, 1), UC_CPU_ARM_CORTEX_M7);
    }
    if (!error) {
        error = unicorn->mmio_map(m->uc, CORE_BUS_BASE, CORE_BUS_SIZE, bus_read, m, bus_write, m);
    }
    if (!error) {
        error = unicorn->mmio_map(m->uc, CORE_PPB_BASE, CORE_PPB_SIZE, core_ppb_read, m,
                                  core_ppb_write, m);
    }
    if (!error) {
        error = unicorn->hook_add(m->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, m, 1, 0);
    }
    if (error || !core_open_memory(m)) {
        core_free(m);
        return NULL;
    }
    return m;
}

void core_free(machine_t *m) {
    if (m->uc) {
        m->unicorn.close(m->uc);
    }
    for (uint32_t i = 0; i < m->memory_count; i++) {
        free(m->memories[i].allocated);
        free(m->memories[i].code);
        free(m->memories[i].watched);
        free(m->memories[i].stale);
    }
    for (uint32_t i = 0; i < CORE_BUS_SIZE / CORE_CELL_BYTES; i++) {
        free(m->cells[i]);
    }
    free(m);
}

cell_t *core_add_cell(machine_t *m, uint32_t address) {
    cell_t **cell = &m->cells[(address - CORE_BUS_BASE) / CORE_CELL_BYTES];
    if (!*cell) {
        *cell = calloc(1, sizeof **cell);
    }
    return *cell;
}

uint32_t core_register(machine_t *m, int number) {
    uint32_t value = 0;
    m->unicorn.reg_read(m->uc, number, &value);
    return value;
}

void core_set_register(machine_t *m, int number, uint32_t value) {
    m->unicorn.reg_write(m->uc, number, &value);
}

void core_stop(machine_t *m, int reason) {
    m->stop = reason;
    m->deadline = 0;
}

void core_update_deadline(machine_t *m) {
    uint64_t next = m->until;
    next = m->python_event < next ? m->python_event : next;
    next = m->systick_next < next ? m->systick_next : next;
    next = m->frame_next < next ? m->frame_next : next;
    m->deadline = m->stop ? 0 : next;
}

void core_set_python_event(machine_t *m, uint64_t when) {
    m->python_event = when;
    core_update_deadline(m);
}

void core_set_cycle(machine_t *m, uint64_t units) {
    core_set_cyccnt(m, core_cyccnt(m));
    // SysTick keeps the ticks that have passed.
    uint64_t old = m->systick_ctrl & 4u ? m->cycle : m->systick_reference;
    uint64_t passed = old ? (m->now - m->systick_from) / old : 0;
    m->cycle = units;
    if (m->systick_ctrl & 4u && m->systick_ctrl & 1u) {
        uint64_t whole = passed * units;
        m->systick_from = whole < m->now ? m->now - whole : 0;
        m->systick_next = m->systick_from + ((uint64_t)m->systick_load + 1) * units;
    }
    core_update_deadline(m);
}

// The core after reset: ARMv7-M Architecture Reference Manual, B1.5.5. Time and counts go on.
void core_reset(machine_t *m, uint32_t vector_table) {
    memset(m->pending, 0, sizeof m->pending);
    memset(m->enabled, 0, sizeof m->enabled);
    memset(m->active, 0, sizeof m->active);
    memset(m->line, 0, sizeof m->line);
    memset(m->priority, 0, sizeof m->priority);
    memset(m->counts, 0, sizeof m->counts);
    for (uint32_t i = 0; i < CORE_PUMPS; i++) {
        m->pumps[i].on = 0; /* the samples go on where they are */
    }
    memset(m->mpu_rbar, 0, sizeof m->mpu_rbar);
    memset(m->mpu_rasr, 0, sizeof m->mpu_rasr);
    m->enabled[EXCEPTION_NMI] = m->enabled[EXCEPTION_HARD_FAULT] = m->enabled[EXCEPTION_SVCALL] = 1;
    m->enabled[EXCEPTION_PENDSV] = m->enabled[EXCEPTION_SYSTICK] = 1;
    m->vtor = vector_table;
    m->airc = m->scr = m->shcsr = m->cpacr = m->cfsr = m->hfsr = m->mmfar = m->bfar = 0;
    m->fpdscr = m->csselr = m->actlr = m->mpu_ctrl = m->mpu_rnr = 0;
    m->ccr = 0x00040200; /* STKALIGN, branch prediction */
    m->fpccr = 0xC0000000;
    m->itcmcr = m->dtcmcr = 0x1; /* enabled */
    m->demcr = m->dwt_ctrl = m->dwt_unlocked = m->cyccnt = 0;
    m->systick_ctrl = m->systick_load = m->systick_wrapped = 0;
    m->systick_next = m->frame_next = m->python_event = m->until = CORE_NEVER;
    m->current = 0;
    m->stop = 0;
    core_look(m);
    core_discard_all(m); /* the cache is off, and must be emptied before it is on */
    m->no_fpu = 0;
    uint32_t zero = 0, xpsr = 0x01000000u, link = 0xFFFFFFFFu;
    uint8_t *vectors = core_host(m, vector_table, 8);
    uint32_t stack = 0, entry = 0;
    if (vectors) {
        memcpy(&stack, vectors, 4);
        memcpy(&entry, vectors + 4, 4);
    }
    m->unicorn.reg_write(m->uc, UC_ARM_REG_XPSR, &xpsr);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_CONTROL, &zero);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_PRIMASK, &zero);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_BASEPRI, &zero);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_FAULTMASK, &zero);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_LR, &link);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_SP, &stack);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_PC, &entry);
    m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TB_FLUSH, 0));
    core_update_deadline(m);
}

// Sleeps from one deadline to the next until an interrupt would end WFI.
static int sleep_until_interrupt(machine_t *m) {
    while (!core_wakes(m)) {
        if (m->stop) {
            return m->stop;
        }
        if (m->deadline == CORE_NEVER) {
            return CORE_ASLEEP;
        }
        if (m->deadline > m->now) {
            m->idle += m->deadline - m->now;
            m->now = m->deadline;
        }
        serve(m);
    }
    return 0;
}

// Executes up to the floating-point instruction that CPACR forbids, which then faults.
static int refuse_float(machine_t *m) {
    if (core_register(m, UC_ARM_REG_PC) != m->no_fpu) {
        // The block is translated anew, so that it ends there.
        m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TB_FLUSH, 0));
        m->unicorn.emu_start(m->uc, core_register(m, UC_ARM_REG_PC) | 1u, m->no_fpu, 0, 0);
    }
    bool there = core_register(m, UC_ARM_REG_PC) == m->no_fpu;
    m->last_pc = m->no_fpu;
    m->no_fpu = 0;
    m->leave = 0;
    if (m->stop || !there) {
        return m->stop;
    }
    return m->delivers_faults ? core_fault(m, EXCEPTION_USAGE_FAULT, CFSR_NOCP, 0) : CORE_NO_FPU;
}

// When Unicorn did not stop before it there is no state that a handler could be given.
static int refuse_unaligned(machine_t *m) {
    bool there = core_register(m, UC_ARM_REG_PC) == m->unaligned;
    m->last_pc = m->unaligned;
    return there && m->delivers_faults ? core_fault(m, EXCEPTION_USAGE_FAULT, CFSR_UNALIGNED, 0)
                                       : CORE_UNALIGNED;
}

// SVC, a breakpoint, or an instruction that does not exist; 0, or why the run ends.
static int take_exception(machine_t *m, uint32_t pc) {
    uint8_t *before = core_host(m, pc - 2u, 2), *at = core_host(m, pc, 2);
    if (before && before[1] == 0xDF) {
        core_pend(m, EXCEPTION_SVCALL);
        return 0;
    }
    if (at && at[1] == 0xBE) {
        m->fault_address = at[0];
        return CORE_BREAKPOINT;
    }
    if (!m->delivers_faults) {
        return CORE_INVALID;
    }
    bool thumb = core_register(m, UC_ARM_REG_XPSR) >> 24 & 1u;
    return core_fault(m, EXCEPTION_USAGE_FAULT, thumb ? CFSR_UNDEFINSTR : CFSR_INVSTATE, 0);
}

// The hooks have ended it; 0, or why the run ends.
static int after_leave(machine_t *m) {
    if (m->translate_again) {
        m->translate_again = 0;
        m->unicorn.ctl(m->uc, UC_CTL_WRITE(UC_CTL_TB_REMOVE_CACHE, 2), (uint64_t)m->block,
                       (uint64_t)m->block + m->block_size);
    }
    if (m->stop) {
        return m->stop;
    }
    return m->no_fpu ? refuse_float(m) : m->unaligned ? refuse_unaligned(m) : 0;
}

// Sorts out why Unicorn came back; 0, or why the run ends.
static int after_stop(machine_t *m, uc_err error) {
    uint32_t pc = m->last_pc = core_register(m, UC_ARM_REG_PC);
    if (m->leave) {
        return after_leave(m);
    }
    if (!error) {
        // Neither the hook nor an error ended it: WFI.
        return sleep_until_interrupt(m);
    }
    if (pc >= 0xFFFFFF00u) {
        if (core_return(m, pc | 1u)) {
            return 0;
        }
        return m->delivers_faults && m->current
                   ? core_fault(m, EXCEPTION_USAGE_FAULT, CFSR_INVPC, 0)
                   : CORE_FAULT;
    }
    if (m->fault_kind && m->delivers_faults && !(m->fault_kind & CORE_BY_CACHE)) {
        return core_memory_fault(m);
    }
    if (m->fault_kind) {
        if ((m->fault_kind & 0xFFu) != UC_MEM_FETCH + 1) {
            core_find_address(m);
        }
        return CORE_REFUSED;
    }
    return error == UC_ERR_EXCEPTION || m->delivers_faults ? take_exception(m, pc) : CORE_INVALID;
}

int core_run(machine_t *m, uint64_t until) {
    m->stop = 0;
    m->until = until;
    core_update_deadline(m);
    for (;;) {
        uint32_t exception = m->attention ? core_takeable(m) : 0;
        if (exception && !core_enter(m, exception)) {
            return CORE_FAULT;
        }
        uint32_t pc = core_register(m, UC_ARM_REG_PC);
        m->leave = 0;
        m->fault_kind = 0;
        m->unaligned = 0;
        uc_err error = m->unicorn.emu_start(m->uc, pc | 1u, CORE_END_PAGE + 4, 0, 0);
        int reason = after_stop(m, error);
        if (reason || m->stop) {
            return reason ? reason : m->stop;
        }
    }
}

size_t core_size(void) {
    return sizeof(machine_t);
}
