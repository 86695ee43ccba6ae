// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The core's own registers, 0xE0000000..0xE00FFFFF: DWT, SysTick, NVIC, SCB, MPU, FPU, caches.
// ARMv7-M Architecture Reference Manual, B3; Cortex-M7 Technical Reference Manual, 3 and 5. What is
// not here goes to Python, which refuses it by name.
#include "core.h"

#include <string.h>

enum { DWT = 0x1000, DWT_LAR = 0x1FB0, SCS = 0xE000, SPINS = 32, SKIP_CYCLES = 240 };

// The word that holds one bit of 32 exceptions in a row, from IRQ 32 n on.
static uint32_t gather(const uint8_t *flags, uint32_t n) {
    uint32_t word = 0;
    for (uint32_t i = 0; i < 32 && 16 + 32 * n + i < CORE_EXCEPTIONS; i++) {
        word |= (uint32_t)flags[16 + 32 * n + i] << i;
    }
    return word;
}

static void scatter(machine_t *m, uint8_t *flags, uint32_t n, uint32_t word, uint8_t value) {
    for (uint32_t i = 0; i < 32 && 16 + 32 * n + i < CORE_EXCEPTIONS; i++) {
        if (word >> i & 1u) {
            flags[16 + 32 * n + i] = value;
        }
    }
    core_look(m);
}

static uint32_t *stored(machine_t *m, uint32_t offset) {
    switch (offset) {
    case 0x008:
        return &m->actlr;
    case 0xD08:
        return &m->vtor;
    case 0xD10:
        return &m->scr;
    case 0xD14:
        return &m->ccr;
    case 0xD24:
        return &m->shcsr;
    case 0xD34:
        return &m->mmfar;
    case 0xD38:
        return &m->bfar;
    case 0xD84:
        return &m->csselr;
    case 0xD88:
        return &m->cpacr;
    case 0xD94:
        return &m->mpu_ctrl;
    case 0xD98:
        return &m->mpu_rnr;
    case 0xF34:
        return &m->fpccr;
    case 0xF3C:
        return &m->fpdscr;
    case 0xF90:
        return &m->itcmcr;
    case 0xF94:
        return &m->dtcmcr;
    case 0xDFC:
        return &m->demcr;
    default:
        return NULL;
    }
}

static uint32_t icsr(machine_t *m) {
    uint32_t value = m->current;
    for (uint32_t i = CORE_EXCEPTIONS - 1; i > 0; i--) {
        if (m->pending[i] && m->enabled[i]) {
            value = (value & ~0x1FF000u) | i << 12;
            value |= i >= 16 ? 1u << 22 : 0;
        }
    }
    value |= (uint32_t)m->pending[EXCEPTION_PENDSV] << 28;
    return value | (uint32_t)m->pending[EXCEPTION_SYSTICK] << 26;
}

