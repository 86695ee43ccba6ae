// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// NVIC and exception entry and return: ARMv7-M Architecture Reference Manual, B1.5 and B3.4.
#include "core.h"

#include <string.h>

enum { FRAME_WORDS = 8, FP_FRAME_WORDS = 26, THREAD_PRIORITY = 256 };
enum { CFSR_MSTKERR = 1 << 4, CFSR_STKERR = 1 << 12 };

void core_look(machine_t *m) {
    m->attention = 0;
    m->looked = 0;
    for (uint32_t i = 1; i < CORE_EXCEPTIONS; i++) {
        m->attention |= m->pending[i] & m->enabled[i];
    }
}

void core_pend(machine_t *m, uint32_t exception) {
    m->pending[exception] = 1;
    m->attention |= m->enabled[exception];
    m->looked = 0;
}

void core_set_line(machine_t *m, uint32_t exception, uint32_t level) {
    if (level == m->line[exception]) {
        return;
    }
    m->line[exception] = level != 0;
    if (level) {
        core_pend(m, exception);
    } else {
        m->pending[exception] = 0;
        core_look(m);
    }
}

static int32_t priority_of(const machine_t *m, uint32_t exception) {
    switch (exception) {
    case EXCEPTION_NMI:
        return -2;
    case EXCEPTION_HARD_FAULT:
        return -1;
    default: {
        uint32_t group = m->airc >> 8 & 7u;
        return m->priority[exception] >> (group + 1) << (group + 1);
    }
    }
}

static uint32_t highest_pending(const machine_t *m) {
    uint32_t best = 0;
    int32_t best_group = THREAD_PRIORITY, best_whole = THREAD_PRIORITY;
    for (uint32_t i = 1; i < CORE_EXCEPTIONS; i++) {
        if (m->pending[i] && m->enabled[i]) {
            int32_t group = priority_of(m, i);
            int32_t whole = group < 0 ? group : m->priority[i];
            if (group < best_group || (group == best_group && whole < best_whole)) {
                best = i;
                best_group = group;
                best_whole = whole;
            }
        }
    }
    return best;
}

// What changes only with the flags: asked at each block while an exception waits.
static void compare(machine_t *m) {
    if (m->looked) {
        return;
    }
    m->looked = 1;
    m->best = highest_pending(m);
    m->best_priority = m->best ? priority_of(m, m->best) : THREAD_PRIORITY;
    m->active_priority = THREAD_PRIORITY;
    for (uint32_t i = 1; i < CORE_EXCEPTIONS; i++) {
        if (m->active[i] && priority_of(m, i) < m->active_priority) {
            m->active_priority = priority_of(m, i);
        }
    }
}

// `priority` is more urgent than what is executed, the masks included (WFI wakes without PRIMASK).
static bool is_urgent(machine_t *m, int32_t priority, bool primask) {
    if (priority >= m->active_priority) {
        return false;
    }
    int32_t basepri = (int32_t)core_register(m, UC_ARM_REG_BASEPRI);
    if (basepri) {
        uint32_t group = m->airc >> 8 & 7u;
        if (priority >= (basepri >> (group + 1) << (group + 1))) {
            return false;
        }
    }
    if (primask && priority >= 0 && core_register(m, UC_ARM_REG_PRIMASK) & 1u) {
        return false;
    }
    return priority < -1 || !(core_register(m, UC_ARM_REG_FAULTMASK) & 1u);
}

bool core_can_take(machine_t *m, uint32_t exception) {
    compare(m);
    return is_urgent(m, priority_of(m, exception), true);
}

uint32_t core_takeable(machine_t *m) {
    compare(m);
    return m->best && is_urgent(m, m->best_priority, true) ? m->best : 0;
}

bool core_wakes(machine_t *m) {
    compare(m);
    return m->attention && m->best && is_urgent(m, m->best_priority, false);
}

static void read_float(machine_t *m, uint32_t *frame) {
    for (int i = 0; i < 8; i++) {
        m->unicorn.reg_read(m->uc, UC_ARM_REG_D0 + i, frame + 2 * i);
    }
    frame[16] = core_register(m, UC_ARM_REG_FPSCR);
    frame[17] = 0;
}

