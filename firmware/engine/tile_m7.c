// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tiles on a Cortex-M7. Two rows by four frames are eight sums in registers; a word of weights
// is two products on four frames. The frame's width is a constant in the common shapes, so that all
// four frames are reached from one pointer.
#include "tile.h"
#include "words_m7.h"

#ifdef WORDS_M7

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// One row, `pairs` words a frame.
ALWAYS_INLINE const pair_m7 *one_row_16(const pair_m7 *w, uint32_t taps, uint32_t pairs,
                                        const int16_t *const *tap, int32_t *acc) {
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (uint32_t k = 0; k < taps; k++) {
        const pair_m7 *q = (const pair_m7 *)tap[k];
        for (uint32_t i = 0; i < pairs; i++, q++) {
            const uint32_t weight = *w++;
            a = smlad_m7(weight, q[0], a);
            b = smlad_m7(weight, q[pairs], b);
            c = smlad_m7(weight, q[2 * pairs], c);
            d = smlad_m7(weight, q[3 * pairs], d);
        }
    }
    acc[0] = a;
    acc[1] = b;
    acc[2] = c;
    acc[3] = d;
    return w;
}

ALWAYS_INLINE void rows_16(const struct tile *tile, uint32_t pairs, const int16_t *const *tap,
                           int32_t *acc) {
    const uint32_t taps = tile->taps;
    const pair_m7 *w = (const pair_m7 *)tile->weights;
    uint32_t rows = tile->rows;
    for (; rows >= 2; rows -= 2, acc += 8) {
        const pair_m7 *u = w + taps * pairs; // the second row
        int32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        for (uint32_t k = 0; k < taps; k++) {
            const pair_m7 *q = (const pair_m7 *)tap[k];
            for (uint32_t i = 0; i < pairs; i++, q++) {
                const uint32_t one = *w++, two = *u++;
                uint32_t x = q[0];
                a = smlad_m7(one, x, a);
                e = smlad_m7(two, x, e);
                x = q[pairs];
                b = smlad_m7(one, x, b);
                f = smlad_m7(two, x, f);
                x = q[2 * pairs];
                c = smlad_m7(one, x, c);
                g = smlad_m7(two, x, g);
                x = q[3 * pairs];
                d = smlad_m7(one, x, d);
                h = smlad_m7(two, x, h);
            }
        }
        acc[0] = a;
        acc[1] = b;
        acc[2] = c;
        acc[3] = d;
        acc[4] = e;
        acc[5] = f;
        acc[6] = g;
        acc[7] = h;
        w = u;
    }
    if (rows != 0)
        one_row_16(w, taps, pairs, tap, acc);
}

void tile_16(const struct tile *tile, const int16_t *const *tap, int32_t *acc) {
    switch (tile->channels) {
    case 2:
        rows_16(tile, 1, tap, acc);
        break;
    case 4:
        rows_16(tile, 2, tap, acc);
        break;
    case 8:
        rows_16(tile, 4, tap, acc);
        break;
    case 16:
        rows_16(tile, 8, tap, acc);
        break;
    default:
        rows_16(tile, tile->channels / 2u, tap, acc);
        break;
    }
}

ALWAYS_INLINE void rows_32(const struct tile *tile, uint32_t channels, const int32_t *const *tap,
                           int32_t *acc) {
    const pair_m7 *w = (const pair_m7 *)tile->weights;
    for (uint32_t row = 0; row < tile->rows; row++, acc += 4) {
        int32_t a = 0, b = 0, c = 0, d = 0;
        for (uint32_t k = 0; k < tile->taps; k++) {
            const int32_t *q = tap[k];
            for (uint32_t i = 0; i < channels; i += 2, q += 2) {
                const uint32_t weight = *w++;
                a = smlawb_m7(q[0], weight, a);
                b = smlawb_m7(q[channels], weight, b);
                c = smlawb_m7(q[2 * channels], weight, c);
                d = smlawb_m7(q[3 * channels], weight, d);
                a = smlawt_m7(q[1], weight, a);
                b = smlawt_m7(q[channels + 1], weight, b);
                c = smlawt_m7(q[2 * channels + 1], weight, c);
                d = smlawt_m7(q[3 * channels + 1], weight, d);
            }
        }
        acc[0] = a;
        acc[1] = b;
        acc[2] = c;
        acc[3] = d;
    }
}

void tile_32(const struct tile *tile, const int32_t *const *tap, int32_t *acc) {
    switch (tile->channels) {
    case 2:
        rows_32(tile, 2, tap, acc);
        break;
    case 4:
        rows_32(tile, 4, tap, acc);
        break;
    case 8:
        rows_32(tile, 8, tap, acc);
        break;
    case 16:
        rows_32(tile, 16, tap, acc);
        break;
    default:
        rows_32(tile, tile->channels, tap, acc);
        break;
    }
}

#endif