static bool read_word(machine_t *m, uint32_t at, uint32_t *value) {
    uint32_t offset = at - SCS, n = (offset & 0x7Fu) / 4;
    if (at == DWT) {
        *value = m->dwt_ctrl | 0x40000000u;
    } else if (at == DWT + 4) {
        // A wait on the counter would cost a second of real time for each of the board's. After
        // some reads from one block it goes on in steps of half a microsecond.
        if (m->current == 0 && m->spin_block == m->block && ++m->spins > SPINS) {
            m->now += SKIP_CYCLES * m->cycle;
        } else if (m->spin_block != m->block) {
            m->spin_block = m->block;
            m->spins = 0;
        }
        *value = core_cyccnt(m);
    } else if (at == DWT_LAR + 4) {
        *value = m->dwt_unlocked ? 1 : 3;
    } else if (at < SCS || at >= SCS + 0x1000) {
        return false;
    } else if (stored(m, offset)) {
        *value = *stored(m, offset);
    } else if (offset >= 0x10 && offset <= 0x1C) {
        *value = core_systick_read(m, offset);
    } else if ((offset & ~0x7Fu) == 0x100 || (offset & ~0x7Fu) == 0x180) {
        *value = gather(m->enabled, n);
    } else if ((offset & ~0x7Fu) == 0x200 || (offset & ~0x7Fu) == 0x280) {
        *value = gather(m->pending, n);
    } else if ((offset & ~0x7Fu) == 0x300) {
        *value = gather(m->active, n);
    } else if (offset >= 0x400 && offset < 0x400 + CORE_EXCEPTIONS - 16) {
        memcpy(value, m->priority + 16 + (offset - 0x400), 4);
    } else if (offset >= 0xD18 && offset <= 0xD20) {
        memcpy(value, m->priority + 4 + (offset - 0xD18), 4);
    } else {
        switch (offset) {
        case 0x004:
            *value = 7;
            break; /* ICTR: 256 lines at most */
        case 0xD00:
            *value = 0x411FC271;
            break; /* CPUID: Cortex-M7 r1p1 */
        case 0xD04:
            *value = icsr(m);
            break;
        case 0xD0C:
            *value = 0xFA050000u | m->airc;
            break;
        case 0xD28:
            *value = m->cfsr;
            break;
        case 0xD2C:
            *value = m->hfsr;
            break;
        case 0xD78:
            *value = 0x09000003;
            break; /* CLIDR */
        case 0xD7C:
            *value = 0x8303C003;
            break; /* CTR */
        case 0xD80:
            *value = m->csselr & 1u ? 0xF01FE009u : 0xF003E019u;
            break; /* 16 KB each */
        case 0xD90:
            *value = m->mpu_regions << 8;
            break;
        case 0xD9C:
            *value = m->mpu_rbar[m->mpu_rnr & 15u];
            break;
        case 0xDA0:
            *value = m->mpu_rasr[m->mpu_rnr & 15u];
            break;
        case 0xDF0:
            *value = 0;
            break; /* DHCSR: no debugger */
        case 0xF40:
            *value = 0x10110221;
            break; /* MVFR0: double precision */
        case 0xF44:
            *value = 0x12000011;
            break;
        case 0xF48:
            *value = 0x00000040;
            break;
        case 0xF9C:
            *value = 0;
            break; /* CACR */
        default:
            return false;
        }
    }
    return true;
}

uint64_t core_ppb_read(uc_engine *uc, uint64_t offset, unsigned size, void *machine) {
    machine_t *m = machine;
    (void)uc;
    uint32_t at = (uint32_t)offset, word;
    if (!read_word(m, at & ~3u, &word)) {
        return m->callbacks.on_read(CORE_PPB_BASE + at, size);
    }
    uint32_t mask = size == 4 ? 0xFFFFFFFFu : (1u << (8 * size)) - 1u;
    return word >> (8 * (at & 3u)) & mask;
}

static void write_airc(machine_t *m, uint32_t value) {
    if (value >> 16 != 0x05FA) {
        return; /* without the key the write is ignored */
    }
    m->airc = value & 0x700u;
    m->looked = 0;
    if (value & 4u) {
        core_stop(m, CORE_RESET);
    }
}

static void write_icsr(machine_t *m, uint32_t value) {
    if (value & 1u << 28) {
        core_pend(m, EXCEPTION_PENDSV);
    }
    if (value & 1u << 26) {
        core_pend(m, EXCEPTION_SYSTICK);
    }
    if (value & 1u << 27) {
        m->pending[EXCEPTION_PENDSV] = 0;
    }
    if (value & 1u << 25) {
        m->pending[EXCEPTION_SYSTICK] = 0;
    }
    if (value & 1u << 31) {
        core_pend(m, EXCEPTION_NMI);
    }
    core_look(m);
}

// Interrupt priorities have four bits on both chips.
static void write_priorities(machine_t *m, uint8_t *to, unsigned size, uint32_t value) {
    m->looked = 0;
    for (unsigned i = 0; i < size; i++) {
        to[i] = value >> (8 * i) & 0xF0u;
    }
}

