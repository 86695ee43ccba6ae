// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A flash chip in memory: erases to ones, programs zeros page by page, and can lose its power in
// the middle of an operation.
#ifndef FLASH_H
#define FLASH_H

#include <setjmp.h>
#include <stdint.h>

#define FLASH_BYTES  0x222000u // as on a Daisy Seed
#define FLASH_SECTOR 4096u
#define FLASH_PAGE   256u

struct flash {
    uint8_t bytes[FLASH_BYTES];
    uint32_t operations; // erases and page programs so far
    uint32_t cut_at;     // number of the operation that loses the power; UINT32_MAX: none does
    uint32_t cut_seed;   // which of its bits are done: 0 none, 1 all, else by chance
    uint32_t worn;       // address of a sector whose bits no longer change; UINT32_MAX: none
    jmp_buf *power;      // where the power's loss leads
};

extern struct flash flash;

void flash_erase(uint32_t sector);

// Programs `count` bytes within one page.
void flash_program(uint32_t at, const uint8_t *bytes, uint32_t count);

#endif
