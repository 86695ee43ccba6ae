// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Memory protection unit.
#ifndef MPU_H
#define MPU_H

#include <stdint.h>

// A region: `base` aligned to its size; `attributes` is the RASR word (size, access, memory type).
struct mpu_region {
    uint32_t base;
    uint32_t attributes;
};

// RASR words: access and type; or them with MPU_SIZE(log2 of bytes).
#define MPU_SIZE(log2_bytes) ((((log2_bytes) - 1u) << 1) | 1u)
#define MPU_UNCACHED         0x030C0000u // normal memory, shareable, full access
#define MPU_WRITE_BACK       0x03030000u // normal memory, write-back, full access
#define MPU_NO_ACCESS        0x10040000u // and never executed
#define MPU_READ_ONLY_DATA   0x16020000u // normal memory, write-through, never executed
#define MPU_READ_ONLY_CODE   0x06080000u // normal memory, not cached

// Puts `count` regions (a later one wins where they overlap) over the default map; switches on.
void mpu_start(const struct mpu_region *regions, uint32_t count);

// Puts one more region over all others, until it is replaced or, by NULL, taken away.
void mpu_overlay(const struct mpu_region *region);

#endif
