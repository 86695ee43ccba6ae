// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Reads single values out of a blob's metadata, which is JSON that our own converter wrote.
#ifndef METADATA_H
#define METADATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cold.h"

// The text value of the first member `key`, up to its closing quote or the first escape; NULL when
// there is none. `json` needs no zero at its end.
COLD const char *metadata_text(const char *json, size_t bytes, const char *key,
                               size_t *value_bytes);

// The number of the first member `key` in hundredths, further digits left out, -10^6..10^6; false
// when there is none.
COLD bool metadata_hundredths(const char *json, size_t bytes, const char *key, int32_t *hundredths);

#endif
