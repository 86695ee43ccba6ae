// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "metadata.h"

#include <stdbool.h>

static size_t skip_spaces(const char *json, size_t bytes, size_t at) {
    while (at < bytes && (json[at] == ' ' || json[at] == '\n' || json[at] == ':')) {
        at++;
    }
    return at;
}

// True when the quoted `key` begins at `at`; moves `at` behind it.
static bool take_key(const char *json, size_t bytes, const char *key, size_t *at) {
    size_t i = *at;
    if (json[i++] != '"') {
        return false;
    }
    while (*key && i < bytes && json[i] == *key) {
        i++;
        key++;
    }
    if (*key || i >= bytes || json[i] != '"') {
        return false;
    }
    *at = i + 1;
    return true;
}

const char *metadata_text(const char *json, size_t bytes, const char *key, size_t *value_bytes) {
    for (size_t at = 0; at < bytes; at++) {
        size_t after = at;
        if (!take_key(json, bytes, key, &after)) {
            continue;
        }
        size_t start = skip_spaces(json, bytes, after);
        if (start == after || start >= bytes || json[start] != '"') {
            continue;
        }
        size_t end = ++start;
        while (end < bytes && json[end] != '"' && json[end] != '\\') {
            end++;
        }
        *value_bytes = end - start;
        return json + start;
    }
    return NULL;
}