bool core_enter(machine_t *m, uint32_t exception) {
    static const int numbers[] = {UC_ARM_REG_R0,  UC_ARM_REG_R1,     UC_ARM_REG_R2, UC_ARM_REG_R3,
                                  UC_ARM_REG_R12, UC_ARM_REG_LR,     UC_ARM_REG_PC, UC_ARM_REG_XPSR,
                                  UC_ARM_REG_SP,  UC_ARM_REG_CONTROL};
    uint32_t frame[FP_FRAME_WORDS], stack = 0, control = 0;
    void *values[] = {frame,     frame + 1, frame + 2, frame + 3, frame + 4,
                      frame + 5, frame + 6, frame + 7, &stack,    &control};
    m->unicorn.reg_read_batch(m->uc, numbers, values, 10);
    bool floats = control & 4u;
    if (control & 2u || (floats && !(m->cpacr & 0x00F00000u))) {
        // The process stack is not modelled; floating point without CPACR would have faulted.
        m->fault_address = frame[6];
        return false;
    }
    uint32_t bytes = 4u * (floats ? FP_FRAME_WORDS : FRAME_WORDS);
    uint32_t padded = stack & 4u;
    uint32_t to = (stack - bytes) & ~7u;
    uint8_t *host = core_host(m, to, bytes);
    bool by_mpu = false;
    if (!core_may(m, to, bytes, UC_PROT_WRITE, &by_mpu)) {
        m->fault_address = to;
        if (!m->delivers_faults || exception == EXCEPTION_HARD_FAULT) {
            return false;
        }
        // The frame is lost; a fault takes the place of the exception, which stays pending.
        host = NULL;
        m->cfsr |= by_mpu ? CFSR_MSTKERR : CFSR_STKERR;
        core_pend(m, exception);
        exception = core_escalate(m, by_mpu ? EXCEPTION_MEM_MANAGE : EXCEPTION_BUS_FAULT);
    }
    if (padded) {
        frame[7] |= 1u << 9;
    }
    if (floats) {
        read_float(m, frame + FRAME_WORDS);
    }
    if (host) {
        memcpy(host, frame, bytes);
    }

    uint32_t link = m->current ? 0xFFFFFFE1u : 0xFFFFFFE9u;
    link |= floats ? 0 : 0x10u;
    uint8_t *vector = core_host(m, m->vtor + 4u * exception, 4);
    uint32_t entry = 0, xpsr = 0x01000000u | exception, zero = 0;
    if (vector) {
        memcpy(&entry, vector, 4);
    }
    if (!(entry & 1u)) {
        m->fault_address = m->vtor + 4u * exception;
        return false;
    }
    m->unicorn.reg_write(m->uc, UC_ARM_REG_SP, &to);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_LR, &link);
    if (control) {
        m->unicorn.reg_write(m->uc, UC_ARM_REG_CONTROL, &zero);
    }
    m->unicorn.reg_write(m->uc, UC_ARM_REG_XPSR, &xpsr);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_PC, &entry);
    m->pending[exception] = 0;
    m->active[exception] = 1;
    m->current = exception;
    m->taken[exception]++;
    core_look(m);
    return true;
}

bool core_return(machine_t *m, uint32_t exc_return) {
    static const int numbers[] = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                                  UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};
    bool floats = !(exc_return & 0x10u);
    bool thread = exc_return & 0x8u;
    uint32_t bytes = 4u * (floats ? FP_FRAME_WORDS : FRAME_WORDS);
    uint32_t stack = core_register(m, UC_ARM_REG_SP);
    uint8_t *host = core_host(m, stack, bytes);
    if (!m->current || exc_return & 0x4u || !host) {
        m->fault_address = host ? exc_return : stack;
        return false;
    }
    uint32_t frame[FP_FRAME_WORDS];
    memcpy(frame, host, bytes);
    stack += bytes + (frame[7] & 1u << 9 ? 4u : 0);
    m->active[m->current] = 0;
    if (m->line[m->current]) {
        // A level that is still there pends again.
        m->pending[m->current] = 1;
    }
    uint32_t xpsr = frame[7] & ~(1u << 9), control = floats ? 4u : 0;
    uint32_t left = xpsr & 0x1FFu;
    if ((left == 0) != thread || (left && !m->active[left])) {
        m->fault_address = exc_return;
        return false;
    }
    m->current = left;
    uint32_t fault_mask = 0;
    m->unicorn.reg_write(m->uc, UC_ARM_REG_FAULTMASK, &fault_mask);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_XPSR, &xpsr);
    if (floats) {
        for (int i = 0; i < 8; i++) {
            m->unicorn.reg_write(m->uc, UC_ARM_REG_D0 + i, frame + FRAME_WORDS + 2 * i);
        }
        m->unicorn.reg_write(m->uc, UC_ARM_REG_FPSCR, frame + FRAME_WORDS + 16);
    }
    m->unicorn.reg_write(m->uc, UC_ARM_REG_CONTROL, &control);
    for (int i = 0; i < 6; i++) {
        m->unicorn.reg_write(m->uc, numbers[i], frame + i);
    }
    m->unicorn.reg_write(m->uc, UC_ARM_REG_SP, &stack);
    m->unicorn.reg_write(m->uc, UC_ARM_REG_PC, frame + 6);
    core_look(m);
    return true;
}
