// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Fills the memories before main, where no function of the image may be called yet.
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

static inline void load_copy(const uint32_t *from, uint32_t *to, const uint32_t *end) {
    while (to < end) {
        *to++ = *from++;
    }
}

static inline void load_clear(uint32_t *from, const uint32_t *end) {
    while (from < end) {
        *from++ = 0;
    }
}

#endif
