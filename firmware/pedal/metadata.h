// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Reads single values out of a blob's metadata, which is JSON that our own converter wrote.
#ifndef METADATA_H
#define METADATA_H

#include <stddef.h>

// The text value of the first member `key`, up to its closing quote or the first escape; NULL when
// there is none. `json` needs no zero at its end.
const char *metadata_text(const char *json, size_t bytes, const char *key, size_t *value_bytes);

#endif
