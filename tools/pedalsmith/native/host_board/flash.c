// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "flash.h"

struct flash flash = {.cut_at = UINT32_MAX, .worn = UINT32_MAX};

static uint32_t chance(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

// Brings `count` bytes to what `wanted` gives (NULL: 0xFF, an erase), or a part of their bits.
static void change(uint32_t at, const uint8_t *wanted, uint32_t count) {
    const int cut = flash.operations++ == flash.cut_at;
    uint32_t state = flash.cut_seed;
    for (uint32_t i = 0; i < count && at / FLASH_SECTOR * FLASH_SECTOR != flash.worn; i++) {
        uint8_t *byte = &flash.bytes[at + i];
        const uint8_t to = wanted ? (uint8_t)(*byte & wanted[i]) : 0xFF;
        uint8_t done = cut && flash.cut_seed == 0 ? 0 : 0xFF;
        if (cut && flash.cut_seed > 1) {
            done = (uint8_t)(chance(&state) >> 11);
        }
        *byte = (uint8_t)((*byte & ~done) | (to & done));
    }
    if (cut) {
        longjmp(*flash.power, 1);
    }
}

void flash_erase(uint32_t sector) {
    change(sector, 0, FLASH_SECTOR);
}

void flash_program(uint32_t at, const uint8_t *bytes, uint32_t count) {
    change(at, bytes, count);
}
