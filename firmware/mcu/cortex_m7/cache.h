// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Level-1 caches of the Cortex-M7.
#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Empties and switches on the instruction cache; does nothing when it is on.
void cache_enable_instructions(void);

// Forgets what the instruction cache holds, before code runs that was written.
void cache_forget_instructions(void);

// Discards what the data cache holds and switches it on; does nothing when it is on.
void cache_enable_data(void);

// Forgets what the data cache holds of this memory, which must not have been written to.
void cache_discard(const void *start, size_t bytes);

// Reads memory that was changed behind the data cache: true when it holds what `wanted` gives
// (NULL: 0xFF everywhere).
bool cache_reread(const uint8_t *memory, const uint8_t *wanted, size_t count);

#endif
