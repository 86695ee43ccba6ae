// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "tile.h"

#include "cold.h"
#include "fixed.h"
#include "m7.h"
#include "tile_m7.h"
#include "words_m7.h"

CACHED void tile_16(const struct tile *tile, const void *const *tap, int32_t *acc) {
    const uint32_t step = tile->frame_step;
    const int16_t *w = tile->weights;
    for (uint32_t pair = 0; pair < tile->row_pairs; pair++, acc += 2 * TILE_FRAMES) {
        for (uint32_t row = 0; row < 2; row++) {
            int32_t *const s = acc + row * TILE_FRAMES;
            const int16_t *v = w + 2 * row;
            int32_t a = s[0], b = s[1], c = s[2], d = s[3];
            for (uint32_t k = 0; k < tile->taps; k++) {
                const int16_t *q = tap[k];
                for (uint32_t i = 0; i < tile->column_pairs; i++, v += 4, q += tile->pair_step) {
                    a = add_pair(v, q, a);
                    b = add_pair(v, q + step, b);
                    c = add_pair(v, q + 2 * step, c);
                    d = add_pair(v, q + 3 * step, d);
                }
            }
            s[0] = a;
            s[1] = b;
            s[2] = c;
            s[3] = d;
        }
        w += tile->row_step;
    }
}

CACHED void tile_32(const struct tile *tile, const void *const *tap, int32_t *acc) {
#if ENGINE_M7
    if (tile->column_step == 1 && tile->column_pairs <= TILE_M7_PAIRS) {
        tile_32_m7(tile, tap, acc);
        return;
    }
#endif
    const uint32_t step = tile->frame_step, next = tile->column_step;
    const int16_t *w = tile->weights;
    for (uint32_t pair = 0; pair < tile->row_pairs; pair++, acc += 2 * TILE_FRAMES) {
        for (uint32_t row = 0; row < 2; row++) {
            int32_t *const s = acc + row * TILE_FRAMES;
            const int16_t *v = w + 2 * row;
            int32_t a = s[0], b = s[1], c = s[2], d = s[3];
            for (uint32_t k = 0; k < tile->taps; k++) {
                const int32_t *q = tap[k];
                for (uint32_t i = 0; i < tile->column_pairs; i++, v += 4, q += 2 * next) {
                    a = add_upper(v, q[0], q[next], a);
                    b = add_upper(v, q[step], q[step + next], b);
                    c = add_upper(v, q[2 * step], q[2 * step + next], c);
                    d = add_upper(v, q[3 * step], q[3 * step + next], d);
                }
            }
            s[0] = a;
            s[1] = b;
            s[2] = c;
            s[3] = d;
        }
        w += tile->row_step;
    }
}

CACHED void tile_full(const struct tile *tile, const void *const *tap, int32_t *acc) {
    const uint32_t step = tile->frame_step, columns = 2 * tile->column_pairs;
    const int32_t *w = tile->weights;
    for (uint32_t pair = 0; pair < tile->row_pairs; pair++, acc += 2 * TILE_FRAMES) {
        for (uint32_t row = 0; row < 2; row++) {
            int32_t *const s = acc + row * TILE_FRAMES;
            const int32_t *v = w + row;
            int32_t a = s[0], b = s[1], c = s[2], d = s[3];
            for (uint32_t k = 0; k < tile->taps; k++) {
                const int32_t *q = tap[k];
                for (uint32_t i = 0; i < columns; i++, v += 2, q++) {
                    a += mulh(q[0], *v);
                    b += mulh(q[step], *v);
                    c += mulh(q[2 * step], *v);
                    d += mulh(q[3 * step], *v);
                }
            }
            s[0] = a;
            s[1] = b;
            s[2] = c;
            s[3] = d;
        }
        w += tile->row_step;
    }
}
