// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// SysTick (ARMv7-M, B3.3) and the cycle counter of the DWT.
#include "core.h"

uint32_t core_cyccnt(machine_t *m) {
    if (!(m->dwt_ctrl & 1u) || !(m->demcr & 1u << 24)) {
        return m->cyccnt;
    }
    return m->cyccnt + (uint32_t)((m->now - m->cyccnt_at) / m->cycle);
}

void core_set_cyccnt(machine_t *m, uint32_t value) {
    m->cyccnt = value;
    m->cyccnt_at = m->now;
}

static uint64_t tick_units(const machine_t *m) {
    return m->systick_ctrl & 4u ? m->cycle : m->systick_reference;
}

static void restart(machine_t *m) {
    m->systick_from = m->now;
    m->systick_next = m->systick_ctrl & 1u && m->systick_load
                          ? m->now + ((uint64_t)m->systick_load + 1) * tick_units(m)
                          : CORE_NEVER;
    core_update_deadline(m);
}

void core_systick_due(machine_t *m) {
    uint64_t period = ((uint64_t)m->systick_load + 1) * tick_units(m);
    m->systick_from = m->systick_next;
    m->systick_next += period;
    m->systick_wrapped = 1;
    if (m->systick_ctrl & 2u) {
        core_pend(m, EXCEPTION_SYSTICK);
    }
}

uint32_t core_systick_read(machine_t *m, uint32_t offset) {
    switch (offset) {
    case 0x10: {
        uint32_t value = m->systick_ctrl | m->systick_wrapped << 16;
        m->systick_wrapped = 0;
        return value;
    }
    case 0x14:
        return m->systick_load;
    case 0x18: {
        if (!(m->systick_ctrl & 1u)) {
            return 0;
        }
        uint64_t passed = (m->now - m->systick_from) / tick_units(m);
        return m->systick_load - (uint32_t)(passed % ((uint64_t)m->systick_load + 1));
    }
    default:
        return 0; /* CALIB: no calibration value */
    }
}

void core_systick_write(machine_t *m, uint32_t offset, uint32_t value) {
    switch (offset) {
    case 0x10: {
        uint32_t changed = (value ^ m->systick_ctrl) & 5u;
        m->systick_ctrl = value & 7u;
        if (changed) {
            restart(m);
        }
        break;
    }
    case 0x14:
        m->systick_load = value & 0xFFFFFFu;
        if (m->systick_ctrl & 1u && m->systick_next == CORE_NEVER) {
            restart(m);
        }
        break;
    default: /* VAL: any write clears it */
        m->systick_wrapped = 0;
        restart(m);
        break;
    }
}
