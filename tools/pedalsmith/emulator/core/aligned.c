// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Loads and stores that fault at an address that is no multiple of four, whatever CCR says: LDRD,
// LDM, VLDR, VLDM, LDREX and their stores (ARMv7-M Architecture Reference Manual, A3.2.1).
//
// Unicorn lets them pass. When a block that holds some is first met, each of them gets a hook,
// which looks at its base register (their offsets are multiples of four), and the block is
// translated again. Those with SP or PC as base cannot be wrong and cost nothing.
#include "core.h"

enum { SP = 13, PC = 15 };

static uint32_t half_word(machine_t *m, uint32_t address) {
    const uint8_t *code = core_host(m, address, 2);
    return code ? code[0] | (uint32_t)code[1] << 8 : 0;
}

uint32_t core_aligned_base(uint32_t first) {
    uint32_t base = first & 15u;
    if (first >> 12 == 0xCu) {
        return first >> 8 & 7u; /* LDM and STM of 16 bits */
    }
    if (base == SP) {
        return PC;
    }
    if (first >> 9 == 0x76u) {
        return first & 0x1A0u ? base : PC; /* VLDR, VLDM; 0: moves to two registers */
    }
    if (first >> 9 != 0x74u) {
        return PC;
    }
    if (first & 0x40u) {
        /* LDRD, LDREX; what is left are table branches and the exclusives of bytes */
        return first & 0x120u || !(first & 0x80u) ? base : PC;
    }
    return (first >> 8 ^ first >> 7) & 1u ? base : PC; /* LDM */
}

// Unicorn calls it only when the instruction's condition holds, and stops before the instruction;
// within an IT block it stops behind the block of instructions.
static void on_access(uc_engine *uc, uint64_t address, uint32_t size, void *machine) {
    machine_t *m = machine;
    (void)size;
    uint32_t base = core_aligned_base(half_word(m, (uint32_t)address));
    if (base == PC) {
        return; /* other code has been loaded since */
    }
    if (core_register(m, UC_ARM_REG_R0 + (int)base) & 3u && !m->unaligned) {
        m->unaligned = (uint32_t)address;
        m->leave = 1;
        m->unicorn.emu_stop(uc);
    }
}

bool core_watch_aligned(machine_t *m, uint32_t address, uint32_t size) {
    bool added = false;
    memory_t *memory = core_memory(m, address);
    for (uint32_t at = address; memory && at < address + size;) {
        uint32_t first = half_word(m, at), place = (at - memory->base) / 2;
        uint8_t *watched = &memory->watched[place / 8], bit = (uint8_t)(1u << place % 8);
        if (core_aligned_base(first) != PC && !(*watched & bit)) {
            uc_hook hook;
            m->unicorn.hook_add(m->uc, &hook, UC_HOOK_CODE, (void *)on_access, m, at, at);
            *watched |= bit;
            added = true;
        }
        at += first >> 11 >= 0x1Du ? 4 : 2;
    }
    return added;
}
