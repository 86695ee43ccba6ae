// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "metadata.h"

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

// Where the value of the first member `key` begins; `bytes` when there is none.
static size_t find_value(const char *json, size_t bytes, const char *key) {
    for (size_t at = 0; at < bytes; at++) {
        size_t after = at;
        if (take_key(json, bytes, key, &after)) {
            size_t start = skip_spaces(json, bytes, after);
            if (start != after) {
                return start;
            }
        }
    }
    return bytes;
}

const char *metadata_text(const char *json, size_t bytes, const char *key, size_t *value_bytes) {
    size_t start = find_value(json, bytes, key);
    if (start == bytes || json[start] != '"') {
        return NULL;
    }
    size_t end = ++start;
    while (end < bytes && json[end] != '"' && json[end] != '\\') {
        end++;
    }
    *value_bytes = end - start;
    return json + start;
}

bool metadata_hundredths(const char *json, size_t bytes, const char *key, int32_t *hundredths) {
    enum { LARGEST = 1000000 };
    size_t at = find_value(json, bytes, key);
    bool negative = at < bytes && json[at] == '-';
    at += negative ? 1u : 0u;
    size_t first = at;
    int32_t value = 0;
    int decimals = -1; // -1: before the point
    for (; at < bytes && decimals < 2; at++) {
        bool digit = json[at] >= '0' && json[at] <= '9';
        if (!digit && (json[at] != '.' || decimals >= 0)) {
            break;
        }
        value = digit ? value * 10 + (json[at] - '0') : value;
        decimals += decimals >= 0 || !digit ? 1 : 0;
        if (value > LARGEST) {
            return false;
        }
    }
    for (int missing = decimals < 0 ? 2 : 2 - decimals; missing > 0; missing--) {
        value *= 10;
    }
    *hundredths = negative ? -value : value;
    return at > first;
}
