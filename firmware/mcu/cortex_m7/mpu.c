// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "mpu.h"

#include "core.h"

enum { REGIONS = 8, CTRL_ENABLE = 1, CTRL_PRIVDEFENA = 4 };

void mpu_start(const struct mpu_region *regions, uint32_t count) {
    core_barrier();
    MPU_CTRL = 0;
    for (uint32_t i = 0; i < REGIONS; i++) {
        MPU_RNR = i;
        MPU_RASR = 0;
        if (i < count) {
            MPU_RBAR = regions[i].base;
            MPU_RASR = regions[i].attributes;
        }
    }
    MPU_CTRL = CTRL_ENABLE | CTRL_PRIVDEFENA;
    SCB_SHCSR |= SCB_SHCSR_FAULTS;
    core_barrier();
}

void mpu_overlay(const struct mpu_region *region) {
    core_barrier();
    MPU_RNR = REGIONS - 1;
    MPU_RASR = 0;
    if (region) {
        MPU_RBAR = region->base;
        MPU_RASR = region->attributes;
    }
    core_barrier();
}
