// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// tile_32 on the Cortex-M7, for C and assembly.
#ifndef TILE_M7_H
#define TILE_M7_H

// Pairs of columns, at most: no board plays more in time.
#define TILE_M7_PAIRS 8

#ifndef __ASSEMBLER__

#include "tile.h"

void tile_32_m7(const struct tile *tile, const void *const *tap, int32_t *acc);

#endif

#endif