static bool write_word(machine_t *m, uint32_t at, uint32_t value) {
    uint32_t offset = at - SCS, n = (offset & 0x7Fu) / 4;
    if (at == DWT) {
        uint32_t count = core_cyccnt(m);
        m->dwt_ctrl = value & 1u;
        core_set_cyccnt(m, count);
    } else if (at == DWT + 4) {
        core_set_cyccnt(m, value);
    } else if (at == DWT_LAR) {
        m->dwt_unlocked = value == 0xC5ACCE55u;
    } else if (at < SCS || at >= SCS + 0x1000) {
        return false;
    } else if (offset >= 0x10 && offset <= 0x18) {
        core_systick_write(m, offset, value);
    } else if ((offset & ~0x7Fu) == 0x100 || (offset & ~0x7Fu) == 0x180) {
        scatter(m, m->enabled, n, value, offset < 0x180);
    } else if ((offset & ~0x7Fu) == 0x200) {
        scatter(m, m->pending, n, value, 1);
    } else if ((offset & ~0x7Fu) == 0x280) {
        scatter(m, m->pending, n, value & ~gather(m->line, n), 0);
    } else {
        switch (offset) {
        case 0xD04:
            write_icsr(m, value);
            break;
        case 0xD0C:
            write_airc(m, value);
            break;
        case 0xD28:
            m->cfsr &= ~value;
            break;
        case 0xD2C:
            m->hfsr &= ~value;
            break;
        case 0xD24:
            m->shcsr = value & 0x70000u;
            m->enabled[4] = value >> 16 & 1u;
            m->enabled[5] = value >> 17 & 1u;
            m->enabled[6] = value >> 18 & 1u;
            core_look(m);
            break;
        case 0xDFC: {
            uint32_t count = core_cyccnt(m);
            m->demcr = value;
            core_set_cyccnt(m, count);
            break;
        }
        case 0xD9C:
            if (value & 0x10u) {
                m->mpu_rnr = value & 15u;
            }
            m->mpu_rbar[m->mpu_rnr & 15u] = value & ~0x1Fu;
            core_flush_permissions(m);
            break;
        case 0xDA0:
            m->mpu_rasr[m->mpu_rnr & 15u] = value;
            core_flush_permissions(m);
            break;
        case 0xD94:
            m->mpu_ctrl = value & 7u;
            core_flush_permissions(m);
            break;
        case 0xF00:
            core_pend(m, 16 + (value & 0xFFu));
            break;  /* STIR */
        case 0xF5C: /* DCIMVAC */
        case 0xF70: /* DCCIMVAC */
            core_discard_line(m, value);
            break;
        case 0xF50:
        case 0xF58:
        case 0xF60:
        case 0xF64:
        case 0xF68:
        case 0xF6C:
        case 0xF74:
        case 0xF78:
            break; /* cache and branch predictor maintenance: see cached.c */
        default: {
            uint32_t *word = stored(m, offset);
            if (!word) {
                return false;
            }
            *word = value;
        }
        }
    }
    return true;
}

void core_ppb_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *machine) {
    machine_t *m = machine;
    (void)uc;
    uint32_t at = (uint32_t)offset, scs = at - SCS;
    m->callbacks.on_system_write(CORE_PPB_BASE + at, size, (uint32_t)value);
    if (scs >= 0x400 && scs + size <= 0x400 + CORE_EXCEPTIONS - 16) {
        write_priorities(m, m->priority + 16 + (scs - 0x400), size, (uint32_t)value);
    } else if (scs >= 0xD18 && scs + size <= 0xD24) {
        write_priorities(m, m->priority + 4 + (scs - 0xD18), size, (uint32_t)value);
    } else if (size != 4 || !write_word(m, at, (uint32_t)value)) {
        m->callbacks.on_write(CORE_PPB_BASE + at, size, (uint32_t)value);
    }
}
