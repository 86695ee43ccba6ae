// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "tile.h"

#include "words_m7.h"

#ifndef WORDS_M7 // tile_m7.c has the same words

void tile_16(const struct tile *tile, const int16_t *const *tap, int32_t *acc) {
    const uint32_t channels = tile->channels;
    const int16_t *w = tile->weights;
    for (uint32_t row = 0; row < tile->rows; row++) {
        int32_t a = 0, b = 0, c = 0, d = 0;
        for (uint32_t k = 0; k < tile->taps; k++) {
            const int16_t *q = tap[k];
            for (uint32_t i = 0; i < channels; i++, q++) {
                const int32_t weight = *w++;
                a += weight * q[0];
                b += weight * q[channels];
                c += weight * q[2 * channels];
                d += weight * q[3 * channels];
            }
        }
        *acc++ = a;
        *acc++ = b;
        *acc++ = c;
        *acc++ = d;
    }
}

// SMULWB
static inline int32_t mulw(int32_t w, int32_t q) {
    return (int32_t)(((int64_t)q * w) >> 16);
}

void tile_32(const struct tile *tile, const int32_t *const *tap, int32_t *acc) {
    const uint32_t channels = tile->channels;
    const int16_t *w = tile->weights;
    for (uint32_t row = 0; row < tile->rows; row++) {
        int32_t a = 0, b = 0, c = 0, d = 0;
        for (uint32_t k = 0; k < tile->taps; k++) {
            const int32_t *q = tap[k];
            for (uint32_t i = 0; i < channels; i++, q++) {
                const int32_t weight = *w++;
                a += mulw(weight, q[0]);
                b += mulw(weight, q[channels]);
                c += mulw(weight, q[2 * channels]);
                d += mulw(weight, q[3 * channels]);
            }
        }
        *acc++ = a;
        *acc++ = b;
        *acc++ = c;
        *acc++ = d;
    }
}

#endif
