// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The tiles on a Cortex-M7: a row by four frames, four sums in registers. The frame's width is a
// constant in the common shapes, so that all four frames are reached from one pointer and a tap has
// no inner loop. Two rows at a time need more registers than there are: the compiler's spills cost
// 1.5 cycles a product where this costs less than 1.
#include "tile.h"
#include "words_m7.h"

#ifdef WORDS_M7

// Where the bound is a constant; elsewhere the compiler makes of it what it can.
#define UNROLL        _Pragma("GCC unroll 8")
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void rows_16(const struct tile *tile, uint32_t pairs, const int16_t *const *tap,
                           int32_t *acc) {
    const int16_t *const *const end = tap + tile->taps;
    const pair_m7 *w = (const pair_m7 *)tile->weights;
    for (int32_t *const last = acc + 4 * tile->rows; acc != last; acc += 4) {
        int32_t a = 0, b = 0, c = 0, d = 0;
        for (const int16_t *const *at = tap; at != end; at++) {
            const pair_m7 *const q = (const pair_m7 *)*at;
            UNROLL
            for (uint32_t i = 0; i < pairs; i++) {
                const uint32_t weight = w[i];
                a = smlad_m7(weight, q[i], a);
                b = smlad_m7(weight, q[pairs + i], b);
                c = smlad_m7(weight, q[2 * pairs + i], c);
                d = smlad_m7(weight, q[3 * pairs + i], d);
            }
            w += pairs;
        }
        acc[0] = a;
        acc[1] = b;
        acc[2] = c;
        acc[3] = d;
    }
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
    const int32_t *const *const end = tap + tile->taps;
    const pair_m7 *w = (const pair_m7 *)tile->weights;
    for (int32_t *const last = acc + 4 * tile->rows; acc != last; acc += 4) {
        int32_t a = 0, b = 0, c = 0, d = 0;
        for (const int32_t *const *at = tap; at != end; at++) {
            const int32_t *const q = *at;
            UNROLL
            for (uint32_t i = 0; i < channels; i += 2) {
                const uint32_t weight = w[i / 2];
                a = smlawb_m7(q[i], weight, a);
                b = smlawb_m7(q[channels + i], weight, b);
                c = smlawb_m7(q[2 * channels + i], weight, c);
                d = smlawb_m7(q[3 * channels + i], weight, d);
                a = smlawt_m7(q[i + 1], weight, a);
                b = smlawt_m7(q[channels + i + 1], weight, b);
                c = smlawt_m7(q[2 * channels + i + 1], weight, c);
                d = smlawt_m7(q[3 * channels + i + 1], weight, d);
            }
            w += channels / 2;
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
